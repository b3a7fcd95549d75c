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
