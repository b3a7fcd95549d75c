"""Points that an order holds, points that wait, and rules with limits: all at the same time."""

from datetime import timedelta
from functools import partial

import pytest

from app.domain import points
from app.domain.points import holds_sql, pending_sql
from app.domain.points import statements as point_statements
from app.kernel.db import execute, transaction
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop
from tests.builders.points import a_rule, an_occasion, an_order_id, mature_due
from tests.races.calls import balance, earned
from tests.races.racing import count, meet_after, pair, storm, tally, told, value, without


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


def holding(shop, buyer, amount, *, order_id):
    return partial(
        points.hold,
        merchant_id=shop.id,
        member_id=buyer.id,
        order_id=order_id,
        points=amount,
        at=NOON,
    )


def of_order(verb, shop, order_id):
    return partial(verb, merchant_id=shop.id, order_id=order_id, at=NOON)


def test_a_balance_for_ten_orders_is_held_by_ten_of_32_at_once(app, shop, buyer):
    earned(shop, buyer, 30, 30, 40)
    order_ids = [an_order_id(shop, buyer) for _ in range(32)]

    results = storm(app, [holding(shop, buyer, 10, order_id=each) for each in order_ids])

    assert tally(results) == {"done": 10, "not_enough_points": 22}
    assert balance(shop, buyer) == (0, 0)
    storm(app, [of_order(points.release, shop, each) for each in order_ids])
    assert balance(shop, buyer) == (100, 0)
    assert value(shop, "sum(remaining)", "point_lots") == 100


def test_an_order_holds_once_of_32_at_once(app, shop, buyer):
    earned(shop, buyer, 1000)
    order_id = an_order_id(shop, buyer)

    results = storm(app, [holding(shop, buyer, 10, order_id=order_id)] * 32)

    assert tally(results) == {"done": 1, "already_posted": 31}
    assert balance(shop, buyer) == (990, 0)
    storm(app, [of_order(points.release, shop, order_id)] * 32)


def test_release_against_capture_ends_one_way(app, shop, buyer):
    earned(shop, buyer, 100)
    order_ids = [an_order_id(shop, buyer) for _ in range(8)]
    for each in order_ids:
        with transaction():
            holding(shop, buyer, 10, order_id=each)()
    calls = [
        of_order(verb, shop, each)
        for each in order_ids
        for verb in (points.release, points.capture, points.release, points.capture)
    ]

    results = storm(app, calls)

    assert tally(results) == {"done": 32}
    captured = count(shop, "point_holds", "state = 'captured'")
    assert count(shop, "point_holds", "state = 'held'") == 0
    assert balance(shop, buyer) == (100 - 10 * captured, 0)


def test_what_comes_back_while_two_members_become_one_is_the_winners(app, shop, buyer):
    other = a_buyer(shop)
    earned(shop, buyer, 100)
    order_ids = [an_order_id(shop, buyer) for _ in range(10)]
    for each in order_ids:
        with transaction():
            holding(shop, buyer, 10, order_id=each)()
    with transaction():
        execute(
            "UPDATE members SET merged_into = %(w)s WHERE merchant_id = %(m)s AND id = %(l)s",
            {"m": shop.id, "w": other.id, "l": buyer.id},
        )
    merge = partial(
        points.take_over, merchant_id=shop.id, loser_id=buyer.id, winner_id=other.id, at=NOON
    )
    releases = [of_order(points.release, shop, each) for each in order_ids]

    results = storm(app, [*releases, *[merge] * 4, *releases[::-1], *[merge] * 8])

    assert set(tally(results)) == {"done"}
    assert (balance(shop, buyer), balance(shop, other)) == ((0, 0), (100, 0))


def test_points_given_back_are_never_more_than_were_spent(app, shop, buyer):
    earned(shop, buyer, 100)
    order_id = an_order_id(shop, buyer)
    with transaction():
        holding(shop, buyer, 100, order_id=order_id)()
        of_order(points.capture, shop, order_id)()
    calls = [
        partial(of_order(points.give_back, shop, order_id), points=10, cause=f"return:{n}")
        for n in range(32)
    ]

    results = storm(app, calls)

    assert tally(results) == {"done": 10, "points_not_spent": 22}
    assert balance(shop, buyer) == (100, 0)


def waiting(shop, buyer, amount, *, cause):
    with transaction():
        points.earn_pending(
            merchant_id=shop.id,
            member_id=buyer.id,
            points=amount,
            cause=cause,
            reason="消费奖励",
            matures_at=NOON,
            expires_at=NOON + timedelta(days=365),
            at=NOON,
        )


def cancelling(shop, earned_by, number, **share):
    return partial(
        points.cancel_pending,
        merchant_id=shop.id,
        earned_by=earned_by,
        cause=f"return:{earned_by}:{number}",
        at=NOON,
        **share,
    )


def test_ripening_against_taking_back_loses_and_makes_up_nothing(app, shop, buyer):
    causes = [f"purchase:O{n}" for n in range(8)]
    for each in causes:
        waiting(shop, buyer, 100, cause=each)
    ripen = partial(mature_due, at=NOON, limit=5000)
    calls = [
        call
        for each in causes
        for call in (ripen, cancelling(shop, each, 1, share_bp=2_500), ripen, ripen)
    ]

    results = storm(app, calls)

    assert set(tally(results)) == {"done"}
    # A quarter of each was taken back, before it ripened or after.
    assert balance(shop, buyer) == (600, 0)
    assert value(shop, "sum(taken_back)", "pending_points") == 200
    assert count(shop, "pending_points", "matured_at IS NULL") == 0


def test_a_purchase_is_taken_back_once_by_many_at_once(app, shop, buyer):
    waiting(shop, buyer, 100, cause="purchase:O1")
    calls = [cancelling(shop, "purchase:O1", n, share_bp=10_000) for n in range(32)]

    results = storm(app, calls)

    assert sorted(results) == [0] * 31 + [100]
    assert balance(shop, buyer) == (0, 0)


def test_a_limit_holds_for_32_occasions_at_once_of_a_newcomer(app, shop, buyer):
    a_rule(shop, fixed_points=10, most_per_day=50)
    calls = [
        partial(points.earn_by_rules, an_occasion(shop, buyer, source=f"event:profile:{n}"))
        for n in range(32)
    ]

    results = storm(app, calls)

    assert sorted(results) == [0] * 27 + [10] * 5
    assert balance(shop, buyer) == (50, 0)


def test_one_occasion_is_paid_once_by_32_at_once(app, shop, buyer):
    a_rule(shop, fixed_points=10)
    occasion = an_occasion(shop, buyer, source="event:profile:1")

    results = storm(app, [partial(points.earn_by_rules, occasion)] * 32)

    assert sorted(results) == [0] * 31 + [10]
    assert balance(shop, buyer) == (10, 0)


# Controls.


def test_without_the_lock_of_the_hold_it_is_both_released_and_spent(unguarded, monkeypatch):
    shop = a_shop()
    buyer = a_buyer(shop)
    earned(shop, buyer, 100)
    order_id = an_order_id(shop, buyer)
    with transaction():
        holding(shop, buyer, 40, order_id=order_id)()
    # Neither the accounts nor the hold are locked; ending both ways is what the locks prevent.
    monkeypatch.setattr(
        point_statements,
        "LOCK_ACCOUNT",
        without(point_statements.LOCK_ACCOUNT, "FOR NO KEY UPDATE"),
    )
    monkeypatch.setattr(holds_sql, "LOCK", without(holds_sql.LOCK, "FOR NO KEY UPDATE"))
    meet_after(monkeypatch, points.holding, "_lock")

    results = pair(
        unguarded,
        of_order(points.release, shop, order_id),
        of_order(points.capture, shop, order_id),
    )

    assert tally(results) == {"done": 2}
    # Forty were held; forty came back, and forty were spent.
    assert balance(shop, buyer) == (100, 0)
    assert count(shop, "ledger_entries", "cause LIKE 'points\\_%'") == 3


def test_without_the_lock_of_the_row_what_is_taken_back_ripens_too(unguarded, monkeypatch):
    shop = a_shop()
    buyer = a_buyer(shop)
    waiting(shop, buyer, 100, cause="purchase:O1")
    monkeypatch.setattr(
        point_statements,
        "LOCK_ACCOUNT",
        without(point_statements.LOCK_ACCOUNT, "FOR NO KEY UPDATE"),
    )
    monkeypatch.setattr(pending_sql, "LOCK", without(pending_sql.LOCK, "FOR NO KEY UPDATE"))
    meet_after(monkeypatch, points.pending, "_lock")

    results = pair(
        unguarded,
        cancelling(shop, "purchase:O1", 1, share_bp=10_000),
        partial(mature_due, at=NOON, limit=10),
    )

    # Only the account's floor is left; one of the two is refused by it.
    assert sorted(map(told, results)) == ["done", "insufficient_balance"]


def test_without_the_lock_a_limit_is_used_twice(unguarded, monkeypatch):
    shop = a_shop()
    buyer = a_buyer(shop)
    a_rule(shop, fixed_points=10, most_in_all=10)
    monkeypatch.setattr(
        point_statements,
        "LOCK_ACCOUNT",
        without(point_statements.LOCK_ACCOUNT, "FOR NO KEY UPDATE"),
    )
    earned(shop, buyer, 1)
    meet_after(monkeypatch, points.earning, "_used")
    calls = [
        partial(points.earn_by_rules, an_occasion(shop, buyer, source=f"event:profile:{n}"))
        for n in range(2)
    ]

    assert pair(unguarded, *calls) == [10, 10]
