"""A gift card is sold to one, claimed by one, and held by the law's limits."""

from datetime import timedelta

import pytest

from app.domain import ledger, stored_value
from app.domain.stored_value import (
    GiftCardExpired,
    GiftCardOver,
    GiftCardTaken,
    GiftCardTooLarge,
    GiftCardUnknown,
    ValueCapReached,
)
from app.domain.stored_value.rules import UNNAMED_GOOD_FOR
from app.kernel.db import transaction
from app.kernel.errors import NotFound
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop
from tests.builders.stored_value import (
    a_gift_card,
    a_top_up,
    claimed_card,
    has,
    in_house,
)

THREE_YEARS = NOON.replace(year=NOON.year + 3)


@pytest.fixture
def shop(database):
    return a_shop()


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


@pytest.fixture
def friend(shop):
    return a_buyer(shop)


def test_a_friend_claims_it_into_his_named_balance(shop, buyer, friend):
    number, token, _ = a_gift_card(shop, buyer)
    assert in_house(shop, "gift_cards") == 50_000

    assert claimed_card(shop, friend, token).number == number
    assert claimed_card(shop, friend, token).replayed

    assert (has(shop, friend), has(shop, buyer)) == ((50_000, 0), (0, 0))
    assert in_house(shop, "gift_cards") == 0
    with pytest.raises(GiftCardTaken):
        claimed_card(shop, buyer, token)
    with pytest.raises(GiftCardTaken):
        link(shop, buyer, number)
    assert ledger.verify() == []


def link(shop, member, number):
    return stored_value.gift_card_link(merchant_id=shop.id, member_id=member.id, number=number)


def test_what_was_not_paid_for_stays_bonus(shop, buyer, friend):
    _, token, _ = a_gift_card(shop, buyer, face=50_000, paid_fen=45_000)

    claimed_card(shop, friend, token)

    assert has(shop, friend) == (45_000, 5_000)
    assert ledger.verify() == []


@pytest.mark.parametrize(
    ("face", "is_named", "may_be"),
    [
        (100_000, False, True),
        (100_001, False, False),
        (500_000, True, True),
        (500_001, True, False),
        (0, True, False),
    ],
)
def test_the_law_caps_a_card(shop, buyer, face, is_named, may_be):
    if may_be:
        a_gift_card(shop, buyer, face=face, is_named=is_named)
        return
    with pytest.raises(GiftCardTooLarge):
        a_gift_card(shop, buyer, face=face, is_named=is_named)


def test_an_unnamed_card_is_good_for_three_years_and_activated_again_after(shop, buyer, friend):
    assert NOON + UNNAMED_GOOD_FOR >= THREE_YEARS
    _, token, _ = a_gift_card(shop, buyer)
    late = NOON + UNNAMED_GOOD_FOR

    with pytest.raises(GiftCardExpired):
        claimed_card(shop, friend, token, at=late)
    with transaction():
        told = stored_value.reactivate_gift_card(merchant_id=shop.id, token=token, at=late)

    assert told.valid_until == late + UNNAMED_GOOD_FOR
    claimed_card(shop, friend, token, at=late)
    assert has(shop, friend) == (50_000, 0)


def test_a_named_card_never_expires(shop, buyer, friend):
    _, token, _ = a_gift_card(shop, buyer, is_named=True)

    claimed_card(shop, friend, token, at=NOON + timedelta(days=36_500))

    assert has(shop, friend) == (50_000, 0)


def test_a_card_waits_while_its_friend_has_no_room(shop, buyer, friend):
    a_top_up(shop, friend, paid=460_000, bonus=0)
    _, token, _ = a_gift_card(shop, buyer)

    with pytest.raises(ValueCapReached):
        claimed_card(shop, friend, token)
    claimed_card(shop, buyer, token)


def test_unclaimed_cards_of_an_order_go_back(shop, buyer, friend):
    _, token, order_id = a_gift_card(shop, buyer)
    before = in_house(shop, "prepaid")
    with transaction():
        back = stored_value.refund_gift_cards(
            merchant_id=shop.id, order_id=order_id, cause="return:1", at=NOON
        )
        again = stored_value.refund_gift_cards(
            merchant_id=shop.id, order_id=order_id, cause="return:2", at=NOON
        )

    assert (back, again) == (50_000, 0)
    assert in_house(shop, "prepaid") == before + 50_000
    with pytest.raises(GiftCardOver):
        claimed_card(shop, friend, token)
    assert ledger.verify() == []


def test_claimed_cards_do_not_go_back_to_the_buyer(shop, buyer, friend):
    _, token, order_id = a_gift_card(shop, buyer)
    claimed_card(shop, friend, token)
    with transaction():
        back = stored_value.refund_gift_cards(
            merchant_id=shop.id, order_id=order_id, cause="return:1", at=NOON
        )

    assert back == 0
    assert has(shop, friend) == (50_000, 0)


def test_a_wrong_link_opens_nothing_and_only_the_buyer_has_it(shop, buyer, friend):
    number, token, _ = a_gift_card(shop, buyer)

    assert link(shop, buyer, number) == token
    with pytest.raises(NotFound):
        link(shop, friend, number)
    with pytest.raises(GiftCardUnknown):
        claimed_card(shop, friend, "x" * 22)
    with pytest.raises(GiftCardUnknown):
        stored_value.look_at_gift_card(merchant_id=shop.id, token="x" * 22)
