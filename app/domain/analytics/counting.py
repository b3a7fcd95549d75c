"""Adding up days: by a sweep for those that are over, and while somebody looks for today's."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from app.domain.analytics import counting_sql as sql
from app.domain.analytics.models import Figure
from app.domain.ledger import AccountKind
from app.kernel import calendar
from app.kernel.db import execute, fetch_all, fetch_one

A_DAY = timedelta(days=1)
# Late news of an older day, such as a redemption that was taken back: so far it is counted anew.
COUNTED_ANEW = timedelta(days=7)
# So many days are added up in one transaction, however many are missing.
AT_ONCE = timedelta(days=7)
OWED = (
    AccountKind.PREPAID,
    AccountKind.VALUE_PAID,
    AccountKind.VALUE_BONUS,
    AccountKind.VALUE_HELD,
    AccountKind.GIFT_CARDS,
)
NO_POINTS = (AccountKind.POINTS_ISSUED, AccountKind.POINTS_SPENT, AccountKind.POINTS_EXPIRED)


@dataclass(frozen=True)
class DaysDue:
    """A merchant with days that are over and not added up; `through` is the last that is."""

    merchant_id: int
    zone: str
    began: date
    through: date | None
    yesterday: date


@dataclass(frozen=True)
class Counted:
    """One figure of one day, as in the table of days."""

    figure: str
    slice: str
    day: date
    count: int
    amount: int


@dataclass(frozen=True)
class _Day:
    day: date


def list_due(*, at: datetime, after: int, limit: int) -> list[DaysDue]:
    """Merchants whose yesterday is not added up, by id."""
    return fetch_all(DaysDue, sql.LIST_DUE, {"at": at, "after": after, "limit": limit})


def weeks_due(due: DaysDue) -> Iterator[tuple[date, date]]:
    """What is missing, and the last week again: weeks (first and last day), the earliest first.

    Each is added up in a transaction of its own: what breaks off goes on from there.
    """
    since = max(due.began, due.through - COUNTED_ANEW + A_DAY) if due.through else due.began
    while since <= due.yesterday:
        until = min(since + AT_ONCE - A_DAY, due.yesterday)
        yield since, until
        since = until + A_DAY


def count_days(*, merchant_id: int, zone: str, since: date, until: date, at: datetime) -> None:
    """Add up the days from `since` to `until`, both included. Again it comes to the same.

    Nobody else adds up this merchant's days meanwhile.
    """
    which: dict[str, object] = {"merchant_id": merchant_id, "since": since, "until": until}
    execute(sql.BEGIN, {**which, "before": since - A_DAY, "at": at})
    fetch_one(_Day, sql.LOCK, which)
    execute(sql.CLEAR, {**which, "figures": [figure.value for figure in Figure]})
    span = _span(merchant_id, zone, since, until)
    for select in sql.SELECTS.values():
        execute(sql.KEEP.format(select=select), span)
    execute(sql.MOVE_ON, {**which, "at": at})


def count_anew(*, merchant_id: int, since: date) -> None:
    """News of days that are added up: they are added up again, and read from the rows until then.

    Only of yesterday or later: what is older is not read from the rows.
    """
    which = {"merchant_id": merchant_id, "since": since, "before": since - A_DAY}
    if execute(sql.MOVE_BACK, which):
        execute(sql.CLEAR_SINCE, which)


def counted_through(*, merchant_id: int) -> date | None:
    """The last day that was added up; None before the first."""
    found = fetch_one(_Day, sql.THROUGH, {"merchant_id": merchant_id})
    return found.day if found else None


@dataclass(frozen=True, kw_only=True)
class LiveDays:
    """Days that are not over, or not added up yet: their figures come from the rows themselves."""

    merchant_id: int
    zone: str
    since: date
    until: date
    _known: dict[str, list[Counted]] = field(default_factory=dict)

    def count(self, figures: Collection[str]) -> list[Counted]:
        """Each once, and none that nobody asks for."""
        span = _span(self.merchant_id, self.zone, self.since, self.until)
        for gives, select in sql.SELECTS.items():
            if select not in self._known and not gives.isdisjoint(figures):
                self._known[select] = fetch_all(Counted, select, span)
        return [each for found in self._known.values() for each in found if each.figure in figures]


def _span(merchant_id: int, zone: str, since: date, until: date) -> dict[str, object]:
    return {
        "merchant_id": merchant_id,
        "zone": zone,
        "starts_at": calendar.start_of_day(since, zone),
        "ends_at": calendar.end_of(until, zone),
        "owed": [kind.value for kind in OWED],
        "no_points": [kind.value for kind in NO_POINTS],
    }
