"""Buyers with something beside WeChat to pay with: vouchers, points, stored value."""

from datetime import timedelta

from app.domain import orders, points
from app.domain.catalog import BenefitKind, Conditions, Days
from app.domain.orders import CloseReason, Idea
from tests.builders.catalog import a_benefit, an_offer
from tests.builders.moments import NOON
from tests.builders.orders import a_paid_fact, a_paid_order, order_id_of, vouchers_of
from tests.builders.points import given
from tests.builders.stored_value import a_top_up
from tests.builders.transactions import joined

FIVE_OFF = {"off_fen": 5_00}
EARLIER = NOON - timedelta(hours=1)


def a_discount(shop, buyer, *, kind=BenefitKind.CASH, face=None, price=1_00, at=EARLIER, **terms):
    """A bought voucher that takes 5 yuan off, unless told otherwise; it cost `price`."""
    known = {each.id for each in vouchers_of(shop, buyer)}
    benefit = a_benefit(
        merchant=shop.merchant,
        kind=kind,
        name="代金券",
        face=face or FIVE_OFF,
        market_value_fen=5_00,
        conditions=Conditions(**{"validity": Days(count=30)} | terms),
    )
    offer = an_offer(
        merchant=shop.merchant,
        items=[(benefit.benefit_id, 1)],
        title="代金券",
        price_fen=price,
    )
    a_paid_order(shop, buyer=buyer, offer=offer, at=at)
    return next(each for each in vouchers_of(shop, buyer) if each.id not in known)


def points_pay(shop, *, bp=5_000, worth=100):
    """From now on points pay half of a price at most, a hundred of them a yuan."""
    with joined():
        points.set_terms(
            merchant_id=shop.id, pay_bp=bp, worth=worth, warn_days=30, actor="system", at=NOON
        )


def with_value(shop, buyer, *, paid=100_00, bonus=20_00):
    a_top_up(shop, buyer, paid=paid, bonus=bonus)


def with_points(shop, buyer, amount):
    given(shop, buyer, amount)


def paid(shop, placed, *, at=NOON):
    fact = a_paid_fact(shop, placed, at=at)
    with joined():
        return orders.confirm_paid(fact, at=at)


def closed(shop, placed, *, at=NOON):
    order_id = order_id_of(shop, placed.order_number)
    with joined():
        return orders.close(
            merchant_id=shop.id, order_id=order_id, reason=CloseReason.TIMEOUT, at=at
        )


def given_back(shop, placed, amount_fen, *, cause="return:1", at=NOON, weight=None):
    order_id = order_id_of(shop, placed.order_number)
    with joined():
        return orders.give_back(
            merchant_id=shop.id,
            order_id=order_id,
            amount_fen=amount_fen,
            cause=cause,
            weight=weight,
            at=at,
        )


def quoted(shop, buyer, *, offer=None, at=NOON, **idea):
    with joined():
        return orders.quote(
            Idea(
                merchant_id=shop.id,
                member_id=buyer.id,
                offer_number=(offer or shop.offer).number,
                **idea,
            ),
            at=at,
        )


def tenders(shop, placed):
    """Kind and state of each."""
    found = orders.tenders_of(merchant_id=shop.id, order_id=order_id_of(shop, placed.order_number))
    return {each.kind: each.state for each in found}
