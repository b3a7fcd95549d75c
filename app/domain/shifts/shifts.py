from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain import merchants
from app.domain.shifts import statements
from app.domain.shifts.errors import NothingToClose, ShiftClosed
from app.kernel import audit, calendar, paging
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import Invalid
from app.kernel.paging import Page

LONGEST = timedelta(days=7)
MOST_COUNTED, LONGEST_NOTE = 100_000, 200


@dataclass(frozen=True)
class ShiftLine:
    """What was redeemed of one benefit, and what of it was reversed. Value in fen."""

    benefit_name: str
    redeemed: int
    reversed: int
    value_fen: int
    points: int


@dataclass(frozen=True, kw_only=True)
class Shift:
    """One person's shift at one store, so far. Reversed ones are in no sum."""

    starts_at: datetime
    lines: Sequence[ShiftLine]

    @property
    def redeemed(self) -> int:
        return sum(line.redeemed for line in self.lines)

    @property
    def reversed(self) -> int:
        return sum(line.reversed for line in self.lines)

    @property
    def value_fen(self) -> int:
        return sum(line.value_fen for line in self.lines)

    @property
    def points(self) -> int:
        return sum(line.points for line in self.lines)


@dataclass(frozen=True)
class Closing:
    """A shift as it was when its person closed it."""

    id: int
    staff_name: str
    store_name: str
    starts_at: datetime
    ends_at: datetime
    redeemed: int
    reversed: int
    value_fen: int
    points: int
    counted: int | None
    note: str

    @property
    def difference(self) -> int | None:
        """What was counted by hand, less what was redeemed; None when nobody counted."""
        return None if self.counted is None else self.counted - self.redeemed


@dataclass(frozen=True)
class _End:
    at: datetime


def current(*, merchant_id: int, staff_id: int, store_id: int, at: datetime) -> Shift:
    """The open shift: since the last closing, or, before the first one, since this morning.

    It is never longer than seven days, whoever forgot to close.
    """
    which: dict[str, object] = {
        "merchant_id": merchant_id,
        "staff_id": staff_id,
        "store_id": store_id,
        "actor": f"staff:{staff_id}",
        "ends_at": at,
    }
    last = fetch_one(_End, statements.LAST, which)
    starts_at = _start(merchant_id, last.at if last else None, at)
    lines = fetch_all(ShiftLine, statements.LINES, {**which, "starts_at": starts_at})
    return Shift(starts_at=starts_at, lines=lines)


def close(
    *,
    merchant_id: int,
    staff_id: int,
    store_id: int,
    starts_at: datetime,
    at: datetime,
    counted: int | None = None,
    note: str = "",
) -> Shift:
    """Close the shift that began at `starts_at`, once; what it came to.

    Raises ShiftClosed when that is not the open shift (any more), NothingToClose, Invalid.
    """
    if (counted is not None and not 0 <= counted <= MOST_COUNTED) or len(note) > LONGEST_NOTE:
        raise Invalid("清点数量或备注超出范围")
    shift = current(merchant_id=merchant_id, staff_id=staff_id, store_id=store_id, at=at)
    if shift.starts_at != starts_at:
        raise ShiftClosed("这个班次已经交接，请刷新页面")
    if not shift.lines:
        raise NothingToClose("本班还没有核销，无需交班")
    sums = {
        "redeemed": shift.redeemed,
        "reversed": shift.reversed,
        "value_fen": shift.value_fen,
        "points": shift.points,
        "counted": counted,
    }
    which = {"merchant_id": merchant_id, "staff_id": staff_id, "store_id": store_id}
    window = {"starts_at": starts_at, "ends_at": at, "note": note}
    if not execute(statements.CLOSE, {**which, **sums, **window}):
        raise ShiftClosed("这个班次已经交接，请刷新页面")
    audit.record(
        merchant_id=merchant_id,
        actor=f"staff:{staff_id}",
        action="shift.close",
        subject=f"staff:{staff_id}",
        details={"store_id": store_id, "starts_at": starts_at.isoformat(), **sums, "note": note},
        at=at,
    )
    return shift


def list_closings(
    *, merchant_id: int, staff_id: int | None, limit: int, cursor: str | None = None
) -> Page[Closing]:
    """Closed shifts, the newest first; of one person when `staff_id` is given."""
    rows = fetch_all(
        Closing,
        statements.CLOSINGS,
        {
            "merchant_id": merchant_id,
            "staff_id": staff_id,
            "after": paging.after(cursor),
            "limit": limit + 1,
        },
    )
    return paging.cut(rows, limit=limit, key=lambda row: row.id)


def _start(merchant_id: int, last: datetime | None, at: datetime) -> datetime:
    zone = merchants.profile(merchant_id=merchant_id).zone
    if last is None:
        return calendar.start_of_day(calendar.day_of(at, zone), zone)
    return max(last, calendar.start_of_day(calendar.day_of(at - LONGEST, zone), zone))
