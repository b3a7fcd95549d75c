"""A person's day of unnamed gift cards has one limit, however many orders he places at once."""

from functools import partial

import pytest

from app.domain import aftersales, orders, stored_value
from app.domain.catalog import OfferKind
from app.domain.stored_value import gift_card_sales
from app.kernel.db import transaction
from tests.builders.catalog import an_offer
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_order, a_shop, a_wish, order_id_of
from tests.races.racing import count, meet_after, pair, storm, tally


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


# Whoever has the link, and whoever paid for it.


def a_sold_card(shop, buyer):
    """The number of its order, and the token of its link."""
    offer = an_offer(
        merchant=shop.merchant,
        kind=OfferKind.GIFT_CARD,
        items=[],
        price_fen=5_000,
        terms={"is_named": False},
    )
    placed = a_paid_order(shop, buyer=buyer, offer=offer)
    who = {"merchant_id": shop.id, "member_id": buyer.id}
    with transaction():
        (card,) = stored_value.cards_of_order(
            merchant_id=shop.id, order_id=order_id_of(shop, placed.order_number)
        )
        token = stored_value.gift_card_link(**who, number=card.number)
    return placed.order_number, token


def test_a_card_that_is_claimed_while_its_money_is_asked_for_leaves_no_empty_refund(
    app, shop, buyer
):
    friend = a_buyer(shop)
    sold = [a_sold_card(shop, buyer) for _ in range(12)]
    calls = []
    for number, token in sold:
        claim = partial(
            stored_value.claim_gift_card,
            merchant_id=shop.id,
            member_id=friend.id,
            token=token,
            at=NOON,
        )
        ask = partial(
            aftersales.ask,
            merchant_id=shop.id,
            member_id=buyer.id,
            wanted=aftersales.Wanted(order_number=number, reason="不想要了"),
            key=None,
            at=NOON,
        )
        calls += [claim, ask, claim]

    seen = tally(storm(app, calls))

    asked = count(shop, "returns")
    assert count(shop, "returns", "amount_fen <> 5000") == 0
    assert count(shop, "gift_cards", "state = 'claimed'") == 12 - asked
    # A number is told of each return that was made.
    assert seen.pop(None, 0) == asked
    assert set(seen) <= {
        "done",
        "gift_card_taken",
        "gift_card_over",
        "nothing_to_refund",
        "refund_changed",
        "replayed",
    }
