"""What became of a voucher: who, where, when, and what was booked."""

from datetime import timedelta

import pytest

from app.domain import redemption, vouchers
from app.kernel.errors import NotFound
from tests.builders.aftersales import a_done_refund
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_order, a_shop, a_voucher, vouchers_of
from tests.builders.redemption import a_redemption

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def shop():
    return a_shop()


def story_of(shop, number):
    found = redemption.voucher_file(merchant_id=shop.id, number=number)
    return found, redemption.voucher_story(merchant_id=shop.id, voucher_id=found.id)


def booked(step):
    return [(line["from"], line["to"], line["amount"]) for line in step.booked or []]


def test_bought_and_used_who_where_and_what_was_booked(shop):
    buyer = a_buyer(shop)
    voucher = a_voucher(shop, buyer=buyer)
    used = a_redemption(shop, voucher, at=NOON + timedelta(hours=1))
    found, (issued, redeemed) = story_of(shop, voucher.number)
    assert (found.state, found.holder_number, found.buyer_number) == (
        "redeemed",
        buyer.number,
        buyer.number,
    )
    assert issued.reference == found.order_number
    assert ("payers", "prepaid", 49_00) in booked(issued)
    assert redeemed.store_name == shop.store.name
    assert redeemed.actor == f"staff:{shop.clerk.staff_id}"
    assert ("prepaid", "earned", 24_50) in booked(redeemed)
    assert (
        redemption.voucher_of_redemption(merchant_id=shop.id, number=used.number) == voucher.number
    )


def test_given_back_with_the_money_that_went(shop):
    buyer = a_buyer(shop)
    order = a_paid_order(shop, buyer=buyer).order_number
    number = vouchers_of(shop, buyer)[0].number
    refund = a_done_refund(shop, buyer, order)
    found, steps = story_of(shop, number)
    assert found.state == "void"
    assert steps[-1].reference == refund
    assert steps[-1].words == "已退款，券已作废"
    assert ("prepaid", "payers", 49_00) in booked(steps[-1])


def test_another_shops_voucher_has_no_story_here(shop):
    foreign = a_voucher(a_shop())
    with pytest.raises(NotFound):
        redemption.voucher_file(merchant_id=shop.id, number=foreign.number)


def test_vouchers_are_listed_newest_first_by_holder_or_card(shop):
    buyer, friend = a_buyer(shop), a_buyer(shop)
    mine, his = a_voucher(shop, buyer=buyer), a_voucher(shop, buyer=friend)

    def listed(**which):
        page = vouchers.list_for_desk(merchant_id=shop.id, cursor=None, limit=10, **which)
        return [each.number for each in page.items]

    assert len(listed()) == 4
    assert listed()[0] == his.number
    assert mine.number in listed(holder_id=buyer.id)
    assert his.number not in listed(holder_id=buyer.id)
    assert his.number in listed(card_number=his.card_number)
    assert len(listed(card_number=his.card_number)) == 2
