from dataclasses import dataclass

from app.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class SeatOffered(Event):
    """A seat has become free, and waits a while for a word of whoever waited for it."""

    booking_number: str


@dataclass(frozen=True, kw_only=True)
class BookingCalledOff(Event):
    """The merchant called the session off."""

    booking_number: str
