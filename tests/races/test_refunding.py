"""Money back while others act: nothing is spent twice, nothing is paid back twice."""

from functools import partial

import psycopg
import pytest

from app.domain import aftersales, payments
from app.domain.aftersales import Wanted, advancing, asking, statements
from app.domain.payments import RefundFact, RefundState
from app.domain.redemption import redeeming
from app.kernel.db import db
from tests.builders.aftersales import a_refund, seen, walk
from tests.builders.gifting import a_friend, a_gift, token_of
from tests.builders.orders import a_buyer, a_paid_order, a_shop, look_at_voucher, vouchers_of
from tests.builders.redemption import LATER, a_redemption
from tests.builders.together import one_behind_the_other
from tests.races.calls import SOON, redeeming_of, reversing_of
from tests.races.racing import count, meet_after, pair, storm, tally, told, value, without


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


@pytest.fixture
def order(shop, buyer):
    return bought(shop, buyer)


def bought(shop, buyer):
    number = a_paid_order(shop, buyer=buyer).order_number
    held = vouchers_of(shop, buyer, at=LATER)
    db.session.rollback()
    return number, held


def asking_of(shop, buyer, number, *vouchers):
    wanted = Wanted(
        order_number=number, reason="不想要了", vouchers=[each.number for each in vouchers]
    )
    return partial(
        aftersales.ask, merchant_id=shop.id, member_id=buyer.id, wanted=wanted, key=None, at=LATER
    )


def advancing_of(shop, refund):
    return partial(aftersales.advance, merchant_id=shop.id, number=refund, at=SOON)


def settling_of(shop, refund):
    number = seen(shop, refund).refund_number
    db.session.rollback()
    fact = RefundFact(
        merchant_id=shop.id,
        refund_number=number,
        state=RefundState.SUCCEEDED,
        wechat_refund_id="5030",
    )
    return partial(payments.settle_refund, fact, at=SOON)


def state_of(shop, voucher):
    found = look_at_voucher(shop, voucher.id).state
    db.session.rollback()
    return found


def test_a_voucher_is_used_or_refunded_never_both(app, shop, buyer, order):
    number, held = order
    calls = [
        call
        for _ in range(18)
        for call in (redeeming_of(shop, held[0]), asking_of(shop, buyer, number, held[0]))
    ]

    results = storm(app, calls)

    used, asked = tally(results[::2]), tally(results[1::2])
    # An asker's success is told by its number.
    got_number = sum(isinstance(each, str) for each in results[1::2])
    assert (used["done"], got_number) in {(1, 0), (0, 1)}
    state = state_of(shop, held[0])
    assert state == ("redeemed" if used["done"] else "frozen")
    assert count(shop, "returned_vouchers") == got_number
    assert set(asked) <= {"not_refundable", "refund_under_way", None}


def test_without_the_lock_the_count_of_the_frozen_is_the_second_wall(unguarded, monkeypatch):
    shop, voucher, calls = a_use_and_a_refund(unguarded, monkeypatch)

    results = pair(unguarded, *calls)

    assert [type(each) for each in results] == [redeeming.Redeemed, RuntimeError]
    assert state_of(shop, voucher) == "redeemed"


def test_without_lock_and_state_a_used_voucher_is_refunded(unguarded, monkeypatch):
    shop, _, calls = a_use_and_a_refund(unguarded, monkeypatch)
    monkeypatch.setattr(
        statements, "FREEZE", without(statements.FREEZE, "AND v.state IN ('active', 'issuing')")
    )

    results = pair(unguarded, *calls)

    assert told(results[0]) == "done"
    assert isinstance(results[1], str)
    assert count(shop, "redemptions") == count(shop, "returned_vouchers") == 1


def a_use_and_a_refund(unguarded, monkeypatch):
    """Both have looked at the voucher before either writes; the refund without its lock."""
    shop = a_shop()
    buyer = a_buyer(shop)
    number, held = bought(shop, buyer)
    monkeypatch.setattr(
        statements, "LOCK_BOUGHT", without(statements.LOCK_BOUGHT, "FOR NO KEY UPDATE OF v")
    )
    meeting = meet_after(monkeypatch, asking, "choose")
    check_use = redeeming.check_use

    def and_meet(*args, **more):
        result = check_use(*args, **more)
        meeting.wait(20)
        return result

    monkeypatch.setattr(redeeming, "check_use", and_meet)
    calls = [redeeming_of(shop, held[0]), asking_of(shop, buyer, number, held[0])]
    return shop, held[0], calls


def test_an_order_asked_back_by_many_at_once_goes_back_once(app, shop, buyer, order):
    number, _ = order

    results = storm(app, [asking_of(shop, buyer, number)] * 36)

    assert sum(isinstance(each, str) for each in results) == 1
    refusals = [each for each in results if not isinstance(each, str)]
    assert tally(refusals) == {"refund_under_way": 35}
    assert count(shop, "returns") == 1
    assert count(shop, "returned_vouchers") == 2


def test_without_the_order_s_lock_the_index_is_the_last_wall(unguarded, monkeypatch):
    shop = a_shop()
    buyer = a_buyer(shop)
    number, _ = bought(shop, buyer)
    for name in ("LOCK_ORDER", "LOCK_BOUGHT"):
        cut = "FOR NO KEY UPDATE OF o" if name == "LOCK_ORDER" else "FOR NO KEY UPDATE OF v"
        monkeypatch.setattr(statements, name, without(getattr(statements, name), cut))
    meet_after(monkeypatch, asking, "choose")

    results = pair(unguarded, *[asking_of(shop, buyer, number)] * 2)

    assert {type(each) for each in results} == {str, psycopg.errors.UniqueViolation}
    assert count(shop, "returns") == 1


def test_a_return_pushed_on_by_many_at_once_pays_once(app, shop, buyer, order):
    refund = a_refund(shop, buyer, order[0], at=LATER)
    db.session.rollback()

    storm(app, [advancing_of(shop, refund)] * 36)
    assert count(shop, "refunds") == 1
    assert value(shop, "returned_fen", "payments") == 49_00

    storm(app, [settling_of(shop, refund)] * 18 + [advancing_of(shop, refund)] * 18)
    assert walk(shop, refund, at=SOON) == "done"
    db.session.rollback()
    assert count(shop, "ledger_entries", "cause LIKE 'refund:%'") == 1
    assert count(shop, "voucher_events", "action = 'cancel'") == 2


def test_without_the_return_s_lock_the_cause_is_the_second_wall(unguarded, monkeypatch):
    shop = a_shop()
    buyer = a_buyer(shop)
    refund = a_refund(shop, buyer, bought(shop, buyer)[0], at=LATER)
    db.session.rollback()
    monkeypatch.setattr(
        statements, "LOCK_RETURN", without(statements.LOCK_RETURN, "FOR NO KEY UPDATE OF o, r")
    )
    meet_after(monkeypatch, advancing, "lock_case")

    pair(unguarded, *[advancing_of(shop, refund)] * 2)

    assert count(shop, "refunds") == 1
    assert count(shop, "order_returns") == 1


def test_a_refund_behind_a_claim_finds_a_friend_s_voucher(app, shop, buyer, order):
    number, held = order
    friend = a_buyer(shop)
    gift = a_gift(shop, giver=buyer, vouchers=[held[0]], at=LATER)
    claim = claiming_of(shop, gift, friend)

    both = one_behind_the_other(app, claim, asking_of(shop, buyer, number, held[0]))

    assert both.waited
    assert told(both.second) == "not_refundable"
    assert both.second.details["reason"] == "given_away"
    assert state_of(shop, held[0]) == "active"


def test_a_gift_and_a_refund_of_one_voucher_end_in_one_of_them(app, shop, buyer, order):
    number, held = order
    gift = a_gift(shop, giver=buyer, vouchers=[held[0]], at=LATER)
    friends = [a_buyer(shop) for _ in range(18)]
    calls = [
        call
        for friend in friends
        for call in (claiming_of(shop, gift, friend), asking_of(shop, buyer, number, held[0]))
    ]

    results = storm(app, calls)

    # The gift waits, so nobody gets money back for it; one friend takes it.
    assert tally(results[::2])["done"] == 1
    assert not [each for each in results[1::2] if isinstance(each, str)]
    assert state_of(shop, held[0]) == "active"


def claiming_of(shop, gift, friend):
    from app.domain import gifting

    who, token = a_friend(shop, friend), token_of(shop, gift)
    db.session.rollback()
    return partial(gifting.claim, who, token=token, at=LATER)


def test_a_refund_behind_a_reversal_takes_what_came_back(app, shop, buyer, order):
    number, held = order
    used = a_redemption(shop, held[0])

    both = one_behind_the_other(
        app, reversing_of(shop, used), asking_of(shop, buyer, number, held[0])
    )

    assert both.waited
    assert isinstance(both.second, str)
    assert state_of(shop, held[0]) == "frozen"


def test_a_reversal_behind_a_refused_refund_still_reverses(app, shop, buyer, order):
    number, held = order
    used = a_redemption(shop, held[0])
    ask = asking_of(shop, buyer, number, held[0])

    def refused():
        with pytest.raises(aftersales.NotRefundable):
            ask()

    both = one_behind_the_other(app, refused, reversing_of(shop, used))

    assert both.waited
    assert told(both.second) == "done"
    assert state_of(shop, held[0]) == "active"
