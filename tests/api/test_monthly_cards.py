"""A member's monthly cards and addresses, and the packing list, over HTTP."""

from datetime import timedelta

import pytest

from app.domain import subscriptions
from app.kernel import clock
from app.kernel.db import transaction
from tests.builders.subscriptions import (
    a_monthly_card,
    a_monthly_offer,
    a_place,
    a_sample,
    card_id_of,
)

HOME = {
    "name": "王小明",
    "phone": "13800138000",
    "province": "上海市",
    "city": "上海市",
    "county": "徐汇区",
    "street": "漕溪北路1号2室",
}


@pytest.fixture
def samples(shop):
    return [a_sample(shop, name, worth_fen=60_00) for name in ("面霜小样", "面膜小样")]


@pytest.fixture
def card(shop, buyer, samples):
    shop.offer = a_monthly_offer(shop, items=[a_place(*samples)])
    return a_monthly_card(shop, buyer, at=clock.now())


@pytest.fixture
def address(member):
    return member.post("/addresses", HOME).json["address"]


def begins(shop, card, *, after=timedelta(days=5)):
    which = {"merchant_id": shop.id, "subscription_id": card_id_of(shop, card)}
    with transaction():
        return subscriptions.open_periods(**which, at=clock.now() + after)


def test_i_see_my_card_its_calendar_and_what_i_may_choose(member, card, samples):
    (seen,) = member.get("/monthly-cards").json["items"]

    assert (seen["subscription"], seen["title"], seen["state"]) == (card, "焕颜月卡", "active")
    assert [each["period"] for each in seen["calendar"]] == [1, 2, 3]
    (place,) = seen["next"]["places"]
    assert place["chosen"]["benefit"] == samples[0].benefit_number
    assert [each["name"] for each in place["choices"]] == ["面霜小样", "面膜小样"]
    assert seen["address"] is None


def test_i_choose_where_and_what(member, shop, card, address, samples):
    where = member.post(f"/monthly-cards/{card}/address", {"address": address})
    wish = {"period": 1, "place": 0, "benefit": samples[1].benefit_number}
    chosen = member.post(f"/monthly-cards/{card}/choose", wish)
    assert (where.status_code, chosen.status_code) == (200, 200)
    assert chosen.json["address"]["region"] == "上海市徐汇区"

    begins(shop, card)

    (parcel,) = member.get(f"/monthly-cards/{card}").json["parcels"]
    assert (parcel["name"], parcel["state"]) == ("面膜小样", "to_send")
    late = member.post(f"/monthly-cards/{card}/choose", wish)
    assert (late.status_code, late.json["code"]) == (409, "period_locked")


def test_i_pause_go_on_and_skip(member, card):
    assert member.post(f"/monthly-cards/{card}/pause").json["state"] == "paused"
    refused = member.post(f"/monthly-cards/{card}/skip", {"period": 1})
    assert refused.json["code"] == "card_paused"
    assert member.post(f"/monthly-cards/{card}/resume").json["state"] == "active"
    before = member.get(f"/monthly-cards/{card}").json["calendar"]

    skipped = member.post(f"/monthly-cards/{card}/skip", {"period": 1}).json["calendar"]

    assert [each["starts_on"] for each in skipped[:2]] == [each["starts_on"] for each in before[1:]]


def test_my_address_book_is_masked_and_mine(member, stranger, address):
    (seen,) = member.get("/addresses").json["items"]
    assert (seen["name"], seen["phone"], seen["street"]) == ("王**", "138****8000", "漕溪****")
    assert stranger.get("/addresses").json["items"] == []
    for path in (f"/addresses/{address}/remove", "/addresses/9" + "9" * 30 + "/remove"):
        assert stranger.post(path).status_code == 404
    changed = member.post(f"/addresses/{address}", HOME | {"county": "静安区", "prefer": True})
    assert changed.status_code == 200
    assert member.post(f"/addresses/{address}/remove").status_code == 204
    assert member.post(f"/addresses/{address}", HOME).json["code"] == "not_found"


def test_an_address_must_be_readable(member):
    for wrong in ({"phone": "手机"}, {"name": ""}, {"street": "a\nb"}):
        assert member.post("/addresses", HOME | wrong).status_code == 422


def test_a_clerk_packs_sends_and_sends_again(member, clerk, manager, shop, card, address):
    member.post(f"/monthly-cards/{card}/address", {"address": address})
    begins(shop, card)
    (packed,) = clerk.get("/counter/parcels").json["items"]
    number = packed["parcel"]
    assert (packed["receiver"], packed["phone"]) == ("王**", "138****8000")
    assert "漕溪北路" not in str(packed)
    sending = {"company": "SF", "tracking_number": "SF1234567890"}

    for _ in range(2):
        sent = clerk.post(f"/counter/parcels/{number}/sent", sending)
        assert (sent.status_code, sent.json["state"]) == (200, "sent")
    other = clerk.post(f"/counter/parcels/{number}/sent", sending | {"tracking_number": "SF2"})
    assert other.json["code"] == "parcel_moved"

    clerk.post(f"/counter/parcels/{number}/failed", {"reason": "地址不详"})
    assert clerk.get("/counter/parcels", query_string={"state": "failed"}).json["items"]
    refused = clerk.post(f"/counter/parcels/{number}/resend", {"cost_fen": 800})
    assert refused.json["code"] == "managers_only"
    again = manager.post(f"/counter/parcels/{number}/resend", {"cost_fen": 800})
    assert (again.json["state"], again.json["resend_cost_fen"]) == ("to_send", 800)
    clerk.post(f"/counter/parcels/{number}/sent", sending)
    arrived = clerk.post(f"/counter/parcels/{number}/delivered")
    assert (arrived.json["state"], arrived.json["attempts"]) == ("delivered", 2)


def test_my_phone_says_when_my_parcel_is_on_its_way(member, clerk, shop, card, address):
    member.post(f"/monthly-cards/{card}/address", {"address": address})
    begins(shop, card)
    (packed,) = clerk.get("/counter/parcels").json["items"]
    sending = {"company": "SF", "tracking_number": "SF1234567890"}
    clerk.post(f"/counter/parcels/{packed['parcel']}/sent", sending)

    (parcel,) = member.get(f"/monthly-cards/{card}").json["parcels"]

    assert (parcel["state"], parcel["tracking_number"]) == ("sent", "SF1234567890")
