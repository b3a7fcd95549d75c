"""What follows from friends' help, by jobs: messages once each, cards in chats, tasks in time."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from app.domain import messaging
from app.domain.assist import AssistTask
from app.domain.messaging import SentMessage
from app.kernel import clock
from app.kernel.db import execute, transaction
from jobs import assists
from tests.builders.assist import a_campaign, a_friend, helped, tasks_of
from tests.builders.messaging import grants
from tests.builders.orders import Shop as HouseShop
from tests.builders.orders import a_paid_order
from tests.jobs.shop import BUYER
from tests.simulator.world import APP, MERCHANT, TEMPLATE

SEND = "/cgi-bin/message/subscribe/send"
SHOW = "/cgi-bin/message/wxopen/updatablemsg/send"
UNLOCKED = "assists.tell_unlocked"


@pytest.fixture
def told(shop):
    """The shop's buyer owns an open task; a template says each message."""
    at = clock.now() - timedelta(minutes=1)
    with shop.house.app.app_context():
        with transaction():
            for message in ("assist_unlocked", "assist_short", "assist_hurry", "assist_over"):
                when = "at" if "at" in messaging.MESSAGES[message] else "ends_at"
                messaging.add_template(
                    merchant_id=shop.merchant.id,
                    appid=APP.appid,
                    message=message,
                    template_id=TEMPLATE,
                    fields={"thing1": "voucher", "amount2": "=¥1.00", "time3": when},
                    page="pages/index/index",
                    at=at,
                )
        house = HouseShop(
            merchant=shop.merchant,
            app=shop_app(shop),
            channel=SimpleNamespace(id=shop.channel_id, mchid=MERCHANT.mchid),
            store=None,
            clerk=None,
            offer=shop.offer,
        )
        a_campaign(house, at=at)
        a_paid_order(house, buyer=shop.buyer, at=at)
        (task,) = tasks_of(house)
    return house, task


def shop_app(shop):
    from app.domain import merchants

    return merchants.get_app(merchant_id=shop.merchant.id, appid=APP.appid)


def help_twice(shop, told):
    house, task = told
    with shop.house.app.app_context():
        for _ in range(2):
            helped(house, task, a_friend(house), at=clock.now())


def sent(shop, message):
    return [
        (row.member_id, row.state.value) for row in shop.rows(SentMessage) if row.message == message
    ]


def allow(shop):
    shop.ask(
        "POST",
        f"/_sim/users/{BUYER}/subscribe",
        appid=APP.appid,
        template_ids=[TEMPLATE],
        accept=True,
    )
    with shop.house.app.app_context():
        grants(member=shop.buyer, template_id=TEMPLATE, count=1, at=clock.now())


def test_the_owner_hears_of_the_unlock_once_and_helpers_without_a_grant_cost_nothing(shop, told):
    allow(shop)
    help_twice(shop, told)

    shop.run(UNLOCKED)
    shop.run(UNLOCKED)

    assert (shop.buyer.id, "sent") in sent(shop, "assist_unlocked")
    assert len(sent(shop, "assist_unlocked")) == 3
    assert shop.asked(SEND) == 1


def test_a_message_whose_answer_was_lost_is_unknown_and_never_repeated(shop, told):
    allow(shop)
    help_twice(shop, told)
    shop.fault("reset", scope=SEND)

    shop.run(UNLOCKED)
    rows = shop.run(UNLOCKED)

    assert (shop.buyer.id, "unknown") in sent(shop, "assist_unlocked")
    assert shop.asked(SEND) == 1
    assert all(row.done_at for row in rows)


def test_the_card_in_the_chat_shows_the_progress_until_it_is_full(shop, told):
    house, task = told
    with shop.house.app.app_context():
        made = shop.gateways.social(app_of(shop)).open_activity()
        with transaction():
            execute(
                """UPDATE assist_tasks SET activity_id = %(a)s, activity_ends_at = %(e)s
                WHERE merchant_id = %(m)s AND id = %(i)s""",
                {
                    "a": made.activity_id,
                    "e": made.expires_at,
                    "m": shop.merchant.id,
                    "i": task.id,
                },
            )
        helped(house, task, a_friend(house), at=clock.now())
    shop.run("assists.show_progress")
    with shop.house.app.app_context():
        helped(house, task, a_friend(house), at=clock.now())
    rows = shop.run("assists.show_progress")

    assert shop.asked(SHOW) == 2
    assert all(row.done_at for row in rows)


def app_of(shop):
    from app.gateways import App

    return App(appid=APP.appid, secret=APP.secret)


def test_a_task_without_a_card_finishes_quietly(shop, told):
    help_twice(shop, told)
    rows = shop.run("assists.show_progress")
    assert shop.asked(SHOW) == 0
    assert all(row.done_at for row in rows)


def test_the_sweep_ends_what_is_over_and_the_owner_hears_it(shop, told):
    allow(shop)
    later = timedelta(hours=25)
    shop.sweep(assists.close_assists, after=later)
    shop.sweep(assists.close_assists, after=later)
    shop.run("assists.tell_over")

    assert [row.state.value for row in shop.rows(AssistTask)] == ["expired"]
    assert sent(shop, "assist_over") == [(shop.buyer.id, "sent")]


def test_two_sweeps_at_once_end_a_task_once(shop, told):
    shop.sweep_twice_at_once(assists.close_assists, after=timedelta(hours=25))
    assert len(shop.run("assists.tell_over")) == 1


def test_the_owner_is_reminded_only_with_a_grant_and_once(shop, told):
    soon = timedelta(hours=22)
    shop.sweep(assists.remind_of_assists, after=soon)
    shop.sweep(assists.remind_of_assists, after=soon)
    (row,) = shop.run("assists.tell_hurry")
    assert row.done_at
    assert sent(shop, "assist_hurry") == [(shop.buyer.id, "no_grant")]
    assert shop.asked(SEND) == 0


def test_nobody_hears_that_a_friend_is_missing_when_he_has_come_meanwhile(shop, told):
    allow(shop)
    help_twice(shop, told)

    (row,) = shop.run("assists.tell_short")

    assert row.done_at
    assert (sent(shop, "assist_short"), shop.asked(SEND)) == ([], 0)


def test_the_owner_hears_that_one_friend_is_missing(shop, told):
    house, task = told
    allow(shop)
    with shop.house.app.app_context():
        helped(house, task, a_friend(house), at=clock.now())

    shop.run("assists.tell_short")

    assert sent(shop, "assist_short") == [(shop.buyer.id, "sent")]
