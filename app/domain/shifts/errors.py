from app.kernel.errors import DomainError


class ShiftClosed(DomainError):
    """The shift that was looked at is not the open one any more: somebody closed it meanwhile."""

    code = "shift_closed"


class NothingToClose(DomainError):
    """Nothing was redeemed or reversed since the last closing."""

    code = "nothing_to_close"
