"""Corrections by two people, and freezing. Each is written down with who did it and why."""

from dataclasses import dataclass
from datetime import datetime

from app.domain import ledger
from app.domain.ledger import AccountKind, house
from app.domain.stored_value import adjusting_sql
from app.domain.stored_value.crediting import NewCredit, add_credit, check_top_up, fill
from app.domain.stored_value.errors import (
    AdjustmentImpossible,
    AdjustmentSettled,
    AdjustmentWaits,
    NotEnoughValue,
    OwnValue,
    ReasonMissing,
    SecondPersonNeeded,
)
from app.domain.stored_value.events import ValueAdjusted, ValueFreezeChanged
from app.domain.stored_value.lots import lock_wallet, move, open_lots, postings_of
from app.domain.stored_value.rules import (
    AdjustmentState,
    CreditKind,
    CreditState,
    LotKind,
    MoveKind,
    take,
)
from app.kernel import audit, paging
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.outbox import publish
from app.kernel.paging import Page

LONGEST_REASON = 200


@dataclass(frozen=True)
class Adjustment:
    """A proposal that nobody decided yet; `change_fen` below zero takes away."""

    id: int
    member_id: int
    member_number: str
    kind: str
    change_fen: int
    reason: str
    proposed_by: str
    proposed_at: datetime


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True)
class _Yes:
    is_so: bool


def propose_adjustment(
    *,
    merchant_id: int,
    member_id: int,
    kind: LotKind,
    change_fen: int,
    reason: str,
    by: str,
    at: datetime,
) -> int:
    """Ask a second person to correct a member's stored value; the proposal's id.

    Paid money is only ever made by paying, so what is added is bonus. The member reads the reason.

    Raises AdjustmentImpossible, ReasonMissing, OwnValue, AdjustmentWaits.
    """
    _check_stranger(merchant_id, member_id, by)
    if change_fen == 0 or (kind == LotKind.PAID and change_fen > 0):
        raise AdjustmentImpossible("实付金额只能调减", change_fen=change_fen)
    _check_reason(reason)
    said = {
        "merchant_id": merchant_id,
        "member_id": member_id,
        "kind": kind.value,
        "change_fen": change_fen,
        "reason": reason,
        "by": by,
        "at": at,
    }
    added = fetch_one(_Id, adjusting_sql.PROPOSE, said)
    if added is None:
        raise AdjustmentWaits("该会员已有待审批的余额调整")
    _note(merchant_id, by, "value.propose", member_id, at, change_fen=change_fen, reason=reason)
    return added.id


def approve_adjustment(
    *, merchant_id: int, member_id: int, by: str, at: datetime, adjustment_id: int | None = None
) -> int:
    """Book what somebody else proposed for this member; the change in fen.

    With its id it is the proposal that he has read, and no other that took its place since.

    Raises OwnValue, AdjustmentSettled, SecondPersonNeeded, NotEnoughValue, ValueCapReached.
    """
    _check_stranger(merchant_id, member_id, by)
    lock_wallet(merchant_id, member_id)
    proposed = _lock(merchant_id, member_id, adjustment_id, by=by)
    _decide(merchant_id, proposed, AdjustmentState.APPROVED, by=by, at=at)
    if proposed.change_fen > 0:
        _add(merchant_id, proposed, at=at)
    else:
        _take_away(merchant_id, proposed, at=at)
    publish(ValueAdjusted(merchant_id=merchant_id, adjustment_id=proposed.id), at=at)
    return proposed.change_fen


def reject_adjustment(
    *, merchant_id: int, member_id: int, by: str, at: datetime, adjustment_id: int | None = None
) -> None:
    """Raises AdjustmentSettled, SecondPersonNeeded."""
    proposed = _lock(merchant_id, member_id, adjustment_id, by=by)
    _decide(merchant_id, proposed, AdjustmentState.REJECTED, by=by, at=at)


def list_adjustments(
    *, merchant_id: int, cursor: str | None = None, limit: int = paging.MOST_PER_PAGE
) -> Page[Adjustment]:
    """What waits for a second person, the oldest first. Raises Invalid."""
    which = {"merchant_id": merchant_id, "after": paging.after(cursor), "limit": limit + 1}
    found = fetch_all(Adjustment, adjusting_sql.LIST_ADJUSTMENTS, which)
    return paging.cut(found, limit=limit, key=lambda each: each.id)


def waiting_adjustment(*, merchant_id: int, member_id: int) -> Adjustment | None:
    """What was proposed for this member and waits for a second person."""
    which = {"merchant_id": merchant_id, "member_id": member_id}
    return fetch_one(Adjustment, adjusting_sql.ADJUSTMENT_OF, which)


def freeze(*, merchant_id: int, member_id: int, reason: str, actor: str, at: datetime) -> None:
    """Nothing is spent from now on; top-ups still arrive. Repeatable. The member hears of it once.

    Raises ReasonMissing.
    """
    _check_reason(reason)
    was = lock_wallet(merchant_id, member_id).frozen_at
    _set_frozen(merchant_id, member_id, was or at, reason)
    _note(merchant_id, actor, "value.freeze", member_id, at, reason=reason)
    if was is None:
        _tell_freeze(merchant_id, member_id, is_frozen=True, at=at)


def unfreeze(*, merchant_id: int, member_id: int, reason: str, actor: str, at: datetime) -> None:
    """It can be spent again. Repeatable. Raises ReasonMissing, OwnValue."""
    _check_reason(reason)
    _check_stranger(merchant_id, member_id, actor)
    was = lock_wallet(merchant_id, member_id).frozen_at
    _set_frozen(merchant_id, member_id, None, None)
    _note(merchant_id, actor, "value.unfreeze", member_id, at, reason=reason)
    if was is not None:
        _tell_freeze(merchant_id, member_id, is_frozen=False, at=at)


def _tell_freeze(merchant_id: int, member_id: int, *, is_frozen: bool, at: datetime) -> None:
    told = ValueFreezeChanged(
        merchant_id=merchant_id, member_id=member_id, is_frozen=is_frozen, at=at.isoformat()
    )
    publish(told, at=at)


def _check_reason(reason: str) -> None:
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise ReasonMissing("请填写原因", reason=reason[:40])


def _check_stranger(merchant_id: int, member_id: int, actor: str) -> None:
    """Raises OwnValue when one of the staff works on what is his as a customer."""
    kind, _, number = actor.partition(":")
    if kind != "staff":
        return
    which = {"merchant_id": merchant_id, "staff_id": int(number), "member_id": member_id}
    found = fetch_one(_Yes, adjusting_sql.IS_HIMSELF, which)
    if found and found.is_so:
        raise OwnValue("不能操作自己的储值账户")


def _set_frozen(
    merchant_id: int, member_id: int, frozen_at: datetime | None, reason: str | None
) -> None:
    execute(
        adjusting_sql.SET_FROZEN,
        {
            "merchant_id": merchant_id,
            "member_id": member_id,
            "frozen_at": frozen_at,
            "reason": reason,
        },
    )


def _lock(merchant_id: int, member_id: int, adjustment_id: int | None, *, by: str) -> Adjustment:
    which = {"merchant_id": merchant_id, "member_id": member_id}
    proposed = fetch_one(Adjustment, adjusting_sql.LOCK_ADJUSTMENT, which)
    if proposed is None or adjustment_id not in {None, proposed.id}:
        raise AdjustmentSettled("没有待审批的余额调整")
    if proposed.proposed_by == by:
        raise SecondPersonNeeded("需由另一位员工审批")
    return proposed


def _decide(
    merchant_id: int, proposed: Adjustment, state: AdjustmentState, *, by: str, at: datetime
) -> None:
    said = {"merchant_id": merchant_id, "adjustment_id": proposed.id, "state": state.value}
    execute(adjusting_sql.DECIDE, said | {"by": by, "at": at})
    told = {"adjustment": proposed.id, "change_fen": proposed.change_fen}
    _note(merchant_id, by, f"value.{state.value}", proposed.member_id, at, **told)


def _add(merchant_id: int, proposed: Adjustment, *, at: datetime) -> None:
    member_id, adds = proposed.member_id, proposed.change_fen
    check_top_up(merchant_id=merchant_id, member_id=member_id, adds_fen=adds)
    new = NewCredit(
        kind=CreditKind.ADJUSTMENT,
        reference=f"adjustment:{proposed.id}",
        paid_fen=0,
        bonus_fen=adds,
        made_at=at,
    )
    credit_id = add_credit(merchant_id, member_id, new, state=CreditState.OPEN)
    if credit_id:
        prepaid = house(AccountKind.PREPAID)
        fill(merchant_id, member_id, credit_id, new, source=prepaid, at=at)


def _take_away(merchant_id: int, proposed: Adjustment, *, at: datetime) -> None:
    """Paid money that is taken counts as spent; bonus goes back to where it came from."""
    needed = -proposed.change_fen
    lots = [lot for lot in open_lots(merchant_id, proposed.member_id) if lot.kind == proposed.kind]
    available = sum(lot.remaining for lot in lots)
    if available < needed:
        raise NotEnoughValue("余额不足以调减", available=available, needed=needed)
    is_paid = proposed.kind == LotKind.PAID
    to = house(AccountKind.EARNED if is_paid else AccountKind.BONUS_ISSUED)
    parts = take(lots, amount=needed)
    entry_id = ledger.post(
        merchant_id=merchant_id,
        cause=f"adjustment:{proposed.id}",
        postings=postings_of(proposed.member_id, parts, to),
        at=at,
    )
    move(
        merchant_id=merchant_id,
        entry_id=entry_id,
        order_id=None,
        kind=MoveKind.ADJUST,
        changes=[(part.lot_id, -part.amount) for part in parts],
    )


def _note(
    merchant_id: int, actor: str, action: str, member_id: int, at: datetime, **details: object
) -> None:
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action=action,
        subject=f"member:{member_id}",
        at=at,
        details=details,
    )
