"""A friend helps: knowingly, once, never himself, and is rewarded at once."""

from datetime import timedelta

import pytest

from app.domain import assist, orders, vouchers
from app.domain.assist import AssistRefusal
from app.domain.assist.rules import CROWDED_ADDRESS
from app.domain.members import SessionEnded
from app.domain.vouchers import Tab
from app.kernel.db import fetch_all, transaction
from app.kernel.errors import NotFound
from tests.builders.assist import (
    SOON,
    a_campaign,
    a_friend,
    a_help_wish,
    a_task,
    helped,
    kill,
    tasks_of,
)
from tests.builders.catalog import an_offer
from tests.builders.members import a_member, a_unionid, an_openid
from tests.builders.moments import NOON
from tests.builders.orders import (
    a_buyer,
    a_paid_fact,
    a_paid_order,
    a_shop,
    an_order,
    look_at_voucher,
    vouchers_of,
)

pytestmark = pytest.mark.usefixtures("database")


def names_of(shop, member, *, at=SOON, tab=Tab.USABLE):
    return sorted((v.terms.name, v.state) for v in vouchers_of(shop, member, at=at, tab=tab))


def refused(code, shop, task, friend=None, *, at=SOON, **changes):
    with pytest.raises(AssistRefusal) as caught:
        helped(shop, task, friend, at=at, **changes)
    assert caught.value.code == code


def events(shop):
    class Row:
        def __init__(self, event):
            self.event = event

    rows = fetch_all(
        Row, "SELECT event FROM outbox WHERE merchant_id = %(m)s ORDER BY id", {"m": shop.id}
    )
    return [row.event for row in rows if row.event.startswith("Assist")]


def test_what_friends_unlock_is_not_told_as_delivered():
    shop = a_shop()
    a_campaign(shop)
    a_paid_order(shop)
    (task,) = tasks_of(shop)
    told = orders.notice_words(merchant_id=shop.id, order_id=task.order_id)
    assert told.delivered == "2张券已到卡包，另1张好友助力后解锁"


def test_a_paid_main_card_brings_its_vouchers_and_a_locked_one_with_a_task():
    shop, buyer, task = a_task()

    assert names_of(shop, buyer) == [
        ("热拿铁兑换券", "active"),
        ("热拿铁兑换券", "active"),
        ("蛋糕券", "locked"),
    ]
    assert look_at_voucher(shop, task.voucher_id).allocated_fen == 0
    assert task.state == "open"


def test_every_piece_and_every_sub_voucher_has_a_task_of_its_own():
    shop = a_shop()
    a_campaign(shop, helpers=1, subs=3)
    buyer = a_buyer(shop)
    a_paid_order(shop, buyer=buyer, quantity=2)
    assert len(tasks_of(shop, buyer)) == 6


def test_another_offer_brings_no_task():
    shop = a_shop()
    a_campaign(shop)
    buyer = a_buyer(shop)
    a_paid_order(shop, buyer=buyer, offer=an_offer(merchant=shop.merchant))
    assert tasks_of(shop) == []


def test_a_campaign_stopped_after_the_order_was_placed_keeps_its_promise():
    from app.domain import campaigns

    shop = a_shop()
    campaign = a_campaign(shop)
    buyer = a_buyer(shop)
    placed = an_order(shop, buyer=buyer, at=NOON)
    with transaction():
        campaigns.stop(
            merchant_id=shop.id, number=campaign.number, actor="staff:1", at=NOON + timedelta(1)
        )
    fact = a_paid_fact(shop, placed)
    with transaction():
        orders.confirm_paid(fact, at=SOON)
    late = a_buyer(shop)
    a_paid_order(shop, buyer=late, at=NOON + timedelta(days=2))

    assert (len(tasks_of(shop, buyer)), len(tasks_of(shop, late))) == (1, 0)


def test_a_helper_gets_his_small_voucher_at_once():
    shop, buyer, task = a_task()
    friend = a_friend(shop)

    done = helped(shop, task, friend)

    assert (done.state, done.unlocked) == ("counted", False)
    assert names_of(shop, friend) == [("热美式小杯券", "active")]
    assert look_at_voucher(shop, task.voucher_id).state == "locked"
    assert events(shop) == ["AssistHelped", "AssistShort"]
    assert names_of(shop, buyer)[-1] == ("蛋糕券", "locked")


def test_the_last_helper_unlocks_and_the_validity_begins_then():
    shop, buyer, task = a_task()
    helped(shop, task)
    later = SOON + timedelta(hours=5)

    done = helped(shop, task, at=later)

    voucher = look_at_voucher(shop, task.voucher_id)
    assert done.unlocked
    assert (voucher.state, voucher.valid_from) == ("active", later)
    assert voucher.valid_until > later + timedelta(days=29)
    assert tasks_of(shop, buyer)[0].state == "unlocked"
    # The owner and two helpers.
    assert events(shop).count("AssistUnlocked") == 3


def test_a_lost_answer_is_told_again_and_counts_once():
    shop, _, task = a_task()
    friend = a_friend(shop)
    first, again = helped(shop, task, friend), helped(shop, task, friend)
    assert again.replayed
    assert (again.number, again.reward_card) == (first.number, first.reward_card)
    assert names_of(shop, friend) == [("热美式小杯券", "active")]


def test_the_fourth_friend_of_three_is_told_that_it_is_full():
    shop, _, task = a_task(helpers=3)
    for _ in range(3):
        helped(shop, task)
    refused("assist_full", shop, task)


def test_nobody_helps_himself():
    shop, buyer, task = a_task()
    refused("assist_own", shop, task, buyer)


def test_nobody_helps_himself_as_another_member_either():
    shop = a_shop()
    openid, one = an_openid(), a_unionid()
    a_campaign(shop)
    buyer = a_buyer(shop, openid=openid)
    # The loser of the joining keeps his task until the job comes; the winner would help it.
    winner = a_member(merchant=shop.merchant, appid="wx_other", unionid=one, at=NOON)
    a_paid_order(shop, buyer=buyer)
    task = tasks_of(shop)[0]
    joined_with = a_buyer(shop, openid=openid, unionid=one)
    friend = joined_with if joined_with.id != buyer.id else winner
    canonical = min(friend.id, winner.id)
    with pytest.raises((AssistRefusal, SessionEnded)) as caught:
        helped(shop, task, a_help(shop, canonical))
    assert caught.value.code in {"assist_own", "not_signed_in"}


def a_help(shop, member_id):
    class Somebody:
        id = member_id

    return Somebody()


def test_one_person_helps_once_in_a_campaign():
    shop = a_shop()
    a_campaign(shop, helpers=1, subs=2)
    buyer, friend = a_buyer(shop), a_friend(shop)
    a_paid_order(shop, buyer=buyer)
    one, other = tasks_of(shop, buyer)
    helped(shop, one, friend)
    refused("assist_helped_before", shop, other, friend)


def test_nothing_counts_at_the_deadline():
    shop, _, task = a_task(hours=24)
    end = NOON + timedelta(hours=24, seconds=21)
    helped(shop, task, at=end - timedelta(microseconds=1))
    refused("assist_expired", shop, task, at=end)


def test_a_fixed_end_cuts_the_hours_short():
    shop, _, task = a_task(ends_at=NOON + timedelta(hours=2))
    refused("assist_expired", shop, task, at=NOON + timedelta(hours=2))


def test_only_new_users_where_it_says_so():
    shop = a_shop()
    regular = a_friend(shop, at=NOON - timedelta(days=9))
    rules = "仅限新用户助力。"
    from tests.builders.assist import RULES

    shop, _, task = a_task(
        shop,
        new_users_only=True,
        wording={"rules": rules + RULES.format(hours=24, helpers=2)},
    )
    refused("assist_new_only", shop, task, regular)
    newcomer = a_friend(shop, at=NOON + timedelta(minutes=2))
    assert helped(shop, task, newcomer).state == "counted"


def test_a_helper_has_a_daily_cap_over_all_campaigns():
    shop = a_shop()
    shop, _, first = a_task(shop, helper_daily_cap=1)
    shop, _, second = a_task(shop, helper_daily_cap=1)
    friend = a_friend(shop)
    helped(shop, first, friend)
    refused("assist_helper_cap", shop, second, friend)
    tomorrow = SOON + timedelta(hours=8)
    assert helped(shop, second, friend, at=tomorrow).state == "counted"


def test_a_sharer_has_a_daily_cap_over_all_his_tasks():
    shop = a_shop()
    a_campaign(shop, helpers=2, subs=2, sharer_daily_cap=2)
    buyer = a_buyer(shop)
    a_paid_order(shop, buyer=buyer)
    one, other = tasks_of(shop, buyer)
    helped(shop, one)
    helped(shop, other)
    refused("assist_sharer_cap", shop, one)


def test_when_the_rewards_are_gone_nobody_helps_for_nothing():
    shop, _, task = a_task(helpers=3, rewards=2)
    helped(shop, task)
    helped(shop, task)
    refused("assist_over", shop, task)


def test_unlocks_have_a_cap_of_their_own():
    shop = a_shop()
    a_campaign(shop, helpers=1, unlocks=1)
    for _ in range(2):
        a_paid_order(shop, buyer=a_buyer(shop))
    one, other = tasks_of(shop)
    assert helped(shop, one).unlocked
    refused("assist_over", shop, other)


def test_a_high_risk_is_turned_away_in_neutral_words_and_leaves_nothing():
    shop, _, task = a_task()
    friend = a_friend(shop)
    refused("assist_not_now", shop, task, friend, risk_rank=4)
    assert helped(shop, task, friend).state == "counted"


@pytest.mark.parametrize("rank", [2, 3])
def test_a_medium_risk_is_held_without_a_reward(rank):
    shop, _, task = a_task()
    friend = a_friend(shop)
    done = helped(shop, task, friend, risk_rank=rank)
    assert (done.state, done.reward_card) == ("held", None)
    assert names_of(shop, friend) == []
    assert events(shop) == []


def test_a_rank_that_nobody_could_tell_lets_everybody_pass():
    shop, _, task = a_task()
    assert helped(shop, task, risk_rank=None).state == "counted"


def test_a_second_person_from_one_device_is_looked_at_first():
    shop, _, task = a_task()
    assert helped(shop, task, device="d-1").state == "counted"
    assert helped(shop, task, device="d-1").state == "held"


def test_help_from_the_sharers_own_device_is_looked_at_first():
    shop, buyer, task = a_task()
    with transaction():
        assist.note_device(
            merchant_id=shop.id, member_id=buyer.id, number=task.number, device="d-buyer"
        )
    assert helped(shop, task, device="d-buyer").state == "held"


def test_whoever_paid_the_order_is_looked_at_first():
    shop, buyer, task = a_task()
    assert helped(shop, task, openid=f"o_{buyer.id}").state == "held"


def test_a_crowd_from_one_address_is_looked_at_first():
    shop = a_shop()
    a_campaign(shop, helpers=1)
    for _ in range(CROWDED_ADDRESS + 1):
        a_paid_order(shop, buyer=a_buyer(shop))
    states = [helped(shop, task, address="10.1.2.3").state for task in tasks_of(shop)]
    assert states == ["counted"] * CROWDED_ADDRESS + ["held"]


def test_places_that_are_looked_at_are_taken_for_as_long():
    shop, _, task = a_task(helpers=1)
    helped(shop, task, risk_rank=2)
    refused("assist_under_review", shop, task)


def test_a_killed_campaign_takes_no_help_from_that_moment_on():
    shop = a_shop()
    campaign = a_campaign(shop)
    a_paid_order(shop, buyer=a_buyer(shop))
    (task,) = tasks_of(shop)
    kill(shop, campaign)
    refused("assist_stopped", shop, task)


def test_a_voucher_that_was_refunded_has_nothing_to_unlock():
    shop, _, task = a_task()
    with transaction():
        vouchers.move(
            merchant_id=shop.id,
            voucher_id=task.voucher_id,
            what=vouchers.Move.CANCEL,
            actor="system",
            at=SOON,
        )
    refused("assist_stopped", shop, task)


def test_a_link_that_nobody_made_leads_nowhere():
    shop, _, task = a_task()
    with pytest.raises(NotFound):
        helped(shop, task, token="x" * 22)


def test_an_ended_session_helps_nobody():
    shop, _, task = a_task()
    friend = a_friend(shop)
    with pytest.raises(SessionEnded):
        helped(shop, task, friend, epoch=7)


def test_looking_tells_everything_and_leaves_nothing():
    shop, buyer, task = a_task()
    friend = a_friend(shop)
    helped(shop, task)
    wish = a_help_wish(shop, task, friend)
    with transaction():
        seen = assist.look(merchant_id=shop.id, token=wish.token, viewer_id=friend.id, at=SOON)
        mine = assist.look(merchant_id=shop.id, token=wish.token, viewer_id=buyer.id, at=SOON)
    assert (seen.state, seen.counted, seen.helpers_needed) == ("open", 1, 2)
    assert (seen.prize.name, seen.reward.name) == ("蛋糕券", "热美式小杯券")
    assert seen.fallback.name == "曲奇券"
    assert (seen.is_mine, mine.is_mine) == (False, True)
    assert seen.rewards_left == 999
    assert seen.helper_names == ["一位朋友"]
    assert len(wish.token) == 22
