"""The card bag follows our books, and is compared with them at night."""

from datetime import timedelta

import pytest

from app.domain import card_bag, members, redemption, vouchers
from app.domain.card_bag import (
    Act,
    BagCardMoved,
    Outcome,
    Seen,
    Theirs,
)
from app.domain.merchants import Role
from app.domain.vouchers import Move
from app.kernel.db import db, transaction
from app.kernel.errors import Busy
from app.kernel.outbox import OutboxRow
from tests.builders.card_bag import ANNA, BOSS, a_voucher_for_the_bag, set_up
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer
from tests.builders.redemption import a_redemption
from tests.domain.card_bag.looking import (
    LATER,
    card_of,
    differences,
    done,
    follow,
    in_the_bag,
    move,
    state_of,
    take,
)


@pytest.fixture
def bag(database):
    return a_voucher_for_the_bag()


def behind(bag):
    """The shop's cards that a sweep would look at; it sees those of every other test's shop too."""
    found = card_bag.list_behind(limit=1_000)
    return [card.bag_card_id for card in found if card.merchant_id == bag.shop.id]


# What our books tell


def test_our_redemption_uses_the_card_up_once(bag):
    in_the_bag(bag)
    number = a_redemption(bag.shop, bag.voucher).number
    with transaction():
        card_bag.follow_redemption(merchant_id=bag.shop.id, redemption_number=number, at=LATER)

    todo = take(bag)
    with pytest.raises(Busy):
        take(bag)
    done(bag, todo)

    assert (todo.act, todo.code, todo.tries) == (Act.CONSUME, "w1", 1)
    assert (card_of(bag).seen, take(bag)) == (Seen.CONSUMED, None)
    assert bag.tell(bag.event("consumed", "w1", minute=200, source="FROM_API")) == [Outcome.APPLIED]
    assert differences(bag) == []


def test_a_try_of_which_nobody_knows_keeps_its_number(bag):
    in_the_bag(bag)
    move(bag, Move.CANCEL)
    follow(bag)
    first = take(bag)
    with transaction():
        card_bag.let_go(first, merchant_id=bag.shop.id, why="no_answer")

    second = take(bag, at=LATER + timedelta(minutes=5))

    assert second.request_number == first.request_number
    assert (second.at, len(second.request_number) <= 40) == (first.at, True)
    assert second.tries == 2
    assert second.act is Act.WITHDRAW


@pytest.mark.parametrize("what", [Move.FREEZE, Move.CANCEL])
def test_a_voucher_that_cannot_be_used_any_more_is_withdrawn(bag, what):
    in_the_bag(bag)
    move(bag, what)

    assert behind(bag) == [card_of(bag).id]
    follow(bag)

    assert take(bag).act is Act.WITHDRAW
    assert behind(bag) == []


def test_a_voucher_handed_over_here_is_withdrawn_there(bag):
    in_the_bag(bag)
    friend = a_buyer(bag.shop)
    with transaction():
        vouchers.hand_over(
            merchant_id=bag.shop.id,
            voucher_id=bag.voucher.id,
            to_member=friend.id,
            actor="system",
            at=LATER,
        )
    follow(bag)

    assert take(bag).act is Act.WITHDRAW
    old = card_of(bag).reference
    assert bag.offer(buyer=friend).reference != old


def test_an_undone_redemption_cannot_bring_the_card_back(bag):
    in_the_bag(bag)
    number = a_redemption(bag.shop, bag.voucher).number
    follow(bag)
    done(bag, take(bag))
    with transaction():
        redemption.reverse(
            merchant_id=bag.shop.id,
            number=number,
            reason="点错了",
            actor=BOSS,
            role=Role.MANAGER,
            at=LATER,
        )
        card_bag.follow_redemption(merchant_id=bag.shop.id, redemption_number=number, at=LATER)

    assert differences(bag) == [("cannot_unconsume", "active", "consumed")]
    assert take(bag) is None
    assert bag.offer().seen is Seen.OFFERED


def test_a_refusal_of_wechat_is_noted_for_a_person(bag):
    in_the_bag(bag)
    move(bag, Move.CANCEL)
    follow(bag)
    todo = take(bag)
    with transaction():
        card_bag.note_refused(todo, merchant_id=bag.shop.id, why="40127", at=LATER)

    assert differences(bag) == [("withdraw_refused", "unavailable", "40127")]


# The member card


def test_the_member_card_shows_the_points_of_now(bag):
    set_up(bag.shop, appid="", benefit_number=None, platform_id="pm", has_own_codes=True)
    with transaction():
        offered = card_bag.offer_membership(
            merchant_id=bag.shop.id, member_id=bag.buyer.id, at=NOON
        )
    event = card_bag.BagEvent(
        kind=card_bag.Kind.GOT, platform_id="pm", code=offered.code, at=NOON, openid=ANNA
    )
    bag.tell(event)
    opened = take(bag)
    done(bag, opened)
    a_redemption(bag.shop, bag.voucher)

    told = take(bag)
    done(bag, told)

    assert (opened.act, opened.points) == (Act.ACTIVATE, 0)
    assert (told.act, told.points) == (Act.SET_POINTS, 24)
    assert take(bag) is None


# The night


def compare(bag, **theirs):
    with transaction():
        return card_bag.compare(
            merchant_id=bag.shop.id,
            bag_card_id=card_of(bag).id,
            theirs=Theirs(**theirs),
            at=LATER,
        )


def test_a_use_that_nobody_told_is_found_at_night(bag):
    in_the_bag(bag)

    found = compare(bag, seen=Seen.CONSUMED, openid=ANNA)

    assert (found.kind, state_of(bag)) == ("consumed_there", "redeemed")
    assert differences(bag) == []
    assert differences(bag, with_mended=True) == [("consumed_there", "held", "consumed")]


def test_a_card_that_wechat_lost_is_listed_and_not_issued_again(bag):
    in_the_bag(bag)

    compare(bag, seen=None)

    assert differences(bag) == [("unknown_there", "held", "unknown")]


def test_bags_are_compared_once_a_night(bag):
    in_the_bag(bag)
    mine = [
        b for b in card_bag.list_bags_to_compare(at=LATER, limit=99) if b.merchant_id == bag.shop.id
    ]
    (one,) = mine
    page = card_bag.list_cards_to_compare(
        merchant_id=one.merchant_id, bag_id=one.bag_id, after=0, limit=9, at=LATER
    )
    with transaction():
        card_bag.note_compared(merchant_id=one.merchant_id, bag_id=one.bag_id, at=LATER)

    assert page == [card_of(bag).id]
    assert one not in card_bag.list_bags_to_compare(at=LATER, limit=99)


def test_whoever_changes_a_card_asks_for_it_to_be_told(bag):
    in_the_bag(bag)
    query = db.select(OutboxRow.event).filter_by(merchant_id=bag.shop.id)
    assert BagCardMoved.__name__ in set(db.session.scalars(query))
    assert (
        members.find_openid(merchant_id=bag.shop.id, member_id=bag.buyer.id, appid="none") is None
    )
