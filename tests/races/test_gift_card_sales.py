"""A person's day of unnamed gift cards has one limit, however many orders he places at once."""

from functools import partial

import pytest

from app.domain import orders
from app.domain.catalog import OfferKind
from app.domain.stored_value import gift_card_sales
from tests.builders.catalog import an_offer
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop, a_wish
from tests.races.racing import meet_after, pair, storm, tally


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


def orders_of(shop, buyer, *, pieces, times):
    offer = an_offer(
        merchant=shop.merchant,
        kind=OfferKind.GIFT_CARD,
        items=[],
        price_fen=100_000,
        terms={"is_named": False},
    )
    wish = a_wish(shop, buyer=buyer, offer=offer, quantity=pieces)
    return [partial(orders.place, wish, key=None, at=NOON)] * times


def test_nine_of_32_orders_of_a_thousand_yuan_are_placed(app, shop, buyer):
    results = storm(app, orders_of(shop, buyer, pieces=1, times=32))

    assert tally(results) == {"done": 9, "gift_cards_of_day": 23}


# Control: the same without its guard.


def test_without_the_buyers_lock_a_day_has_twice_its_limit(unguarded, monkeypatch):
    shop = a_shop()
    buyer = a_buyer(shop)
    monkeypatch.setattr(gift_card_sales, "_hold_buyer", lambda *_: None)
    meet_after(monkeypatch, gift_card_sales, "fetch_one")

    results = pair(unguarded, *orders_of(shop, buyer, pieces=9, times=2))

    assert tally(results) == {"done": 2}
