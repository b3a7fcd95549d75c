"""Givers and friends are told once; what nobody took goes back."""

from datetime import timedelta

import pytest

from app.domain import gifting, messaging
from app.kernel import clock
from app.kernel.db import transaction
from jobs import gifts as gift_jobs
from tests.builders.gifting import a_claim, a_gift, token_of
from tests.builders.members import a_member
from tests.builders.messaging import grants
from tests.builders.orders import vouchers_of
from tests.jobs.test_messages import a_paid_order
from tests.simulator.world import APP, TEMPLATE

DAY = timedelta(hours=24)


WHEN = {
    "gift_claimed": "at",
    "gift_declined": "at",
    "gift_returned": "at",
    "gift_ending": "ends_at",
}


class House:
    """What the builders want to know of a shop."""

    def __init__(self, shop):
        self.id, self.merchant, self.appid = shop.merchant.id, shop.merchant, APP.appid


@pytest.fixture
def told(shop):
    """The shop has templates for gifts, and its buyer has allowed some messages."""
    shop.sweep(gift_jobs.return_gifts, after=timedelta(days=400))  # what other tests left
    with shop.house.app.app_context(), transaction():
        for message, when in WHEN.items():
            messaging.add_template(
                merchant_id=shop.merchant.id,
                appid=APP.appid,
                message=message,
                template_id=TEMPLATE,
                fields={"thing1": "gift", "amount2": "=1元", "time3": when},
                page="pages/index/index",
                at=clock.now(),
            )
    shop.allow_message(times=3)
    return shop


@pytest.fixture
def gift(told):
    a_paid_order(told)
    with told.house.app.app_context():
        house = House(told)
        held = vouchers_of(house, told.buyer, at=clock.now())
        return a_gift(house, giver=told.buyer, vouchers=held, at=clock.now())


def said(shop, message):
    return [row.state.value for row in shop.rows(messaging.SentMessage, message=message)]


def test_the_giver_hears_that_a_friend_took_it(told, gift):
    with told.house.app.app_context():
        friend = a_member(merchant=told.merchant, appid=APP.appid, at=clock.now())
        a_claim(House(told), gift, friend, at=clock.now())

    told.run("gifts.tell_giver_claimed")
    told.run("gifts.tell_giver_claimed")
    (friends,) = told.run("gifts.tell_friend_received")

    assert said(told, "gift_claimed") == ["sent"]
    assert "热拿铁兑换券等2张" in str(told.messages())
    assert friends.done_at


def test_the_giver_hears_that_it_was_declined(told, gift):
    with told.house.app.app_context(), transaction():
        token = token_of(House(told), gift)
        gifting.decline(merchant_id=told.merchant.id, token=token, at=clock.now())

    told.run("gifts.tell_giver_declined")

    assert said(told, "gift_declined") == ["sent"]


def test_what_nobody_took_goes_back_once_and_its_giver_hears_of_it(told, gift):
    assert told.sweep(gift_jobs.remind_of_gifts, after=DAY - timedelta(hours=2)) == 1
    assert told.sweep(gift_jobs.return_gifts, after=DAY - timedelta(minutes=1)) == 0

    told.sweep_twice_at_once(gift_jobs.return_gifts, after=DAY)

    told.run("gifts.tell_giver_ending")
    (task,) = told.run("gifts.tell_giver_returned")
    assert task.done_at
    assert (said(told, "gift_ending"), said(told, "gift_returned")) == (["sent"], ["sent"])
    with told.house.app.app_context():
        mine = vouchers_of(House(told), told.buyer, at=clock.now())
        assert {each.state for each in mine} == {"active"}


def test_a_day_that_has_come_is_told(told):
    a_paid_order(told)
    with told.house.app.app_context():
        house, at = House(told), clock.now()
        held = vouchers_of(house, told.buyer, at=at)
        a_gift(house, giver=told.buyer, vouchers=held, at=at, gives_at=at + timedelta(days=2))
        grants(member=told.buyer, template_id=TEMPLATE, count=1, at=at)

    assert told.sweep(gift_jobs.remind_of_gifts, after=timedelta(days=1)) == 0
    assert told.sweep(gift_jobs.remind_of_gifts, after=timedelta(days=2, minutes=1)) == 1

    (task,) = told.run("gifts.tell_giver_due")
    assert task.done_at
