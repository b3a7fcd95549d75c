"""What points buy and pay, whose end is announced, and what a shop owes in them."""

from datetime import timedelta

import pytest

from app.domain import points
from app.domain.points import TooManyPoints
from app.kernel.db import fetch_all, transaction
from tests.builders.catalog import an_offer
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop
from tests.builders.points import a_cause, expire_due, given, held, look, notify_due, pending

DAY = timedelta(days=1)


@pytest.fixture
def shop(database):
    return a_shop()


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


def set_terms(shop, **words):
    words = {"pay_bp": 5_000, "worth": 100, "warn_days": 7} | words
    with transaction():
        points.set_terms(merchant_id=shop.id, actor="system", at=NOON, **words)


def may_pay(shop, buyer, price_fen):
    found = points.may_pay(merchant_id=shop.id, member_id=buyer.id, price_fen=price_fen)
    return found.points, found.amount_fen


# Part payment.


def test_where_nothing_was_decided_points_pay_nothing(shop, buyer):
    given(shop, buyer, 1000)

    assert may_pay(shop, buyer, 49_00) == (0, 0)
    with pytest.raises(TooManyPoints):
        points.part_payment(merchant_id=shop.id, price_fen=49_00, points=1)


def test_points_pay_up_to_the_shops_part_and_the_members_own(shop, buyer):
    set_terms(shop)
    given(shop, buyer, 1000)

    assert may_pay(shop, buyer, 49_00) == (1000, 10_00)
    assert may_pay(shop, buyer, 10_00) == (500, 5_00)
    paid = points.part_payment(merchant_id=shop.id, price_fen=49_00, points=1000)
    assert (paid.points, paid.amount_fen) == (1000, 10_00)


def test_points_that_would_pay_a_fraction_of_a_fen_stay_with_their_owner(shop, buyer):
    set_terms(shop, worth=150)
    given(shop, buyer, 4)

    assert may_pay(shop, buyer, 49_00) == (3, 2)
    paid = points.part_payment(merchant_id=shop.id, price_fen=49_00, points=4)
    assert (paid.points, paid.amount_fen) == (3, 2)


def test_more_than_the_part_is_refused_with_the_most(shop):
    set_terms(shop)

    with pytest.raises(TooManyPoints) as refused:
        points.part_payment(merchant_id=shop.id, price_fen=10_00, points=501)

    assert refused.value.details["most"] == 500


# The mall.


def mall(shop, buyer, **more):
    words = {"cursor": None, "limit": 10, "at": NOON} | more
    return points.list_mall(merchant_id=shop.id, member_id=buyer.id, **words)


def test_the_mall_shows_what_costs_points_and_what_is_missing(shop, buyer):
    given(shop, buyer, 300)
    sample = an_offer(merchant=shop.merchant, price_fen=9_90, terms={"points": 200})
    mask = an_offer(merchant=shop.merchant, price_fen=0, terms={"points": 500}, stock=3)

    found = mall(shop, buyer)

    assert found.spendable == 300
    assert [(o.number, o.points, o.price_fen, o.remaining) for o in found.offers.items] == [
        (mask.number, 500, 0, 3),
        (sample.number, 200, 9_90, None),
    ]
    assert [offer.missing(found.spendable) for offer in found.offers.items] == [200, 0]


def test_the_mall_has_pages_and_no_ordinary_offers(shop, buyer):
    numbers = [
        an_offer(merchant=shop.merchant, price_fen=0, terms={"points": 1}).number for _ in range(3)
    ]

    first = mall(shop, buyer, limit=2).offers
    rest = mall(shop, buyer, limit=2, cursor=first.next_cursor).offers

    assert [o.number for o in (*first.items, *rest.items)] == numbers[::-1]
    assert rest.next_cursor is None


# Notices.


class Told:
    def __init__(self, payload):
        self.payload = payload


def remind(shop, *, at):
    with transaction():
        notify_due(at=at, limit=1000)
    return [
        (row.payload["member_id"], row.payload["expires_at"])
        for row in fetch_all(
            Told,
            "SELECT payload FROM outbox WHERE merchant_id = %(m)s AND event = 'PointsExpiring'",
            {"m": shop.id},
        )
    ]


def test_each_end_is_announced_once_and_in_time(shop, buyer):
    ends = NOON + 30 * DAY
    given(shop, buyer, 10, expires_at=ends)
    given(shop, buyer, 20, expires_at=ends)
    given(shop, buyer, 40, expires_at=ends + 30 * DAY)

    assert remind(shop, at=ends - 7 * DAY - timedelta(seconds=1)) == []
    told = remind(shop, at=ends - 7 * DAY)

    assert told == [(buyer.id, ends.isoformat())]
    assert remind(shop, at=ends - 6 * DAY) == told
    assert points.ending(merchant_id=shop.id, member_id=buyer.id, expires_at=ends) == 30


def test_a_shop_may_announce_earlier(shop, buyer):
    set_terms(shop, warn_days=30)
    given(shop, buyer, 10, expires_at=NOON + 30 * DAY)

    assert len(remind(shop, at=NOON)) == 1


def test_spent_points_and_ended_ones_are_not_announced(shop, buyer):
    given(shop, buyer, 10, expires_at=NOON + 3 * DAY)
    with transaction():
        points.spend(
            merchant_id=shop.id, member_id=buyer.id, points=10, cause=a_cause("spend"), at=NOON
        )
    given(shop, buyer, 10, expires_at=NOON + DAY)

    assert remind(shop, at=NOON + DAY) == []


# What is owed.


def test_a_months_movements_add_up_to_what_is_owed(shop, buyer):
    given(shop, buyer, 100, expires_at=NOON + DAY, at=NOON - 40 * DAY)
    given(shop, buyer, 60)
    pending(shop, buyer, 30)
    order_id = held(shop, buyer, 40)
    with transaction():
        points.capture(merchant_id=shop.id, order_id=order_id, at=NOON)
        points.give_back(
            merchant_id=shop.id, order_id=order_id, points=10, cause=a_cause("return"), at=NOON
        )
    with transaction():
        expire_due(at=NOON + DAY, limit=10_000)

    found = points.roll_forward(merchant_id=shop.id, since=NOON - DAY, until=NOON + 2 * DAY)

    assert (found.opening, found.issued, found.spent, found.given_back) == (100, 90, 40, 10)
    assert (found.expired, found.taken_back) == (70, 0)
    assert found.closing == 90 == look(shop, buyer).spendable + look(shop, buyer).pending
    # Of the hundred whose time is over, seventy expired.
    assert (found.breakage_bp, found.expected_breakage) == (7_000, 63)
