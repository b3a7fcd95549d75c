"""Returns as the merchant lists them, and the sum of what a manager chose."""

import pytest

from app.domain import aftersales
from app.domain.aftersales import NothingToRefund, NotRefundable, OrderNotRefundable, ReturnState
from app.kernel.errors import NotFound
from tests.builders.aftersales import ASKED_AT, a_refund
from tests.builders.orders import a_buyer, a_paid_order, a_shop, an_order, order_id_of, vouchers_of

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def shop():
    return a_shop()


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


def chosen(shop, order, *vouchers):
    return aftersales.quote_chosen(
        merchant_id=shop.id, order_number=order, vouchers=vouchers, at=ASKED_AT
    )


def test_the_sum_of_one_voucher_is_its_part(shop, buyer):
    order = a_paid_order(shop, buyer=buyer).order_number
    one, _other = vouchers_of(shop, buyer)
    quote = chosen(shop, order, one.number)
    assert [line.voucher for line in quote.lines] == [one.number]
    assert quote.back_fen == 24_50
    assert chosen(shop, order).back_fen == 49_00


def test_what_is_not_in_the_order_cannot_be_chosen(shop, buyer):
    order = a_paid_order(shop, buyer=buyer).order_number
    foreign_buyer = a_buyer(shop)
    a_paid_order(shop, buyer=foreign_buyer)
    with pytest.raises((NotRefundable, NothingToRefund, NotFound)):
        chosen(shop, order, vouchers_of(shop, foreign_buyer)[0].number)
    with pytest.raises(OrderNotRefundable):
        chosen(shop, an_order(shop).order_number)


def test_all_returns_newest_first_by_state_and_by_order(shop, buyer):
    orders = [a_paid_order(shop, buyer=buyer).order_number for _ in range(3)]
    made = [a_refund(shop, buyer, each) for each in orders]

    def listed(state=None, cursor=None, limit=10):
        return aftersales.list_all(merchant_id=shop.id, state=state, cursor=cursor, limit=limit)

    first = listed(limit=2)
    second = listed(limit=2, cursor=first.next_cursor)
    assert [row.number for row in (*first.items, *second.items)] == made[::-1]
    assert len(listed(ReturnState.FROZEN).items) == 3
    assert listed(ReturnState.DONE).items == []
    of_order = aftersales.list_of_order(merchant_id=shop.id, order_id=order_id_of(shop, orders[0]))
    assert [row.number for row in of_order] == made[:1]
    other = a_shop()
    assert aftersales.list_all(merchant_id=other.id, state=None, cursor=None, limit=9).items == []
