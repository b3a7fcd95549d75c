"""Stored value pays for orders, and comes back into the very lots that paid."""

import pytest

from app.domain import ledger, stored_value
from app.domain.stored_value import (
    NotEnoughValue,
    TooMuchReturned,
    ValueFrozen,
)
from app.domain.stored_value.rules import OpenLot, take
from app.kernel.db import transaction
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop
from tests.builders.stored_value import (
    a_top_up,
    an_open_order,
    captured,
    given_back,
    has,
    held,
    in_house,
    released,
    spent,
)


@pytest.fixture
def shop(database):
    return a_shop()


@pytest.fixture
def member(shop):
    return a_buyer(shop)


@pytest.mark.parametrize(
    ("usage_order", "rest"),
    [
        ("proportional", (75_000, 15_000)),
        ("paid_first", (70_000, 20_000)),
        ("bonus_first", (90_000, 0)),
    ],
)
def test_a_top_up_pays_in_its_own_order(shop, member, usage_order, rest):
    a_top_up(shop, member, usage_order=usage_order)

    order_id = held(shop, member, 30_000)

    assert has(shop, member) == rest
    assert in_house(shop, "value_held") == 30_000
    released(shop, order_id)
    assert has(shop, member) == (100_000, 20_000)
    assert in_house(shop, "value_held") == 0


def test_the_oldest_top_up_pays_first_and_odd_fen_add_up(shop, member):
    a_top_up(shop, member, paid=100, bonus=33)
    a_top_up(shop, member, paid=1000, bonus=0)

    order_id = spent(shop, member, 134)

    assert has(shop, member) == (999, 0)
    told = stored_value.receipt(
        merchant_id=shop.id, member_id=member.id, order_number=number_of(shop, order_id)
    )
    assert [(lot.paid_fen, lot.bonus_fen) for lot in told.lots] == [(100, 33), (1, 0)]
    assert (told.state, told.paid_fen, told.bonus_fen) == ("captured", 101, 33)


def number_of(shop, order_id):
    from sqlalchemy import select

    from app.domain.orders import Order
    from app.kernel.db import reading

    return reading().scalar(
        select(Order.number).where(Order.merchant_id == shop.id, Order.id == order_id)
    )


def test_captured_money_is_prepaid_and_settled_once(shop, member):
    a_top_up(shop, member)
    before = in_house(shop, "prepaid")
    order_id = spent(shop, member, 12_000)

    assert in_house(shop, "prepaid") == before + 12_000
    assert captured(shop, order_id).paid_fen == 0
    assert released(shop, order_id).paid_fen == 0
    assert has(shop, member) == (90_000, 18_000)
    assert ledger.verify() == []


def test_an_order_that_holds_nothing_is_captured_and_released_in_peace(shop, member):
    order_id = an_open_order(shop, member)

    assert captured(shop, order_id) == released(shop, order_id)


def test_more_than_there_is_cannot_be_held(shop, member):
    a_top_up(shop, member, paid=1000, bonus=500)

    with pytest.raises(NotEnoughValue) as refused:
        held(shop, member, 1501)

    assert refused.value.details == {"available": 1500, "needed": 1501}


def test_what_comes_back_comes_back_as_it_paid_to_the_last_fen(shop, member):
    a_top_up(shop, member, paid=1000, bonus=333)
    order_id = spent(shop, member, 1000)
    for part in range(10):
        given_back(shop, order_id, 100, cause=f"return:{part}")

    assert has(shop, member) == (1000, 333)
    with pytest.raises(TooMuchReturned):
        given_back(shop, order_id, 1, cause="return:more")
    assert ledger.verify() == []


def test_what_is_not_captured_is_not_returned(shop, member):
    a_top_up(shop, member)
    order_id = held(shop, member, 1000)

    with pytest.raises(TooMuchReturned):
        given_back(shop, order_id, 1000)
    with pytest.raises(TooMuchReturned):
        given_back(shop, an_open_order(shop, member), 1)


def test_one_return_is_booked_once(shop, member):
    a_top_up(shop, member)
    order_id = spent(shop, member, 1000)
    given_back(shop, order_id, 100)

    with pytest.raises(ledger.AlreadyPosted):
        given_back(shop, order_id, 100)
    assert sum(has(shop, member)) == 120_000 - 900


def test_what_is_frozen_is_not_spent_and_still_comes_back(shop, member):
    a_top_up(shop, member)
    order_id = held(shop, member, 1000)
    who = {"merchant_id": shop.id, "member_id": member.id, "actor": "system", "at": NOON}
    with transaction():
        stored_value.freeze(**who, reason="盗刷投诉")

    with pytest.raises(ValueFrozen):
        held(shop, member, 1)
    assert stored_value.balance(merchant_id=shop.id, member_id=member.id).frozen
    released(shop, order_id)
    a_top_up(shop, member, paid=100, bonus=0)
    with transaction():
        stored_value.unfreeze(**who, reason="已核实")
    held(shop, member, 1)


def test_history_tells_every_change_with_its_order(shop, member):
    a_top_up(shop, member, paid=1000, bonus=200)
    order_id = spent(shop, member, 600)
    given_back(shop, order_id, 60)

    told = stored_value.list_history(merchant_id=shop.id, member_id=member.id, cursor=None, limit=2)
    more = stored_value.list_history(
        merchant_id=shop.id, member_id=member.id, cursor=told.next_cursor, limit=2
    )

    lines = [*told.items, *more.items]
    assert [(line.paid_change, line.bonus_change, line.reason) for line in lines] == [
        (50, 10, "退款退回"),
        (-500, -100, "消费支付"),
        (1000, 200, "储值充值"),
    ]
    assert lines[0].order_number == lines[1].order_number == number_of(shop, order_id)


def test_a_lot_never_gives_more_than_it_has():
    lots = [
        OpenLot(1, 1, "bonus", 1, "proportional"),
        OpenLot(2, 1, "paid", 2, "proportional"),
        OpenLot(3, 2, "paid", 5, "paid_first"),
    ]
    for amount in range(9):
        parts = take(lots, amount=amount)
        assert sum(part.amount for part in parts) == amount
        rest = {lot.id: lot.remaining for lot in lots}
        assert all(part.amount <= rest[part.lot_id] for part in parts)
