"""The machine: frozen, then the money, then what the purchase brought, then done.

Each step is one transaction and is written down in the return's row. A step that fails leaves
everything as it was: frozen, not spendable, not lost, and tried again.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.domain import orders, payments
from app.domain.aftersales import statements
from app.domain.aftersales.events import RefundDone
from app.domain.aftersales.models import RUNNING, ReturnState
from app.domain.aftersales.revoking import revoke
from app.domain.orders import Weight
from app.domain.payments import KeptAs, RefundState
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import NotFound
from app.kernel.outbox import publish


@dataclass(frozen=True)
class Case:
    """A return and its order, both ours until commit. Amounts in fen."""

    id: int
    number: str
    state: str
    order_id: int
    order_number: str
    member_id: int
    total_fen: int
    paid_at: datetime | None
    amount_fen: int
    wechat_fen: int
    value_fen: int
    points: int
    reason: str
    refund_number: str | None
    transfer_number: str | None
    trouble: str | None
    vouchers: int
    kind: str
    terms: dict[str, Any]

    @property
    def cause(self) -> str:
        return f"return:{self.number}"


@dataclass(frozen=True)
class Running:
    merchant_id: int
    number: str


@dataclass(frozen=True)
class _Weight:
    now: int
    left: int
    in_vouchers_fen: int


@dataclass(frozen=True)
class _Number:
    number: str


def advance(*, merchant_id: int, number: str, at: datetime) -> bool:
    """One step further, if there is one to make; whether there was. Repeatable. Raises NotFound."""
    case = lock_case(merchant_id=merchant_id, number=number)
    if ReturnState(case.state) not in RUNNING:
        return False
    step = {
        ReturnState.FROZEN: _pay_back,
        ReturnState.PAYING: _look_for_arrival,
        ReturnState.PAID: _take_back,
    }[ReturnState(case.state)]
    return step(merchant_id, case, at)


def find_settled(*, merchant_id: int, settled: str) -> str | None:
    """The return that a refund or transfer of this number belongs to."""
    which = {"merchant_id": merchant_id, "settled": settled}
    found = fetch_one(_Number, statements.BY_REFUND, which)
    return found.number if found else None


def list_running(*, before: datetime, limit: int) -> list[Running]:
    """Returns that nobody has looked at since then, across merchants, without locks."""
    return fetch_all(Running, statements.RUNNING, {"before": before, "limit": limit})


def note_look(*, merchant_id: int, number: str, at: datetime) -> None:
    """It is its turn now; the others come before it does again."""
    execute(statements.NOTE_LOOK, {"merchant_id": merchant_id, "number": number, "at": at})


def note_trouble(*, merchant_id: int, number: str, trouble: str) -> None:
    """What stands in the way, for people to see."""
    execute(
        statements.NOTE_TROUBLE,
        {"merchant_id": merchant_id, "number": number, "trouble": trouble[:200]},
    )


def lock_case(*, merchant_id: int, number: str) -> Case:
    """The order, then the return. Raises NotFound."""
    which = {"merchant_id": merchant_id, "number": number}
    case = fetch_one(Case, statements.LOCK_RETURN, which)
    if case is None:
        raise NotFound("There is no such refund.", number=number[:40])
    return case


def hold_return(*, merchant_id: int, number: str) -> None:
    """Nobody decides about it, nor moves it on, until this transaction ends. Raises NotFound."""
    lock_case(merchant_id=merchant_id, number=number)


def move_on(merchant_id: int, case: Case, state: ReturnState, *, at: datetime) -> None:
    """Write down where it stands now, and what is known of its money."""
    execute(
        statements.MOVE,
        {
            "merchant_id": merchant_id,
            "return_id": case.id,
            "state": state.value,
            "at": at,
            "amount_fen": case.amount_fen,
            "wechat_fen": case.wechat_fen,
            "value_fen": case.value_fen,
            "points": case.points,
            "refund_number": case.refund_number,
            "transfer_number": case.transfer_number,
        },
    )


def _pay_back(merchant_id: int, case: Case, at: datetime) -> bool:
    """Each pot gets back its part: ours at once, WeChat's by a refund of its own."""
    split = orders.give_back(
        merchant_id=merchant_id,
        order_id=case.order_id,
        amount_fen=case.amount_fen,
        cause=case.cause,
        weight=_weight(merchant_id, case),
        at=at,
    )
    case = replace(
        case, wechat_fen=split.wechat_fen, value_fen=split.value_fen, points=split.points
    )
    if not case.wechat_fen:
        move_on(merchant_id, case, ReturnState.PAID, at=at)
        return True
    move_on(merchant_id, _ask_wechat(merchant_id, case, at=at), ReturnState.PAYING, at=at)
    return False


def _weight(merchant_id: int, case: Case) -> Weight | None:
    """Which part of the order this is by market value; None where it is more than vouchers."""
    which = {
        "merchant_id": merchant_id,
        "return_id": case.id,
        "order_id": case.order_id,
        "order_number": case.order_number,
    }
    found = fetch_one(_Weight, statements.WEIGHT, which)
    if found is None or not found.now or found.in_vouchers_fen < case.total_fen:
        return None
    return Weight(now=found.now, left=found.left)


def _ask_wechat(merchant_id: int, case: Case, *, at: datetime) -> Case:
    """A refund; where WeChat makes none any more, a transfer that the payer confirms."""
    payout = payments.lock_payout(merchant_id=merchant_id, order_id=case.order_id)
    if payout is None:
        raise NotFound("This order has no payment.", order=case.order_number)
    if payments.takes_refund(payout, at=at):
        number = payments.ask_refund(
            merchant_id=merchant_id,
            payment_id=payout.payment_id,
            amount_fen=case.wechat_fen,
            reason=case.reason,
            cause=case.cause,
            kept_as=KeptAs.PREPAID,
            at=at,
        )
        return replace(case, refund_number=number)
    number = payments.ask_transfer(
        merchant_id=merchant_id,
        payment_id=payout.payment_id,
        amount_fen=case.wechat_fen,
        reason=case.reason,
        cause=case.cause,
        at=at,
    )
    return replace(case, transfer_number=number)


def _look_for_arrival(merchant_id: int, case: Case, at: datetime) -> bool:
    arrived, trouble = _standing(merchant_id, case)
    if arrived:
        move_on(merchant_id, case, ReturnState.PAID, at=at)
        return True
    if trouble != case.trouble and trouble:
        note_trouble(merchant_id=merchant_id, number=case.number, trouble=trouble)
    return False


def _standing(merchant_id: int, case: Case) -> tuple[bool, str | None]:
    """Whether WeChat's part has arrived; if not, what became of it where it will not by itself."""
    # Also by one that seemed to have come to nothing, whose successor is held back then.
    if payments.has_arrived(merchant_id=merchant_id, cause=case.cause):
        return True, None
    if case.transfer_number:
        sent = payments.find_transfer(merchant_id=merchant_id, number=case.transfer_number)
        if sent.state in payments.CAME_TO_NOTHING:
            return False, f"transfer_{sent.state}:{sent.fail_reason or ''}"
        return False, None
    refund = payments.find_refund(merchant_id=merchant_id, number=case.refund_number or "")
    if refund.state in {RefundState.ABNORMAL, RefundState.CLOSED}:
        return False, ":".join(filter(None, (f"refund_{refund.state}", refund.trouble)))
    return False, None


def _take_back(merchant_id: int, case: Case, at: datetime) -> bool:
    revoke(merchant_id, case, at=at)
    move_on(merchant_id, case, ReturnState.DONE, at=at)
    settle_order(merchant_id=merchant_id, order_id=case.order_id)
    done = RefundDone(merchant_id=merchant_id, order_id=case.order_id, refund_number=case.number)
    publish(done, at=at)
    return True


def settle_order(*, merchant_id: int, order_id: int) -> None:
    """No return of it is under way any more: what it is now follows from those that are done."""
    execute(statements.SETTLE_ORDER, {"merchant_id": merchant_id, "order_id": order_id})
