"""Stored value is spent, released, returned and refunded at the same time, and never twice."""

from functools import partial

import pytest

from app.domain import stored_value
from app.domain.stored_value import crediting, gift_cards, holding, statements
from app.kernel.db import db, transaction
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop
from tests.builders.stored_value import (
    a_bought_order,
    a_gift_card,
    a_top_up,
    an_open_order,
    captured,
    has,
    held,
    in_house,
    spent,
)
from tests.races.racing import count, meet_after, pair, storm, tally, value, without


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


def holding_of(shop, buyer, amount, *, spender=None, **more):
    return partial(
        stored_value.hold,
        merchant_id=shop.id,
        member_id=buyer.id,
        spender_id=(spender or buyer).id,
        order_id=an_open_order(shop, spender or buyer),
        amount_fen=amount,
        at=NOON,
        **({"confirmed": True} | more),
    )


def settling(verb, shop, order_id):
    return partial(verb, merchant_id=shop.id, order_id=order_id, at=NOON)


def refunding(shop, order_id, number):
    return partial(
        stored_value.refund_topup,
        merchant_id=shop.id,
        order_id=order_id,
        cause=f"return:{number}",
        at=NOON,
    )


def test_a_balance_for_ten_is_held_ten_times_by_32_at_once(app, shop, buyer):
    a_top_up(shop, buyer, paid=800, bonus=200)

    results = storm(app, [holding_of(shop, buyer, 100) for _ in range(32)])

    assert tally(results) == {"done": 10, "not_enough_value": 22}
    assert has(shop, buyer) == (0, 0)
    assert in_house(shop, "value_held") == 1000
    for order_id in held_orders(shop):
        captured(shop, order_id)


def held_orders(shop):
    class Row:
        def __init__(self, order_id):
            self.id = order_id

    from app.kernel.db import fetch_all

    query = """SELECT order_id FROM value_holds WHERE merchant_id = %(m)s AND state = 'held'"""
    found = [row.id for row in fetch_all(Row, query, {"m": shop.id})]
    db.session.rollback()
    return found


def test_release_against_capture_settles_each_order_once(app, shop, buyer):
    a_top_up(shop, buyer, paid=10_000, bonus=0)
    orders = [held(shop, buyer, 100) for _ in range(16)]
    before = in_house(shop, "prepaid")
    calls = [
        settling(verb, shop, order_id)
        for order_id in orders
        for verb in (stored_value.capture, stored_value.release)
    ]

    storm(app, calls)

    taken = count(shop, "value_holds", "state = 'captured'") * 100
    assert in_house(shop, "value_held") == 0
    assert in_house(shop, "prepaid") == before + taken
    assert has(shop, buyer) == (10_000 - taken, 0)


def test_refund_against_spending_pays_each_fen_once(app, shop, buyer):
    order_id = a_top_up(shop, buyer, paid=1000, bonus=500)
    calls = [holding_of(shop, buyer, 150) for _ in range(31)]

    results = storm(app, [*calls[:4], refunding(shop, order_id, 1), *calls[4:]])

    back = next(each for each in results if isinstance(each, int))
    spent_fen = 150 * sum(isinstance(each, stored_value.HeldValue) for each in results)
    assert has(shop, buyer) == (0, 0)
    assert back == 1000 - spent_fen * 1000 // 1500
    assert set(tally(results)) == {"done", "not_enough_value"}


def test_32_refunds_of_one_top_up_give_it_back_once(app, shop, buyer):
    order_id = a_top_up(shop, buyer)

    results = storm(app, [refunding(shop, order_id, n) for n in range(32)])

    assert sorted(results) == [0] * 31 + [100_000]
    assert has(shop, buyer) == (0, 0)


def test_what_an_order_used_comes_back_once(app, shop, buyer):
    a_top_up(shop, buyer, paid=1000, bonus=333)
    order_id = spent(shop, buyer, 1000)
    calls = [
        partial(
            stored_value.give_back,
            merchant_id=shop.id,
            order_id=order_id,
            amount_fen=100,
            cause=f"return:{n}",
            at=NOON,
        )
        for n in range(32)
    ]

    results = storm(app, calls)

    assert tally(results) == {"done": 10, "too_much_returned": 22}
    assert has(shop, buyer) == (1000, 333)


def claiming(shop, member, token):
    return partial(
        stored_value.claim_gift_card,
        merchant_id=shop.id,
        member_id=member.id,
        token=token,
        at=NOON,
    )


def test_a_gift_card_is_claimed_once_by_32_at_once(app, shop, buyer):
    _, token, _ = a_gift_card(shop, buyer)
    people = [a_buyer(shop) for _ in range(32)]

    results = storm(app, [claiming(shop, each, token) for each in people])

    assert tally(results) == {"done": 1, "gift_card_taken": 31}
    assert sum(sum(has(shop, each)) for each in people) == 50_000
    assert in_house(shop, "gift_cards") == 0


def test_a_gift_card_is_claimed_or_given_back(app, shop, buyer):
    cards = [a_gift_card(shop, buyer, face=1000) for _ in range(16)]
    friend = a_buyer(shop)
    calls = [
        call
        for number, token, order_id in cards
        for call in (
            claiming(shop, friend, token),
            partial(
                stored_value.refund_gift_cards,
                merchant_id=shop.id,
                order_id=order_id,
                cause=f"return:{number}",
                at=NOON,
            ),
        )
    ]

    results = storm(app, calls)

    back = sum(each for each in results if isinstance(each, int))
    assert has(shop, friend)[0] + back == 16_000
    assert set(tally(results)) <= {"done", "gift_card_over"}


def test_a_persons_bonus_is_capped_when_he_pays_32_times_at_once(app, shop, buyer):
    offer_id = value(shop, "min(id)", "offers")
    orders = [a_bought_order(shop, buyer) for _ in range(32)]
    calls = [
        partial(
            stored_value.top_up,
            merchant_id=shop.id,
            member_id=buyer.id,
            order_id=order_id,
            order_number=number,
            paid_fen=1000,
            bonus_fen=100,
            offer_id=offer_id,
            bonus_cap_fen=250,
            at=NOON,
        )
        for order_id, number in orders
    ]

    results = storm(app, calls)

    assert tally(results) == {"done": 32}
    assert has(shop, buyer) == (32_000, 250)


def test_an_adjustment_is_approved_once(app, shop, buyer):
    with transaction():
        stored_value.propose_adjustment(
            merchant_id=shop.id,
            member_id=buyer.id,
            kind=stored_value.LotKind.BONUS,
            change_fen=500,
            reason="补偿",
            by="staff:1",
            at=NOON,
        )
    calls = [
        partial(
            stored_value.approve_adjustment,
            merchant_id=shop.id,
            member_id=buyer.id,
            by=f"staff:{n}",
            at=NOON,
        )
        for n in range(2, 34)
    ]

    results = storm(app, calls)

    assert tally(results) == {"done": 1, "adjustment_settled": 31}
    assert has(shop, buyer) == (0, 500)


def test_joining_two_members_against_their_spending_loses_nothing(app, shop, buyer):
    a_top_up(shop, buyer, paid=3_200, bonus=0)
    winner = a_buyer(shop)
    orders = [held(shop, buyer, 100) for _ in range(8)]
    calls = [settling(stored_value.release, shop, order_id) for order_id in orders]
    calls += [holding_of(shop, buyer, 100) for _ in range(23)]
    join = partial(
        stored_value.take_over,
        merchant_id=shop.id,
        loser_id=buyer.id,
        winner_id=winner.id,
        at=NOON,
    )

    results = storm(app, [*calls[:6], join, *calls[6:]])

    assert set(tally(results)) <= {"done", "not_enough_value"}
    for order_id in held_orders(shop):
        captured(shop, order_id)
    assert in_house(shop, "value_held") == 0


# Controls: the same without its guard.


def test_without_the_wallets_lock_the_floor_is_the_second_wall(unguarded, monkeypatch):
    shop = a_shop()
    buyer = a_buyer(shop)
    a_top_up(shop, buyer, paid=100, bonus=0)
    calls = [holding_of(shop, buyer, 100) for _ in range(2)]
    no_lock = without(statements.LOCK_WALLETS, " FOR NO KEY UPDATE")
    monkeypatch.setattr(statements, "LOCK_WALLETS", no_lock)
    meet_after(monkeypatch, holding, "open_lots")

    # Both saw the hundred; the account's floor refuses the second.
    assert tally(pair(unguarded, *calls)) == {"done": 1, "insufficient_balance": 1}


def test_without_the_wallets_lock_a_person_has_the_bonus_twice(unguarded, monkeypatch):
    shop = a_shop()
    buyer = a_buyer(shop)
    offer_id = value(shop, "min(id)", "offers")
    orders = [a_bought_order(shop, buyer) for _ in range(2)]
    a_top_up(shop, buyer, paid=1, bonus=1)
    no_lock = without(statements.LOCK_WALLETS, " FOR NO KEY UPDATE")
    monkeypatch.setattr(statements, "LOCK_WALLETS", no_lock)
    meet_after(monkeypatch, crediting, "_bonus_given")
    calls = [
        partial(
            stored_value.top_up,
            merchant_id=shop.id,
            member_id=buyer.id,
            order_id=order_id,
            order_number=number,
            paid_fen=1000,
            bonus_fen=100,
            offer_id=offer_id,
            bonus_cap_fen=100,
            at=NOON,
        )
        for order_id, number in orders
    ]
    pair(unguarded, *calls)

    assert has(shop, buyer) == (2001, 201)


def test_without_the_state_an_order_is_captured_and_released(unguarded, monkeypatch):
    shop = a_shop()
    buyer = a_buyer(shop)
    a_top_up(shop, buyer, paid=1000, bonus=0)
    order_id = held(shop, buyer, 1000)
    monkeypatch.setattr(
        statements, "SETTLE_HOLD", without(statements.SETTLE_HOLD, " AND state = 'held'")
    )
    meeting = meet_after(monkeypatch, holding, "_look")

    def capture():
        meeting.wait(20)
        return stored_value.capture(merchant_id=shop.id, order_id=order_id, at=NOON)

    pair(unguarded, settling(stored_value.release, shop, order_id), capture)

    assert in_house(shop, "value_held") == -1000


def test_without_the_lock_and_the_state_one_card_fills_two_balances(unguarded, monkeypatch):
    shop = a_shop()
    buyer = a_buyer(shop)
    _, token, _ = a_gift_card(shop, buyer)
    people = [a_buyer(shop) for _ in range(2)]
    no_lock = without(statements.LOCK_BY_TOKEN, " FOR NO KEY UPDATE")
    monkeypatch.setattr(statements, "LOCK_BY_TOKEN", no_lock)
    meet_after(monkeypatch, gift_cards, "_lock")

    # The state in the write is the second wall.
    calls = [claiming(shop, each, token) for each in people]
    assert tally(pair(unguarded, *calls)) == {"done": 1, "gift_card_taken": 1}
