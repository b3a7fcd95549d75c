"""Two members turn out to be one person while things happen to both."""

from functools import partial
from unittest.mock import patch

import pytest

from app.domain import orders, points, vouchers
from app.domain.orders import Outcome
from app.domain.redemption import redeeming
from app.kernel import outbox
from app.kernel.db import db, execute, transaction
from jobs import members as member_jobs
from tests.builders.members import a_member, a_unionid, an_openid
from tests.builders.moments import NOON
from tests.builders.orders import (
    a_buyer,
    a_paid_fact,
    a_shop,
    a_voucher,
    an_order,
    vouchers_of,
)
from tests.builders.redemption import LATER, a_redemption
from tests.builders.together import Hold, one_behind_the_other
from tests.builders.transactions import joined
from tests.races.calls import balance, earned, redeeming_of, reversing_of, spending
from tests.races.racing import count, storm, tally, told, value


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


def joining(shop, loser, winner):
    """As the job does it, for a task of its own."""
    at = NOON
    with transaction():
        execute(
            """INSERT INTO outbox (merchant_id, job, event, payload, published_at, due_at)
            VALUES (%(merchant_id)s, 'members.join_members', 'MembersMerged',
              jsonb_build_object('loser_id', %(loser)s::bigint, 'winner_id', %(winner)s::bigint),
              %(at)s, %(at)s)""",
            {"merchant_id": shop.id, "loser": loser.id, "winner": winner.id, "at": at},
        )
    task_id = value(shop, "max(id)", "outbox")
    task = outbox.find_task(merchant_id=shop.id, task_id=task_id)
    db.session.rollback()
    return partial(_join_inside, task)


def _join_inside(task):
    """The job opens its own transaction; here one is open already."""
    with patch.object(member_jobs, "transaction", joined):
        return member_jobs.join_members(task)


def everything_of(shop, *members):
    return {
        member.id: (*balance(shop, member), count(shop, "vouchers", "holder_id = :h", h=member.id))
        for member in members
    }


def test_a_scan_in_the_middle_of_which_the_members_are_joined(app, shop, buyer, monkeypatch):
    winner, voucher = a_buyer(shop), a_voucher(shop, buyer=buyer)
    earned(shop, buyer, 10)
    scan, join = redeeming_of(shop, voucher), joining(shop, buyer, winner)
    hold = Hold(app, inside=True)
    check = redeeming.check_use

    def check_and_hold(*args, **more):
        check(*args, **more)
        hold.here()

    monkeypatch.setattr(redeeming, "check_use", check_and_hold)

    both = one_behind_the_other(app, scan, join, hold=hold)

    # Nobody was thrown out of a deadlock, and nothing stayed behind with the loser.
    assert both.waited
    assert (told(both.first), told(both.second)) == ("done", "done")
    assert everything_of(shop, buyer, winner) == {buyer.id: (0, 0, 0), winner.id: (34, 0, 2)}


def test_taking_the_points_before_the_vouchers_deadlocks(unguarded, monkeypatch):
    shop = a_shop()
    loser, winner = a_buyer(shop), a_buyer(shop)
    scan = redeeming_of(shop, a_voucher(shop, buyer=loser))
    earned(shop, loser, 10)
    hold, check = Hold(unguarded, inside=True), redeeming.check_use
    pair = {"merchant_id": shop.id, "loser_id": loser.id, "winner_id": winner.id, "at": NOON}

    def check_and_hold(*args, **more):
        check(*args, **more)
        hold.here()

    def naive():
        points.take_over(**pair)
        vouchers.take_over(**pair)

    monkeypatch.setattr(redeeming, "check_use", check_and_hold)

    both = one_behind_the_other(unguarded, scan, naive, hold=hold)

    assert sorted([told(both.first), told(both.second)]) == ["busy", "done"]


def test_a_scan_behind_the_joining_hears_that_the_picture_is_old(app, shop, buyer):
    winner, voucher = a_buyer(shop), a_voucher(shop, buyer=buyer)
    earned(shop, buyer, 10)
    scan, join = redeeming_of(shop, voucher), joining(shop, buyer, winner)

    both = one_behind_the_other(app, join, scan)

    assert both.waited
    assert told(both.second) == "code_unknown"
    assert everything_of(shop, buyer, winner) == {buyer.id: (0, 0, 0), winner.id: (10, 0, 2)}


def test_scans_spendings_and_the_joining_in_a_crowd_lose_nothing(app, shop, buyer):
    winner = a_buyer(shop)
    for _ in range(10):
        a_voucher(shop, buyer=buyer)
    earned(shop, buyer, 100)
    earned(shop, winner, 100)
    scans = [redeeming_of(shop, each) for each in vouchers_of(shop, buyer, at=LATER)]
    spends = [spending(shop, winner, 5, cause=f"spend:{n}") for n in range(20)]
    join = joining(shop, buyer, winner)

    results = storm(app, [*scans[:10], *spends[:10], join, join, *scans[10:], *spends[10:]])

    scanned, spent = results[:10] + results[22:32], results[10:20] + results[32:]
    assert set(tally(scanned)) <= {"done", "code_unknown"}
    assert tally(spent) == {"done": 20}
    redeemed = tally(scanned)["done"]
    assert everything_of(shop, buyer, winner) == {
        buyer.id: (0, 0, 0),
        winner.id: (200 + 24 * redeemed - 100, 0, 20),
    }


def test_a_redemption_reversed_after_the_joining_costs_whoever_has_the_points(app, shop, buyer):
    winner = a_buyer(shop)
    verdict = a_redemption(shop, a_voucher(shop, buyer=buyer))
    join, reverse = joining(shop, buyer, winner), reversing_of(shop, verdict)

    both = one_behind_the_other(app, join, reverse)

    assert both.waited
    assert told(both.second) == "done"
    assert everything_of(shop, buyer, winner) == {buyer.id: (0, 0, 0), winner.id: (0, 0, 2)}


def test_what_the_loser_ordered_and_paid_after_the_joining_is_the_winners(app, committed):
    shop = a_shop()
    loser, winner, placed = two_who_are_one(shop)
    join, fact = joining(shop, loser, winner), a_paid_fact(shop, placed)
    with transaction():
        join()

    with transaction():
        assert orders.confirm_paid(fact, at=NOON) is Outcome.PAID

    assert everything_of(shop, loser, winner) == {loser.id: (0, 0, 0), winner.id: (0, 0, 2)}


def two_who_are_one(shop):
    """Signing in with a unionid joined them; the loser has an order that he has not paid yet."""
    winner = a_member(merchant=shop.merchant, appid="wx_another_app", unionid=(one := a_unionid()))
    openid = an_openid()
    loser = a_buyer(shop, openid=openid)
    placed = an_order(shop, buyer=loser)
    a_buyer(shop, openid=openid, unionid=one)
    return loser, winner, placed
