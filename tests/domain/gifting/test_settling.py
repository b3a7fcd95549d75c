"""Every state of a gift against everything that may be done with it, and what each end does."""

from datetime import timedelta
from functools import partial

import pytest

from app.domain import gifting, orders, vouchers
from app.domain.gifting import GiftWaiting, OwnGift
from app.domain.vouchers import Move
from app.kernel.db import execute, fetch_all, transaction
from app.kernel.errors import DomainError, NotFound
from tests.builders.gifting import GIVEN_AT, a_claim, a_friend, a_gift, a_wallet, token_of
from tests.builders.members import a_member, a_unionid, an_openid
from tests.builders.moments import NOON
from tests.builders.orders import (
    a_buyer,
    a_paid_fact,
    a_shop,
    a_wish,
    look_at_voucher,
    order_id_of,
    vouchers_of,
)
from tests.builders.redemption import a_redemption
from tests.builders.transactions import joined

DAY = timedelta(hours=24)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def shop(database):
    # Sweeps see every merchant: what other tests left waiting is over before this one begins.
    with transaction():
        gifting.return_due(at=NOON + timedelta(days=3650), limit=10_000)
    return a_shop()


@pytest.fixture
def friend(shop):
    return a_buyer(shop)


@pytest.fixture
def giver(shop):
    return a_buyer(shop)


@pytest.fixture
def held(shop, giver):
    return a_wallet(shop, owner=giver)[1]


def the_end(at=GIVEN_AT + DAY):
    with transaction():
        return gifting.return_due(at=at, limit=100)


STATES = ("scheduled", "waiting", "expired", "claimed", "declined", "recalled", "returned")


def a_gift_that_is(state, shop, giver, friend, held):
    """The gift's number, and the moment at which it stands so."""
    later = GIVEN_AT + timedelta(days=3) if state == "scheduled" else None
    number = a_gift(shop, giver=giver, vouchers=held, gives_at=later)
    at = GIVEN_AT + MINUTE
    if state == "claimed":
        a_claim(shop, number, friend, at=at)
    if state == "declined":
        with transaction():
            gifting.decline(merchant_id=shop.id, token=token_of(shop, number), at=at)
    if state == "recalled":
        with transaction():
            gifting.recall(merchant_id=shop.id, member_id=giver.id, number=number, at=at)
    if state == "returned":
        assert the_end() >= 1
    is_later = state in {"expired", "returned"}
    return number, GIVEN_AT + DAY if is_later else at


# What each action comes to in each state: a refusal's code, or the state after it.
TABLE = {
    "claim": {
        "scheduled": "gift_not_yet",
        "waiting": "claimed",
        "expired": "gift_over",
        "claimed": "claimed",
        "declined": "gift_declined",
        "recalled": "gift_recalled",
        "returned": "gift_over",
    },
    "claim by another": {
        "scheduled": "gift_not_yet",
        "waiting": "claimed",
        "expired": "gift_over",
        "claimed": "gift_taken",
        "declined": "gift_declined",
        "recalled": "gift_recalled",
        "returned": "gift_over",
    },
    "claim by the giver": dict.fromkeys(STATES, "own_gift"),
    "decline": {
        "scheduled": "gift_not_yet",
        "waiting": "declined",
        "expired": "gift_over",
        "claimed": "gift_taken",
        "declined": "declined",
        "recalled": "gift_recalled",
        "returned": "gift_over",
    },
    "recall": {
        "scheduled": "recalled",
        "waiting": "recalled",
        "expired": "recalled",
        "claimed": "gift_taken",
        "declined": "gift_declined",
        "recalled": "recalled",
        "returned": "gift_over",
    },
    "recall by another": dict.fromkeys(STATES, "not_found"),
    "return": {
        "scheduled": "scheduled",
        "waiting": "waiting",
        "expired": "returned",
        "claimed": "claimed",
        "declined": "declined",
        "recalled": "recalled",
        "returned": "returned",
    },
}


def the_act(action, shop, giver, friend, number, at):
    token, another = token_of(shop, number), a_buyer(shop)
    which = {"merchant_id": shop.id, "number": number, "at": at}
    return {
        "claim": partial(gifting.claim, a_friend(shop, friend), token=token, at=at),
        "claim by another": partial(gifting.claim, a_friend(shop, another), token=token, at=at),
        "claim by the giver": partial(gifting.claim, a_friend(shop, giver), token=token, at=at),
        "decline": partial(gifting.decline, merchant_id=shop.id, token=token, at=at),
        "recall": partial(gifting.recall, **which, member_id=giver.id),
        "recall by another": partial(gifting.recall, **which, member_id=another.id),
        "return": partial(gifting.return_due, at=at, limit=100),
    }[action]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("action", TABLE)
def test_every_action_in_every_state_ends_as_the_table_says(
    shop, giver, friend, held, action, state
):
    number, at = a_gift_that_is(state, shop, giver, friend, held)
    act = the_act(action, shop, giver, friend, number, at)
    before = everything_of(shop, number)

    try:
        with transaction():
            act()
        outcome = gifting.get_gift(
            merchant_id=shop.id, member_id=giver.id, number=number, at=at
        ).standing.value
    except DomainError as refused:
        outcome = refused.code
        assert everything_of(shop, number) == before

    assert outcome == TABLE[action][state]
    if outcome == state:
        assert everything_of(shop, number) == before


class Row:
    def __init__(self, text):
        self.text = text


def everything_of(shop, number):
    rows = fetch_all(
        Row,
        """SELECT to_jsonb(x)::text FROM (
             SELECT g.state, g.receiver_id, v.state AS voucher, v.holder_id, v.holder_version,
               (SELECT count(*) FROM voucher_events e
                WHERE e.merchant_id = v.merchant_id AND e.voucher_id = v.id)
             FROM gifts g
             JOIN gift_vouchers gv ON gv.merchant_id = g.merchant_id AND gv.gift_id = g.id
             JOIN vouchers v ON v.merchant_id = gv.merchant_id AND v.id = gv.voucher_id
             WHERE g.merchant_id = %(m)s AND g.number = %(n)s ORDER BY v.id) x""",
        {"m": shop.id, "n": number},
    )
    return [row.text for row in rows]


@pytest.mark.parametrize("state", ["declined", "recalled", "returned"])
def test_what_nobody_took_is_usable_again_by_its_giver(shop, giver, friend, held, state):
    _, at = a_gift_that_is(state, shop, giver, friend, held)

    assert {each.number for each in vouchers_of(shop, giver, at=at)} == {
        each.number for each in held
    }
    assert a_redemption(shop, held[0], at=at).voucher_number == held[0].number
    told = vouchers.timeline(merchant_id=shop.id, voucher_id=held[1].id)
    assert [line.action for line in told] == ["issue", "hold", "release"]


def test_what_was_over_meanwhile_comes_back_expired(shop, giver, held):
    end = look_at_voucher(shop, held[0].id).valid_until
    a_gift(shop, giver=giver, vouchers=held, at=end - MINUTE)

    assert the_end(at=end) == 1

    assert {look_at_voucher(shop, each.id).state for each in held} == {"expired"}


def test_the_sweep_of_vouchers_leaves_a_waiting_gift_alone(shop, giver, held):
    end = look_at_voucher(shop, held[0].id).valid_until
    a_gift(shop, giver=giver, vouchers=held, at=end - MINUTE)

    with transaction():
        vouchers.expire_due(at=end, limit=1000)

    assert look_at_voucher(shop, held[0].id).state == "held"


def test_a_voucher_taken_out_by_the_house_does_not_stop_the_rest(shop, giver, friend, held):
    number = a_gift(shop, giver=giver, vouchers=held)
    with transaction():
        vouchers.move(
            merchant_id=shop.id, voucher_id=held[0].id, what=Move.CANCEL, actor="system", at=NOON
        )

    assert a_claim(shop, number, friend).vouchers == 1

    assert look_at_voucher(shop, held[0].id).state == "void"
    assert look_at_voucher(shop, held[0].id).holder_id == giver.id
    assert look_at_voucher(shop, held[1].id).holder_id == friend.id


def test_a_gift_with_nothing_left_in_it_is_over(shop, giver, friend, held):
    number = a_gift(shop, giver=giver, vouchers=held[:1])
    with transaction():
        vouchers.move(
            merchant_id=shop.id, voucher_id=held[0].id, what=Move.CANCEL, actor="system", at=NOON
        )

    with pytest.raises(DomainError) as refused:
        a_claim(shop, number, friend)
    assert refused.value.code == "gift_over"
    assert the_end() == 1
    assert look_at_voucher(shop, held[0].id).state == "void"


def test_a_friend_who_is_the_giver_by_another_name_takes_nothing(shop):
    """The joining is known at once; what follows from it, a job does later."""
    older = a_member(merchant=shop.merchant, appid="wx_other", unionid=(one := a_unionid()))
    openid = an_openid()
    giver, held = a_wallet(shop, owner=a_buyer(shop, openid=openid))
    number = a_gift(shop, giver=giver, vouchers=held)
    a_buyer(shop, openid=openid, unionid=one)

    with pytest.raises(OwnGift):
        a_claim(shop, number, older)


def test_a_gift_of_another_shop_is_unknown(shop, giver, friend, held):
    token = token_of(shop, a_gift(shop, giver=giver, vouchers=held))
    elsewhere = a_shop()

    for act in (
        partial(gifting.look, merchant_id=elsewhere.id, token=token, at=GIVEN_AT),
        partial(gifting.decline, merchant_id=elsewhere.id, token=token, at=GIVEN_AT),
    ):
        with pytest.raises(DomainError) as refused:
            act()
        assert refused.value.code == "gift_unknown"


def test_what_waits_for_a_friend_is_not_refunded(shop, giver, friend):
    with joined():
        placed = orders.place(a_wish(shop, buyer=giver), key=None, at=NOON)
        orders.confirm_paid(a_paid_fact(shop, placed), at=NOON)
    bought = vouchers_of(shop, giver, at=GIVEN_AT)
    order_id = order_id_of(shop, placed.order_number)
    number = a_gift(shop, giver=giver, vouchers=bought[:1])

    with pytest.raises(GiftWaiting) as refused:
        gifting.refuse_if_waiting(merchant_id=shop.id, order_id=order_id)
    assert refused.value.details["gift"] == number
    a_claim(shop, number, friend)
    gifting.refuse_if_waiting(merchant_id=shop.id, order_id=order_id)


# Reminders


def notices(shop):
    rows = fetch_all(
        Row,
        "SELECT event FROM outbox WHERE merchant_id = %(m)s AND event LIKE 'Gift%%' ORDER BY id",
        {"m": shop.id},
    )
    return [row.text for row in rows]


def remind(at):
    with transaction():
        return gifting.notify_due(at=at, limit=100)


def test_the_giver_is_reminded_once_before_it_goes_back(shop, giver, held):
    a_gift(shop, giver=giver, vouchers=held)

    assert remind(GIVEN_AT + timedelta(hours=20)) == 0
    assert remind(GIVEN_AT + timedelta(hours=21)) == 1
    assert remind(GIVEN_AT + timedelta(hours=22)) == 0
    assert notices(shop) == ["GiftEnding"]


def test_the_giver_hears_on_the_day_and_once_more_before_the_end(shop, giver, held):
    day = GIVEN_AT + timedelta(days=2)
    a_gift(shop, giver=giver, vouchers=held, gives_at=day)

    assert remind(day - MINUTE) == 0
    assert (remind(day), remind(day + MINUTE)) == (1, 0)
    assert remind(day + timedelta(hours=21)) == 1
    assert notices(shop) == ["GiftDue", "GiftEnding"]


def test_a_gift_that_somebody_took_is_not_spoken_of_again(shop, giver, friend, held):
    a_claim(shop, a_gift(shop, giver=giver, vouchers=held), friend)

    assert remind(GIVEN_AT + timedelta(hours=22)) == 0
    assert set(notices(shop)) == {"GiftClaimed"}


def test_a_stranger_does_not_find_the_gift(shop, giver, friend, held):
    number = a_gift(shop, giver=giver, vouchers=held)

    with pytest.raises(NotFound):
        gifting.get_gift(merchant_id=shop.id, member_id=friend.id, number=number, at=GIVEN_AT)


def test_taking_over_brings_both_boxes_together(shop, giver, friend, held):
    winner = a_buyer(shop)
    number = a_gift(shop, giver=giver, vouchers=held)
    with transaction():
        moved = gifting.take_over(merchant_id=shop.id, loser_id=giver.id, winner_id=winner.id)
        vouchers.take_over(merchant_id=shop.id, loser_id=giver.id, winner_id=winner.id, at=GIVEN_AT)

    assert moved == 1
    with transaction():
        gifting.recall(merchant_id=shop.id, member_id=winner.id, number=number, at=GIVEN_AT)
    assert len(vouchers_of(shop, winner, at=GIVEN_AT)) == 2


def test_held_is_remembered_only_while_held(shop, held):
    with pytest.raises(Exception, match="held_from_while_held"), transaction():
        execute(
            "UPDATE vouchers SET held_from = 'active' WHERE merchant_id = %(m)s AND id = %(v)s",
            {"m": shop.id, "v": held[0].id},
        )
