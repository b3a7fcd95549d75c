"""A voucher that stands in WeChat's card bag and pays for an order: the bag follows the order."""

from datetime import timedelta

import pytest

from app.domain import orders, vouchers
from app.domain.card_bag import BagCard
from app.domain.catalog import BenefitKind
from app.domain.orders import CloseReason
from app.kernel import clock
from app.kernel.db import transaction
from jobs import reconciliation
from tests.builders.catalog import a_benefit, an_offer
from tests.builders.points import given
from tests.jobs.shop import BUYER
from tests.jobs.test_card_bag import CARD, CONSUME, SETTLE, Bag
from tests.jobs.test_card_bag_coupons import Coupons

FOLLOW = "card_bag.follow_pots"
SOON = timedelta(minutes=2)


def sells_five_off(shop):
    """What the shop sells first is a voucher that takes five yuan off; then what it is used for."""
    with shop.house.app.app_context():
        five_off = a_benefit(
            merchant=shop.merchant, kind=BenefitKind.CASH, name="代金券", face={"off_fen": 5_00}
        )
        latte, shop.offer = (
            shop.offer,
            an_offer(
                merchant=shop.merchant,
                items=[(five_off.benefit_id, 1)],
                title="代金券",
                price_fen=1_00,
            ),
        )
    return latte


@pytest.fixture
def bag(shop):
    latte = sells_five_off(shop)
    bag = Bag(shop)
    shop.offer = latte
    bag.offered = bag.add()
    return bag


def order(bag):
    return bag.shop.order(voucher_number=bag.voucher.number)


def pay(bag):
    bag.shop.pay()
    bag.shop.sweep(reconciliation.reconcile_payments, after=SOON)
    settle(bag)


def settle(bag):
    bag.shop.run(FOLLOW)
    bag.shop.run(SETTLE)


def close(bag, placed):
    with bag.shop.house.app.app_context(), transaction():
        (row,) = orders_of(bag, placed)
        orders.close(
            merchant_id=bag.id, order_id=row.id, reason=CloseReason.CANCELLED, at=clock.now()
        )
    settle(bag)


def give_back(bag, placed):
    with bag.shop.house.app.app_context(), transaction():
        (row,) = orders_of(bag, placed)
        orders.give_back(
            merchant_id=bag.id,
            order_id=row.id,
            amount_fen=placed.total_fen,
            cause="return:all",
            at=clock.now(),
        )
    settle(bag)


def orders_of(bag, placed):
    return bag.shop.rows(orders.Order, number=placed.order_number)


def voucher_state(bag):
    return bag.shop.rows(vouchers.Voucher, number=bag.voucher.number)[0].state.value


def test_a_voucher_spent_at_checkout_is_used_up_on_the_phone(bag):
    order(bag)
    assert (voucher_state(bag), bag.on_the_phone()) == ("held", [(CARD, "NORMAL")])

    pay(bag)

    assert voucher_state(bag) == "redeemed"
    assert bag.on_the_phone() == [(CARD, "CONSUMED")]
    assert (bag.shop.asked(CONSUME), bag.card().seen) == (1, "consumed")


def test_an_order_that_closes_leaves_the_card_as_usable_as_it_was(bag):
    close(bag, order(bag))

    assert (voucher_state(bag), bag.on_the_phone()) == ("active", [(CARD, "NORMAL")])
    assert (bag.shop.asked(CONSUME), bag.differences()) == (0, [])


def used_at_wechats_counter(bag):
    code = bag.offered.code
    bag.shop.ask("POST", f"/_sim/cards/{CARD}/codes/{code}/consume", clerk=BUYER, location_name="x")
    bag.tell("user_consume_card", CARD, code, more={"ConsumeSource": "FROM_MOBILE_HELPER"})


def test_a_use_at_wechats_counter_is_booked_as_soon_as_the_order_lets_the_voucher_go(bag):
    placed = order(bag)
    used_at_wechats_counter(bag)
    assert (voucher_state(bag), bag.differences()) == ("held", [("use_refused", False)])

    close(bag, placed)

    assert (voucher_state(bag), bag.differences()) == ("redeemed", [("use_refused", True)])
    assert (bag.card().wanted, bag.shop.asked(CONSUME)) == ("consumed", 0)


def test_a_voucher_used_there_and_spent_here_stays_a_difference_for_a_person(bag):
    order(bag)
    used_at_wechats_counter(bag)

    pay(bag)

    assert (voucher_state(bag), bag.differences()) == ("redeemed", [("use_refused", False)])


def test_what_the_platform_cannot_undo_is_noted_when_the_money_goes_back(bag):
    placed = order(bag)
    pay(bag)

    give_back(bag, placed)

    assert (voucher_state(bag), bag.differences()) == ("active", [("cannot_unconsume", False)])


def test_a_coupon_comes_back_on_the_phone_with_the_money(shop):
    latte = sells_five_off(shop)
    coupons = Coupons(shop)
    shop.offer = latte
    coupons.take()
    placed = order(coupons)
    pay(coupons)
    assert coupons.there() == ["USED"]

    give_back(coupons, placed)

    assert (voucher_state(coupons), coupons.there()) == ("active", ["SENDED"])
    assert shop.rows(BagCard)[-1].seen == "held"


def test_the_member_card_shows_the_points_that_an_order_holds_and_lets_go(bag):
    bag.add_membership()
    with bag.shop.house.app.app_context(), transaction():
        given(bag, bag.shop.buyer, 500, expires_at=clock.now() + timedelta(days=90))
        sold = an_offer(
            merchant=bag.shop.merchant, title="小样", price_fen=9_90, terms={"points": 300}
        )
    bag.shop.offer = sold

    placed = bag.shop.order()
    settle(bag)
    assert bonus(bag) == 200
    close(bag, placed)

    assert bonus(bag) == 500


def bonus(bag):
    cards = bag.shop.ask("GET", f"/_sim/users/{BUYER}/cards")
    return next(each["membership"]["bonus"] for each in cards if "membership" in each)
