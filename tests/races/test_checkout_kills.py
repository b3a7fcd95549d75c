"""A process dies by SIGKILL while it holds pots for an order: all are held, or none, and not for ever."""

import signal
import sys
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from app.domain import orders, points, stored_value, vouchers
from app.domain.catalog import BenefitKind, Conditions, Days, OfferKind
from app.kernel import clock
from jobs.orders import close_unpaid_orders
from tests.builders.catalog import a_benefit, an_offer
from tests.builders.points import given
from tests.builders.tenders import points_pay
from tests.races.test_kills import a_paid_order, house, process, shop

__all__ = ["house", "process", "shop"]

pytestmark = pytest.mark.timeout(120)

OVERDUE = timedelta(minutes=16)
DYING = Path(__file__).with_name("dying_checkout.py")


def sells(shop, **offer):
    with shop.house.app.app_context():
        if offer.pop("is_voucher", False):
            off = a_benefit(
                merchant=shop.merchant,
                kind=BenefitKind.CASH,
                name="代金券",
                face={"off_fen": 5_00},
                conditions=Conditions(validity=Days(count=30), stackable=True),
            )
            offer["items"] = [(off.benefit_id, 1)]
        shop.offer = an_offer(merchant=shop.merchant, **offer)


@pytest.fixture
def wish(shop):
    """To pay with a voucher, points and stored value, all of which the buyer has."""
    cake = shop.offer
    with shop.house.app.app_context():
        shop.id = shop.merchant.id
        points_pay(shop)
        given(shop, shop.buyer, 1_000, expires_at=clock.now() + timedelta(days=90))
    sells(shop, title="代金券", price_fen=1_00, is_voucher=True)
    a_paid_order(shop)
    terms = {"bonus_fen": 20_00}
    sells(shop, title="储值", price_fen=100_00, kind=OfferKind.TOPUP, items=[], terms=terms)
    a_paid_order(shop)
    shop.offer = cake
    (voucher,) = shop.rows(vouchers.Voucher)
    return shop.wish(voucher_number=voucher.number, points=400, value_fen=10_00)


def pots(shop):
    """What the buyer can spend: his voucher's state, points, stored value."""
    (voucher,) = shop.rows(vouchers.Voucher)
    his = {"merchant_id": shop.id, "member_id": shop.buyer.id}
    with shop.house.app.app_context():
        value = stored_value.balance(**his)
        spendable = points.balance(**his, at=clock.now()).spendable
    return voucher.state.value, spendable, value.paid_fen + value.bonus_fen


def die_at_checkout(process, wish, when):
    dead = process(sys.executable, str(DYING), msgspec.json.encode(wish).decode(), when)
    assert dead.wait(60) == -signal.SIGKILL


def test_a_checkout_killed_while_it_holds_has_held_nothing(shop, process, wish):
    die_at_checkout(process, wish, "holding")

    assert pots(shop) == ("active", 1_000, 120_00)
    assert shop.rows(orders.OrderTender) == []


def test_a_checkout_killed_before_its_bill_gives_every_pot_back_in_time(shop, process, wish):
    die_at_checkout(process, wish, "before_prepay")
    assert pots(shop) == ("held", 600, 110_00)

    shop.sweep(close_unpaid_orders, after=OVERDUE)

    assert pots(shop) == ("active", 1_000, 120_00)
    assert {each.state.value for each in shop.rows(orders.OrderTender)} == {"released"}
