"""The numbers of a time: those of days that are over from the table, those of today live."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

from app.domain.analytics import summary_sql as sql
from app.domain.analytics.counting import A_DAY, Counted, LiveDays, counted_through
from app.domain.analytics.lines import NOTHING, Cohort, DayLine, Owed, Repurchase, Source, Tally
from app.domain.analytics.models import Figure
from app.domain.ledger import AccountKind
from app.kernel import calendar
from app.kernel.db import fetch_all, fetch_one

Line = TypeVar("Line")

# While the table is behind, so many days are counted live; older gaps are said instead.
MOST_LIVE_DAYS = 3
MOST_MONTHS = 12
MOST_SOURCES = 50
ALL, CHANNEL, COMMUNITY = "all", "channel:", "group:"
DAILY = (Figure.RECEIVED, Figure.RETURNED, Figure.REDEEMED, Figure.SOLD)


@dataclass(frozen=True)
class _ByDay:
    figure: str
    day: date
    count: int
    amount: int


@dataclass(frozen=True)
class _BySlice:
    figure: str
    slice: str
    count: int
    amount: int


@dataclass(frozen=True)
class _Began:
    day: date


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """The days [since, until] of one merchant; `gap_from` is the first day that nobody counted."""

    merchant_id: int
    since: date
    until: date
    gap_from: date | None
    live: LiveDays

    def days(self) -> list[DayLine]:
        """Each day of the time, the earliest first."""
        found: dict[tuple[str, date], Tally] = defaultdict(Tally)
        for each in self._fetch(_ByDay, sql.BY_DAY, DAILY):
            found[each.figure, each.day] += Tally(each.count, each.amount)
        for one in self._live(DAILY):
            found[one.figure, one.day] += Tally(one.count, one.amount)
        length = (self.until - self.since).days + 1
        return [_line(self.since + n * A_DAY, found) for n in range(length)]

    def purchases(self) -> tuple[Tally, Tally]:
        """Paid orders of people who had never bought, and of those who had."""
        found = self.slices((Figure.PURCHASES,))
        return found["purchases", "new"], found["purchases", "again"]

    def stores(self) -> Mapping[int, Tally]:
        """Vouchers used, by the id of the store."""
        found = self.slices((Figure.REDEEMED,))
        return {int(name): tally for (_figure, name), tally in found.items()}

    def sources(self, prefix: str) -> list[Source]:
        """By CHANNEL or COMMUNITY, the one with the most money first."""
        found = self.slices((Figure.PLACED, Figure.BOUGHT))
        names = {name for _figure, name in found if name.startswith(prefix)}
        lines = [
            Source(
                name=name.removeprefix(prefix),
                placed=found["placed", name].count,
                bought=found["bought", name],
            )
            for name in names
        ]
        return sorted(lines, key=lambda one: (-one.bought.amount, one.name))[:MOST_SOURCES]

    def conversion(self) -> Source:
        """All orders of the time, wherever they came from."""
        found = self.slices((Figure.PLACED, Figure.BOUGHT))
        return Source(name="", placed=found["placed", ALL].count, bought=found["bought", ALL])

    def cohorts(self) -> list[Cohort]:
        """The vouchers sold in each of the last twelve months, the latest month first."""
        year = self._last_months()
        sold = year.months(Figure.SOLD, "")
        became = year.slices((Figure.BECAME,))
        return [
            Cohort(
                month=month,
                sold=sold[month].count,
                redeemed=became["became", f"{month}:redeemed"].count,
                gone_back=became["became", f"{month}:void"].count,
                expired=became["became", f"{month}:expired"].count,
            )
            for month in sorted(sold, reverse=True)
        ]

    def repurchases(self) -> list[Repurchase]:
        """First-time buyers of each of the last twelve months, the latest month first."""
        year = self._last_months()
        new = year.months(Figure.PURCHASES, "new")
        again = year.slices((Figure.SECOND,))
        return [
            Repurchase(month=month, buyers=new[month].count, again=again["second", month].count)
            for month in sorted(new, reverse=True)
        ]

    def owed(self) -> Owed:
        """At the end of the last day of this time; today: now."""
        ever = replace(self, since=date.min)
        found = ever.slices((Figure.OWED, Figure.POINTS))
        fen = {name: tally.amount for (figure, name), tally in found.items() if figure == "owed"}
        return Owed(
            prepaid_fen=fen.get(AccountKind.PREPAID, 0),
            value_fen=fen.get(AccountKind.VALUE_PAID, 0) + fen.get(AccountKind.VALUE_HELD, 0),
            gift_cards_fen=fen.get(AccountKind.GIFT_CARDS, 0),
            bonus_fen=fen.get(AccountKind.VALUE_BONUS, 0),
            points=found["points", ""].amount,
        )

    def _last_months(self) -> "Numbers":
        first = self.until.year * 12 + self.until.month - MOST_MONTHS
        return replace(self, since=date(first // 12, first % 12 + 1, 1))

    def months(self, figure: Figure, which: str) -> dict[str, Tally]:
        """One slice of a figure, by month."""
        found: dict[str, Tally] = defaultdict(Tally)
        for each in self._fetch(_BySlice, sql.BY_MONTH, (figure,), slice=which):
            found[each.slice] += Tally(each.count, each.amount)
        for one in self._live((figure,)):
            if one.slice == which:
                found[f"{one.day:%Y-%m}"] += Tally(one.count, one.amount)
        return found

    def slices(self, figures: Sequence[Figure]) -> dict[tuple[str, str], Tally]:
        """By figure and slice, over the whole time."""
        found: dict[tuple[str, str], Tally] = defaultdict(Tally)
        for each in self._fetch(_BySlice, sql.BY_SLICE, figures):
            found[each.figure, each.slice] += Tally(each.count, each.amount)
        for one in self._live(figures):
            found[one.figure, one.slice] += Tally(one.count, one.amount)
        return found

    def _live(self, figures: Iterable[Figure]) -> list[Counted]:
        wanted = {figure.value for figure in figures}
        return [each for each in self.live.count(wanted) if self.since <= each.day <= self.until]

    def _fetch(
        self, into: type[Line], query: str, figures: Iterable[Figure], **more: object
    ) -> list[Line]:
        which: dict[str, object] = {
            "merchant_id": self.merchant_id,
            "figures": [figure.value for figure in figures],
            "since": self.since,
            "until": self.until,
        }
        return fetch_all(into, query, which | more)


def look(*, merchant_id: int, zone: str, since: date, until: date, at: datetime) -> Numbers:
    """The numbers of these days, up to today."""
    today = calendar.day_of(at, zone)
    until = min(until, today)
    through = counted_through(merchant_id=merchant_id)
    earliest = today - (MOST_LIVE_DAYS - 1) * A_DAY
    begins = max(earliest, through + A_DAY) if through else earliest
    last = through or _began(merchant_id) - A_DAY
    return Numbers(
        merchant_id=merchant_id,
        since=min(since, until),
        until=until,
        gap_from=last + A_DAY if last + A_DAY < begins else None,
        live=LiveDays(merchant_id=merchant_id, zone=zone, since=begins, until=today),
    )


def _line(day: date, found: Mapping[tuple[str, date], Tally]) -> DayLine:
    return DayLine(
        day=day,
        received=found.get((Figure.RECEIVED, day), NOTHING),
        returned=found.get((Figure.RETURNED, day), NOTHING),
        redeemed=found.get((Figure.REDEEMED, day), NOTHING),
        sold=found.get((Figure.SOLD, day), NOTHING),
    )


def _began(merchant_id: int) -> date:
    found = fetch_one(_Began, sql.BEGAN, {"merchant_id": merchant_id})
    return found.day if found else date.max
