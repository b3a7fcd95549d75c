"""How a campaign goes, in numbers."""

from datetime import timedelta

import pytest

from app.domain import assist
from tests.builders.assist import SOON, a_friend, a_task, helped, tasks_of
from tests.builders.moments import NOON
from tests.builders.orders import a_paid_order, a_shop

pytestmark = pytest.mark.usefixtures("database")
ZONE = "Asia/Shanghai"


def figures(shop, campaign_id):
    return assist.figures_of(merchant_id=shop.id, campaign_ids=[campaign_id])[campaign_id]


def campaign_of(shop, task):
    known = assist.figures_of(merchant_id=shop.id, campaign_ids=range(task.id + 10_000))
    return max(known)


def test_open_begun_and_unlocked_tasks_are_told_apart():
    shop, _buyer, task = a_task()
    a_paid_order(shop, at=NOON)
    campaign_id = campaign_of(shop, task)
    assert len(tasks_of(shop)) == 2
    helped(shop, task)
    seen = figures(shop, campaign_id)
    assert (seen.rewards, seen.unlocks, seen.open, seen.begun, seen.held) == (1, 0, 2, 1, 0)
    helped(shop, task)
    seen = figures(shop, campaign_id)
    assert (seen.rewards, seen.unlocks, seen.open, seen.begun) == (2, 1, 1, 0)


def test_no_more_is_counted_than_asked():
    shop, _buyer, task = a_task()
    a_paid_order(shop, at=NOON)
    helped(shop, task, risk_rank=3)
    found = assist.figures_of(
        merchant_id=shop.id, campaign_ids=[campaign_id := campaign_of(shop, task)], most=1
    )
    assert (found[campaign_id].open, found[campaign_id].held) == (1, 1)
    assert figures(shop, campaign_id).open == 2


def test_a_held_help_waits_and_begins_nothing():
    shop, _buyer, task = a_task()
    helped(shop, task, risk_rank=3)
    seen = figures(shop, campaign_of(shop, task))
    assert (seen.held, seen.begun, seen.open) == (1, 0, 1)


def test_helps_are_counted_by_the_shops_own_days():
    shop, _buyer, task = a_task(hours=48)
    campaign_id = campaign_of(shop, task)
    helped(shop, task, at=SOON)
    # 20:05 in Shanghai; five hours later it is the next day there, and the same in UTC.
    helped(shop, task, a_friend(shop), at=SOON + timedelta(hours=5))
    told = assist.helps_by_day(
        merchant_id=shop.id, campaign_id=campaign_id, since=NOON - timedelta(days=1), zone=ZONE
    )
    assert [(each.day.day, each.helps) for each in told] == [(15, 1), (16, 1)]


def test_another_shops_campaign_has_no_figures_here():
    shop, _buyer, task = a_task()
    assert assist.figures_of(merchant_id=a_shop().id, campaign_ids=[campaign_of(shop, task)]) == {}
