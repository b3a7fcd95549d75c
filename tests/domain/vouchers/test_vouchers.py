from datetime import timedelta

import pytest

from app.domain import members, vouchers
from app.domain.members import SessionEnded
from app.domain.vouchers import MOVES, Move, MoveRefused, NewCard, Tab, Use, VoucherState
from app.kernel.db import execute, transaction
from app.kernel.errors import Busy, NotFound
from tests.builders.catalog import a_benefit
from tests.builders.moments import NOON
from tests.builders.orders import (
    a_buyer,
    a_paid_order,
    a_shop,
    a_voucher,
    look_at_voucher,
    vouchers_of,
)

LATER = NOON + timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def shop(database):
    return a_shop()


def put_into(shop, voucher, state):
    with transaction():
        execute(
            "UPDATE vouchers SET state = %(s)s, held_from = NULL WHERE merchant_id = %(m)s AND id = %(v)s",
            {"s": state.value, "m": shop.id, "v": voucher.id},
        )


def move(shop, voucher, what):
    with transaction():
        vouchers.move(
            merchant_id=shop.id, voucher_id=voucher.id, what=what, actor="system", at=LATER
        )


@pytest.mark.parametrize("what", Move, ids=str)
def test_a_move_is_allowed_from_exactly_the_states_of_the_table(shop, what):
    voucher = a_voucher(shop)
    for state in VoucherState:
        put_into(shop, voucher, state)
        expected = MOVES[what].get(state)
        if expected is None:
            with pytest.raises(MoveRefused):
                move(shop, voucher, what)
            assert look_at_voucher(shop, voucher.id).state is state
        else:
            move(shop, voucher, what)
            assert look_at_voucher(shop, voucher.id).state is expected


@pytest.mark.parametrize("what", Move, ids=str)
def test_the_row_guards_itself_by_the_same_table(shop, what):
    voucher = look_at_voucher(shop, a_voucher(shop).id)
    for state in VoucherState:
        voucher.state = state
        expected = MOVES[what].get(state)
        if expected is None:
            with pytest.raises(MoveRefused):
                voucher.apply(what)
        else:
            voucher.apply(what)
            assert voucher.state is expected


def test_a_new_holder_makes_older_codes_worthless(shop):
    voucher = a_voucher(shop)
    before = look_at_voucher(shop, voucher.id).holder_version

    move(shop, voucher, Move.HAND_OVER)

    assert look_at_voucher(shop, voucher.id).holder_version == before + 1


def test_the_wallet_shows_what_ends_soonest_first_in_pages(shop):
    buyer = a_buyer(shop)
    a_paid_order(shop, buyer=buyer, at=NOON + timedelta(days=2))
    a_paid_order(shop, buyer=buyer, at=NOON)

    def page(cursor):
        return vouchers.list_wallet(
            merchant_id=shop.id,
            member_id=buyer.id,
            epoch=0,
            tab=Tab.USABLE,
            cursor=cursor,
            limit=3,
            at=NOON + timedelta(days=3),
        )

    first = page(None)
    second = page(first.next_cursor)
    ends = [voucher.valid_until for voucher in (*first.items, *second.items)]
    assert len(ends) == 4
    assert ends == sorted(ends)
    assert second.next_cursor is None


def test_a_wallet_is_its_owners_alone(shop):
    voucher = a_voucher(shop)
    stranger = a_buyer(shop)

    with pytest.raises(NotFound):
        vouchers.get_held(merchant_id=shop.id, member_id=stranger.id, number=voucher.number)
    with pytest.raises(NotFound):
        vouchers.code_to_show(
            merchant_id=shop.id, member_id=stranger.id, epoch=0, number=voucher.number, at=LATER
        )


def test_an_ended_session_sees_no_wallet_and_shows_no_code(shop):
    buyer = a_buyer(shop)
    voucher = a_voucher(shop, buyer=buyer)
    with transaction():
        members.end_sessions(merchant_id=shop.id, member_id=buyer.id)
    old = {"merchant_id": shop.id, "member_id": buyer.id, "epoch": 0, "at": LATER}

    with pytest.raises(SessionEnded):
        vouchers.list_wallet(**old, tab=Tab.USABLE, cursor=None, limit=10)
    with pytest.raises(SessionEnded):
        vouchers.code_to_show(**old, number=voucher.number)
    assert len(vouchers_of(shop, buyer, at=LATER)) == 2


def test_an_empty_wallet_is_no_ended_session(shop):
    assert vouchers_of(shop, a_buyer(shop), at=LATER) == []


def test_what_is_over_is_swept_once_and_told_on_the_timeline(shop):
    buyer = a_buyer(shop)
    voucher = a_voucher(shop, buyer=buyer)
    end = voucher.valid_until

    def sweep(at):
        with transaction():
            return vouchers.expire_due(at=at, limit=1000)

    sweep(end - timedelta(seconds=1))
    assert look_at_voucher(shop, voucher.id).state == "active"
    assert sweep(end) >= 2
    assert sweep(end) == 0
    assert look_at_voucher(shop, voucher.id).state == "expired"
    told = vouchers.timeline(merchant_id=shop.id, voucher_id=voucher.id)
    assert [line.action for line in told] == ["issue", "expire"]
    assert vouchers_of(shop, buyer, at=end) == []
    assert len(vouchers_of(shop, buyer, at=end, tab=Tab.OVER)) == 2


def test_who_is_joined_over_and_over_is_asked_to_come_again(shop, monkeypatch):
    """Between the look for who he is now and the write he may become yet another."""
    loser, winner = a_buyer(shop), a_buyer(shop)
    with transaction():
        execute(
            "UPDATE members SET merged_into = %(w)s WHERE merchant_id = %(m)s AND id = %(l)s",
            {"m": shop.id, "w": winner.id, "l": loser.id},
        )
    monkeypatch.setattr(members, "canonical_id", lambda **_which: loser.id)
    terms = a_benefit(merchant=shop.merchant)
    use = Use(revision_id=terms.id, allocated_fen=0, valid_from=NOON, valid_until=NOON + DAY)
    with pytest.raises(Busy), transaction():
        vouchers.issue(
            merchant_id=shop.id,
            order_id=None,
            order_number="a present",
            member_id=loser.id,
            cards=[NewCard(offer_id=None, title="礼物", uses=[use])],
            at=NOON,
        )


def test_whoever_was_joined_with_another_gets_vouchers_as_that_one(shop):
    """A job may know him by the name that he had when it was written down."""
    first, second, third = (a_buyer(shop) for _ in range(3))
    for loser, winner in ((third, second), (second, first)):
        with transaction():
            execute(
                "UPDATE members SET merged_into = %(w)s WHERE merchant_id = %(m)s AND id = %(l)s",
                {"m": shop.id, "w": winner.id, "l": loser.id},
            )
    terms = a_benefit(merchant=shop.merchant)
    use = Use(revision_id=terms.id, allocated_fen=0, valid_from=NOON, valid_until=NOON + DAY)

    with transaction():
        issued = vouchers.issue(
            merchant_id=shop.id,
            order_id=None,
            order_number="a present",
            member_id=third.id,
            cards=[NewCard(offer_id=None, title="礼物", uses=[use])],
            at=NOON,
        )

    assert issued == 1
    [voucher] = vouchers_of(shop, first)
    assert look_at_voucher(shop, voucher.id).holder_id == first.id
