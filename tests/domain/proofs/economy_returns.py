"""Returns on their way: asked for, decided, pushed on, answered by WeChat, and all of it settled."""

from dataclasses import dataclass

from app.domain import aftersales, gifting, payments
from app.domain.aftersales import Wanted
from app.domain.payments import RefundFact, RefundState
from app.kernel.db import fetch_all, transaction

MOST_ROUNDS = 6


@dataclass
class Running:
    number: str
    member_id: int
    state: str
    refund_number: str | None
    refund_state: str | None


@dataclass
class Open:
    number: str


def ask(shop, order, some, *, by_merchant, at):
    wanted = Wanted(
        order_number=order.number, reason="不想要了", vouchers=[each.number for each in some]
    )
    if by_merchant:
        return aftersales.ask_for_buyer(merchant_id=shop.id, wanted=wanted, actor="staff:1", at=at)
    return aftersales.ask(
        merchant_id=shop.id, member_id=order.member_id, wanted=wanted, key=None, at=at
    )


def ask_for_expired(shop, *, at):
    for each in aftersales.list_expired(at=at, limit=1000):
        if each.merchant_id == shop.id:
            with transaction():
                aftersales.ask_for_expired(
                    merchant_id=shop.id, order_number=each.order_number, at=at
                )


def end_gifts(*, at):
    gifting.return_due(at=at, limit=10_000)


def running(shop, *, order=None):
    """Of all orders, or of the one with this number."""
    return fetch_all(Running, RUNNING, {"m": shop.id, "order": order})


def push(shop, found, how, *, at):
    """One step of this return, by whom it waits for; what was done."""
    which = {"merchant_id": shop.id, "number": found.number}
    with transaction():
        if found.state == "asked":
            return _decide(which, found, how, at=at)
        if found.refund_number and found.refund_state == "closed":
            aftersales.retry(**which, actor="staff:1", at=at)
            return "retry"
        if found.refund_number and found.refund_state != "succeeded" and how % 2:
            closes = how % 7 == 0
            state = RefundState.CLOSED if closes else RefundState.SUCCEEDED
            return _wechat_says(shop, found.refund_number, state, at=at)
        aftersales.advance(**which, at=at)
        return f"from {found.state}"


def settle(shop, *, at):
    """Everybody decides, WeChat answers, everything goes on to its end."""
    for _ in range(MOST_ROUNDS):
        for each in running(shop):
            push(shop, each, 1, at=at)
            push_on(shop, each.number, at=at)
        for each in fetch_all(Open, OPEN_REFUNDS, {"m": shop.id}):
            with transaction():
                _wechat_says(shop, each.number, RefundState.SUCCEEDED, at=at)
    assert running(shop) == []


def push_on(shop, number, *, at):
    with transaction():
        aftersales.advance(merchant_id=shop.id, number=number, at=at)


def _decide(which, found, how, *, at):
    if how % 4 == 0:
        aftersales.decline(**which, reason="已使用", actor="staff:1", at=at)
        return "decline"
    if how % 4 == 2:
        aftersales.withdraw(**which, member_id=found.member_id, at=at)
        return "withdraw"
    aftersales.approve(**which, reason="老顾客", actor="staff:1", at=at)
    return "approve"


def _wechat_says(shop, number, state, *, at):
    payments.settle_refund(
        RefundFact(merchant_id=shop.id, refund_number=number, state=state, wechat_refund_id="5030"),
        at=at,
    )
    return f"refund {state.value}"


RUNNING = """
SELECT r.number, o.member_id, r.state, r.refund_number,
  (SELECT f.state FROM refunds f WHERE f.merchant_id = %(m)s AND f.number = r.refund_number)
FROM returns r JOIN orders o ON o.merchant_id = r.merchant_id AND o.id = r.order_id
WHERE r.merchant_id = %(m)s AND r.state IN ('asked', 'frozen', 'paying', 'paid')
  AND (%(order)s::text IS NULL OR o.number = %(order)s) ORDER BY r.id
"""
OPEN_REFUNDS = """
SELECT number FROM refunds
WHERE merchant_id = %(m)s AND state IN ('asked', 'processing') ORDER BY id
"""
