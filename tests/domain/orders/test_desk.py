"""Orders as the merchant looks at them."""

from datetime import timedelta

import pytest

from app.domain import orders
from app.domain.orders import OrderFilter, OrderState
from app.kernel.errors import Invalid, NotFound
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_order, a_shop, an_order

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def shop():
    return a_shop()


def listed(shop, *, cursor=None, limit=10, **wanted):
    return orders.list_for_desk(
        merchant_id=shop.id, wanted=OrderFilter(**wanted), cursor=cursor, limit=limit
    )


def numbers(page):
    return [each.number for each in page.items]


def test_the_newest_comes_first_and_pages_follow_each_other(shop):
    made = [an_order(shop, at=NOON + timedelta(minutes=i)).order_number for i in range(5)]
    first = listed(shop, limit=3)
    second = listed(shop, limit=3, cursor=first.next_cursor)
    assert numbers(first) + numbers(second) == made[::-1]
    assert second.next_cursor is None


def test_orders_of_one_instant_are_neither_lost_nor_told_twice(shop):
    made = {an_order(shop, at=NOON).order_number for _ in range(5)}
    seen, cursor = [], None
    while True:
        page = listed(shop, limit=2, cursor=cursor)
        seen += numbers(page)
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == 5
    assert set(seen) == made


def test_filters_are_joined(shop):
    buyer = a_buyer(shop)
    paid = a_paid_order(shop, buyer=buyer).order_number
    an_order(shop, buyer=buyer)
    an_order(shop)
    assert numbers(listed(shop, state=OrderState.FULFILLED, member_id=buyer.id)) == [paid]
    assert numbers(listed(shop, state=OrderState.CLOSED)) == []
    assert numbers(listed(shop, until=NOON)) == []
    assert len(listed(shop, since=NOON, until=NOON + timedelta(seconds=1)).items) == 3


def test_another_shops_orders_are_not_listed_or_opened(shop):
    other = a_shop()
    foreign = a_paid_order(other)
    assert numbers(listed(shop)) == []
    with pytest.raises(NotFound):
        orders.open_file(merchant_id=shop.id, number=foreign.order_number)
    said = foreign.payment_number
    assert orders.number_by_payment(merchant_id=shop.id, said=said) is None
    assert orders.number_by_payment(merchant_id=other.id, said=said) == foreign.order_number


def test_a_cursor_of_somebody_elses_making_is_refused(shop):
    with pytest.raises(Invalid):
        listed(shop, cursor="WzEsMl0x")


def test_a_file_holds_money_vouchers_and_moves(shop):
    buyer = a_buyer(shop)
    placed = a_paid_order(shop, buyer=buyer)
    found = orders.open_file(merchant_id=shop.id, number=placed.order_number)
    assert (found.member_id, found.state, found.total_fen) == (buyer.id, "fulfilled", 49_00)
    (bill,) = orders.payments_of(merchant_id=shop.id, order_id=found.id)
    assert (bill.number, bill.state, bill.amount_fen) == (placed.payment_number, "received", 49_00)
    held = orders.vouchers_of(merchant_id=shop.id, order_id=found.id)
    assert [each.allocated_fen for each in held] == [24_50, 24_50]
    assert orders.moves_of(merchant_id=shop.id, order_id=found.id) == []
