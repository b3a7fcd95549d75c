"""What an offer sold, what is in people's hands, and the emergency stop."""

from datetime import timedelta

import pytest

from app.domain import orders, vouchers
from app.kernel.db import transaction
from tests.builders.catalog import BOSS
from tests.builders.moments import NOON
from tests.builders.orders import a_paid_order, a_shop, an_order


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
