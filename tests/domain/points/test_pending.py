"""Points of a purchase wait for its refund deadline, and go back with it."""

from datetime import timedelta

import pytest

from app.domain import ledger, points
from app.kernel.db import transaction
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop
from tests.builders.points import a_cause, given, look, mature_due, pending

DEADLINE = NOON + timedelta(days=7)


@pytest.fixture
def shop(database):
    return a_shop()


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


def mature(*, at=DEADLINE):
    with transaction():
        return mature_due(at=at, limit=100)


def cancel(shop, cause, **share):
    with transaction():
        return points.cancel_pending(
            merchant_id=shop.id, earned_by=cause, cause=a_cause("refund"), at=NOON, **share
        )


def spend(shop, buyer, amount):
    with transaction():
        points.spend(
            merchant_id=shop.id, member_id=buyer.id, points=amount, cause=a_cause("spend"), at=NOON
        )


def standing(shop, buyer):
    found = look(shop, buyer)
    return found.spendable, found.pending, found.debt


def test_they_wait_until_the_deadline_and_not_longer(shop, buyer):
    pending(shop, buyer, 40)

    assert standing(shop, buyer) == (0, 40, 0)
    assert look(shop, buyer).matures_at == DEADLINE
    assert mature(at=DEADLINE - timedelta(microseconds=1)) == 0
    assert mature() == 1
    assert mature() == 0
    assert standing(shop, buyer) == (40, 0, 0)


def test_each_can_be_seen_with_its_date(shop, buyer):
    pending(shop, buyer, 40)
    pending(shop, buyer, 5, matures_at=NOON + timedelta(days=3))

    found = points.list_pending(merchant_id=shop.id, member_id=buyer.id)

    assert [(line.points, line.matures_at) for line in found] == [
        (5, NOON + timedelta(days=3)),
        (40, DEADLINE),
    ]


def test_a_debt_is_repaid_when_they_ripen(shop, buyer):
    given(shop, buyer, 30, cause="redemption:D1")
    spend(shop, buyer, 30)
    with transaction():
        points.take_back(
            merchant_id=shop.id,
            member_id=buyer.id,
            points=30,
            earned_by="redemption:D1",
            cause="reversal:D1:points",
            at=NOON,
        )
    pending(shop, buyer, 40)
    assert standing(shop, buyer) == (0, 40, 30)

    mature()

    assert standing(shop, buyer) == (10, 0, 0)


def test_a_refund_takes_back_its_share_before_they_ripen(shop, buyer):
    cause = pending(shop, buyer, 40)

    assert cancel(shop, cause, share_bp=2_500) == 10
    assert standing(shop, buyer) == (0, 30, 0)
    mature()

    assert standing(shop, buyer) == (30, 0, 0)


def test_shares_one_by_one_add_up_to_the_whole(shop, buyer):
    cause = pending(shop, buyer, 100)

    taken = [cancel(shop, cause, share_bp=share) for share in (3_333, 3_333, 3_334, 5_000)]

    assert taken == [33, 33, 34, 0]
    assert standing(shop, buyer) == (0, 0, 0)


def test_what_has_ripened_and_was_spent_becomes_a_debt_that_is_said(shop, buyer):
    cause = pending(shop, buyer, 40)
    mature()
    spend(shop, buyer, 25)

    assert cancel(shop, cause, share_bp=10_000) == 40

    assert standing(shop, buyer) == (0, 0, 25)
    assert "25积分" in look(shop, buyer).debt_words


def test_part_before_and_part_after_is_never_more_than_was_earned(shop, buyer):
    cause = pending(shop, buyer, 40)
    cancel(shop, cause, points=15)
    mature()

    assert cancel(shop, cause, points=40) == 25
    assert standing(shop, buyer) == (0, 0, 0)


def test_nothing_earned_is_nothing_to_take_back(shop):
    assert cancel(shop, "purchase:O-nothing", share_bp=10_000) == 0


def test_what_was_cancelled_never_ripens(shop, buyer):
    cause = pending(shop, buyer, 40)
    cancel(shop, cause, share_bp=10_000)

    assert mature() == 0
    assert standing(shop, buyer) == (0, 0, 0)


def test_they_go_along_when_two_members_are_one(shop, buyer):
    other = a_buyer(shop)
    cause = pending(shop, buyer, 40)
    with transaction():
        points.take_over(merchant_id=shop.id, loser_id=buyer.id, winner_id=other.id, at=NOON)
    assert standing(shop, other) == (0, 40, 0)

    cancel(shop, cause, points=10)
    mature()

    assert (standing(shop, buyer), standing(shop, other)) == ((0, 0, 0), (30, 0, 0))
    assert ledger.verify() == []
