from dataclasses import dataclass
from datetime import datetime

from app.domain.offline import statements
from app.domain.offline.errors import ConflictClosed
from app.kernel import audit, paging
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import Invalid, NotFound
from app.kernel.paging import Page

LONGEST_REASON = 200


@dataclass(frozen=True)
class Conflict:
    """A scan that was not redeemed; something was handed over for it all the same.

    The voucher is None where the code was none of this house; `used_…` say where it was redeemed
    instead, where it was. `value_fen` is what was paid for it.
    """

    id: int
    refusal: str
    staff_name: str
    store_name: str
    code_text: str
    scanned_at: datetime
    uploaded_at: datetime
    voucher_number: str | None
    voucher_state: str | None
    benefit_name: str | None
    value_fen: int
    used_number: str | None
    used_store: str | None
    used_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    close_reason: str | None


@dataclass(frozen=True)
class _Found:
    refusal: str
    closed_at: datetime | None


@dataclass(frozen=True)
class _Count:
    count: int


def list_conflicts(
    *, merchant_id: int, limit: int, is_open: bool = True, cursor: str | None = None
) -> Page[Conflict]:
    """The newest first; with `is_open` only those that nobody closed."""
    rows = fetch_all(
        Conflict,
        statements.OPEN_CONFLICTS if is_open else statements.ALL_CONFLICTS,
        {"merchant_id": merchant_id, "after": paging.after(cursor), "limit": limit + 1},
    )
    return paging.cut(rows, limit=limit, key=lambda row: row.id)


def count_open(*, merchant_id: int) -> int:
    """How many wait for a manager; 1000 stands for more."""
    found = fetch_one(_Count, statements.COUNT_OPEN, {"merchant_id": merchant_id})
    return found.count if found else 0


def close_conflict(
    *, merchant_id: int, conflict_id: int, reason: str, actor: str, at: datetime
) -> None:
    """A manager has judged it. Raises NotFound, ConflictClosed, Invalid without a reason."""
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise Invalid("请填写处理说明，最多 200 字")
    which = {"merchant_id": merchant_id, "id": conflict_id}
    found = fetch_one(_Found, statements.FIND, which)
    if found is None:
        raise NotFound("There is no such conflict.")
    if not execute(statements.CLOSE, {**which, "reason": reason, "actor": actor, "at": at}):
        raise ConflictClosed("这条冲突已经处理过")
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="offline.close_conflict",
        subject=f"conflict:{conflict_id}",
        details={
            "before": {"refusal": found.refusal, "is_closed": False},
            "after": {"is_closed": True, "reason": reason},
        },
        at=at,
    )
