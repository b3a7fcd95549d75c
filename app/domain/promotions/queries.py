"""Campaigns as they stand, and the merchant's calendar with what is at odds in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from app.domain import merchants
from app.domain.promotions.errors import AtOdds
from app.domain.promotions.models import Promotion, PromotionEvent, State
from app.domain.promotions.rules import (
    Clash,
    Dated,
    Window,
    clashes,
    window_at,
    windows_between,
)
from app.domain.promotions.terms import FIRST_YEAR, LAST_YEAR, Terms, parse
from app.kernel import calendar, paging
from app.kernel.calendar import A_DAY
from app.kernel.db import reading
from app.kernel.errors import NotFound
from app.kernel.paging import Page

MOST_DAYS = 92
SHOWN = (State.DRAFT, State.PUBLISHED)


@dataclass(frozen=True, kw_only=True)
class DayPlan:
    """The campaigns of one business day by number, and the pairs at odds."""

    day: date
    campaigns: Sequence[str]
    clashes: Sequence[Clash]


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """`campaigns` are all drafts and live ones that touch these days."""

    days: Sequence[DayPlan]
    campaigns: Sequence[Promotion]
    clashes: Sequence[Clash]


def get_promotion(*, merchant_id: int, number: str) -> Promotion:
    """Raises NotFound."""
    query = select(Promotion).where(
        Promotion.merchant_id == merchant_id, Promotion.number == number
    )
    found = reading().scalar(query)
    if found is None:
        raise NotFound("There is no such campaign.", number=number[:40])
    return found


def list_promotions(*, merchant_id: int) -> Sequence[Promotion]:
    """The newest first."""
    query = select(Promotion).where(Promotion.merchant_id == merchant_id)
    return reading().scalars(query.order_by(Promotion.id.desc())).all()


def list_page(*, merchant_id: int, cursor: str | None, limit: int = 20) -> Page[Promotion]:
    """A page of them, the newest first. Raises Invalid for a cursor that is not ours."""
    limit, after = max(1, min(limit, paging.MOST_PER_PAGE)), paging.after(cursor)
    query = select(Promotion).where(Promotion.merchant_id == merchant_id)
    if after is not None:
        query = query.where(Promotion.id < after)
    rows = reading().scalars(query.order_by(Promotion.id.desc()).limit(limit + 1)).all()
    return paging.cut(rows, limit=limit, key=lambda row: row.id)


def window_of(
    *, merchant_id: int, terms: Terms, event: Window | None, at: datetime
) -> Window | None:
    """The window that is open, or the next one; None when it is over."""
    zone = merchants.profile(merchant_id=merchant_id).zone
    return window_at(terms, event=event, zone=zone, at=at)


def plan(*, merchant_id: int, since: date, until: date) -> Calendar:
    """The business days from `since`, not `until`, which is at most 92 days later. Raises AtOdds."""
    if not FIRST_YEAR <= since.year <= LAST_YEAR or not 0 < (until - since).days <= MOST_DAYS:
        raise AtOdds(f"until 须晚于 since，最多{MOST_DAYS}天")
    zone = merchants.profile(merchant_id=merchant_id).zone
    whole = Window(calendar.start_of_day(since, zone), calendar.start_of_day(until, zone))
    found = {each.number: each for each in _shown(merchant_id)}
    events = _events(merchant_id)
    dated = [_dated(each, events, zone=zone, within=whole) for each in found.values()]
    dated = [each for each in dated if each.windows]
    days = [since + n * A_DAY for n in range((until - since).days)]
    return Calendar(
        days=[_day(day, dated, zone=zone) for day in days],
        campaigns=[found[each.number] for each in dated],
        clashes=clashes(dated),
    )


def _shown(merchant_id: int) -> Sequence[Promotion]:
    query = select(Promotion).where(
        Promotion.merchant_id == merchant_id, Promotion.state.in_(SHOWN)
    )
    return reading().scalars(query.order_by(Promotion.id)).all()


def _events(merchant_id: int) -> Mapping[int, Window]:
    query = select(PromotionEvent).where(PromotionEvent.merchant_id == merchant_id)
    return {row.id: Window(row.starts_at, row.ends_at) for row in reading().scalars(query)}


def _dated(
    promotion: Promotion, events: Mapping[int, Window], *, zone: str, within: Window
) -> Dated:
    terms, event = parse(promotion.terms), events.get(promotion.event_id or 0)
    windows = windows_between(
        terms, event=event, zone=zone, since=within.starts_at, until=within.ends_at
    )
    return Dated(number=promotion.number, terms=terms, windows=list(windows))


def _day(day: date, campaigns: Sequence[Dated], *, zone: str) -> DayPlan:
    today = Window(calendar.start_of_day(day, zone), calendar.end_of(day, zone))
    here = list(_touching(campaigns, today))
    return DayPlan(day=day, campaigns=[each.number for each in here], clashes=clashes(here))


def _touching(campaigns: Sequence[Dated], today: Window) -> Iterator[Dated]:
    for each in campaigns:
        windows = [window for window in each.windows if window.overlaps(today)]
        if windows:
            yield Dated(number=each.number, terms=each.terms, windows=windows)
