"""Asking for money back: what goes back is frozen in the same breath, and the sum is kept."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import msgspec

from app.domain import bookings, gifting
from app.domain.aftersales import statements
from app.domain.aftersales.choosing import waits_for_friend
from app.domain.aftersales.errors import (
    NothingToRefund,
    OrderNotRefundable,
    RefundChanged,
)
from app.domain.aftersales.events import RefundFrozen, RefundRequested
from app.domain.aftersales.goods import take_goods
from app.domain.aftersales.models import ReturnState
from app.domain.aftersales.quoting import (
    Order,
    find_bought,
    goods_of,
    hold_for_return,
    quote_of,
)
from app.domain.aftersales.rules import Asker, Bought, Quote, QuoteLine, choose, goes_whole
from app.kernel import audit, numbers, request_keys
from app.kernel.db import execute
from app.kernel.errors import DomainError
from app.kernel.outbox import publish
from app.kernel.request_keys import RequestKey


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to go back, and why. Without vouchers: everything that can."""

    order_number: str
    reason: str
    vouchers: Collection[str] = ()


@dataclass(frozen=True, kw_only=True)
class _Draft:
    """A return before it is written."""

    number: str
    order: Order
    chosen: Quote
    inside: Sequence[Bought]
    amount_fen: int


def ask(
    *, merchant_id: int, member_id: int, wanted: Wanted, key: RequestKey | None, at: datetime
) -> str:
    """The buyer wants his money back; the return's number. The same key gives the same return.

    What can go back by itself is frozen and its money is on the way; the rest waits for the
    merchant's word, frozen as well.

    Raises NotFound, OrderNotRefundable, RefundUnderWay, NotRefundable, NothingToRefund,
    GiftWaiting, KeyReused.
    """
    if first := key and _first_answer(key):
        return first
    actor = f"member:{member_id}"
    try:
        order = hold_for_return(
            merchant_id=merchant_id, number=wanted.order_number, member_id=member_id
        )
        number = _ask(merchant_id, order, wanted, asker=Asker.BUYER, actor=actor, at=at)
    except DomainError:
        # Twice at once: the second comes here when the first one is under way already.
        if first := key and _first_answer(key):
            return first
        raise
    if key:
        request_keys.store(key, status=201, body_json=_answer(number), at=at)
    return number


def ask_for_buyer(*, merchant_id: int, wanted: Wanted, actor: str, at: datetime) -> str:
    """The merchant gives money back that no rule gives back by itself; the return's number.

    Also what a friend holds, what is over, and what was sold without refunds. What was used is
    reversed at the counter first. Raises as `ask` does.
    """
    order = hold_for_return(merchant_id=merchant_id, number=wanted.order_number)
    number = _ask(merchant_id, order, wanted, asker=Asker.MERCHANT, actor=actor, at=at)
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="order.refund",
        subject=order.number,
        details={"refund": number, "reason": wanted.reason},
        at=at,
    )
    return number


def ask_for_part(
    *, merchant_id: int, order_number: str, part: QuoteLine, reason: str, actor: str, at: datetime
) -> str:
    """A part of what an order brought never arrived, and its money goes back; the return's number.

    Whoever calls takes the part back in the same transaction, after this: the order comes first.
    Raises NotFound, OrderNotRefundable, RefundUnderWay.
    """
    wanted = Wanted(order_number=order_number, reason=reason)
    order = hold_for_return(merchant_id=merchant_id, number=wanted.order_number)
    draft = _Draft(
        number=numbers.new(numbers.Kind.RETURN, merchant_id=merchant_id),
        order=order,
        chosen=Quote(lines=(part,)),
        inside=(),
        amount_fen=part.back_fen,
    )
    _write(merchant_id, draft, wanted, actor=actor, at=at)
    _publish(merchant_id, draft, Asker.MERCHANT, at=at)
    return draft.number


def ask_for_expired(*, merchant_id: int, order_number: str, at: datetime) -> str | None:
    """What is over goes back by itself, as the offer promised; None when nothing is left to do.

    What it refuses is never looked at again, unless another return is under way.
    """
    wanted = Wanted(order_number=order_number, reason="过期未使用，自动退款")
    try:
        order = hold_for_return(merchant_id=merchant_id, number=wanted.order_number)
        # Before the question: what ends meanwhile is looked at the next time.
        look_at_expired(merchant_id=merchant_id, order_number=order_number, next_at=None)
        return _ask(merchant_id, order, wanted, asker=Asker.EXPIRY, actor="system", at=at)
    except OrderNotRefundable:
        look_at_expired(merchant_id=merchant_id, order_number=order_number, next_at=None)
    except DomainError:
        pass
    return None


def look_at_expired(*, merchant_id: int, order_number: str, next_at: datetime | None) -> None:
    """Look at what of this order is over then, to give its money back; None: never again."""
    which = {"merchant_id": merchant_id, "number": order_number, "next_at": next_at}
    execute(statements.LOOK_AT_EXPIRED, which)


def freeze(
    merchant_id: int, *, number: str, voucher_ids: Sequence[int], actor: str, at: datetime
) -> None:
    """Nobody uses these from now on; every older show code is dead."""
    which = {"merchant_id": merchant_id, "ids": list(voucher_ids)}
    frozen = execute(statements.FREEZE, {**which, "number": number, "actor": actor, "at": at})
    if frozen != len(voucher_ids):
        raise RuntimeError(f"what return {number} freezes was locked and yet moved away")


def _ask(
    merchant_id: int, order: Order, wanted: Wanted, *, asker: Asker, actor: str, at: datetime
) -> str:
    bought = find_bought(merchant_id=merchant_id, order_id=order.id, is_locked=True)
    whole = quote_of(merchant_id, order, bought, asker=asker, at=at)
    if asker is not Asker.EXPIRY and waits_for_friend(whole, wanted.vouchers):
        gifting.refuse_if_waiting(merchant_id=merchant_id, order_id=order.id)
    chosen = choose(whole, wanted.vouchers or None, asker=asker)
    _require_worth(order, chosen)
    names = {line.voucher for line in chosen.lines}
    draft = _Draft(
        number=numbers.new(numbers.Kind.RETURN, merchant_id=merchant_id),
        order=order,
        chosen=chosen,
        inside=_inside(bought, names),
        amount_fen=chosen.back_fen,
    )
    if None in names and not chosen.needs_word:
        draft = _with_goods_taken(merchant_id, draft, bought, at=at)
    _write(merchant_id, draft, wanted, actor=actor, at=at)
    _give_seats_up(merchant_id, draft.inside, actor=actor, at=at)
    usable = [each.id for each in draft.inside if each.state != "expired"]
    freeze(merchant_id, number=draft.number, voucher_ids=usable, actor=actor, at=at)
    _publish(merchant_id, draft, asker, at=at)
    return draft.number


def _inside(bought: Sequence[Bought], names: Collection[str | None]) -> list[Bought]:
    """What was chosen; with the last of what was paid for, what friends unlocked for it too."""
    chosen = [each for each in bought if each.number in names]
    if not goes_whole(bought, names):
        return chosen
    return chosen + [each for each in bought if each.is_prize and each.state == "active"]


def _give_seats_up(merchant_id: int, inside: Sequence[Bought], *, actor: str, at: datetime) -> None:
    """Whoever waits for such a seat gets it."""
    for each in inside:
        if each.waits_in == "booking":
            bookings.let_go(merchant_id=merchant_id, voucher_id=each.id, actor=actor, at=at)


def _require_worth(order: Order, chosen: Quote) -> None:
    if not chosen.back_fen and not order.has_tenders:
        raise NothingToRefund("这笔订单没有付款，无需退款", reasons=["free"])


def _with_goods_taken(
    merchant_id: int, draft: _Draft, bought: Sequence[Bought], *, at: datetime
) -> _Draft:
    """Nobody gets less than he was shown: what was used meanwhile has to be looked at again.

    Raises RefundChanged.
    """
    goods = goods_of(merchant_id, draft.order, bought)
    back = take_goods(goods, cause=f"return:{draft.number}", at=at)
    amount_fen = back + sum(each.allocated_fen for each in draft.inside)
    if amount_fen != draft.amount_fen:
        raise RefundChanged("可退金额刚刚有变化，请重新查看", back_fen=amount_fen)
    return draft


def _write(merchant_id: int, draft: _Draft, wanted: Wanted, *, actor: str, at: datetime) -> None:
    execute(
        statements.ADD,
        {
            "merchant_id": merchant_id,
            "number": draft.number,
            "order_id": draft.order.id,
            "state": (ReturnState.ASKED if draft.chosen.needs_word else ReturnState.FROZEN).value,
            "amount_fen": draft.amount_fen,
            "reason": wanted.reason,
            "quote": _told(draft.chosen),
            "actor": actor,
            "at": at,
            "vouchers": [each.id for each in draft.inside],
            "parts": [each.allocated_fen for each in draft.inside],
        },
    )


def _publish(merchant_id: int, draft: _Draft, asker: Asker, *, at: datetime) -> None:
    if not draft.chosen.needs_word:
        publish(RefundFrozen(merchant_id=merchant_id, refund_number=draft.number), at=at)
    if asker is Asker.BUYER:
        publish(RefundRequested(merchant_id=merchant_id, refund_number=draft.number), at=at)


def _told(chosen: Quote) -> str:
    """The sum as it was shown, in JSON."""
    said = {
        "formula": chosen.formula,
        "back_fen": chosen.back_fen,
        "lines": [asdict(line) for line in chosen.lines],
    }
    return msgspec.json.encode(said).decode()


def _answer(number: str) -> str:
    return msgspec.json.encode({"number": number}).decode()


def _first_answer(key: RequestKey) -> str | None:
    answer = request_keys.find_answer(key)
    return str(answer.body["number"]) if answer else None
