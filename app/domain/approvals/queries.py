"""What waits for a second person, and what became of the rest."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.approvals import statements
from app.domain.approvals.models import Kind, State
from app.kernel import paging
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import NotFound
from app.kernel.paging import Page


@dataclass(frozen=True)
class ApprovalView:
    """A question as the second person reads it. In fen; `payload` as the action was written."""

    id: int
    kind: str
    subject: str
    payload: dict[str, Any]
    amount_fen: int | None
    member_number: str | None
    reason: str
    state: str
    asked_by: str
    asker: str
    asked_at: datetime
    ends_at: datetime
    decided_by: str | None
    decider: str | None
    decided_at: datetime | None
    decision: str | None
    result: str | None


@dataclass(frozen=True)
class Question:
    """What became of the newest question about something."""

    subject: str
    id: int
    state: str

    @property
    def is_waiting(self) -> bool:
        return self.state == State.ASKED


@dataclass(frozen=True)
class _Count:
    waiting: int


def get_approval(*, merchant_id: int, approval_id: int, at: datetime) -> ApprovalView:
    """Raises NotFound."""
    which = {"merchant_id": merchant_id, "approval_id": approval_id, "at": at}
    found = fetch_one(ApprovalView, statements.VIEW_ONE, which)
    if found is None:
        raise NotFound("There is nothing to decide under this number.")
    return found


def list_waiting(
    *,
    merchant_id: int,
    at: datetime,
    cursor: str | None = None,
    limit: int = paging.MOST_PER_PAGE,
) -> Page[ApprovalView]:
    """What waits for somebody, the oldest first. Raises Invalid."""
    return _page(statements.VIEW_WAITING, merchant_id, at=at, cursor=cursor, limit=limit)


def list_settled(
    *,
    merchant_id: int,
    at: datetime,
    cursor: str | None = None,
    limit: int = paging.MOST_PER_PAGE,
) -> Page[ApprovalView]:
    """What was decided or ran out, the newest first. Raises Invalid."""
    return _page(statements.VIEW_SETTLED, merchant_id, at=at, cursor=cursor, limit=limit)


def count_waiting(*, merchant_id: int, at: datetime) -> int:
    """How many wait for somebody; a hundred stands for more."""
    which = {"merchant_id": merchant_id, "at": at}
    found = fetch_one(_Count, statements.COUNT_WAITING, which)
    return found.waiting if found else 0


def newest_about(
    *, merchant_id: int, kind: Kind, subjects: Iterable[str], at: datetime
) -> dict[str, Question]:
    """The newest question about each of these that anybody ever asked about, by its number.

    One statement for all of them, and none for nothing.
    """
    which = {"merchant_id": merchant_id, "kind": kind.value, "at": at, "subjects": [*subjects]}
    if not which["subjects"]:
        return {}
    return {each.subject: each for each in fetch_all(Question, statements.NEWEST, which)}


def _page(
    sql: str, merchant_id: int, *, at: datetime, cursor: str | None, limit: int
) -> Page[ApprovalView]:
    which = {"merchant_id": merchant_id, "at": at, "after": paging.after(cursor)}
    found = fetch_all(ApprovalView, sql, {**which, "limit": limit + 1})
    return paging.cut(found, limit=limit, key=lambda each: each.id)
