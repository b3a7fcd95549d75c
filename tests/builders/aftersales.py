"""Returns, by the real verbs, and what WeChat says of their money."""

from datetime import timedelta

from app.domain import aftersales, payments
from app.domain.aftersales import Wanted
from app.domain.payments import RefundFact, RefundState
from app.kernel.db import fetch_one
from tests.builders.moments import NOON
from tests.builders.transactions import joined

ASKED_AT = NOON + timedelta(hours=2)


def a_refund(shop, buyer, order_number, *, vouchers=(), at=ASKED_AT, key=None):
    """The return's number; its money has not moved yet."""
    with joined():
        return aftersales.ask(
            merchant_id=shop.id,
            member_id=buyer.id,
            wanted=Wanted(
                order_number=order_number,
                reason="不想要了",
                vouchers=[each.number for each in vouchers],
            ),
            key=key,
            at=at,
        )


def walk(shop, number, *, at=ASKED_AT):
    """As far as it goes by itself; the state it stands in then."""
    for _ in range(4):
        with joined():
            if not aftersales.advance(merchant_id=shop.id, number=number, at=at):
                break
    return seen(shop, number).state


def seen(shop, number):
    return aftersales.get_return(merchant_id=shop.id, number=number)


def wechat_says(shop, number, state=RefundState.SUCCEEDED, *, at=ASKED_AT):
    """What WeChat tells of the refund that this return waits for."""
    with joined():
        payments.settle_refund(
            RefundFact(
                merchant_id=shop.id,
                refund_number=seen(shop, number).refund_number,
                state=state,
                wechat_refund_id="5030",
            ),
            at=at,
        )


def a_done_refund(shop, buyer, order_number, *, at=ASKED_AT, **more):
    """All the way: the money is back and everything is taken back."""
    number = a_refund(shop, buyer, order_number, at=at, **more)
    if walk(shop, number, at=at) == "paying":
        wechat_says(shop, number, at=at)
    assert walk(shop, number, at=at) == "done"
    return number


class _Amount:
    def __init__(self, fen):
        self.fen = fen


def resting(shop, kind):
    """What rests on a house account, in fen."""
    from app.domain import ledger
    from app.domain.ledger import AccountKind, house

    return ledger.balance_of(merchant_id=shop.id, account=house(AccountKind(kind)))


def order_state(shop, number):
    found = fetch_one(
        _Amount,
        "SELECT state FROM orders WHERE merchant_id = %(m)s AND number = %(n)s",
        {"m": shop.id, "n": number},
    )
    return found.fen
