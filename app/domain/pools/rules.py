"""Reading a file of codes, line by line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.kernel import calendar, strict
from app.kernel.errors import Invalid

MOST_LINES = 10_000
SHORTEST_CODE, LONGEST_CODE = 4, 200


@dataclass(frozen=True, kw_only=True)
class FreshCode:
    """`line` counts from 1; without `expires_at` the code is good for ever."""

    line: int
    code: str
    expires_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class LineRefusal:
    """Why a line of the file is left out. The code itself is not repeated."""

    line: int
    code: str
    text: str


def read_lines(
    lines: Sequence[str], *, zone: str, at: datetime
) -> tuple[list[FreshCode], list[LineRefusal]]:
    """`CODE` or `CODE,2026-12-31` (the last day, in the merchant's zone) on each line.

    Empty lines count and are passed over. Raises Invalid for more than 10,000 lines.
    """
    strict.require(len(lines) <= MOST_LINES, field="lines")
    fresh: dict[str, FreshCode] = {}
    refused: list[LineRefusal] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found = _read(line, number, zone=zone)
        except Invalid:
            refused.append(_refuse(number, "unreadable", "格式应为：兑换码 或 兑换码,截止日期"))
            continue
        if found.expires_at and found.expires_at <= at:
            refused.append(_refuse(number, "expired", "兑换码已过期"))
        elif found.code in fresh:
            first = fresh[found.code].line
            refused.append(_refuse(number, "repeated", f"与第{first}行重复"))
        else:
            fresh[found.code] = found
    return list(fresh.values()), refused


def known_before(line: int) -> LineRefusal:
    return _refuse(line, "known", "该兑换码之前已导入")


def _refuse(line: int, code: str, text: str) -> LineRefusal:
    return LineRefusal(line=line, code=code, text=text)


def _read(line: str, number: int, *, zone: str) -> FreshCode:
    code, comma, day = (part.strip() for part in line.partition(","))
    strict.require(SHORTEST_CODE <= len(code) <= LONGEST_CODE and code.isprintable(), field="code")
    expires_at = calendar.end_of(strict.day(day, field="day"), zone) if comma else None
    return FreshCode(line=number, code=code, expires_at=expires_at)
