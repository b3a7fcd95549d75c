from app.kernel.errors import DomainError


class OrderNotPayable(DomainError):
    """The order is paid, closed or too old: there is nothing to pay."""

    code = "order_not_payable"


class TenderRefused(DomainError):
    """A voucher, points or stored value cannot pay for this; `pot` names it and `why` says why."""

    code = "tender_refused"


class NothingToGiveBack(DomainError):
    """More should come back than the order still has; `left_fen` says what it has."""

    code = "nothing_to_give_back"
