"""What comes in: once per order, under the cap, with a bonus up to what one person may have."""

import pytest

from app.domain import ledger, stored_value
from app.domain.stored_value import ValueCapReached, may_pay
from app.kernel.db import transaction
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop
from tests.builders.stored_value import (
    a_bought_order,
    a_top_up,
    captured,
    has,
    held,
    in_house,
    refunded,
    spent,
)


@pytest.fixture
def shop(database):
    return a_shop()


@pytest.fixture
def member(shop):
    return a_buyer(shop)


def balance(shop, member):
    return stored_value.balance(merchant_id=shop.id, member_id=member.id)


def offer_id(shop):
    from sqlalchemy import select

    from app.domain.catalog import Offer
    from app.kernel.db import reading

    return reading().scalar(
        select(Offer.id).where(Offer.merchant_id == shop.id, Offer.number == shop.offer.number)
    )


def test_an_order_tops_up_once(shop, member):
    order_id, number = a_bought_order(shop, member)
    said = {"merchant_id": shop.id, "member_id": member.id, "order_id": order_id}
    with transaction():
        for _ in range(2):
            stored_value.top_up(**said, order_number=number, paid_fen=1000, bonus_fen=100, at=NOON)

    assert has(shop, member) == (1000, 100)


def test_a_bonus_has_a_cap_per_person_and_offer(shop, member):
    offer = offer_id(shop)
    campaign = {"offer_id": offer, "bonus_cap_fen": 25_000}

    a_top_up(shop, member, **campaign)
    asked = {"merchant_id": shop.id, "offer_id": offer, "bonus_fen": 20_000, "cap_fen": 25_000}
    assert stored_value.bonus_for(**asked, member_id=member.id) == 5_000
    assert stored_value.bonus_for(**asked, member_id=a_buyer(shop).id) == 20_000
    second = a_top_up(shop, member, **campaign)
    a_top_up(shop, member, **campaign)

    assert has(shop, member) == (300_000, 25_000)
    refunded(shop, second)
    assert stored_value.bonus_for(**asked, member_id=member.id) == 5_000


def test_a_named_balance_holds_five_thousand_yuan(shop, member):
    a_top_up(shop, member, paid=400_000, bonus=90_000)
    room = {"merchant_id": shop.id, "member_id": member.id}
    stored_value.check_top_up(**room, adds_fen=10_000)

    with pytest.raises(ValueCapReached) as refused:
        stored_value.check_top_up(**room, adds_fen=10_001)

    assert refused.value.details["room_fen"] == 10_000


def test_money_that_does_not_fit_is_parked_and_comes_in_when_there_is_room(shop, member):
    a_top_up(shop, member, paid=480_000, bonus=0)
    a_top_up(shop, member, paid=30_000, bonus=6_000)

    assert (has(shop, member), balance(shop, member).parked_fen) == ((480_000, 0), 36_000)
    assert admitted() == 0
    waiting = held(shop, member, 20_000)
    assert admitted() == 0
    captured(shop, waiting)

    assert admitted() == 1
    assert admitted() == 0
    assert (has(shop, member), balance(shop, member).parked_fen) == ((490_000, 6_000), 0)
    assert ledger.verify() == []


def admitted():
    """How many of the listed ones came in."""
    with transaction():
        due = stored_value.list_parked(after=None, limit=100)
        return sum(stored_value.admit_parked(each, at=NOON) for each in due)


def test_what_does_not_fit_is_not_even_looked_at_and_the_next_one_comes_in(shop, member):
    for who in (member, other := a_buyer(shop)):
        a_top_up(shop, who, paid=480_000, bonus=0)
        a_top_up(shop, who, paid=30_000, bonus=0)
    spent(shop, other, 10_000)

    with transaction():
        due = [d for d in stored_value.list_parked(after=None, limit=100) if is_of(shop, d)]
        assert [each.member_id for each in due] == [other.id]
        later = stored_value.list_parked(after=due[-1], limit=100)
        assert [each for each in later if is_of(shop, each)] == []
    assert admitted() == 1
    assert has(shop, other) == (500_000, 0)


def is_of(shop, parked):
    return parked.merchant_id == shop.id


def test_what_is_parked_goes_back_whole(shop, member):
    a_top_up(shop, member, paid=480_000, bonus=0)
    order_id = a_top_up(shop, member, paid=30_000, bonus=6_000)
    before = in_house(shop, "prepaid")

    assert refunded(shop, order_id, amount_fen=5) == 30_000
    spent(shop, member, 100_000)

    assert admitted() == 0
    assert in_house(shop, "prepaid") == before + 100_000
    assert balance(shop, member).parked_fen == 0


def test_stored_value_never_buys_stored_value():
    assert not may_pay("topup")
    assert not may_pay("gift_card")
    assert may_pay("bundle")


def test_custody_counts_what_the_merchant_owes(shop, member):
    a_top_up(shop, member)
    held(shop, member, 6_000)

    told = stored_value.custody(merchant_id=shop.id)

    assert (told.paid_fen, told.bonus_fen, told.held_fen) == (95_000, 19_000, 6_000)
    assert told.accounts == 2
