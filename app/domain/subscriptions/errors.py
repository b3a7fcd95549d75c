from collections.abc import Mapping, Sequence

from app.kernel.errors import DomainError


class PeriodLocked(DomainError):
    """The next parcel is being packed: nothing of it can be changed any more."""

    code = "period_locked"


class NothingAhead(DomainError):
    """Every period has begun, or the card was given back."""

    code = "no_period_ahead"


class CardPaused(DomainError):
    """It is paused; go on with it first."""

    code = "card_paused"


class NotPaused(DomainError):
    code = "card_not_paused"


class PausedByShop(DomainError):
    """The shop has paused it; ask there."""

    code = "card_paused_by_shop"


class SkipLimitReached(DomainError):
    """So many months may be left out, and they were."""

    code = "skip_limit_reached"


class NoSuchChoice(DomainError):
    """The plan does not offer that in this place."""

    code = "no_such_choice"


class AddressInUse(DomainError):
    """A monthly card still sends parcels there."""

    code = "address_in_use"


class TooManyAddresses(DomainError):
    code = "too_many_addresses"


class ParcelMoved(DomainError):
    """The parcel is not in a state in which this can happen to it."""

    code = "parcel_moved"


class LinesRefused(DomainError):
    """Some lines of a table are wrong, so that none of it was written."""

    code = "lines_refused"

    def __init__(self, message: str, /, *, lines: Sequence[Mapping[str, object]]) -> None:
        super().__init__(message, lines=list(lines))
        self.lines = lines
