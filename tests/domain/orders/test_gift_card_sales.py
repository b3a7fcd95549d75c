"""Unnamed gift cards: less than ten thousand yuan for one person on one day."""

from datetime import timedelta

import pytest

from app.domain import orders
from app.domain.catalog import OfferKind
from app.domain.orders import CloseReason, TenderRefused
from app.domain.stored_value import GiftCardsOfDay, ValueCapReached
from app.kernel.db import transaction
from tests.builders.catalog import an_offer
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_key, a_paid_order, a_shop, an_order, order_id_of
from tests.builders.stored_value import a_top_up

THOUSAND = 100_000
MIDNIGHT = NOON.replace(hour=16, minute=0, second=0, microsecond=0)


@pytest.fixture
def shop(database):
    return a_shop()


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


def cards(shop, *, is_named=False, price_fen=THOUSAND):
    return an_offer(
        merchant=shop.merchant,
        kind=OfferKind.GIFT_CARD,
        items=[],
        price_fen=price_fen,
        terms={"is_named": is_named},
    )


def ordered(shop, buyer, offer, quantity, **more):
    return an_order(shop, buyer=buyer, offer=offer, quantity=quantity, **more)


def test_the_last_fen_below_ten_thousand_yuan_is_the_last(shop, buyer):
    thousands, odd = cards(shop), cards(shop, price_fen=99_999)
    a_paid_order(shop, buyer=buyer, offer=thousands, quantity=9)

    with pytest.raises(GiftCardsOfDay) as refused:
        ordered(shop, buyer, thousands, 1)
    assert refused.value.details["room_fen"] == 99_999
    ordered(shop, buyer, odd, 1)
    with pytest.raises(GiftCardsOfDay):
        ordered(shop, buyer, odd, 1)
    ordered(shop, a_buyer(shop), thousands, 9)


def test_an_order_that_waits_counts_until_it_closes(shop, buyer):
    offer = cards(shop)
    waiting = ordered(shop, buyer, offer, 9)
    with pytest.raises(GiftCardsOfDay):
        ordered(shop, buyer, offer, 1)

    with transaction():
        orders.close(
            merchant_id=shop.id,
            order_id=order_id_of(shop, waiting.order_number),
            reason=CloseReason.CANCELLED,
            at=NOON,
        )
    ordered(shop, buyer, offer, 9)


def test_a_new_day_begins_at_the_shops_midnight(shop, buyer):
    offer = cards(shop)
    ordered(shop, buyer, offer, 9, at=MIDNIGHT - timedelta(seconds=1))
    with pytest.raises(GiftCardsOfDay):
        ordered(shop, buyer, offer, 1, at=MIDNIGHT - timedelta(seconds=1))

    ordered(shop, buyer, offer, 9, at=MIDNIGHT)


def test_named_cards_have_no_limit_of_the_day(shop, buyer):
    offer = cards(shop, is_named=True, price_fen=500_000)

    for _ in range(3):
        ordered(shop, buyer, offer, 1)


def test_a_repeated_attempt_is_told_the_first_answer_and_not_the_limit(shop, buyer):
    offer = cards(shop)
    key = a_key(merchant_id=shop.id, actor=f"member:{buyer.id}")

    first = ordered(shop, buyer, offer, 9, key=key)

    assert ordered(shop, buyer, offer, 9, key=key).order_number == first.order_number


@pytest.mark.parametrize("kind", [OfferKind.GIFT_CARD, OfferKind.TOPUP])
def test_stored_value_such_as_that_of_a_gift_card_buys_no_stored_value(shop, buyer, kind):
    a_top_up(shop, buyer)
    terms = {
        OfferKind.GIFT_CARD: {"is_named": False},
        OfferKind.TOPUP: {
            "bonus_fen": 0,
            "usage_order": "proportional",
            "bonus_cap_fen": None,
        },
    }[kind]
    offer = an_offer(merchant=shop.merchant, kind=kind, items=[], price_fen=100, terms=terms)

    with pytest.raises(TenderRefused) as refused:
        ordered(shop, buyer, offer, 1, value_fen=1)
    assert refused.value.details["pot"] == "value"


def test_no_more_is_topped_up_than_a_named_card_may_hold(shop, buyer):
    a_top_up(shop, buyer, paid=400_000, bonus=0)
    words = {"usage_order": "proportional", "bonus_cap_fen": None}
    fits = an_offer(
        merchant=shop.merchant,
        kind=OfferKind.TOPUP,
        items=[],
        price_fen=90_000,
        terms=words | {"bonus_fen": 10_000},
    )
    too_much = an_offer(
        merchant=shop.merchant,
        kind=OfferKind.TOPUP,
        items=[],
        price_fen=90_000,
        terms=words | {"bonus_fen": 10_001},
    )

    with pytest.raises(ValueCapReached):
        ordered(shop, buyer, too_much, 1)
    ordered(shop, buyer, fits, 1)
