"""From when to when a card is good. Instants are unix seconds; days are Beijing's."""

from datetime import timedelta

from app.simulator.clock import beijing
from app.simulator.open_platform.cards.fields import LAST_SECOND
from app.simulator.open_platform.cards.state import EXPIRE, GIFT_TIMEOUT, NORMAL, Card, HeldCard
from app.simulator.open_platform.cards.types import FIX_TERM, FIX_TIME_RANGE, PERMANENT

DAY_SECONDS = 86_400
# What code/get says of a card without an end; the platform's page does not say; chosen.
NO_END = LAST_SECOND


def term(card: Card, *, received_at: float, begin_at: int = 0) -> tuple[int | None, int | None]:
    """Begin and end for a card that is good for some days from its receipt, else two Nones.

    `begin_at` is cardExt's fixed_begintimestamp. It ends at 23:59:59 of the last day, or with
    the card's own end_timestamp when that comes first.
    """
    dates = card.base_info["date_info"]
    if dates["type"] != FIX_TERM:
        return None, None
    first = begin_at or received_at + dates["fixed_begin_term"] * DAY_SECONDS
    begin = _midnight(first)
    end = begin + (dates["fixed_term"] + 1) * DAY_SECONDS - 1
    latest = dates.get("end_timestamp")
    return begin, min(end, _end_of_day(latest)) if latest else end


def period(card: Card, held: HeldCard) -> tuple[int, int]:
    """First and last second in which this code is good."""
    if held.begin_at is not None and held.end_at is not None:
        return held.begin_at, held.end_at
    dates = card.base_info["date_info"]
    if dates["type"] == FIX_TIME_RANGE:
        return dates["begin_timestamp"], _end_of_day(dates["end_timestamp"])
    return int(held.received_at), NO_END


def status_at(card: Card, held: HeldCard, *, at: float) -> str:
    """The user_card_status: expiry is read from the clock."""
    if held.status in {NORMAL, GIFT_TIMEOUT} and at > period(card, held)[1]:
        return EXPIRE
    return held.status


def is_over(card: Card, *, at: float) -> bool:
    """Whether the card has ended for everybody, so that nobody can receive it any more."""
    dates = card.base_info["date_info"]
    if dates["type"] == PERMANENT or not dates.get("end_timestamp"):
        return False
    return at > _end_of_day(dates["end_timestamp"])


def _midnight(at: float) -> int:
    return int(beijing(at).replace(hour=0, minute=0, second=0, microsecond=0).timestamp())


def _end_of_day(at: float) -> int:
    return int((beijing(_midnight(at)) + timedelta(days=1)).timestamp()) - 1
