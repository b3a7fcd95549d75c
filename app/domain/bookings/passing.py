"""A seat that became free goes to whoever waits longest. The caller holds the session."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.bookings import statements
from app.domain.bookings.events import SeatOffered
from app.domain.bookings.rules import Seating, offer_until
from app.kernel.db import execute, fetch_one
from app.kernel.outbox import publish


@dataclass(frozen=True)
class _Offered:
    number: str


def pass_on(merchant_id: int, seating: Seating, *, at: datetime) -> None:
    """Offer the seat of whoever left, or leave it free."""
    if not offer_next(merchant_id, seating, at=at):
        which = {"merchant_id": merchant_id, "session_id": seating.id}
        execute(statements.FREE_SEAT, which)


def offer_next(merchant_id: int, seating: Seating, *, at: datetime) -> bool:
    """Whether somebody waited, and it is not too late for him."""
    if seating.cancelled_at or at >= seating.starts_at:
        return False
    offered = fetch_one(
        _Offered,
        statements.OFFER_SEAT,
        {
            "merchant_id": merchant_id,
            "session_id": seating.id,
            "offered_until": offer_until(seating, at=at),
        },
    )
    if offered is None:
        return False
    publish(SeatOffered(merchant_id=merchant_id, booking_number=offered.number), at=at)
    return True
