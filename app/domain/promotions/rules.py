"""When a campaign is on, who belongs to it, and which campaigns stand in each other's way. Pure."""

import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.promotions.models import Kind
from app.domain.promotions.terms import Audience, DayRule, Terms
from app.kernel import calendar
from app.kernel.calendar import A_DAY

# From one last day of a month to the next there are 31 days at most.
SEARCHED_DAYS = 32
SHORTEST_MONTH = 28
_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Window:
    """Half open: the end is no part of it."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: "Window") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True, kw_only=True)
class Dated:
    """A campaign with the windows that a calendar shows."""

    number: str
    terms: Terms
    windows: Sequence[Window]


@dataclass(frozen=True, kw_only=True)
class Clash:
    """Two campaigns on one day; `why` is for people."""

    one: str
    other: str
    why: str


def window_at(terms: Terms, *, event: Window | None, zone: str, at: datetime) -> Window | None:
    """The window that is open at that instant, or the next one; None when it is over.

    `event` is the time of the event that the terms are about, if they are about one.
    """
    if terms.day:
        return next(_days(terms, terms.day, zone=zone, at=at), None)
    found = whole_window(terms, event=event)
    return found if found and at < found.ends_at else None


def whole_window(terms: Terms, *, event: Window | None) -> Window | None:
    """From the very beginning to the end; None where that is open, or its event is missing.

    Around an event that has become very short the window may close before it opens: then it
    is None as well.
    """
    if terms.starts_at and terms.ends_at:
        return Window(terms.starts_at, terms.ends_at)
    if terms.around is None or event is None:
        return None
    starts_at = event.starts_at + timedelta(minutes=terms.around.from_minutes)
    ends_at = event.ends_at + timedelta(minutes=terms.around.until_minutes)
    return Window(starts_at, ends_at) if starts_at < ends_at else None


def windows_between(
    terms: Terms, *, event: Window | None, zone: str, since: datetime, until: datetime
) -> Iterator[Window]:
    """Those that touch this time, in order."""
    at = since
    while (found := window_at(terms, event=event, zone=zone, at=at)) and found.starts_at < until:
        yield found
        at = found.ends_at


def falls_on(rule: DayRule, day: date) -> bool:
    """Whether this is a member day. The 31st is the last day of a month that has no 31st."""
    if rule.of_month is not None:
        return calendar.is_day_of_month(day, (rule.of_month,))
    return day.isoweekday() == rule.weekday


def day_words(rule: DayRule) -> str:
    """每月31日（不足31天的月份为最后一天）, 每周三."""
    if rule.weekday is not None:
        return f"每周{_WEEKDAYS[rule.weekday - 1]}"
    is_late = (rule.of_month or 0) > SHORTEST_MONTH
    shorter = f"（没有{rule.of_month}日的月份为最后一天）" if is_late else ""
    return f"每月{rule.of_month}日{shorter}"


def belongs(audience: Audience, *, rank: int | None, tags: Collection[str]) -> bool:
    """Whether a member of this rank (None: the shop has no tiers) with these tags is meant."""
    if audience.min_rank is not None and (rank is None or rank < audience.min_rank):
        return False
    return not audience.tags or not set(audience.tags).isdisjoint(tags)


def clashes(campaigns: Sequence[Dated]) -> list[Clash]:
    """Every pair that sells the same to the same people at the same time, or doubles a day."""
    return [
        Clash(one=one.number, other=other.number, why=why)
        for one, other in itertools.combinations(campaigns, 2)
        if any(a.overlaps(b) for a in one.windows for b in other.windows)
        for why in _why(one.terms, other.terms)
    ]


def _why(one: Terms, other: Terms) -> Iterator[str]:
    if one.kind == other.kind == Kind.MEMBER_DAY:
        yield "两个会员日在同一天"
    shared = sorted(set(one.offers) & set(other.offers))
    if shared and _share_people(one.audience, other.audience):
        yield f"同一时间、同一人群、同一商品：{'、'.join(shared)}"


def _share_people(one: Audience, other: Audience) -> bool:
    """Different tags are taken for different people; of two ranks the higher one is in both."""
    return not (one.tags and other.tags and set(one.tags).isdisjoint(other.tags))


def _days(terms: Terms, rule: DayRule, *, zone: str, at: datetime) -> Iterator[Window]:
    """Member days not over at `at`, cut at both ends of the campaign, as far as a month ahead."""
    opens_at = terms.starts_at or at
    first = calendar.day_of(max(at, opens_at), zone)
    for day in (first + n * A_DAY for n in range(SEARCHED_DAYS)):
        starts_at = max(calendar.start_of_day(day, zone), opens_at)
        ends_at = calendar.end_of(day, zone)
        if terms.ends_at is not None:
            ends_at = min(ends_at, terms.ends_at)
        if falls_on(rule, day) and starts_at < ends_at and at < ends_at:
            yield Window(starts_at, ends_at)
