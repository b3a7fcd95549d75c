from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain import ledger
from app.domain.points import statements
from app.domain.points.rules import member_debt, member_points, reason_of
from app.kernel import paging
from app.kernel.db import fetch_one
from app.kernel.paging import Page

SOON = timedelta(days=30)


@dataclass(frozen=True)
class Balance:
    """Points: spendable now, owed, and how many expire within 30 days, the first of them when."""

    spendable: int
    debt: int
    expiring_soon: int
    expires_at: datetime | None


@dataclass(frozen=True)
class PointLine:
    """One change of a member's points, in his words."""

    id: int
    at: datetime
    change: int
    reason: str


@dataclass(frozen=True)
class _Ahead:
    points: int
    first_at: datetime | None


def balance(*, merchant_id: int, member_id: int, at: datetime) -> Balance:
    ahead = fetch_one(
        _Ahead,
        statements.LOTS_AHEAD,
        {"merchant_id": merchant_id, "member_id": member_id, "before": at + SOON},
    )
    owed = ledger.balance_of(merchant_id=merchant_id, account=member_debt(member_id))
    return Balance(
        spendable=ledger.balance_of(merchant_id=merchant_id, account=member_points(member_id)),
        debt=-owed,
        expiring_soon=ahead.points if ahead else 0,
        expires_at=ahead.first_at if ahead else None,
    )


def list_entries(
    *, merchant_id: int, member_id: int, cursor: str | None, limit: int
) -> Page[PointLine]:
    """The member's changes, newest first. Raises Invalid for a cursor that is not ours."""
    movements = ledger.list_movements(
        merchant_id=merchant_id,
        account=member_points(member_id),
        after=paging.after(cursor),
        limit=limit + 1,
    )
    lines = [PointLine(m.id, m.posted_at, m.change, reason_of(m.cause)) for m in movements]
    return paging.cut(lines, limit=limit, key=lambda line: line.id)
