"""How the outside world can fail us, sorted by what we may do next.

`code` is WeChat's own word or number where it is passed on ("ORDER_PAID", "43101") and our
lower-case word where we read a meaning into it ("code_invalid", "not_subscribed"). Messages name
the call and the code and nothing else: no secret, openid, phone or token ever gets into one.
"""

from datetime import timedelta


class GatewayError(Exception):
    """The outside world failed us. `retryable` says whether asking again may help.

    `after` is how long the other side wants to be left alone before that.
    """

    after = timedelta(0)

    def __init__(self, message: str, *, code: str, retryable: bool) -> None:
        super().__init__(message)
        self.code = code
        self.retryable = retryable


class Refused(GatewayError):
    """The other side said no, and meant it. `status` is the HTTP status when there was one."""

    def __init__(
        self, message: str, *, code: str, status: int | None = None, retryable: bool = False
    ) -> None:
        super().__init__(message, code=code, retryable=retryable)
        self.status = status


class AlreadyPaid(Refused):
    """The order was paid meanwhile, so it can be neither closed nor paid again."""


class Unavailable(GatewayError):
    """Nothing was done: it never arrived, was turned away at the door, or only asked to read."""

    def __init__(self, message: str, *, code: str, after: timedelta = timedelta(0)) -> None:
        super().__init__(message, code=code, retryable=True)
        self.after = after


class OutcomeUnknown(GatewayError):
    """It may have been done. Ask what became of it, or repeat it under the same number only."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message, code=code, retryable=True)


class ForgedNotice(GatewayError):
    """Somebody who is not WeChat knocked, or WeChat brought what does not belong at this door."""

    def __init__(self, message: str, *, code: str = "forged_notice") -> None:
        super().__init__(message, code=code, retryable=False)


class StaleNotice(GatewayError):
    """The notice was signed too long ago (or ahead), so it may be a replay."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="stale_notice", retryable=False)


class Misconfigured(GatewayError):
    """Our own keys or addresses are unusable; nobody was asked."""

    def __init__(self, message: str, *, code: str = "misconfigured") -> None:
        super().__init__(message, code=code, retryable=False)


class CannotTransfer(Misconfigured):
    """Neither now nor later: nobody was asked, and nobody will be."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="CANNOT_TRANSFER")
