"""Adding up days: by a sweep for those that are over, and while somebody looks for today's."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.analytics import counting_sql as sql
from app.domain.analytics.models import Figure
from app.domain.ledger import AccountKind
from app.kernel import calendar
from app.kernel.db import execute, fetch_all, fetch_one

A_DAY = timedelta(days=1)
# Late news of an older day, such as a redemption that was taken back: so far it is counted anew.
COUNTED_ANEW = timedelta(days=7)
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


def count_due(due: DaysDue, *, at: datetime) -> None:
    """Add up what is missing, and the last week again."""
    since = max(due.began, due.through - COUNTED_ANEW + A_DAY) if due.through else due.began
    count_days(merchant_id=due.merchant_id, zone=due.zone, since=since, until=due.yesterday, at=at)


def count_days(*, merchant_id: int, zone: str, since: date, until: date, at: datetime) -> None:
    """Add up the days from `since` to `until`, both included. Again it comes to the same.

    Nobody else adds up this merchant's days meanwhile.
    """
    which: dict[str, object] = {"merchant_id": merchant_id, "since": since, "until": until}
    execute(sql.BEGIN, {**which, "before": since - A_DAY, "at": at})
    fetch_one(_Day, sql.LOCK, which)
    execute(sql.CLEAR, {**which, "figures": [figure.value for figure in Figure]})
    span = _span(merchant_id, zone, since, until)
    for select in sql.SELECTS:
        execute(sql.KEEP.format(select=select), span)
    execute(sql.MOVE_ON, {**which, "at": at})


def counted_through(*, merchant_id: int) -> date | None:
    """The last day that was added up; None before the first."""
    found = fetch_one(_Day, sql.THROUGH, {"merchant_id": merchant_id})
    return found.day if found else None


def count_live(*, merchant_id: int, zone: str, since: date, until: date) -> list[Counted]:
    """The same figures from the rows themselves, for the days that are not over."""
    span = _span(merchant_id, zone, since, until)
    return [each for select in sql.SELECTS for each in fetch_all(Counted, select, span)]


def _span(merchant_id: int, zone: str, since: date, until: date) -> dict[str, object]:
    return {
        "merchant_id": merchant_id,
        "zone": zone,
        "starts_at": calendar.start_of_day(since, zone),
        "ends_at": calendar.end_of(until, zone),
        "owed": [kind.value for kind in OWED],
        "no_points": [kind.value for kind in NO_POINTS],
    }
