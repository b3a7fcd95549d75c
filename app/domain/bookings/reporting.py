"""An evening on one page: who was asked in early, who came, and what they spent."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.bookings import statements
from app.domain.bookings.rules import DOORS_OPEN, Seating
from app.kernel.db import fetch_one
from app.kernel.errors import NotFound


@dataclass(frozen=True)
class Seats:
    """What became of them.

    `booked` has one and did not come yet, `waiting` has none yet (offered ones included);
    `sold_early` counts bookings with a voucher of an order that was placed before its offer went
    on sale for everybody.
    """

    booked: int
    waiting: int
    attended: int
    missed: int
    cancelled: int
    lapsed: int
    sold_early: int

    @property
    def came_bp(self) -> int | None:
        """Of those who had a seat and are accounted for, who came; None while nobody is."""
        accounted = self.attended + self.missed
        return self.attended * 10_000 // accounted if accounted else None


@dataclass(frozen=True)
class Spend:
    """What guests who came did from two hours before the beginning until the end.

    `orders` paid by `buyers` of them for `spent_fen` (without what came back since), and
    `redemptions` at the session's store (any, for a session at all of them), the seats' own not
    counted, for which `redeemed_fen` was paid at some time.
    """

    buyers: int
    orders: int
    spent_fen: int
    redemptions: int
    redeemed_fen: int


@dataclass(frozen=True, kw_only=True)
class EveningReport:
    """One session: its seats, and what its guests spent. Money in fen."""

    seating: Seating
    seats: Seats
    spend: Spend


def report(*, merchant_id: int, session_number: str) -> EveningReport:
    """Counted now, so it changes until the evening is over. Raises NotFound."""
    which = {"merchant_id": merchant_id, "session": session_number}
    seating = fetch_one(Seating, statements.ONE_SESSION, which)
    if seating is None:
        raise NotFound("There is no such session.", number=session_number[:40])
    about: dict[str, int | datetime | None] = {
        "merchant_id": merchant_id,
        "session_id": seating.id,
        "store_id": seating.store_id,
        "since": seating.starts_at - DOORS_OPEN,
        "until": seating.ends_at,
    }
    seats = fetch_one(Seats, statements.REPORT_SEATS, about)
    spend = fetch_one(Spend, statements.REPORT_SPEND, about)
    assert seats is not None  # noqa: S101 - sums over nothing are a row too
    assert spend is not None  # noqa: S101 - the same
    return EveningReport(seating=seating, seats=seats, spend=spend)
