from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.domain import ledger
from app.domain.ledger import Movement
from app.domain.points import statements, workings_sql
from app.domain.points.rules import MATURING, member_debt, member_points, reason_of
from app.domain.points.rulings import FactorLine, cut_of, debt_words
from app.kernel import paging
from app.kernel.db import fetch_all, fetch_one
from app.kernel.paging import Page

SOON = timedelta(days=30)


@dataclass(frozen=True)
class Balance:
    """Points: spendable now, owed, and how many expire within 30 days, the first of them when.

    `pending` were earned by purchases that can still be given back; the first ripen at
    `matures_at`. `debt_words` say to the holder what he owes, and why.
    """

    spendable: int
    debt: int
    expiring_soon: int
    expires_at: datetime | None
    pending: int = 0
    matures_at: datetime | None = None

    @property
    def debt_words(self) -> str | None:
        return debt_words(self.debt)


@dataclass(frozen=True)
class Working:
    """`base` points by a rule, times its factors: what each is called, times what, added."""

    name: str
    base: int
    points: int
    factors: tuple[FactorLine, ...]

    @property
    def cut(self) -> int:
        """Points that the limits of the rule kept back."""
        return cut_of(self.base, self.factors, self.points)


@dataclass(frozen=True)
class PointLine:
    """One change of a member's points, in his words; `workings` say how an earning came about."""

    id: int
    at: datetime
    change: int
    reason: str
    workings: tuple[Working, ...] = ()


@dataclass(frozen=True)
class _Ahead:
    points: int
    first_at: datetime | None
    pending: int
    matures_at: datetime | None


@dataclass(frozen=True)
class _Working:
    cause: str
    name: str
    base: int
    points: int
    factors: list[dict[str, Any]]

    def told(self) -> Working:
        lines = tuple(FactorLine(**each) for each in self.factors)
        return Working(self.name, self.base, self.points, lines)


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
        pending=ahead.pending if ahead else 0,
        matures_at=ahead.matures_at if ahead else None,
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
    workings = _workings(merchant_id, [_earned_by(each.cause) for each in movements])
    lines = [_line(each, workings.get(_earned_by(each.cause), ())) for each in movements]
    return paging.cut(lines, limit=limit, key=lambda line: line.id)


def _line(movement: Movement, workings: Sequence[Working]) -> PointLine:
    """A rule's own name says more than the kind of cause does."""
    names = dict.fromkeys(each.name for each in workings)
    reason = "、".join(names) or reason_of(movement.cause)
    return PointLine(movement.id, movement.posted_at, movement.change, reason, tuple(workings))


def _workings(merchant_id: int, causes: Sequence[str]) -> dict[str, list[Working]]:
    found: dict[str, list[Working]] = {}
    which: dict[str, object] = {"merchant_id": merchant_id, "causes": list(causes)}
    for row in fetch_all(_Working, workings_sql.OF_CAUSES, which) if causes else []:
        found.setdefault(row.cause, []).append(row.told())
    return found


def _earned_by(cause: str) -> str:
    """Points that ripened were worked out when they were earned."""
    return cause.removeprefix(MATURING)
