"""A friend's part of a card of many uses."""

from datetime import timedelta

import pytest

from app.domain.sharing import NotShareable, TooMuchShared
from app.kernel.errors import NotFound
from tests.builders.orders import a_buyer, vouchers_of
from tests.builders.redemption import LATER, a_redemption
from tests.builders.sharing import (
    a_card,
    a_share,
    a_sharing_shop,
    a_sub_card,
    claimed,
    seen,
    taken_back,
)


@pytest.fixture
def shop(database):
    return a_sharing_shop(uses=10)


@pytest.fixture
def owner(shop):
    return a_buyer(shop)


@pytest.fixture
def friend(shop):
    return a_buyer(shop)


@pytest.fixture
def card(shop, owner):
    return a_card(shop, owner)


def usable(shop, member):
    return vouchers_of(shop, member, at=LATER)


def test_a_friend_gets_three_of_ten_on_a_card_of_his_own(shop, owner, friend, card):
    share = a_sub_card(shop, owner, card, uses=3)
    assert claimed(shop, friend, share).uses == 3

    his, mine = usable(shop, friend), usable(shop, owner)
    assert (len(his), len(mine)) == (3, 7)
    assert len({voucher.card_number for voucher in his}) == 1
    assert {voucher.card_number for voucher in mine} == {card}
    assert his[0].card_number != card
    assert his[0].card_title == mine[0].card_title


def test_the_owner_sees_each_use_and_takes_the_rest_back(shop, owner, friend, card):
    share = a_sub_card(shop, owner, card, uses=3)
    claimed(shop, friend, share)
    used = usable(shop, friend)[0]
    a_redemption(shop, used)

    assert taken_back(shop, owner, share).uses == 2

    told = seen(shop, owner, share)
    assert told.state == "taken_back"
    assert [(use["state"], use["is_back"]) for use in told.uses if use["used_at"]] == [
        ("redeemed", False)
    ]
    assert sum(use["is_back"] for use in told.uses) == 2
    assert (len(usable(shop, friend)), len(usable(shop, owner))) == (0, 9)
    assert {voucher.card_number for voucher in usable(shop, owner)} == {card}


def test_a_sub_card_has_no_sub_cards(shop, owner, friend, card):
    claimed(shop, friend, a_sub_card(shop, owner, card, uses=3))
    his = usable(shop, friend)[0].card_number

    with pytest.raises(NotShareable):
        a_sub_card(shop, friend, his, uses=1)


def test_what_came_back_is_not_shared_again(shop, owner, friend, card):
    share = a_sub_card(shop, owner, card, uses=8)
    claimed(shop, friend, share)
    taken_back(shop, owner, share)

    with pytest.raises(NotShareable):
        a_sub_card(shop, owner, card, uses=3)
    a_sub_card(shop, owner, card, uses=2)


def test_what_waits_in_another_link_is_not_there_twice(shop, owner, card):
    a_sub_card(shop, owner, card, uses=8)

    with pytest.raises(NotShareable):
        a_sub_card(shop, owner, card, uses=3)


def test_four_friends_at_most_have_a_part_of_one_card(shop, owner, card):
    for _ in range(4):
        claimed(shop, a_buyer(shop), a_sub_card(shop, owner, card, uses=1))

    with pytest.raises(TooMuchShared):
        a_sub_card(shop, owner, card, uses=1)


def test_one_friend_has_ten_uses_of_a_card_at_most(database):
    shop = a_sharing_shop(uses=20)
    owner, friend = a_buyer(shop), a_buyer(shop)
    card = a_card(shop, owner)
    claimed(shop, friend, a_sub_card(shop, owner, card, uses=7))
    with pytest.raises(TooMuchShared):
        a_sub_card(shop, owner, card, uses=11)
    more = a_sub_card(shop, owner, card, uses=4)

    with pytest.raises(TooMuchShared):
        claimed(shop, friend, more)
    assert claimed(shop, a_buyer(shop), more).uses == 4


def test_anothers_card_is_no_card(shop, friend, card):
    with pytest.raises(NotFound):
        a_sub_card(shop, friend, card, uses=1)


def test_a_use_of_the_card_is_shared_once_in_whatever_way(shop, owner, friend, card):
    one = usable(shop, owner)[0]
    claimed(shop, friend, a_share(shop, owner, one))

    with pytest.raises(NotShareable):
        a_sub_card(shop, owner, card, uses=10)


def test_a_link_ends_before_the_first_of_its_uses(shop, owner, card):
    nearly_over = usable(shop, owner)[0].valid_until - timedelta(hours=2)

    share = a_sub_card(shop, owner, card, uses=2, at=nearly_over)

    assert share.ends_at == nearly_over + timedelta(hours=2)
