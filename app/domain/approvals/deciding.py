"""The second person's yes or no. A yes does it in the same transaction."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from app.domain.approvals import carrying, statements
from app.domain.approvals.actions import Action, By, Price
from app.domain.approvals.errors import ApprovalOutgrown, ApprovalSettled, NotByYou
from app.domain.approvals.models import Kind, State
from app.kernel import audit
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import NotFound

NOTHING = "There is nothing to decide under this number."


@dataclass(frozen=True)
class Waiting:
    """A question that nobody decided yet."""

    id: int
    kind: str
    subject: str
    payload: dict[str, Any] = field(repr=False)
    amount_fen: int | None
    member_id: int | None
    reason: str
    asked_by: str


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True)
class _Expired:
    merchant_id: int
    id: int
    asked_by: str
    subject: str


def approve(*, merchant_id: int, approval_id: int, by: str, at: datetime) -> str:
    """Do what was asked for, in the name of whoever asked; the number of what was made.

    What costs more by now than it did when it was asked for is not done. Raises NotFound,
    ApprovalSettled, NotByYou, ApprovalOutgrown, and all that the verb itself raises: then
    nothing happened and the question still waits.
    """
    asked = _lock(merchant_id, approval_id, at=at)
    _require_another(merchant_id, asked, by=by)
    work = carrying.WORKS[Kind(asked.kind)]
    action: Action = msgspec.convert(asked.payload, work.action)
    doer = By(merchant_id=merchant_id, actor=asked.asked_by, reason=asked.reason, at=at)
    work.lock(action, doer)
    price = work.price(action, doer)
    _refuse_outgrown(asked, price)
    result = carrying.carry_out(work, action, doer, price=price)
    _settle(merchant_id, asked, State.APPROVED, by=by, at=at, result=result)
    return result


def decline(*, merchant_id: int, approval_id: int, reason: str, by: str, at: datetime) -> None:
    """It is not done. Raises NotFound, ApprovalSettled, NotByYou."""
    asked = _lock(merchant_id, approval_id, at=at)
    _require_another(merchant_id, asked, by=by)
    _settle(merchant_id, asked, State.DECLINED, by=by, at=at, decision=reason.strip()[:200])


def withdraw(*, merchant_id: int, approval_id: int, by: str, at: datetime) -> None:
    """Whoever asked does not want it any more. Raises NotFound, ApprovalSettled, NotByYou."""
    asked = _lock(merchant_id, approval_id, at=at)
    if asked.asked_by != by:
        raise NotByYou("只有申请人可以撤回")
    _settle(merchant_id, asked, State.WITHDRAWN, by=by, at=at)


def expire_due(*, at: datetime, limit: int) -> int:
    """Questions that nobody answered in time end; how many did. Across merchants."""
    ended = fetch_all(_Expired, statements.EXPIRE_DUE, {"at": at, "limit": limit})
    for each in ended:
        audit.record(
            merchant_id=each.merchant_id,
            actor="system",
            action="approval.expired",
            subject=each.subject,
            details={"approval": each.id, "asked_by": each.asked_by},
            at=at,
        )
    return len(ended)


def _lock(merchant_id: int, approval_id: int, *, at: datetime) -> Waiting:
    which = {"merchant_id": merchant_id, "approval_id": approval_id}
    asked = fetch_one(Waiting, statements.LOCK, {**which, "at": at})
    if asked is None:
        if fetch_one(_Id, statements.EXISTS, which) is None:
            raise NotFound(NOTHING)
        raise ApprovalSettled("该审批已处理或已过期")
    return asked


def _require_another(merchant_id: int, asked: Waiting, *, by: str) -> None:
    """Another name is not enough: it is another person, and nobody who gains from it."""
    pair = {"merchant_id": merchant_id, "by": by, "asked_by": asked.asked_by}
    is_same = fetch_one(_Id, statements.IS_SAME_PERSON, pair) is not None
    if asked.asked_by == by or is_same:
        raise NotByYou("需由另一位员工审批")
    himself = {"merchant_id": merchant_id, "by": by, "member_id": asked.member_id}
    if asked.member_id and fetch_one(_Id, statements.IS_HIMSELF, himself):
        raise NotByYou("不能审批与自己有关的款项")


def _refuse_outgrown(asked: Waiting, price: Price) -> None:
    if asked.amount_fen is None:
        return
    if price.amount_fen is None or price.amount_fen > asked.amount_fen:
        raise ApprovalOutgrown(
            "金额已超过申请时的金额，请重新提交审批",
            asked_fen=asked.amount_fen,
            now_fen=price.amount_fen,
        )


def _settle(
    merchant_id: int,
    asked: Waiting,
    state: State,
    *,
    by: str,
    at: datetime,
    decision: str | None = None,
    result: str | None = None,
) -> None:
    execute(
        statements.DECIDE,
        {
            "merchant_id": merchant_id,
            "approval_id": asked.id,
            "state": state.value,
            "by": None if state is State.WITHDRAWN else by,
            "at": at,
            "decision": decision,
            "result": result,
        },
    )
    audit.record(
        merchant_id=merchant_id,
        actor=by,
        action=f"approval.{state.value}",
        subject=asked.subject,
        details={
            "approval": asked.id,
            "kind": asked.kind,
            "amount_fen": asked.amount_fen,
            "asked_by": asked.asked_by,
            "before": {"state": State.ASKED.value},
            "after": {"state": state.value, "result": result, "decision": decision},
        },
        at=at,
    )
