"""Tasks that end without their friends, doubts that are looked at, and every state's answers."""

from datetime import timedelta

import pytest

from app.domain import assist
from app.domain.assist import AssistRefusal, TaskState
from app.domain.campaigns import KillRule
from app.domain.vouchers import Tab
from app.kernel.db import execute, fetch_all, transaction
from app.kernel.errors import NotFound
from tests.builders.assist import (
    SOON,
    a_campaign,
    a_friend,
    a_task,
    helped,
    kill,
    tasks_of,
)
from tests.builders.members import a_member, a_unionid, an_openid
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_order, a_shop, look_at_voucher, vouchers_of

pytestmark = pytest.mark.usefixtures("database")

END = NOON + timedelta(hours=24, seconds=21)
BOSS = "staff:1"


def close(shop, task, *, at=END):
    with transaction():
        return assist.close(merchant_id=shop.id, task_id=task.id, at=at)


def state_of(shop, task):
    found = next(each for each in tasks_of(shop) if each.id == task.id)
    return found.state, look_at_voucher(shop, task.voucher_id).state.value


def wallet(shop, member, *, at=SOON):
    return sorted(v.terms.name for v in vouchers_of(shop, member, at=at, tab=Tab.USABLE))


def decide(shop, verb, number, *, at=SOON):
    with transaction():
        return verb(merchant_id=shop.id, number=number, reason="看过了", actor=BOSS, at=at)


def test_at_the_deadline_the_fallback_takes_the_place_of_the_locked_voucher():
    shop, buyer, task = a_task()
    helped(shop, task)
    assert close(shop, task, at=END - timedelta(seconds=1)) is False
    assert close(shop, task) is True
    assert state_of(shop, task) == ("expired", "expired")
    assert wallet(shop, buyer, at=END) == ["曲奇券", "热拿铁兑换券", "热拿铁兑换券"]


def test_without_a_fallback_nothing_takes_its_place():
    shop, buyer, task = a_task(fallback=None)
    close(shop, task)
    assert wallet(shop, buyer, at=END) == ["热拿铁兑换券", "热拿铁兑换券"]


def test_who_orders_after_the_end_gets_the_main_card_alone_and_who_ordered_before_his_task():
    shop = a_shop()
    a_campaign(shop, ends_at=NOON + timedelta(seconds=10))
    late, early = a_buyer(shop), a_buyer(shop)
    a_paid_order(shop, buyer=late, at=NOON + timedelta(seconds=10))
    a_paid_order(shop, buyer=early)
    assert tasks_of(shop, late) == []
    assert wallet(shop, late) == ["热拿铁兑换券", "热拿铁兑换券"]
    assert len(tasks_of(shop, early)) == 1


def test_closing_twice_gives_one_fallback():
    shop, buyer, task = a_task()
    assert (close(shop, task), close(shop, task)) == (True, False)
    assert wallet(shop, buyer, at=END).count("曲奇券") == 1


@pytest.mark.parametrize(
    ("rule", "helps", "state", "has_cake"),
    [
        (KillRule.UNLOCK_BEGUN, 1, "released", True),
        (KillRule.UNLOCK_BEGUN, 0, "stopped", False),
        (KillRule.FALLBACK, 1, "stopped", False),
    ],
)
def test_a_killed_campaign_settles_open_tasks_as_its_rule_says(rule, helps, state, has_cake):
    shop = a_shop()
    campaign = a_campaign(shop, kill_rule=rule)
    buyer = a_buyer(shop)
    a_paid_order(shop, buyer=buyer)
    (task,) = tasks_of(shop)
    for _ in range(helps):
        helped(shop, task)
    kill(shop, campaign)

    with transaction():
        due = assist.list_due(at=SOON, limit=10_000)
    close(shop, task, at=SOON)

    assert task.id in {each.task_id for each in due}
    assert state_of(shop, task)[0] == state
    assert ("蛋糕券" in wallet(shop, buyer)) == has_cake
    assert ("曲奇券" in wallet(shop, buyer)) != has_cake


def test_the_owner_is_reminded_once_when_three_hours_are_left():
    shop, _, task = a_task()
    early, soon = END - timedelta(hours=4), END - timedelta(hours=2)
    with transaction():
        assert task.id not in {e.task_id for e in assist.list_to_hurry(at=early, limit=10_000)}
        assert task.id in {e.task_id for e in assist.list_to_hurry(at=soon, limit=10_000)}
        assert assist.hurry(merchant_id=shop.id, task_id=task.id, at=soon)
        assert not assist.hurry(merchant_id=shop.id, task_id=task.id, at=soon)


def test_an_approved_help_counts_is_rewarded_and_may_be_the_last():
    shop, _, task = a_task(helpers=1)
    friend = a_friend(shop)
    held = helped(shop, task, friend, risk_rank=3)

    with transaction():
        (review,) = assist.list_reviews(merchant_id=shop.id, cursor=None, limit=10).items
    state = decide(shop, assist.approve, held.number)

    assert (review.number, list(review.reasons), review.risk_rank) == (
        held.number,
        ["risk_rank"],
        3,
    )
    assert state == "unlocked"
    assert state_of(shop, task) == ("unlocked", "active")
    assert wallet(shop, friend) == ["热美式小杯券"]
    with pytest.raises(AssistRefusal) as twice:
        decide(shop, assist.approve, held.number)
    assert twice.value.code == "assist_review_done"


def test_a_help_approved_after_the_deadline_is_rewarded_and_unlocks_nothing():
    shop, _, task = a_task(helpers=1)
    friend = a_friend(shop)
    held = helped(shop, task, friend, risk_rank=2)
    decide(shop, assist.approve, held.number, at=END)
    assert state_of(shop, task) == ("open", "locked")
    assert wallet(shop, friend, at=END) == ["热美式小杯券"]


def test_a_rejected_help_leaves_its_place_and_its_reward_to_another():
    shop, _, task = a_task(helpers=1, rewards=1)
    held = helped(shop, task, risk_rank=2)
    decide(shop, assist.reject, held.number)
    assert helped(shop, task).unlocked


def test_whoever_was_rejected_may_appeal_once_and_be_heard():
    shop, _, task = a_task(helpers=2)
    friend = a_friend(shop)
    held = helped(shop, task, friend, risk_rank=2)
    decide(shop, assist.reject, held.number)
    said = {"merchant_id": shop.id, "member_id": friend.id, "number": held.number, "at": SOON}
    with transaction():
        assist.appeal(**said, text="我们是同学")
    with transaction(), pytest.raises(NotFound):
        assist.appeal(**said, text="再说一次")
    with transaction():
        (review,) = assist.list_reviews(merchant_id=shop.id, cursor=None, limit=10).items
    assert review.appeal == "我们是同学"
    decide(shop, assist.approve, held.number)
    assert wallet(shop, friend) == ["热美式小杯券"]


def test_nobody_appeals_for_another():
    shop, _, task = a_task()
    held = helped(shop, task, risk_rank=2)
    with transaction(), pytest.raises(NotFound):
        assist.appeal(
            merchant_id=shop.id,
            member_id=a_friend(shop).id,
            number=held.number,
            text="我",
            at=SOON,
        )


def joined_members(shop, *, first, second):
    """What the job does when two turn out to be one."""
    with transaction():
        return assist.take_over(
            merchant_id=shop.id, loser_id=second.id, winner_id=first.id, at=SOON
        )


def test_two_helpers_who_are_one_count_once_and_one_reward_goes_back():
    shop, _, task = a_task(helpers=3)
    first, second = a_friend(shop), a_friend(shop)
    helped(shop, task, first)
    helped(shop, task, second)

    assert joined_members(shop, first=first, second=second) == 1
    assert joined_members(shop, first=first, second=second) == 0

    with transaction():
        assert assist.progress(merchant_id=shop.id, task_id=task.id).counted == 1
    assert (wallet(shop, first), wallet(shop, second)) == (["热美式小杯券"], [])


def test_a_helper_who_is_the_sharer_does_not_count_any_more():
    shop, buyer, task = a_task(helpers=3)
    friend = a_friend(shop)
    helped(shop, task, friend)
    assert joined_members(shop, first=buyer, second=friend) == 1
    with transaction():
        assert assist.progress(merchant_id=shop.id, task_id=task.id).counted == 0


def test_a_person_whose_other_half_helped_is_known_before_the_job_comes():
    shop = a_shop()
    openid, unionid = an_openid(), a_unionid()
    older = a_member(merchant=shop.merchant, appid="wx_other", unionid=unionid)
    shop, _, task = a_task(shop, helpers=3)
    half = a_friend(shop, openid=openid)
    helped(shop, task, half)
    a_friend(shop, openid=openid, unionid=unionid)
    with pytest.raises(AssistRefusal) as caught:
        helped(shop, task, older)
    assert caught.value.code == "assist_helped_before"


# Every state × every action

STATES = ("open", "unlocked", "expired", "stopped", "released", "past_end", "killed", "held_full")
ANSWERS = {
    # state: help, approve a held help (what the task is after), close now (does it do anything)
    "open": ("counted", "open", False),
    "unlocked": ("assist_full", "unlocked", False),
    "expired": ("assist_expired", "expired", False),
    "stopped": ("assist_stopped", "stopped", False),
    "released": ("assist_stopped", "released", False),
    "past_end": ("assist_expired", "open", True),
    "killed": ("assist_stopped", "open", True),
    "held_full": ("assist_under_review", "open", False),
}


def in_state(state):
    """A task that needs three, one help of it held, in that state; and the moment to act."""
    shop = a_shop()
    campaign = a_campaign(shop, helpers=3)
    a_paid_order(shop, buyer=a_buyer(shop))
    (task,) = tasks_of(shop)
    held = helped(shop, task, risk_rank=2)
    if state in set(TaskState):
        with transaction():
            execute(
                """UPDATE assist_tasks SET state = %(s)s WHERE merchant_id = %(m)s AND id = %(i)s""",
                {"s": state, "m": shop.id, "i": task.id},
            )
    if state == "killed":
        kill(shop, campaign)
    if state == "held_full":
        helped(shop, task, risk_rank=2)
        helped(shop, task, risk_rank=2)
    return shop, task, held, END if state == "past_end" else SOON


@pytest.mark.parametrize("state", STATES)
def test_every_state_answers_a_helping_friend(state):
    shop, task, _, at = in_state(state)
    wanted = ANSWERS[state][0]
    try:
        came = helped(shop, task, at=at).state
    except AssistRefusal as refused:
        came = refused.code
    assert came == wanted


@pytest.mark.parametrize("state", STATES)
def test_every_state_answers_an_approval(state):
    shop, task, held, at = in_state(state)
    assert decide(shop, assist.approve, held.number, at=at) == ANSWERS[state][1]
    assert state_of(shop, task)[0] == ANSWERS[state][1]


@pytest.mark.parametrize("state", STATES)
def test_every_state_answers_the_sweep(state):
    shop, task, _, at = in_state(state)
    assert close(shop, task, at=at) is ANSWERS[state][2]


@pytest.mark.parametrize("state", STATES)
def test_every_state_answers_a_look(state):
    shop, task, _, at = in_state(state)
    with transaction():
        seen = assist.look(
            merchant_id=shop.id, token=task.token, viewer_id=a_friend_id(shop), at=at
        )
    wanted = {
        "unlocked": "full",
        "released": "stopped",
        "past_end": "expired",
        "killed": "stopped",
        "held_full": "under_review",
    }
    assert seen.state == wanted.get(state, state)


def a_friend_id(shop):
    return tasks_of(shop)[0].sharer_id


def test_looking_writes_nothing():
    shop, _, task = a_task()

    class Count:
        def __init__(self, rows):
            self.rows = rows

    def rows():
        return fetch_all(
            Count,
            """SELECT count(*) FROM assist_helps WHERE merchant_id = %(m)s
            UNION ALL SELECT count(*) FROM members WHERE merchant_id = %(m)s
            UNION ALL SELECT count(*) FROM outbox WHERE merchant_id = %(m)s""",
            {"m": shop.id},
        )

    before = [each.rows for each in rows()]
    with transaction():
        assist.look(merchant_id=shop.id, token=task.token, viewer_id=task.sharer_id, at=SOON)
    assert [each.rows for each in rows()] == before
