"""A return that waits for the merchant's word: yes, no, or not any more."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.domain import vouchers
from app.domain.aftersales import statements
from app.domain.aftersales.advancing import Case, lock_case, move_on, settle_order
from app.domain.aftersales.errors import NothingToRefund, RefundDecided
from app.domain.aftersales.events import RefundDeclined, RefundFrozen
from app.domain.aftersales.goods import take_goods
from app.domain.aftersales.models import ReturnState
from app.domain.aftersales.quoting import find_bought, goods_of, lock_order
from app.kernel import audit
from app.kernel.db import execute, fetch_all
from app.kernel.errors import NotFound
from app.kernel.outbox import publish


@dataclass(frozen=True)
class _Fen:
    """A voucher in a return, and its part of the money."""

    voucher_id: int
    fen: int


def approve(*, merchant_id: int, number: str, reason: str, actor: str, at: datetime) -> None:
    """The merchant agrees: what goes back is taken now, and its money goes.

    Raises NotFound, RefundDecided; NothingToRefund when all of it was used meanwhile.
    """
    case = _lock(merchant_id, number)
    _decide(merchant_id, case, ReturnState.FROZEN, reason=reason, actor=actor, at=at)
    _take_goods(merchant_id, case, at=at)
    _audit(merchant_id, case, "order.refund_approve", reason=reason, actor=actor, at=at)
    publish(RefundFrozen(merchant_id=merchant_id, refund_number=number), at=at)


def decline(*, merchant_id: int, number: str, reason: str, actor: str, at: datetime) -> None:
    """The merchant does not agree; everything is as it was before. Raises as `approve` does."""
    case = _lock(merchant_id, number)
    _decide(merchant_id, case, ReturnState.DECLINED, reason=reason, actor=actor, at=at)
    _give_up(merchant_id, case, actor=actor, at=at)
    _audit(merchant_id, case, "order.refund_decline", reason=reason, actor=actor, at=at)
    publish(RefundDeclined(merchant_id=merchant_id, refund_number=number), at=at)


def withdraw(*, merchant_id: int, member_id: int, number: str, at: datetime) -> None:
    """The buyer changed his mind before the merchant decided.

    Raises NotFound, also for another's; RefundDecided.
    """
    case = lock_case(merchant_id=merchant_id, number=number)
    if case.member_id != member_id:
        raise NotFound("There is no such refund.", number=number[:40])
    _require_asked(case)
    actor = f"member:{member_id}"
    _decide(merchant_id, case, ReturnState.WITHDRAWN, reason="", actor=actor, at=at)
    _give_up(merchant_id, case, actor=actor, at=at)


def _lock(merchant_id: int, number: str) -> Case:
    case = lock_case(merchant_id=merchant_id, number=number)
    _require_asked(case)
    return case


def _require_asked(case: Case) -> None:
    if case.state != ReturnState.ASKED:
        raise RefundDecided("该退款申请已处理", state=case.state)


def _decide(
    merchant_id: int, case: Case, state: ReturnState, *, reason: str, actor: str, at: datetime
) -> None:
    execute(
        statements.DECIDE,
        {
            "merchant_id": merchant_id,
            "return_id": case.id,
            "state": state.value,
            "actor": actor,
            "decision": reason,
            "at": at,
        },
    )


def _take_goods(merchant_id: int, case: Case, *, at: datetime) -> None:
    """What was quoted when it was asked for may have been used since: what is left counts."""
    order = lock_order(merchant_id=merchant_id, order_id=case.order_id)
    bought = find_bought(merchant_id=merchant_id, order_id=case.order_id)
    back = take_goods(goods_of(merchant_id, order, bought), cause=case.cause, at=at)
    inside = fetch_all(_Fen, statements.INSIDE, _which(merchant_id, case))
    amount = back + sum(each.fen for each in inside)
    if not amount and not (inside and order.has_tenders):
        raise NothingToRefund("已没有可退的金额，请拒绝该申请", reasons=["spent"])
    move_on(merchant_id, replace(case, amount_fen=amount), ReturnState.FROZEN, at=at)


def _give_up(merchant_id: int, case: Case, *, actor: str, at: datetime) -> None:
    """The vouchers are what they were; those whose time is over meanwhile are over."""
    which = _which(merchant_id, case)
    inside = fetch_all(_Fen, statements.INSIDE, which)
    execute(statements.UNFREEZE, {**which, "number": case.number, "actor": actor, "at": at})
    ids = [each.voucher_id for each in inside]
    vouchers.expire(merchant_id=merchant_id, voucher_ids=ids, at=at)
    settle_order(merchant_id=merchant_id, order_id=case.order_id)


def _which(merchant_id: int, case: Case) -> dict[str, object]:
    return {"merchant_id": merchant_id, "return_id": case.id}


def _audit(
    merchant_id: int, case: Case, action: str, *, reason: str, actor: str, at: datetime
) -> None:
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action=action,
        subject=case.order_number,
        details={"refund": case.number, "reason": reason},
        at=at,
    )
