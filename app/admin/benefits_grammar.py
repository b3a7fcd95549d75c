"""Fields for when and where a benefit may be used: hours of a day, dates that are left out."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import Field, SelectMultipleField, TextAreaField
from wtforms.widgets import CheckboxInput, ListWidget

from app.admin.forms import choices
from app.domain.catalog import Range
from app.kernel.calendar import MINUTES_A_DAY, WHOLE_DAY

WEEKDAYS = tuple(zip(range(1, 8), "一二三四五六日", strict=True))
LEAST_ROWS = 3
MOST_DATES = 366
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00", re.ASCII)
_DAY = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?", re.ASCII)


class RangesField(Field):  # type: ignore[misc]  # the library has no types
    """Pairs of times of day, all under one name; no pair means the whole day."""

    def __init__(self, label: str = "", *given: Any, **more: Any) -> None:
        super().__init__(label, *given, **more)
        self.typed: list[tuple[str, str]] = []

    @property
    def rows(self) -> list[tuple[str, str]]:
        """What stands in the inputs, with an empty one to go on."""
        return self.typed + [("", "")] * max(1, LEAST_ROWS - len(self.typed))

    def process_data(self, value: tuple[Range, ...] | None) -> None:
        self.data = value or (WHOLE_DAY,)
        shown = [each for each in self.data if each != WHOLE_DAY]
        self.typed = [(_written(each.start), _written(each.end)) for each in shown]

    def process_formdata(self, valuelist: list[str]) -> None:
        self.typed = [pair for pair in pairs_of(valuelist) if any(pair)]
        found = [
            Range(_minutes(start), _minutes(end) or MINUTES_A_DAY) for start, end in self.typed
        ]
        self.data = tuple(sorted(found)) or (WHOLE_DAY,)


class BlackoutField(TextAreaField):  # type: ignore[misc]  # as above
    """Days, one or a run of them on a line: 2026-10-01 or 2026-10-01至2026-10-07."""

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else "\n".join(runs_of(self.data or ()))

    def process_formdata(self, valuelist: list[str]) -> None:
        days: set[date] = set()
        for line in re.split(r"[\n,，、;；]+", valuelist[0] if valuelist else ""):
            if line.strip():
                days.update(_days(line.strip()))
        if len(days) > MOST_DATES:
            raise ValueError(_("最多 366 天"))
        self.data = tuple(sorted(days))


def weekdays_field(label: str) -> SelectMultipleField:
    """Monday to Sunday as boxes to tick."""
    return SelectMultipleField(
        label,
        coerce=int,
        choices=choices((number, f"周{name}") for number, name in WEEKDAYS),
        default=[number for number, _name in WEEKDAYS],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


def pairs_of(values: list[str]) -> Iterator[tuple[str, str]]:
    """From, to, from, to, …"""
    for start, end in zip(values[::2], values[1::2], strict=False):
        yield start.strip(), end.strip()


def runs_of(days: tuple[date, ...]) -> list[str]:
    """A line for each run of days that follow each other."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return [f"{run[0]}" if len(run) == 1 else f"{run[0]}至{run[-1]}" for run in runs]


def _minutes(text: str) -> int:
    if not _CLOCK.fullmatch(text):
        raise ValueError(_("请填写完整的开始和结束时间"))
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def _written(minutes: int) -> str:
    """As an input for a time of day wants it, which knows no 24:00."""
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def _days(line: str) -> list[date]:
    found = [_date(*parts) for parts in _DAY.findall(line)]
    rest = _DAY.sub("", line).strip(" 至到~～-—")
    if rest or len(found) not in {1, 2}:
        raise ValueError(
            _("看不懂“%(line)s”，请写作 2026-10-01 或 2026-10-01至2026-10-07", line=line[:30])
        )
    first, last = found[0], found[-1]
    length = (last - first).days + 1
    if not 0 < length <= MOST_DATES:
        raise ValueError(_("“%(line)s”的结束日期早于开始日期，或超过一年", line=line[:30]))
    return [first + timedelta(days=ahead) for ahead in range(length)]


def _date(year: str, month: str, day: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise ValueError(
            _("没有 %(year)s年%(month)s月%(day)s日 这一天", year=year, month=month, day=day)
        ) from None
