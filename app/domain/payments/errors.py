from app.kernel.errors import DomainError


class UnknownPayment(DomainError):
    """WeChat speaks of a bill that we never made. It will speak again; a person looks."""

    code, status = "unknown_payment", 404


class WrongPayment(DomainError):
    """The money is not what was asked for: another amount, account, app or currency."""

    code = "wrong_payment"
