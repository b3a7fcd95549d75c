"""What an offer sold, what is in people's hands, and the emergency stop."""

from datetime import timedelta

import pytest

from app.domain import catalog, orders, proofs, vouchers
from app.kernel.db import transaction
from tests.builders.aftersales import a_done_refund
from tests.builders.catalog import BOSS
from tests.builders.moments import NOON
from tests.builders.orders import (
    a_buyer,
    a_paid_order,
    a_shop,
    an_order,
    order_id_of,
    vouchers_of,
)


@pytest.fixture
def shop(database):
    return a_shop()


def sold(shop):
    return orders.sold_of_offer(merchant_id=shop.id, offer_id=shop.offer.id)


def hurry(shop, *, offer_id=None, at=NOON):
    with transaction():
        return orders.hurry_unpaid(
            merchant_id=shop.id,
            offer_id=offer_id or shop.offer.id,
            offer_number=shop.offer.number,
            actor=BOSS,
            at=at,
        )


def overdue(shop, *, at):
    return [each for each in orders.list_overdue(at=at, limit=1000) if each.merchant_id == shop.id]


def test_pieces_buyers_and_waiting_orders_are_counted(shop):
    a_paid_order(shop)
    an_order(shop)
    found = sold(shop)
    assert (found.pieces, found.buyers, found.waiting) == (1, 1, 1)


def test_a_page_adds_up_the_newest_orders_only_and_says_that_there_are_more(shop):
    for _ in range(3):
        a_paid_order(shop)
    an_order(shop)
    which = {"merchant_id": shop.id, "offer_id": shop.offer.id}
    some = orders.sold_of_offer(**which, most=1)
    assert (some.pieces, some.waiting, some.is_more) == (1, 1, True)
    every = orders.sold_of_offer(**which, most=4)
    assert (every.pieces, every.waiting, every.is_more) == (3, 1, False)
    assert sold(shop) == every


def test_vouchers_in_hand_are_counted_until_they_end(shop):
    a_paid_order(shop)
    later = NOON + timedelta(days=40)
    words = {"merchant_id": shop.id, "offer_id": shop.offer.id}
    now = vouchers.outstanding_of_offer(**words, at=NOON)
    assert (now.usable, now.holders, now.redeemed) == (2, 1, 0)
    assert now.last_until > NOON
    assert vouchers.outstanding_of_offer(**words, at=later).usable == 0


def test_hurried_orders_are_overdue_at_once_and_paid_ones_are_left_alone(shop):
    a_paid_order(shop)
    an_order(shop)
    assert not overdue(shop, at=NOON)
    assert hurry(shop) == 1
    assert len(overdue(shop, at=NOON)) == 1
    assert hurry(shop) == 0


def test_orders_of_other_offers_are_left_alone(shop):
    an_order(shop)
    assert hurry(shop, offer_id=shop.offer.id + 1) == 0
    assert not overdue(shop, at=NOON)


def limit(shop, quota):
    with transaction():
        orders.set_stock(
            merchant_id=shop.id, number=shop.offer.number, quota=quota, actor=BOSS, at=NOON
        )


def stock(shop):
    sheet = catalog.open_offer(merchant_id=shop.id, number=shop.offer.number, at=NOON)
    return sheet.taken, sheet.quota


def close(shop, placed):
    with transaction():
        orders.close(
            merchant_id=shop.id,
            order_id=order_id_of(shop, placed.order_number),
            reason=orders.CloseReason.CANCELLED,
            at=NOON,
        )


def test_what_went_back_is_not_sold_whether_it_is_for_sale_again_or_not(shop):
    buyer = a_buyer(shop)
    whole, part = (a_paid_order(shop, buyer=buyer, quantity=2).order_number for _ in range(2))
    a_paid_order(shop)
    a_done_refund(shop, buyer, whole)
    first, second = vouchers_of(shop, buyer)[:2]
    a_done_refund(shop, buyer, part, vouchers=[first])
    found = sold(shop)
    assert (found.pieces, found.returned, found.buyers) == (3, 2, 2)

    a_done_refund(shop, buyer, part, vouchers=[second])

    found = sold(shop)
    assert (found.pieces, found.returned, found.buyers, found.waiting) == (2, 3, 2, 0)


def test_a_limit_begins_with_what_orders_hold(shop):
    buyer = a_buyer(shop)
    gone = a_paid_order(shop, buyer=buyer).order_number
    a_done_refund(shop, buyer, gone)
    a_paid_order(shop, quantity=2)
    closed, waiting = an_order(shop), an_order(shop)
    close(shop, closed)

    with pytest.raises(catalog.StockTaken):
        limit(shop, 2)
    limit(shop, 4)

    assert stock(shop) == (3, 4)
    assert proofs.verify() == []
    close(shop, waiting)
    assert stock(shop) == (2, 4)
    assert proofs.verify() == []


def test_a_piece_that_was_sold_before_the_limit_comes_back_to_it(shop):
    buyer = a_buyer(shop)
    number = a_paid_order(shop, buyer=buyer).order_number
    limit(shop, 1)

    a_done_refund(shop, buyer, number)

    assert stock(shop) == (0, 1)
    assert proofs.verify() == []
