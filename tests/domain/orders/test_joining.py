"""One person turned out to be two members: what he bought and may still buy."""

from datetime import timedelta

import pytest

from app.domain import orders
from app.domain.catalog import LimitReached
from app.domain.orders import CloseReason, Outcome
from app.kernel.db import transaction
from tests.builders.moments import NOON
from tests.builders.orders import (
    a_buyer,
    a_paid_fact,
    a_paid_order,
    a_shop,
    an_order,
    order_id_of,
    vouchers_of,
)

LATER = NOON + timedelta(minutes=1)


@pytest.fixture
def shop(database):
    return a_shop(offer={"per_member_limit": 3, "stock": 10})


def join(shop, loser, winner):
    with transaction():
        return orders.take_over(merchant_id=shop.id, loser_id=loser.id, winner_id=winner.id)


def test_he_sees_every_order_of_his_and_can_pay_for_it(shop):
    loser, winner = a_buyer(shop), a_buyer(shop)
    paid, unpaid = a_paid_order(shop, buyer=loser), an_order(shop, buyer=loser)

    assert join(shop, loser, winner) == 2
    assert join(shop, loser, winner) == 0

    seen = orders.list_orders(merchant_id=shop.id, member_id=winner.id, cursor=None, limit=10)
    assert {view.number for view in seen.items} == {paid.order_number, unpaid.order_number}
    with transaction():
        fact = a_paid_fact(shop, unpaid)
        assert orders.confirm_paid(fact, at=LATER) is Outcome.PAID
    assert len(vouchers_of(shop, winner, at=LATER)) == 2


def test_what_both_took_counts_together_and_comes_back_together(shop):
    loser, winner = a_buyer(shop), a_buyer(shop)
    first = an_order(shop, buyer=loser, quantity=2)
    an_order(shop, buyer=winner)
    join(shop, loser, winner)

    with pytest.raises(LimitReached):
        an_order(shop, buyer=winner)

    with transaction():
        orders.close(
            merchant_id=shop.id,
            order_id=order_id_of(shop, first.order_number),
            reason=CloseReason.CANCELLED,
            at=LATER,
        )
    assert an_order(shop, buyer=winner, quantity=2).quantity == 2
