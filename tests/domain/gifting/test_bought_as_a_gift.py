"""An order that goes straight into a gift, in the transaction that hands it over."""

from datetime import timedelta

import pytest

from app.domain import gifting, orders
from app.domain.catalog import Conditions, Days
from app.domain.gifting import NotGiftable, Wrapping
from app.kernel.errors import DomainError
from tests.builders.catalog import a_benefit, an_offer
from tests.builders.gifting import a_claim, token_of
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_fact, a_shop, a_wish, vouchers_of
from tests.builders.transactions import joined

MINUTE = timedelta(minutes=1)


@pytest.fixture
def shop(database):
    return a_shop()


@pytest.fixture
def friend(shop):
    return a_buyer(shop)


@pytest.fixture
def giver(shop):
    return a_buyer(shop)


def bought_as_a_gift(shop, giver, *, at=NOON, **wrapping):
    wish = a_wish(shop, buyer=giver)
    wish = type(wish)(**{**vars(wish), "gift": Wrapping(**wrapping)})
    with joined():
        placed = orders.place(wish, key=None, at=at)
        if placed.payment_number:
            orders.confirm_paid(a_paid_fact(shop, placed), at=at)
    return orders.get_order(merchant_id=shop.id, member_id=giver.id, number=placed.order_number)


def test_what_is_bought_as_a_gift_waits_at_once(shop, giver, friend):
    order = bought_as_a_gift(shop, giver, message="辛苦啦", cover="thanks")

    seen = gifting.look(
        merchant_id=shop.id, token=token_of(shop, order.gift_number), at=NOON + MINUTE
    )
    assert (seen.message, seen.inside[0].quantity) == ("辛苦啦", 2)
    assert {each.state for each in vouchers_of(shop, giver, at=NOON)} == {"held"}
    assert a_claim(shop, order.gift_number, friend, at=NOON + MINUTE).vouchers == 2


def test_what_costs_nothing_can_be_ordered_as_a_gift(database):
    shop = a_shop(offer={"price_fen": 0})
    giver = a_buyer(shop)

    order = bought_as_a_gift(shop, giver)

    assert (order.state, bool(order.gift_number)) == ("fulfilled", True)


def test_a_gift_for_later_opens_on_its_day(shop, giver, friend):
    day = NOON + timedelta(days=3)
    order = bought_as_a_gift(shop, giver, gives_at=day)

    with pytest.raises(DomainError) as refused:
        a_claim(shop, order.gift_number, friend, at=day - MINUTE)
    assert refused.value.details["gives_at"] == day
    assert a_claim(shop, order.gift_number, friend, at=day).vouchers == 2


def test_what_may_not_be_given_is_not_sold_as_a_gift(database):
    shop = a_shop()
    benefit = a_benefit(
        merchant=shop.merchant, conditions=Conditions(validity=Days(count=30), giftable=False)
    )
    shop.offer = an_offer(merchant=shop.merchant, items=[(benefit.benefit_id, 2)])

    with pytest.raises(NotGiftable):
        bought_as_a_gift(shop, a_buyer(shop))


def test_what_is_over_before_its_day_stays_with_who_paid(database):
    shop = a_shop()
    benefit = a_benefit(merchant=shop.merchant, conditions=Conditions(validity=Days(count=1)))
    shop.offer = an_offer(merchant=shop.merchant, items=[(benefit.benefit_id, 2)])
    giver = a_buyer(shop)

    order = bought_as_a_gift(shop, giver, gives_at=NOON + timedelta(days=10))

    assert order.gift_number is None
    assert [each.state for each in vouchers_of(shop, giver, at=NOON)] == ["active"] * 2
