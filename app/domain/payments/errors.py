from app.kernel.errors import DomainError


class UnknownPayment(DomainError):
    """WeChat speaks of a bill that we never made. It will speak again; a person looks."""

    code, status = "unknown_payment", 404


class WrongPayment(DomainError):
    """The money is not what was asked for: another amount, account, app or currency."""

    code = "wrong_payment"


class TooMuchBack(DomainError):
    """More would go back than came in; `left_fen` is what still can."""

    code = "too_much_back"


class RefundStands(DomainError):
    """The refund may still arrive, or did: a second one would pay twice. `state` says which."""

    code = "refund_stands"


class DifferenceSettled(DomainError):
    """Somebody has cleared up this difference already."""

    code = "difference_settled"
