"""What went back unused is for sale again, as long as its offer is."""

from datetime import timedelta

import pytest

from app.domain import catalog, orders, proofs
from app.kernel.db import fetch_one, transaction
from app.kernel.errors import DomainError
from tests.builders.aftersales import ASKED_AT, a_done_refund
from tests.builders.catalog import BOSS
from tests.builders.moments import NOON
from tests.builders.orders import (
    a_buyer,
    a_paid_order,
    a_shop,
    a_wish,
    order_id_of,
    vouchers_of,
)
from tests.builders.redemption import a_redemption


class Number:
    def __init__(self, value):
        self.value = value


def taken(shop):
    """Pieces out of the stock, and out of what the member may buy."""
    sums = [
        fetch_one(
            Number,
            f"SELECT coalesce(sum(taken), 0)::bigint FROM {table} WHERE merchant_id = %(m)s",  # noqa: S608
            {"m": shop.id},
        ).value
        for table in ("offer_stock", "offer_takers")
    ]
    return tuple(sums)


@pytest.fixture
def shop(database):
    return a_shop(offer={"stock": 3, "per_member_limit": 3})


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


def test_an_order_that_went_back_whole_can_be_bought_again(shop, buyer):
    number = a_paid_order(shop, buyer=buyer, quantity=3).order_number
    with pytest.raises(DomainError) as refusal, transaction():
        orders.place(a_wish(shop, buyer=buyer), key=None, at=ASKED_AT)
    assert refusal.value.code in {"sold_out", "limit_reached"}

    a_done_refund(shop, buyer, number)

    assert taken(shop) == (0, 0)
    assert a_paid_order(shop, buyer=buyer, quantity=3, at=ASKED_AT)
    assert proofs.verify() == []


def test_a_piece_comes_back_with_the_last_of_its_vouchers(shop, buyer):
    number = a_paid_order(shop, buyer=buyer, quantity=2).order_number
    first, second, third, fourth = vouchers_of(shop, buyer)

    a_done_refund(shop, buyer, number, vouchers=[first])
    assert taken(shop) == (2, 2)
    a_done_refund(shop, buyer, number, vouchers=[second, third])
    assert taken(shop) == (1, 1)
    a_done_refund(shop, buyer, number, vouchers=[fourth])

    assert taken(shop) == (0, 0)
    assert proofs.verify() == []


def test_a_piece_of_which_something_was_used_stays_sold(shop, buyer):
    number = a_paid_order(shop, buyer=buyer, quantity=2).order_number
    a_redemption(shop, vouchers_of(shop, buyer)[0])

    a_done_refund(shop, buyer, number)

    # Four vouchers, one used: one whole piece went back.
    assert taken(shop) == (1, 1)
    assert proofs.verify() == []


def test_what_is_not_on_sale_any_more_is_not_put_back(shop, buyer):
    number = a_paid_order(shop, buyer=buyer).order_number
    with transaction():
        catalog.stop_offer(merchant_id=shop.id, number=shop.offer.number, actor=BOSS, at=ASKED_AT)

    a_done_refund(shop, buyer, number)

    assert taken(shop) == (1, 1)
    assert proofs.verify() == []


def test_what_is_sold_no_longer_is_not_put_back_either(database):
    shop = a_shop(offer={"stock": 3, "sale_ends_at": NOON + timedelta(hours=1)})
    buyer = a_buyer(shop)
    number = a_paid_order(shop, buyer=buyer).order_number

    a_done_refund(shop, buyer, number)

    assert taken(shop)[0] == 1


def test_putting_back_again_changes_nothing(shop, buyer):
    number = a_paid_order(shop, buyer=buyer).order_number
    a_done_refund(shop, buyer, number)

    with transaction():
        again = orders.restock(
            merchant_id=shop.id,
            order_id=order_id_of(shop, number),
            is_whole=True,
            at=ASKED_AT,
        )

    assert (again, taken(shop)) == (0, (0, 0))
