"""Differences from WeChat's bill: whose they are to clear up, and how they were."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.domain import merchants
from app.domain.merchants import StaffState
from app.domain.payments.errors import DifferenceSettled
from app.kernel import audit, paging
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import Invalid, NotFound
from app.kernel.paging import Page

LONGEST_REASON = 200
_VIEW = """
SELECT d.id, d.day, c.mchid, d.kind, d.number, d.ours_fen, d.theirs_fen, d.found_at,
  d.assigned_to, s.name, d.settled_at, d.settled_by, d.settled_reason
FROM bill_differences d
JOIN pay_channels c ON c.merchant_id = d.merchant_id AND c.id = d.channel_id
LEFT JOIN staff s ON s.merchant_id = d.merchant_id AND s.id = d.assigned_to
WHERE d.merchant_id = %(merchant_id)s
"""
_ONE = _VIEW + " AND d.id = %(id)s"
_PAGE = """ AND d.id < coalesce(%(after)s::bigint, 9223372036854775807)
ORDER BY d.id DESC LIMIT %(limit)s"""
_OPEN = _VIEW + " AND d.settled_at IS NULL" + _PAGE
_OPEN_OF = _VIEW + " AND d.settled_at IS NULL AND d.assigned_to = %(staff_id)s" + _PAGE
_SETTLED = _VIEW + " AND d.settled_at IS NOT NULL" + _PAGE
_COUNT = """
SELECT count(*) FROM (SELECT FROM bill_differences
  WHERE merchant_id = %(merchant_id)s AND settled_at IS NULL LIMIT 1000) each
"""
_ASSIGN = """
UPDATE bill_differences SET assigned_to = %(staff_id)s
WHERE merchant_id = %(merchant_id)s AND id = %(id)s AND settled_at IS NULL
"""
_SETTLE = """
UPDATE bill_differences SET settled_at = %(at)s, settled_by = %(by)s, settled_reason = %(reason)s
WHERE merchant_id = %(merchant_id)s AND id = %(id)s AND settled_at IS NULL
"""


@dataclass(frozen=True)
class DifferenceView:
    """A line on which WeChat's bill and our books disagree. Fen; None: not known there."""

    id: int
    day: date
    mchid: str
    kind: str
    number: str
    ours_fen: int | None
    theirs_fen: int | None
    found_at: datetime
    assigned_to: int | None
    assignee: str | None
    settled_at: datetime | None
    settled_by: str | None
    settled_reason: str | None

    @property
    def gap_fen(self) -> int:
        """What WeChat has more than we."""
        return (self.theirs_fen or 0) - (self.ours_fen or 0)


@dataclass(frozen=True)
class _Count:
    lines: int


def list_differences(
    *,
    merchant_id: int,
    is_open: bool,
    staff_id: int | None = None,
    cursor: str | None,
    limit: int,
) -> Page[DifferenceView]:
    """The latest first: open ones (of everybody, or of one person), or settled ones."""
    which = {
        "merchant_id": merchant_id,
        "staff_id": staff_id,
        "after": paging.after(cursor),
        "limit": limit + 1,
    }
    of_open = _OPEN_OF if staff_id else _OPEN
    found = fetch_all(DifferenceView, of_open if is_open else _SETTLED, which)
    return paging.cut(found, limit=limit, key=lambda each: each.id)


def get_difference(*, merchant_id: int, difference_id: int) -> DifferenceView:
    """Raises NotFound."""
    which = {"merchant_id": merchant_id, "id": difference_id}
    found = fetch_one(DifferenceView, _ONE, which)
    if found is None:
        raise NotFound("There is no such difference.")
    return found


def count_differences(*, merchant_id: int) -> int:
    """How many are open; a thousand stands for more."""
    found = fetch_one(_Count, _COUNT, {"merchant_id": merchant_id})
    return found.lines if found else 0


def assign_difference(
    *, merchant_id: int, difference_id: int, staff_id: int, actor: str, at: datetime
) -> None:
    """Somebody who works here is to clear it up. Raises NotFound, DifferenceSettled, Invalid."""
    before = get_difference(merchant_id=merchant_id, difference_id=difference_id)
    staff = merchants.list_staff(merchant_id=merchant_id)
    person = next((each for each in staff if each.id == staff_id), None)
    if person is None or person.state != StaffState.ACTIVE:
        raise Invalid("请选择在职的员工", field="staff")
    which = {"merchant_id": merchant_id, "id": difference_id, "staff_id": staff_id}
    _change(_ASSIGN, which)
    changed = {"before": {"assignee": before.assignee}, "after": {"assignee": person.name}}
    _record("money.assign", merchant_id, before, changed, actor=actor, at=at)


def settle_difference(
    *, merchant_id: int, difference_id: int, reason: str, actor: str, at: datetime
) -> None:
    """It is cleared up, and this is how. Raises NotFound, DifferenceSettled, Invalid."""
    reason = reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise Invalid("请填写处理结果（不超过 200 字）", field="reason")
    before = get_difference(merchant_id=merchant_id, difference_id=difference_id)
    which = {"merchant_id": merchant_id, "id": difference_id}
    _change(_SETTLE, {**which, "reason": reason, "by": actor, "at": at})
    changed = {
        "ours_fen": before.ours_fen,
        "theirs_fen": before.theirs_fen,
        "before": {"state": "open"},
        "after": {"state": "settled", "reason": reason},
    }
    _record("money.settle", merchant_id, before, changed, actor=actor, at=at)


def _change(sql: str, which: Mapping[str, object]) -> None:
    if not execute(sql, which):
        raise DifferenceSettled("这条差异已经处理过")


def _record(
    action: str,
    merchant_id: int,
    line: DifferenceView,
    details: dict[str, Any],
    *,
    actor: str,
    at: datetime,
) -> None:
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action=action,
        subject=line.number,
        details=details,
        at=at,
    )
