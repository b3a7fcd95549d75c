"""My vouchers, points and permissions."""

from datetime import timedelta
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from app.domain import messaging
from app.domain.catalog import Days
from app.kernel import clock
from app.kernel.db import transaction
from tests.api.calling import a_request_key
from tests.builders.assist import a_campaign
from tests.builders.catalog import an_offer
from tests.builders.orders import a_paid_order, a_voucher
from tests.builders.tenders import a_discount, with_points
from tests.simulator.world import APP, TEMPLATE


@pytest.fixture
def voucher(shop, buyer):
    return a_voucher(shop, buyer=buyer, at=clock.now() - timedelta(minutes=1))


def test_the_wallet_lists_what_is_usable(member, voucher):
    items = member.get("/wallet").json["items"]
    assert voucher.number in {item["voucher"] for item in items}
    assert {(item["name"], item["face"], item["state"]) for item in items} == {
        ("热拿铁兑换券", "热拿铁1杯", "active")
    }
    assert member.get("/wallet?tab=used").json["items"] == []


def test_the_wallet_goes_on_where_it_was_cut(member, voucher):
    first = member.get("/wallet?limit=1").json
    second = member.get(f"/wallet?limit=1&cursor={first['next_cursor']}").json
    assert first["items"][0]["voucher"] != second["items"][0]["voucher"]
    assert second["next_cursor"] is None


def test_a_voucher_tells_its_terms_and_its_story(member, voucher):
    seen = member.get(f"/vouchers/{voucher.number}").json
    assert seen["hand_over"] == "给一杯热拿铁"
    assert seen["condition_lines"]
    assert [line["action"] for line in seen["timeline"]] == ["issue"]


def test_the_code_is_the_same_as_a_picture(member, voucher, monkeypatch):
    at = clock.now()
    monkeypatch.setattr(clock, "now", lambda: at)
    code = member.get(f"/vouchers/{voucher.number}/code").json
    drawn = member.get(f"/vouchers/{voucher.number}/code.png")
    assert (len(code["digits"]), drawn.content_type) == (18, "image/png")
    (read,) = zxingcpp.read_barcodes(Image.open(BytesIO(drawn.data)))
    assert read.text == code["qr_text"]
    assert drawn.headers["Cache-Control"] == "no-store"


def test_anothers_voucher_is_not_found(stranger, voucher):
    for path in ("", "/code", "/code.png"):
        assert stranger.get(f"/vouchers/{voucher.number}{path}").status_code == 404


def test_a_voucher_that_was_used_shows_no_code(member, clerk, voucher):
    digits = member.get(f"/vouchers/{voucher.number}/code").json["digits"]
    clerk.post("/counter/redeem", {"code": digits}, key="scan-0001")
    answer = member.get(f"/vouchers/{voucher.number}/code")
    assert (answer.status_code, answer.json["code"]) == (409, "already_redeemed")
    assert answer.json["message"] == "这张券已经用过了"
    assert "顾客" not in answer.json["details"]["next_step"]
    used = member.get("/wallet?tab=used").json["items"]
    assert [item["voucher"] for item in used] == [voucher.number]


def test_the_story_of_a_voucher_says_where_it_was_used(member, clerk, voucher, shop):
    digits = member.get(f"/vouchers/{voucher.number}/code").json["digits"]
    clerk.post("/counter/redeem", {"code": digits}, key="scan-0002")
    issued, used = member.get(f"/vouchers/{voucher.number}").json["timeline"]
    assert (issued["store"], used["store"]) == (None, shop.store.name)


def test_what_nobody_paid_for_says_nothing_of_refunds(member, shop, buyer):
    at = clock.now() - timedelta(minutes=1)
    a_campaign(shop, at=at)
    a_paid_order(shop, buyer=buyer, at=at)
    items = {item["state"]: item["voucher"] for item in member.get("/wallet").json["items"]}
    lines = {
        state: member.get(f"/vouchers/{number}").json["condition_lines"]
        for state, number in items.items()
    }
    assert ["未使用可退" in lines[state] for state in ("active", "locked")] == [True, False]


def test_what_points_or_a_coupon_paid_for_says_that_it_goes_back(member, shop, buyer):
    with_points(shop, buyer, 100)
    coupon = a_discount(shop, buyer, validity=Days(count=900))
    ways = (
        ({"price_fen": 0, "terms": {"points": 100}}, {}, True),
        ({"price_fen": 5_00}, {"voucher": coupon.number}, True),
        ({"price_fen": 0}, {}, False),
    )
    for goods, pots, goes_back in ways:
        offer = an_offer(merchant=shop.merchant, **goods)
        before = {item["voucher"] for item in member.get("/wallet").json["items"]}
        placed = member.post("/orders", {"offer": offer.number, **pots}, key=a_request_key())
        assert (placed.status_code, placed.json["wechat_fen"]) == (201, 0)
        items = member.get("/wallet").json["items"]
        number = next(each["voucher"] for each in items if each["voucher"] not in before)
        lines = member.get(f"/vouchers/{number}").json["condition_lines"]
        assert ("未使用可退" in lines) is goes_back


def test_the_wallet_and_the_code_take_one_statement_each(member, voucher, statements):
    member.get("/wallet")
    with statements() as seen:
        member.get("/wallet")
    assert len(seen.statements) == 1
    with statements() as seen:
        member.get(f"/vouchers/{voucher.number}/code")
    assert len(seen.statements) == 1


def test_points_come_with_the_redemption(member, clerk, voucher):
    assert member.get("/points").json == {
        "spendable": 0,
        "debt": 0,
        "expiring_soon": 0,
        "expires_at": None,
        "pending": 0,
        "matures_at": None,
        "debt_text": None,
    }
    digits = member.get(f"/vouchers/{voucher.number}/code").json["digits"]
    clerk.post("/counter/redeem", {"code": digits}, key="scan-0001")
    # Half of 49 yuan, one point a yuan, rounded down.
    assert member.get("/points").json["spendable"] == 24
    (entry,) = member.get("/points/entries").json["items"]
    assert entry["change"] == 24


def a_template(shop):
    with transaction():
        messaging.add_template(
            merchant_id=shop.id,
            appid=APP.appid,
            message="order_paid",
            template_id=TEMPLATE,
            fields={"thing1": next(iter(messaging.MESSAGES["order_paid"]))},
            page=None,
            at=clock.now(),
        )


def test_an_acceptance_is_one_message(member, shop, buyer):
    a_template(shop)
    assert member.get("/templates").json == {"template_ids": [TEMPLATE]}
    answer = member.post("/grants", {"answers": {TEMPLATE: "accept"}})
    assert answer.status_code == 204
    left = messaging.remaining(merchant_id=shop.id, member_id=buyer.id)
    assert left == {TEMPLATE: 1}


def test_a_template_of_nobody_is_not_found(member, shop):
    a_template(shop)
    answer = member.post("/grants", {"answers": {"tpl-of-another-shop": "accept"}})
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


@pytest.mark.parametrize("answers", [{}, {"t": "maybe"}, {f"t{i}": "accept" for i in range(6)}])
def test_answers_that_are_none_are_refused(member, answers):
    assert member.post("/grants", {"answers": answers}).status_code == 422
