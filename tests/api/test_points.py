"""What a customer sees of his points."""

from datetime import timedelta

import pytest

from app.domain import points
from app.kernel import clock
from app.kernel.db import transaction
from tests.builders.catalog import an_offer
from tests.builders.points import a_rule, an_occasion, given, pending

DAY = timedelta(days=1)


@pytest.fixture
def who(shop, buyer):
    return shop, buyer


def test_a_balance_says_what_is_there_waits_and_is_owed(member, who):
    shop, buyer = who
    at = clock.now()
    given(shop, buyer, 30, at=at, expires_at=at + 10 * DAY, cause="redemption:D1")
    pending(shop, buyer, 40, at=at, matures_at=at + 7 * DAY)
    with transaction():
        points.spend(merchant_id=shop.id, member_id=buyer.id, points=20, cause="spend:1", at=at)
        points.take_back(
            merchant_id=shop.id,
            member_id=buyer.id,
            points=30,
            earned_by="redemption:D1",
            cause="reversal:D1:points",
            at=at,
        )

    told = member.get("/points").json

    assert (told["spendable"], told["debt"], told["pending"]) == (0, 20, 40)
    assert "20积分" in told["debt_text"]
    waiting = member.get("/points/pending").json["items"]
    assert [(each["points"], each["reason"]) for each in waiting] == [(40, "消费奖励")]


def test_who_owes_nothing_reads_nothing_about_it(member):
    assert member.get("/points").json["debt_text"] is None


def test_an_entry_shows_what_multiplied_it(member, who):
    shop, buyer = who
    a_rule(shop, fixed_points=10, name="完善资料奖励")
    with transaction():
        points.earn_by_rules(
            an_occasion(shop, buyer, at=clock.now()),
            factors=[points.Factor("银卡", 15_000)],
        )

    (entry,) = member.get("/points/entries").json["items"]

    assert (entry["change"], entry["reason"]) == (15, "完善资料奖励")
    (working,) = entry["workings"]
    assert working["factors"] == [{"name": "银卡", "times": "×1.5", "added": 5}]


def test_the_mall_says_what_i_can_afford(member, who):
    shop, buyer = who
    at = clock.now()
    given(shop, buyer, 150, at=at, expires_at=at + 300 * DAY)
    offer = an_offer(merchant=shop.merchant, price_fen=9_90, terms={"points": 200})

    told = member.get("/points/mall").json

    (item,) = told["items"]
    assert (told["spendable"], item["offer"], item["points"]) == (150, offer.number, 200)
    assert (item["price_fen"], item["missing"]) == (9_90, 50)
