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
class PeriodClosing(Event):
    """What it brings, and where to, is fixed soon. `locks_at`: until then it can be changed."""

    subscription_number: str
    period: int
    locks_at: str


@dataclass(frozen=True, kw_only=True)
class ParcelSent(Event):
    """It is on its way."""

    parcel_number: str


@dataclass(frozen=True, kw_only=True)
class PlanOver(Event):
    """A card was given back, or a parcel given up: no more may ever be sent of this order."""

    order_id: int
