from dataclasses import dataclass

from app.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class PeriodOpened(Event):
    """Its parcels are being packed, its vouchers and points are there."""

    subscription_number: str
    period: int


@dataclass(frozen=True, kw_only=True)
class AddressMissing(Event):
    """A period could begin if we knew where to send its parcel."""

    subscription_number: str
    period: int


@dataclass(frozen=True, kw_only=True)
class ParcelSent(Event):
    """It is on its way."""

    parcel_number: str


@dataclass(frozen=True, kw_only=True)
class PlanOver(Event):
    """A card was given back: what was sent is all that is ever sent of this order."""

    order_id: int
