"""Who shares is told who took it, the friend is told what is gone, and what waits goes back."""

from datetime import timedelta

import pytest

from app.domain import messaging
from app.kernel import clock
from app.kernel.db import execute, transaction
from jobs import shares as share_jobs
from tests.builders.members import a_member
from tests.builders.orders import vouchers_of
from tests.builders.sharing import a_share, claimed, taken_back
from tests.jobs.test_gifts import House, said
from tests.jobs.test_messages import a_paid_order
from tests.simulator.world import APP, TEMPLATE


@pytest.fixture
def told(shop):
    shop.sweep(share_jobs.expire_shares, after=timedelta(days=400))  # what other tests left
    with shop.house.app.app_context(), transaction():
        for message in ("share_claimed", "share_taken_back"):
            messaging.add_template(
                merchant_id=shop.merchant.id,
                appid=APP.appid,
                message=message,
                template_id=TEMPLATE,
                fields={"thing1": "card", "amount2": "=1元", "time3": "at"},
                page="pages/index/index",
                at=clock.now(),
            )
    shop.allow_message(times=3)
    return shop


def shared(shop):
    house, at = House(shop), clock.now()
    with transaction():
        execute(
            """UPDATE benefit_revisions SET conditions = conditions || '{"shareable_once": true}'
            WHERE merchant_id = %(m)s""",
            {"m": shop.merchant.id},
        )
    a_paid_order(shop)
    voucher = vouchers_of(house, shop.buyer, at=at)[0]
    return house, a_share(house, shop.buyer, voucher, at=at)


def test_the_owner_hears_who_took_it_and_the_friend_what_was_taken_back(told):
    with told.house.app.app_context():
        house, share = shared(told)
        friend = a_member(merchant=told.merchant, appid=APP.appid, at=clock.now())
        claimed(house, friend, share, at=clock.now())

    told.run("shares.tell_owner_claimed")
    told.run("shares.tell_owner_claimed")
    with told.house.app.app_context():
        taken_back(house, told.buyer, share, at=clock.now())
    (task,) = told.run("shares.tell_friend_taken_back")

    assert said(told, "share_claimed") == ["sent"]
    assert said(told, "share_taken_back") == ["no_grant"]
    assert task.done_at


def test_what_no_friend_came_for_is_usable_again_once(told):
    with told.house.app.app_context():
        shared(told)

    assert told.sweep(share_jobs.expire_shares, after=timedelta(hours=1)) == 0
    told.sweep_twice_at_once(share_jobs.expire_shares, after=timedelta(days=3))

    with told.house.app.app_context():
        mine = vouchers_of(House(told), told.buyer, at=clock.now())
        assert {each.state for each in mine} == {"active"}
