"""Points pay a part of an order: held, spent, given back to the lots they came from."""

from datetime import timedelta

import pytest

from app.domain import ledger, points
from app.domain.points import NotEnoughPoints, NotHeld
from app.kernel.db import fetch_all, transaction
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop
from tests.builders.points import a_cause, an_order_id, expire_due, given, held, look

SOON, LATE = NOON + timedelta(days=30), NOON + timedelta(days=300)


@pytest.fixture
def shop(database):
    return a_shop()


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


class Lot:
    def __init__(self, expires_at, remaining):
        self.told = (expires_at, remaining)


def lots(shop, buyer):
    rows = fetch_all(
        Lot,
        "SELECT expires_at, remaining FROM point_lots "
        "WHERE merchant_id = %(m)s AND member_id = %(b)s ORDER BY expires_at",
        {"m": shop.id, "b": buyer.id},
    )
    return [row.told for row in rows]


def settle(verb, shop, order_id, **more):
    with transaction():
        verb(merchant_id=shop.id, order_id=order_id, at=NOON, **more)


def test_a_hold_takes_what_expires_first(shop, buyer):
    given(shop, buyer, 30, expires_at=LATE)
    given(shop, buyer, 30, expires_at=SOON)

    held(shop, buyer, 40)

    assert lots(shop, buyer) == [(SOON, 0), (LATE, 20)]
    assert look(shop, buyer).spendable == 20


def test_more_than_there_is_cannot_be_held(shop, buyer):
    given(shop, buyer, 30)

    with pytest.raises(NotEnoughPoints) as refused:
        held(shop, buyer, 31)

    assert refused.value.details == {"available": 30, "needed": 31}


def test_a_released_hold_is_back_in_the_same_lots(shop, buyer):
    given(shop, buyer, 30, expires_at=LATE)
    given(shop, buyer, 30, expires_at=SOON)
    order_id = held(shop, buyer, 40)

    settle(points.release, shop, order_id)
    settle(points.release, shop, order_id)
    settle(points.capture, shop, order_id)

    assert lots(shop, buyer) == [(SOON, 30), (LATE, 30)]
    assert look(shop, buyer).spendable == 60


def test_nothing_held_is_nothing_to_settle(shop, buyer):
    order_id = an_order_id(shop, buyer)

    settle(points.capture, shop, order_id)
    settle(points.release, shop, order_id)

    assert look(shop, buyer).spendable == 0


def test_what_is_given_back_has_the_dates_it_had(shop, buyer):
    given(shop, buyer, 30, expires_at=LATE)
    given(shop, buyer, 30, expires_at=SOON)
    order_id = held(shop, buyer, 40)
    settle(points.capture, shop, order_id)

    settle(points.give_back, shop, order_id, points=25, cause=a_cause("refund"))
    assert lots(shop, buyer) == [(SOON, 15), (LATE, 30)]
    settle(points.give_back, shop, order_id, points=15, cause=a_cause("refund"))

    assert lots(shop, buyer) == [(SOON, 30), (LATE, 30)]


def test_no_more_comes_back_than_was_spent(shop, buyer):
    given(shop, buyer, 30)
    order_id = held(shop, buyer, 30)

    with pytest.raises(NotHeld):
        settle(points.give_back, shop, order_id, points=1, cause=a_cause("refund"))
    settle(points.capture, shop, order_id)
    settle(points.give_back, shop, order_id, points=30, cause=a_cause("refund"))
    with pytest.raises(NotHeld):
        settle(points.give_back, shop, order_id, points=1, cause=a_cause("refund"))


def test_what_comes_back_repays_a_debt_first(shop, buyer):
    given(shop, buyer, 30, cause="redemption:D1")
    order_id = held(shop, buyer, 30)
    with transaction():
        debt = points.take_back(
            merchant_id=shop.id,
            member_id=buyer.id,
            points=20,
            earned_by="redemption:D1",
            cause="reversal:D1:points",
            at=NOON,
        )
    assert debt == 20

    settle(points.release, shop, order_id)

    found = look(shop, buyer)
    assert (found.spendable, found.debt) == (10, 0)
    assert ledger.verify() == []


def test_points_of_a_member_who_is_somebody_else_now_come_back_to_him(shop, buyer):
    other = a_buyer(shop)
    given(shop, buyer, 30, expires_at=SOON)
    order_id = held(shop, buyer, 20)
    merge(shop, buyer, other)

    settle(points.release, shop, order_id)

    assert (look(shop, buyer).spendable, look(shop, other).spendable) == (0, 30)
    assert {ends for ends, left in lots(shop, other) if left} == {SOON}
    assert ledger.verify() == []


def test_points_that_follow_to_whoever_he_is_repay_what_that_one_owes(shop, buyer):
    other = a_buyer(shop)
    given(shop, buyer, 30, expires_at=SOON)
    given(shop, other, 25, cause="redemption:D2")
    order_id = held(shop, buyer, 30)
    held(shop, other, 25)
    owe(shop, other, 25, earned_by="redemption:D2")
    merge(shop, buyer, other)

    settle(points.release, shop, order_id)

    assert (look(shop, other).spendable, look(shop, other).debt) == (5, 0)
    assert ledger.verify() == []


def test_what_one_owes_is_repaid_of_what_the_other_one_has(shop, buyer):
    other = a_buyer(shop)
    given(shop, buyer, 10, cause="redemption:D3")
    held(shop, buyer, 10)
    owe(shop, buyer, 10, earned_by="redemption:D3")
    given(shop, other, 30, expires_at=LATE)
    given(shop, other, 4, expires_at=SOON)

    merge(shop, buyer, other)

    assert (look(shop, other).spendable, look(shop, other).debt) == (24, 0)
    assert lots(shop, other) == [(SOON, 0), (LATE, 24)]
    assert ledger.verify() == []


def owe(shop, member, amount, *, earned_by):
    with transaction():
        points.take_back(
            merchant_id=shop.id,
            member_id=member.id,
            points=amount,
            earned_by=earned_by,
            cause=a_cause("reversal"),
            at=NOON,
        )


def merge(shop, loser, winner):
    from app.kernel.db import execute

    with transaction():
        execute(
            "UPDATE members SET merged_into = %(w)s WHERE merchant_id = %(m)s AND id = %(l)s",
            {"m": shop.id, "w": winner.id, "l": loser.id},
        )
        points.take_over(merchant_id=shop.id, loser_id=loser.id, winner_id=winner.id, at=NOON)


def test_points_that_come_back_after_their_last_day_end_once_more(shop, buyer):
    given(shop, buyer, 30, expires_at=SOON)
    order_id = held(shop, buyer, 20)
    expired()

    settle(points.release, shop, order_id)
    assert look(shop, buyer).spendable == 20
    expired()

    assert look(shop, buyer).spendable == 0
    assert lots(shop, buyer) == [(SOON, 0)]


def expired():
    with transaction():
        expire_due(at=SOON, limit=10_000)
