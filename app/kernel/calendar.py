"""Business days in a merchant's zone, and the one grammar of weekdays, hours and blackout dates.

Vouchers, tier rights and point multipliers all say "when" with `Hours`. Days and ranges are
half-open: a day ends where the next one starts. A zone may skip or repeat an hour: a wall time
that does not exist means as long after the jump, one that comes twice means the first.
"""

import itertools
import re
from calendar import monthrange
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.kernel import strict
from app.kernel.errors import Invalid

A_DAY = timedelta(days=1)
MINUTES_A_DAY = 24 * 60
MOST_BLACKOUT_DATES = 366
MOST_RANGES = 12
SEARCHED_DAYS = 2 * 366

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|(24):(00)", re.ASCII)
_WEEKDAYS = "一二三四五六日"
_SPAN = 3  # from three days on, "周一至周三" is shorter than naming each


def find_zone(name: str) -> ZoneInfo:
    """The time zone of that IANA name. Raises Invalid when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise Invalid("This time zone is not known.", zone=name[:40]) from unknown


def day_of(at: datetime, zone: str) -> date:
    """The business day that this instant falls on."""
    if at.tzinfo is None:
        raise ValueError("an instant carries its zone")
    return at.astimezone(find_zone(zone)).date()


def start_of_day(day: date, zone: str) -> datetime:
    """The instant (UTC) at which the business day begins."""
    return _instant(day, 0, find_zone(zone))


def end_of(day: date, zone: str) -> datetime:
    """The instant (UTC) at which the next business day begins, so no part of `day` any more."""
    return start_of_day(day + A_DAY, zone)


def end_of_month_after(day: date, *, months: int) -> date:
    """The last day of the month that is `months` after the day's: 15 Jan and 1 give 28 or 29 Feb.

    Points expire so: what is earned in November goes when the 12th month after it, the next
    November, has ended.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


def is_day_of_month(day: date, days: Collection[int]) -> bool:
    """Whether one of these days of the month falls on `day`; in shorter months, on their last day.

    31 means 30 April and 28 February (29 in a leap year).
    """
    is_last = day.day == monthrange(day.year, day.month)[1]
    return day.day in days or (is_last and max(days, default=0) > day.day)


class Range(NamedTuple):
    """Minutes after midnight, 0 to 1440. An end before the start lies on the next day."""

    start: int
    end: int

    @property
    def until(self) -> int:
        """The end, counted from the midnight before the start."""
        return self.end + MINUTES_A_DAY * (self.end < self.start)

    def words(self) -> str:
        """07:00–10:30, 22:00–次日02:00, or 全天."""
        if self == WHOLE_DAY:
            return "全天"
        tomorrow = "次日" if self.end < self.start else ""
        return f"{_clock(self.start)}–{tomorrow}{_clock(self.end)}"


WHOLE_DAY = Range(0, MINUTES_A_DAY)
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)


@dataclass(frozen=True, kw_only=True)
class Hours:
    """Open on these weekdays (1 Monday to 7 Sunday) in these ranges, but not on blackout dates.

    A range that crosses midnight belongs to the day it starts on: Friday 22:00-02:00 ends on
    Saturday although Saturday may be closed, and falls away with a blackout of Friday.

    Raises Invalid for what is empty, out of order, overlapping or out of range.
    """

    weekdays: tuple[int, ...] = EVERY_DAY
    ranges: tuple[Range, ...] = (WHOLE_DAY,)
    blackout: tuple[date, ...] = ()

    def __post_init__(self) -> None:
        strict.require(set(self.weekdays) <= set(EVERY_DAY), field="weekdays")
        strict.require(bool(self.weekdays) and _rises(self.weekdays), field="weekdays")
        strict.require(0 < len(self.ranges) <= MOST_RANGES, field="ranges")
        strict.require(_fit_into_a_day(self.ranges), field="ranges")
        strict.require(len(self.blackout) <= MOST_BLACKOUT_DATES, field="blackout")
        strict.require(_rises(self.blackout), field="blackout")

    def is_open(self, at: datetime, *, zone: str) -> bool:
        today = day_of(at, zone)
        return any(
            start <= at < end
            for day in (today - A_DAY, today)
            for start, end in self._openings(day, find_zone(zone))
        )

    def next_open(self, at: datetime, *, zone: str) -> datetime | None:
        """`at` itself while open, else the next opening; None when two years bring none."""
        today = day_of(at, zone)
        for ahead in range(-1, SEARCHED_DAYS):
            for start, end in self._openings(today + ahead * A_DAY, find_zone(zone)):
                if at < end:
                    return max(at, start)
        return None

    def without_blackout(self) -> "Hours":
        return Hours(weekdays=self.weekdays, ranges=self.ranges)

    def _openings(self, day: date, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
        if day.isoweekday() not in self.weekdays or day in self.blackout:
            return
        for each in self.ranges:
            start, end = _instant(day, each.start, zone), _instant(day, each.until, zone)
            # An hour that the clocks skip can swallow a range.
            if start < end:
                yield start, end

    def to_json(self) -> dict[str, Any]:
        return {
            "weekdays": list(self.weekdays),
            "ranges": [[_clock(each.start), _clock(each.end)] for each in self.ranges],
            "blackout": [day.isoformat() for day in self.blackout],
        }

    @classmethod
    def from_json(cls, value: object) -> "Hours":
        """What `to_json` writes, and nothing else. Raises Invalid."""
        told = strict.fields(value, ("weekdays", "ranges", "blackout"), field="hours")
        weekdays = strict.rows(told["weekdays"], field="weekdays")
        blackout = strict.rows(told["blackout"], field="blackout")
        return cls(
            weekdays=tuple(strict.whole(each, field="weekdays") for each in weekdays),
            ranges=tuple(_range(each) for each in strict.rows(told["ranges"], field="ranges")),
            blackout=tuple(strict.day(each, field="blackout") for each in blackout),
        )

    def words(self) -> str:
        """周一至周五 07:00–10:30; the blackout dates have words of their own."""
        return f"{_weekday_words(self.weekdays)} {'、'.join(each.words() for each in self.ranges)}"

    def blackout_words(self) -> str:
        """2026年10月1日至10月7日、2026年12月25日; empty when there are none."""
        return "、".join(_days_words(run) for run in _runs([d.toordinal() for d in self.blackout]))


def day_words(day: date) -> str:
    """2026年11月21日."""
    return f"{day.year}年{day.month}月{day.day}日"


def moment_words(at: datetime, *, zone: str) -> str:
    """2026年11月21日（周六）07:00, on the merchant's clock."""
    local = at.astimezone(find_zone(zone))
    return f"{day_words(local)}（周{_WEEKDAYS[local.weekday()]}）{local:%H:%M}"


def _instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    days, minute = divmod(minutes, MINUTES_A_DAY)
    wall = time(minute // 60, minute % 60)
    return datetime.combine(day + days * A_DAY, wall, tzinfo=zone).astimezone(UTC)


def _rises(values: Sequence[Any]) -> bool:
    return all(one < other for one, other in itertools.pairwise(values))


def _fit_into_a_day(ranges: Sequence[Range]) -> bool:
    """Each in bounds, in order, apart, and the last one over before the first begins again."""
    in_bounds = all(
        0 <= each.start < MINUTES_A_DAY and 0 < each.end <= MINUTES_A_DAY and each.start != each.end
        for each in ranges
    )
    apart = all(one.until <= other.start for one, other in itertools.pairwise(ranges))
    return in_bounds and apart and ranges[-1].until <= ranges[0].start + MINUTES_A_DAY


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _range(value: object) -> Range:
    ends = strict.rows(value, field="ranges")
    strict.require(len(ends) == len(Range._fields), field="ranges")
    start, end = (_minutes(each) for each in ends)
    # People write midnight as 00:00 where a day ends, too.
    return Range(start, end or MINUTES_A_DAY)


def _minutes(value: object) -> int:
    found = _CLOCK.fullmatch(strict.words(value, field="ranges"))
    if found is None:
        raise Invalid("A time of day is written like 07:30.", field="ranges")
    hour, minute = (int(each) for each in found.groups() if each is not None)
    return hour * 60 + minute


def _runs(numbers: Sequence[int]) -> list[list[int]]:
    """Rising numbers, cut where one is missing: 1 2 3 5 gives [1 2 3] [5]."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
            continue
        runs.append([number])
    return runs


def _weekday_words(weekdays: Sequence[int]) -> str:
    if tuple(weekdays) == EVERY_DAY:
        return "每天"
    named = [[f"周{_WEEKDAYS[number - 1]}" for number in run] for run in _runs(weekdays)]
    spoken = [[f"{run[0]}至{run[-1]}"] if len(run) >= _SPAN else run for run in named]
    return "、".join(word for run in spoken for word in run)


def _days_words(run: Sequence[int]) -> str:
    first, last = date.fromordinal(run[0]), date.fromordinal(run[-1])
    if first == last:
        return day_words(first)
    until = f"{last.month}月{last.day}日" if first.year == last.year else day_words(last)
    return f"{day_words(first)}至{until}"
