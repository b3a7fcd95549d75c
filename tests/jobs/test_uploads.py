"""Photos of complaints that nobody named: gone after a day, at once with the person."""

from datetime import timedelta

import pytest

from app.domain import complaints, members
from app.domain.complaints import Upload
from app.gateways import gateways
from app.kernel.db import reading, transaction
from app.simulator.open_platform.picture import picture
from jobs import housekeeping
from jobs import members as jobs
from tests.builders.complaints import a_ticket
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop
from tests.jobs.test_whole_person import do

DAY = timedelta(days=1)


@pytest.fixture
def shop(database):
    return a_shop()


def handed_in(shop, member, what, *, at=NOON):
    content = picture({"of": what}, width=32)
    key = gateways().files.put(
        merchant_id=shop.merchant.number, name=f"complaint-{member.id}", content=content
    )
    with transaction():
        complaints.note_upload(merchant_id=shop.id, key=key, member_id=member.id, at=at)
    return key


def is_there(key):
    return gateways().files.get(key) is not None


def waiting(shop):
    return {row.key for row in reading().query(Upload).filter_by(merchant_id=shop.id)}


def test_a_photo_that_nobody_names_is_gone_after_a_day_and_named_ones_stay(shop):
    buyer = a_buyer(shop)
    forgotten, named = handed_in(shop, buyer, "cup"), handed_in(shop, buyer, "bill")
    a_ticket(shop, buyer, photos=[named])

    housekeeping.forget_old(at=NOON + DAY)
    assert waiting(shop) == {forgotten, named}
    fresh = handed_in(shop, buyer, "cat", at=NOON + DAY)
    housekeeping.forget_old(at=NOON + DAY + timedelta(seconds=1))

    assert waiting(shop) == {fresh}
    assert [is_there(key) for key in (forgotten, named, fresh)] == [False, True, True]


def test_whoever_closes_his_account_takes_them_along_at_once(shop):
    buyer, other = a_buyer(shop), a_buyer(shop)
    his, theirs = handed_in(shop, buyer, "cup"), handed_in(shop, other, "cup")

    with transaction():
        members.erase_person(merchant_id=shop.id, member_id=buyer.id, actor="wechat", at=NOON)
    assert do(shop, jobs.forget_person) == 1

    assert (is_there(his), is_there(theirs), waiting(shop)) == (False, True, {theirs})
