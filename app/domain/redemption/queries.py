from dataclasses import dataclass
from datetime import datetime

from app.domain import merchants
from app.domain.redemption import statements
from app.kernel import calendar
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import NotFound

MOST_LINES = 200


@dataclass(frozen=True)
class TodayLine:
    """One redemption of the business day. Value in fen."""

    number: str
    voucher_number: str
    actor: str
    value_fen: int
    points: int
    redeemed_at: datetime
    reversed_at: datetime | None
    benefit_name: str


@dataclass(frozen=True)
class TodayTotals:
    """The day's redemptions that stand, those that were reversed, and what the former gave."""

    redeemed: int
    reversed: int
    value_fen: int
    points: int


@dataclass(frozen=True)
class RedemptionWords:
    """What a message about a redemption says. The order is the one that the voucher came with.

    A present of the house came with none.
    """

    member_id: int
    appid: str
    benefit_name: str
    store_name: str
    points: int
    redeemed_at: datetime
    number: str
    order_id: int | None
    order_number: str | None


@dataclass(frozen=True)
class Visit:
    """Somebody was there: who, at which store, when. `store_id` is None at another merchant's."""

    member_id: int
    store_id: int | None
    at: datetime


def visit_of(*, merchant_id: int, redemption_number: str) -> Visit | None:
    """The visit behind a redemption, held against its reversal until commit; None if reversed."""
    return fetch_one(
        Visit, statements.VISIT, {"merchant_id": merchant_id, "number": redemption_number}
    )


def today(
    *, merchant_id: int, store_id: int, actor: str | None, at: datetime
) -> tuple[list[TodayLine], TodayTotals]:
    """The business day at one store, newest first; of one clerk when `actor` is given."""
    zone = merchants.profile(merchant_id=merchant_id).zone
    parameters: dict[str, object] = {
        "merchant_id": merchant_id,
        "store_id": store_id,
        "actor": actor,
        "starts_at": calendar.start_of_day(calendar.day_of(at, zone), zone),
        "limit": MOST_LINES,
    }
    totals = fetch_one(TodayTotals, statements.TOTALS, parameters)
    return fetch_all(TodayLine, statements.TODAY, parameters), totals or TodayTotals(0, 0, 0, 0)


def notice_words(*, merchant_id: int, redemption_number: str) -> RedemptionWords:
    """Raises NotFound."""
    found = fetch_one(
        RedemptionWords,
        statements.WORDS,
        {"merchant_id": merchant_id, "number": redemption_number},
    )
    if found is None:
        raise NotFound("There is no such redemption.", number=redemption_number)
    return found
