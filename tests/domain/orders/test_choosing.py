"""Which voucher serves best, and in words why each other one does not."""

from datetime import timedelta

import pytest

from app.domain import orders
from app.domain.catalog import BenefitKind, Days, Hours, NotSoldOnIos, OfferKind, Range
from app.domain.orders import TenderRefused
from app.kernel.db import execute, transaction
from app.kernel.errors import NotFound
from tests.builders.catalog import an_offer
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_order, a_shop, an_order, vouchers_of
from tests.builders.tenders import (
    a_discount,
    points_pay,
    quoted,
    with_points,
    with_value,
)


@pytest.fixture
def shop(database):
    return a_shop()


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


def test_the_largest_saving_is_chosen_and_the_next_best_is_named(shop, buyer):
    five = a_discount(shop, buyer)
    tenth = a_discount(shop, buyer, kind=BenefitKind.DISCOUNT, face={"rate_bp": 8_500})
    capped = a_discount(
        shop, buyer, kind=BenefitKind.DISCOUNT, face={"rate_bp": 5_000, "cap_fen": 6_00}
    )

    found = quoted(shop, buyer)

    # 15 % of 49 yuan is 7.35; half of it is capped at 6.
    assert (found.voucher.number, found.voucher.saving_fen) == (tenth.number, 7_35)
    assert found.choice.runner_up.number == capped.number
    assert [each.number for each in found.choice.candidates] == [
        tenth.number,
        capped.number,
        five.number,
    ]
    assert (found.price.list_fen, found.price.total_fen) == (49_00, 41_65)


def test_among_equals_what_ends_soonest_goes_first(shop, buyer):
    a_discount(shop, buyer)
    soon = a_discount(shop, buyer, validity=Days(count=2))

    assert quoted(shop, buyer).voucher.number == soon.number


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({"minimum_spend_fen": 50_00}, "below_minimum_spend"),
        ({"store_ids": (1,)}, "only_in_store"),
        ({"hours": Hours(ranges=(Range(9 * 60, 10 * 60),))}, "outside_hours"),
    ],
    ids=["minimum", "store", "hours"],
)
def test_a_voucher_that_fails_says_why_and_is_refused_by_the_order(shop, buyer, terms, why):
    if "store_ids" in terms:
        terms = {"store_ids": (shop.store.id,)}
    voucher = a_discount(shop, buyer, **terms)

    found = quoted(shop, buyer)

    assert found.voucher is None
    (candidate,) = found.choice.candidates
    assert (candidate.why, candidate.saving_fen) == (why, 0)
    assert candidate.reason
    with pytest.raises(TenderRefused) as refused:
        an_order(shop, buyer=buyer, voucher_number=voucher.number)
    assert refused.value.details["why"] == why


def test_a_voucher_that_stands_alone_does_not_go_with_points(shop, buyer):
    points_pay(shop)
    with_points(shop, buyer, 1_000)
    alone, together = a_discount(shop, buyer), a_discount(shop, buyer, stackable=True)

    found = quoted(shop, buyer, points=200)

    assert found.voucher.number == together.number
    reasons = {each.number: each.why for each in found.choice.candidates}
    assert reasons[alone.number] == "not_stackable"
    # 49.00 less 5.00 and 2.00.
    assert (found.price.points, found.price.total_fen) == (200, 42_00)


def test_a_voucher_that_an_order_holds_cannot_be_meant_again(shop, buyer):
    voucher = a_discount(shop, buyer)
    an_order(shop, buyer=buyer, voucher_number=voucher.number)

    assert quoted(shop, buyer).choice.candidates[0].why == "voucher_held"
    with pytest.raises(TenderRefused):
        an_order(shop, buyer=buyer, voucher_number=voucher.number)


def test_a_named_voucher_that_cannot_be_used_says_why_and_no_other_takes_its_place(shop, buyer):
    a_discount(shop, buyer)
    a_paid_order(shop, buyer=buyer)
    (latte, *_) = (each for each in vouchers_of(shop, buyer) if each.terms.name != "代金券")

    found = quoted(shop, buyer, best_voucher=False, voucher_number=latte.number)

    assert (found.voucher, found.price.total_fen) == (None, 49_00)
    assert [each.why for each in found.choice.candidates] == [None, "not_a_discount"]
    with pytest.raises(NotFound):
        quoted(shop, a_buyer(shop), best_voucher=False, voucher_number=latte.number)


def test_a_voucher_never_buys_money(shop, buyer):
    a_discount(shop, buyer)
    top_up = an_offer(
        merchant=shop.merchant, kind=OfferKind.TOPUP, price_fen=100_00, items=[], title="储值"
    )

    found = quoted(shop, buyer, offer=top_up)

    assert found.choice.candidates[0].why == "not_for_this_offer"
    assert (found.value_most_fen, found.points.points) == (0, 0)


def test_what_an_order_names_is_what_it_uses_and_nothing_else(shop, buyer):
    better = a_discount(shop, buyer, face={"off_fen": 9_00})
    named = a_discount(shop, buyer)

    placed = an_order(shop, buyer=buyer, voucher_number=named.number)

    assert placed.total_fen == 44_00
    assert quoted(shop, buyer, best_voucher=False).voucher is None
    assert quoted(shop, buyer).voucher.number == better.number


def test_a_quote_costs_what_the_order_then_costs(shop, buyer):
    points_pay(shop)
    with_points(shop, buyer, 300)
    with_value(shop, buyer, paid=10_00, bonus=0)
    voucher = a_discount(shop, buyer, stackable=True)

    # More than he has of both: a quote cuts it and says so.
    found = quoted(shop, buyer, points=9_999, value_fen=99_00)
    price = found.price
    placed = an_order(
        shop,
        buyer=buyer,
        voucher_number=found.voucher.number,
        points=price.points,
        value_fen=price.value_fen,
    )

    assert found.voucher.number == voucher.number
    assert (price.points, price.value_fen) == (300, 10_00)
    assert (placed.total_fen, placed.wechat_fen) == (price.total_fen, price.wechat_fen)
    assert placed.wechat_fen == 49_00 - 5_00 - 3_00 - 10_00


def test_an_order_of_another_phone_is_not_payable_on_an_iphone(shop, buyer):
    with transaction():
        execute(
            "UPDATE offers SET goods_kind = 'virtual' WHERE merchant_id = %(m)s", {"m": shop.id}
        )
    placed = an_order(shop, buyer=buyer)

    def bill(**more):
        return orders.to_pay(
            merchant_id=shop.id,
            member_id=buyer.id,
            number=placed.order_number,
            at=NOON + timedelta(minutes=1),
            **more,
        )

    assert bill().bill.amount_fen == 49_00
    with pytest.raises(NotSoldOnIos) as refused:
        bill(on_ios=True)
    assert refused.value.code == "not_sold_on_ios"
