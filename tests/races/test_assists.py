"""Friends who come all at once, the deadline, the kill switch, and the budget."""

from datetime import timedelta
from functools import partial

import pytest

from app.domain import assist, campaigns
from app.domain.assist import closing, helping, statements
from tests.builders.assist import (
    SOON,
    a_campaign,
    a_friend,
    a_help_wish,
    a_task,
    helped,
    tasks_of,
)
from tests.builders.catalog import BOSS
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_order, a_shop
from tests.builders.together import Hold, one_behind_the_other
from tests.races.racing import count, meet_after, pair, storm, tally, told, value, without

END = NOON + timedelta(hours=24, seconds=21)


def helping_of(shop, task, friend=None, *, at=SOON, **changes):
    wish = a_help_wish(shop, task, friend or a_friend(shop), **changes)
    return partial(assist.help_out, wish, at=at)


def closing_of(shop, task, *, at):
    return partial(assist.close, merchant_id=shop.id, task_id=task.id, at=at)


def killing_of(shop, campaign, *, at=SOON):
    return partial(
        campaigns.kill,
        merchant_id=shop.id,
        number=campaign.number,
        reason="停",
        actor=BOSS,
        at=at,
    )


def state_of(shop, task):
    return (
        value(shop, "state", "assist_tasks", "id = :i", i=task.id),
        value(shop, "state", "vouchers", "id = :i", i=task.voucher_id),
        count(shop, "assist_helps", "task_id = :i AND state = 'counted'", i=task.id),
    )


def unlocked_messages(shop):
    """Persons told of the unlock, and how often in all."""
    return (
        value(
            shop,
            "count(DISTINCT payload->>'member_id')",
            "outbox",
            "job = 'assists.tell_unlocked'",
        ),
        count(shop, "outbox", "job = 'assists.tell_unlocked'"),
    )


def test_of_forty_last_helpers_at_once_one_unlocks(app, shop):
    shop, _, task = a_task(shop, helpers=2)
    helped(shop, task)

    results = storm(app, [helping_of(shop, task) for _ in range(40)])

    assert tally(results) == {"done": 1, "assist_full": 39}
    assert state_of(shop, task) == ("unlocked", "active", 2)
    assert unlocked_messages(shop) == (3, 3)
    assert count(shop, "voucher_events", "action = 'unlock'") == 1


def test_the_last_two_helpers_at_once_unlock_once_and_each_is_told_once(app, shop):
    shop, _, task = a_task(shop, helpers=2)

    results = pair(app, helping_of(shop, task), helping_of(shop, task))

    assert tally(results) == {"done": 2}
    assert sorted(result.unlocked for result in results) == [False, True]
    assert state_of(shop, task) == ("unlocked", "active", 2)
    assert unlocked_messages(shop) == (3, 3)


def test_without_the_locks_two_last_helpers_unlock_nothing(unguarded, monkeypatch):
    shop, _, task = a_task(a_shop(), helpers=2)
    monkeypatch.setattr(
        statements, "LOCK_PEOPLE", without(statements.LOCK_PEOPLE, "FOR NO KEY UPDATE")
    )
    monkeypatch.setattr(statements, "LOOK", without(statements.LOOK, "FOR NO KEY UPDATE OF t"))
    meet_after(monkeypatch, helping, "terms_of")

    results = pair(unguarded, helping_of(shop, task), helping_of(shop, task))

    assert tally(results) == {"done": 2}
    assert state_of(shop, task) == ("open", "locked", 2)


def test_the_same_friend_forty_times_helps_once(app, shop):
    shop, _, task = a_task(shop, helpers=4)
    friend = a_friend(shop)

    results = storm(app, [helping_of(shop, task, friend) for _ in range(40)])

    assert tally(results) == {"done": 1, "replayed": 39}
    assert count(shop, "assist_helps") == 1
    assert count(shop, "vouchers", "holder_id = :h", h=friend.id) == 1


def test_one_friend_at_two_tasks_of_a_campaign_at_once_helps_one(app, shop):
    a_campaign(shop, helpers=1, subs=2)
    a_paid_order(shop, buyer=a_buyer(shop))
    one, other = tasks_of(shop)
    friend = a_friend(shop)

    results = pair(app, helping_of(shop, one, friend), helping_of(shop, other, friend))

    assert tally(results) == {"done": 1, "assist_helped_before": 1}
    assert count(shop, "assist_helps") == 1


def test_a_budget_of_five_rewards_five_of_forty(app, shop):
    a_campaign(shop, helpers=1, rewards=5)
    for _ in range(40):
        a_paid_order(shop, buyer=a_buyer(shop))

    results = storm(app, [helping_of(shop, task) for task in tasks_of(shop)])

    assert tally(results) == {"done": 5, "assist_over": 35}
    assert value(shop, "rewards", "assist_counters") == 5
    assert count(shop, "assist_helps") == 5
    assert count(shop, "cards", "title = '好友助力礼'") == 5


def test_a_budget_that_is_only_looked_at_is_overspent(unguarded, monkeypatch):
    shop = a_shop()
    a_campaign(shop, helpers=1, rewards=1)
    for _ in range(2):
        a_paid_order(shop, buyer=a_buyer(shop))
    guard = "(%(most_rewards)s::bigint IS NULL OR rewards < %(most_rewards)s)"
    monkeypatch.setattr(
        statements,
        "HELP",
        statements.HELP.replace(guard, "(%(most_rewards)s::bigint IS NULL OR true)"),
    )

    results = pair(unguarded, *[helping_of(shop, task) for task in tasks_of(shop)])

    assert tally(results) == {"done": 2}
    assert value(shop, "rewards", "assist_counters") == 2


def test_the_last_friend_before_the_sweep_keeps_what_he_unlocked(app, shop):
    shop, _, task = a_task(shop, helpers=1)
    help_in_time = helping_of(shop, task, at=END - timedelta(seconds=1))

    both = one_behind_the_other(app, help_in_time, closing_of(shop, task, at=END))

    assert told(both.first) == "done"
    assert both.second is False
    assert state_of(shop, task) == ("unlocked", "active", 1)
    assert count(shop, "outbox", "job = 'assists.tell_over'") == 0


def test_a_friend_behind_the_sweep_hears_that_it_is_over(app, shop):
    shop, _, task = a_task(shop, helpers=1)
    # He asked in time by his own clock; the sweep was quicker.
    late = helping_of(shop, task, at=END - timedelta(microseconds=1))

    both = one_behind_the_other(app, closing_of(shop, task, at=END), late)

    assert both.waited
    assert told(both.second) == "assist_expired"
    assert state_of(shop, task) == ("expired", "expired", 0)
    assert count(shop, "vouchers", "state = 'active' AND allocated_fen = 0") == 1


def test_a_sweep_that_does_not_lock_takes_away_what_was_unlocked(unguarded, monkeypatch):
    shop, _, task = a_task(a_shop(), helpers=1)
    monkeypatch.setattr(
        statements,
        "LOCK_TASK",
        without(statements.LOCK_TASK, "FOR NO KEY UPDATE SKIP LOCKED"),
    )
    monkeypatch.setattr(statements, "CLOSE", without(statements.CLOSE, " AND state = 'open'"))
    # Its own move would notice; a naive sweep sets the state by itself.
    monkeypatch.setattr(closing.vouchers, "move", lambda **_: None)
    hold = Hold(unguarded, inside=True)

    monkeypatch.setattr(closing, "_close", _held(closing._close, hold))
    both = one_behind_the_other(
        unguarded,
        closing_of(shop, task, at=END),
        helping_of(shop, task, at=END - timedelta(seconds=1)),
        hold=hold,
    )
    assert told(both.second) == "done"
    assert state_of(shop, task)[0] == "expired"


def _held(real, hold):
    def close(*args, **more):
        hold.here()
        return real(*args, **more)

    return close


def test_friends_at_the_deadline_in_a_crowd_end_one_way_or_the_other(app, shop):
    shop, _, task = a_task(shop, helpers=2)
    helps = [helping_of(shop, task, at=END - timedelta(seconds=1)) for _ in range(34)]

    results = storm(app, [*helps[:17], closing_of(shop, task, at=END), *helps[17:]])

    closed = results[17]
    state, voucher, counted = state_of(shop, task)
    if closed is True:
        assert (state, voucher) == ("expired", "expired")
        assert counted < 2
    else:
        assert state in {"unlocked", "open"}
        assert (voucher == "active") == (state == "unlocked")


def test_a_kill_behind_a_help_treats_the_task_as_begun(app, shop):
    campaign = a_campaign(shop, helpers=2)
    a_paid_order(shop, buyer=a_buyer(shop))
    (task,) = tasks_of(shop)

    both = one_behind_the_other(app, helping_of(shop, task), killing_of(shop, campaign))
    pair(app, closing_of(shop, task, at=SOON))

    assert told(both.first) == "done"
    assert state_of(shop, task) == ("released", "active", 1)


@pytest.mark.parametrize("order", [0, 1])
def test_helps_and_the_kill_at_once_leave_no_task_half_way(app, shop, order):
    campaign = a_campaign(shop, helpers=4)
    a_paid_order(shop, buyer=a_buyer(shop))
    (task,) = tasks_of(shop)
    calls = [helping_of(shop, task) for _ in range(33)]
    calls.insert(order * 33, killing_of(shop, campaign))

    results = storm(app, calls)
    pair(app, closing_of(shop, task, at=SOON))

    assert set(tally(results)) <= {"done", "assist_stopped", "assist_full"}
    state, voucher, counted = state_of(shop, task)
    assert (state, voucher) in {
        ("unlocked", "active"),
        ("released", "active"),
        ("stopped", "expired"),
    }
    assert (state == "stopped") == (counted == 0)
