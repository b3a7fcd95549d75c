"""Who brought whom: one level, real payers, nobody himself."""

from datetime import timedelta

import pytest

from app.domain import members, orders
from app.domain.orders import Campaign, Referred, Source
from app.kernel.db import transaction
from tests.builders.catalog import an_offer
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_order, a_shop, an_order

ALWAYS = Campaign(starts_at=NOON - timedelta(days=1), ends_at=NOON + timedelta(days=30))
DAY = timedelta(days=1)


@pytest.fixture
def shop(database):
    return a_shop()


@pytest.fixture
def sharer(shop):
    return a_buyer(shop)


def through(sharer, channel="group_chat"):
    return Source(channel=channel, sharer_member_id=sharer.id)


def sharers(shop, campaign=ALWAYS):
    found = orders.list_sharers(merchant_id=shop.id, campaign=campaign)
    return {each.number: each.referred for each in found}


def test_what_a_sharer_brought_is_counted_by_hand(shop, sharer):
    one, two, three = a_buyer(shop), a_buyer(shop), a_buyer(shop)
    a_paid_order(shop, buyer=one, source=through(sharer))
    a_paid_order(shop, buyer=one, source=through(sharer), at=NOON + timedelta(hours=1))
    an_order(shop, buyer=two, source=through(sharer))
    a_paid_order(shop, buyer=three)
    a_paid_order(shop, buyer=three, source=through(sharer), at=NOON + timedelta(hours=1))

    # Four orders of three buyers; three paid, 49 yuan each; only the first buyer was new to paying.
    expected = Referred(3, 4, 3, 147_00, 1)
    assert sharers(shop) == {sharer.number: expected}
    assert expected.conversion_bp == 7500
    mine = orders.referred_by(merchant_id=shop.id, member_id=sharer.id, campaign=ALWAYS)
    assert mine == expected


def test_a_sharers_sharer_gets_nothing(shop, sharer):
    middle, last = a_buyer(shop), a_buyer(shop)
    a_paid_order(shop, buyer=middle, source=through(sharer))
    a_paid_order(shop, buyer=last, source=through(middle))

    found = sharers(shop)

    assert (found[sharer.number].buyers, found[middle.number].buyers) == (1, 1)
    brought = orders.list_buyers(merchant_id=shop.id, sharer_number=sharer.number, campaign=ALWAYS)
    assert [(each.number, each.is_first_time) for each in brought] == [(middle.number, True)]


def test_nobody_brings_himself(shop, sharer):
    a_paid_order(shop, buyer=sharer, source=through(sharer))

    assert sharers(shop) == {}


def test_who_turns_out_to_be_the_sharer_was_not_brought(shop, sharer):
    other = a_buyer(shop)
    a_paid_order(shop, buyer=other, source=through(sharer))
    with transaction():
        orders.take_over(merchant_id=shop.id, loser_id=other.id, winner_id=sharer.id)

    assert sharers(shop) == {}


def test_what_a_second_account_brought_goes_along(shop, sharer):
    loser = a_buyer(shop)
    a_paid_order(shop, buyer=a_buyer(shop), source=through(loser))
    with transaction():
        orders.take_over(merchant_id=shop.id, loser_id=loser.id, winner_id=sharer.id)

    assert sharers(shop)[sharer.number].first_time_payers == 1


def test_an_older_number_leads_to_the_person_it_is_now(shop, sharer):
    loser = a_buyer(shop)
    with transaction():
        member = members.get_member(merchant_id=shop.id, member_id=loser.id)
        member.merged_into = sharer.id

    assert members.find_member_id(merchant_id=shop.id, number=loser.number) == sharer.id


def test_a_window_an_offer_and_a_channel_narrow_the_tree(shop, sharer):
    other = an_offer(merchant=shop.merchant)
    a_paid_order(shop, source=through(sharer, "poster"), offer=other)
    a_paid_order(shop, source=through(sharer), at=NOON + 2 * DAY)
    narrow = {
        "offer": Campaign(**vars(ALWAYS) | {"offer_number": other.number}),
        "channel": Campaign(**vars(ALWAYS) | {"channel": "poster"}),
        "window": Campaign(starts_at=NOON, ends_at=NOON + DAY),
        "all": ALWAYS,
    }

    counts = {name: sharers(shop, each)[sharer.number].orders for name, each in narrow.items()}

    assert counts == {"offer": 1, "channel": 1, "window": 1, "all": 2}


def test_another_merchants_orders_are_not_seen(shop, sharer):
    a_paid_order(shop, source=through(sharer))

    assert sharers(a_shop()) == {}
