"""A member's monthly cards and addresses, and the packing list, over HTTP."""

from datetime import timedelta

import pytest

from app.domain import subscriptions
from app.kernel import clock
from app.kernel.db import db, transaction
from tests.builders.orders import an_order
from tests.builders.subscriptions import (
    a_monthly_card,
    a_monthly_offer,
    a_place,
    a_sample,
    card_id_of,
    card_of,
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
    (seen,) = member.get("/monthly-cards").json["items"]
    wish = {"period": 1, "starts_on": seen["next"]["starts_on"]}
    refused = member.post(f"/monthly-cards/{card}/skip", wish)
    assert refused.json["code"] == "card_paused"
    assert member.post(f"/monthly-cards/{card}/resume").json["state"] == "active"
    before = member.get(f"/monthly-cards/{card}").json["calendar"]

    for _ in range(2):
        skipped = member.post(f"/monthly-cards/{card}/skip", wish).json["calendar"]

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


def test_a_manager_pauses_a_card_and_gives_it_back(member, manager, clerk, card):
    why = {"reason": "顾客来电要求"}
    (line,) = manager.get("/counter/monthly-cards", query_string={"state": "active"}).json["items"]
    assert (line["subscription"], line["periods_left"]) == (card, 3)
    refused = clerk.post(f"/counter/monthly-cards/{card}/pause", why)
    assert refused.json["code"] == "managers_only"

    paused = manager.post(f"/counter/monthly-cards/{card}/pause", why).json
    assert (paused["state"], paused["paused_by"][:6]) == ("paused", "staff:")
    resumed = member.post(f"/monthly-cards/{card}/resume")
    assert resumed.json["code"] == "card_paused_by_shop"
    assert member.get(f"/monthly-cards/{card}").json["is_paused_by_shop"]
    assert manager.post(f"/counter/monthly-cards/{card}/resume", why).json["state"] == "active"

    stopped = manager.post(f"/counter/monthly-cards/{card}/stop", why)

    assert stopped.status_code == 200, stopped.json
    assert stopped.json["refund"].startswith("Y")
    assert member.get(f"/monthly-cards/{card}").json["state"] == "stopped"
    again = manager.post(f"/counter/monthly-cards/{card}/stop", why)
    assert again.json["code"] == "refund_under_way"


def test_a_card_that_cost_nothing_is_stopped_without_a_return(shop, buyer, samples, manager):
    shop.offer = a_monthly_offer(shop, items=[a_place(*samples)], price_fen=0)
    placed = an_order(shop, buyer=buyer, at=clock.now())
    card = card_of(shop, placed.order_number)
    db.session.rollback()
    stopped = manager.post(f"/counter/monthly-cards/{card}/stop", {"reason": "活动结束"})
    assert (stopped.status_code, stopped.json["refund"]) == (200, None)


def test_labels_and_tracking_numbers_go_out_and_in(member, manager, clerk, shop, card, address):
    member.post(f"/monthly-cards/{card}/address", {"address": address})
    begins(shop, card)
    assert (
        clerk.post("/counter/parcels/labels", {"until": "2999-01-01"}).json["code"]
        == "managers_only"
    )
    (label,) = manager.post("/counter/parcels/labels", {"until": "2999-01-01"}).json["items"]
    assert (label["phone"], label["street"]) == ("13800138000", "漕溪北路1号2室")

    table = "parcel,company,tracking_number\n{},SF,SF1234567890\n"
    bad = clerk.post(
        "/counter/parcels/tracking-table", {"csv": table.format(label["parcel"]) + "E1,,\n"}
    )
    assert (bad.status_code, bad.json["code"]) == (409, "lines_refused")
    assert bad.json["details"]["lines"] == [{"line": 3, "parcel": "E1", "code": "invalid"}]
    assert clerk.get("/counter/parcels").json["items"]
    headless = clerk.post("/counter/parcels/tracking-table", {"csv": label["parcel"]})
    assert headless.json["details"]["lines"][0]["code"] == "columns_missing"

    told = clerk.post("/counter/parcels/tracking-table", {"csv": table.format(label["parcel"])})

    assert (told.status_code, told.json) == (200, {"sent": 1})
    line = {"parcel": label["parcel"], "company": "SF", "tracking_number": "SF1234567890"}
    assert clerk.post("/counter/parcels/tracking", {"lines": [line]}).json == {"sent": 1}
    found = clerk.get("/counter/parcels", query_string={"state": "any", "card": card}).json["items"]
    assert [each["state"] for each in found] == ["sent"]


def test_money_for_a_lost_parcel_is_a_managers_to_give(member, manager, clerk, shop, card, address):
    member.post(f"/monthly-cards/{card}/address", {"address": address})
    begins(shop, card)
    (packed,) = clerk.get("/counter/parcels").json["items"]
    path, why = f"/counter/parcels/{packed['parcel']}/refund", {"reason": "缺货"}
    assert clerk.post(path, why).json["code"] == "managers_only"
    made = manager.post(path, why)
    assert (made.status_code, made.json["refund"][0]) == (200, "Y")
    assert member.get(f"/monthly-cards/{card}").json["parcels"][0]["state"] == "given_up"
