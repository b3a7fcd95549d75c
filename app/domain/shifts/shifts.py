from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta

from app.domain import merchants
from app.domain.shifts import statements
from app.domain.shifts.errors import NothingToClose, ShiftClosed
from app.kernel import audit, calendar, paging
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import DomainError, Invalid
from app.kernel.paging import Page

LONGEST = timedelta(days=7)
# A redemption is reversed for a day, and a scan without network waits for twelve hours at most.
LATEST = timedelta(hours=25)
MOST_COUNTED, LONGEST_NOTE = 100_000, 200


@dataclass(frozen=True)
class Sums:
    """What a shift comes to. Value in fen.

    `redeemed`, `value_fen`, `points`: what was redeemed and stands. `reversed`: what was redeemed
    and reversed in this same shift. `undone…`: what an earlier shift counted and was reversed in
    this one. So `redeemed` less `undone`, over all shifts, is what stands.
    """

    redeemed: int
    reversed: int
    value_fen: int
    points: int
    undone: int
    undone_fen: int
    undone_points: int


@dataclass(frozen=True)
class ShiftLine(Sums):
    """The same of one benefit."""

    benefit_name: str


@dataclass(frozen=True, kw_only=True)
class Shift:
    """One person's shift at one store, so far.

    `is_first`: no closing of the last seven days stands before it.
    """

    starts_at: datetime
    lines: Sequence[ShiftLine]
    is_first: bool

    @property
    def sums(self) -> Sums:
        names = [field.name for field in fields(Sums)]
        return Sums(*(sum(getattr(line, name) for line in self.lines) for name in names))


@dataclass(frozen=True)
class Closing(Sums):
    """A shift as it was when its person closed it."""

    id: int
    staff_name: str
    store_name: str
    starts_at: datetime
    ends_at: datetime
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
    """The open shift: since the last closing, and never longer than seven days.

    What was redeemed earlier and came late is in it; so is what was reversed since.
    """
    starts_at, is_first, which = _open(merchant_id, staff_id, store_id, at=at)
    lines = fetch_all(ShiftLine, statements.LINES, which)
    return Shift(starts_at=starts_at, lines=lines, is_first=is_first)


def close(
    *,
    merchant_id: int,
    staff_id: int,
    store_id: int,
    starts_at: datetime,
    at: datetime,
    counted: int | None = None,
    note: str = "",
) -> Sums:
    """Close the shift that began at `starts_at`, once; what it came to.

    Raises ShiftClosed when that is not the open shift (any more), NothingToClose, Invalid.
    """
    if (counted is not None and not 0 <= counted <= MOST_COUNTED) or len(note) > LONGEST_NOTE:
        raise Invalid("清点数量或备注超出范围")
    began, _, which = _open(merchant_id, staff_id, store_id, at=at)
    # Another server's clock may be a little ahead of ours.
    if began != starts_at or began >= at:
        raise ShiftClosed("这个班次已经交接，请刷新页面")
    given = {"starts_at": starts_at, "ends_at": at, "counted": counted, "note": note}
    sums = fetch_one(Sums, statements.CLOSE, {**which, **given})
    if sums is None:
        raise _why_not(which, starts_at)
    said = {"store_id": store_id, "starts_at": starts_at.isoformat(), **asdict(sums)}
    audit.record(
        merchant_id=merchant_id,
        actor=f"staff:{staff_id}",
        action="shift.close",
        subject=f"staff:{staff_id}",
        details={**said, "counted": counted, "note": note},
        at=at,
    )
    return sums


def _why_not(which: dict[str, object], starts_at: datetime) -> DomainError:
    last = fetch_one(_End, statements.LAST, which)
    if last and last.at > starts_at:
        return ShiftClosed("这个班次已经交接，请刷新页面")
    return NothingToClose("本班还没有核销，无需交班")


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


def _open(
    merchant_id: int, staff_id: int, store_id: int, *, at: datetime
) -> tuple[datetime, bool, dict[str, object]]:
    """When the open shift began, whether it is the first, and where to look for what is in it."""
    which: dict[str, object] = {
        "merchant_id": merchant_id,
        "staff_id": staff_id,
        "store_id": store_id,
        "actor": f"staff:{staff_id}",
    }
    last = fetch_one(_End, statements.LAST, which)
    zone = merchants.profile(merchant_id=merchant_id).zone
    longest = calendar.start_of_day(calendar.day_of(at - LONGEST, zone), zone)
    if last is None or last.at < longest:
        return longest, True, {**which, "since": longest}
    return last.at, False, {**which, "since": last.at - LATEST}
