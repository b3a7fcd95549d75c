"""Putting a voucher into WeChat's card bag, from the phone."""

import json
from datetime import timedelta

import pytest

from app.kernel import clock
from app.kernel.db import fetch_one, transaction
from tests.api.calling import real_account
from tests.builders.card_bag import set_up
from tests.builders.orders import a_voucher
from tests.simulator.world import OFFICIAL
from tests.walks.calls import Named


@pytest.fixture
def voucher(shop, buyer):
    return a_voucher(shop, buyer=buyer, at=clock.now() - timedelta(minutes=1))


@pytest.fixture
def bag(shop):
    """The shop's latte has a card, whose codes are ours."""
    with transaction():
        real_account(shop.merchant)
    benefit = fetch_one(
        Named, "SELECT number FROM benefits WHERE merchant_id = %(m)s", {"m": shop.id}
    )
    platform_id = f"p{shop.merchant.number}"
    set_up(shop, appid=OFFICIAL.appid, benefit_number=benefit.number, platform_id=platform_id)
    return platform_id


def test_the_phone_gets_what_wx_add_card_wants(member, voucher, bag):
    first = member.post(f"/vouchers/{voucher.number}/card-bag").json
    again = member.post(f"/vouchers/{voucher.number}/card-bag").json

    (item,) = first["parameters"]["card_list"]
    extension = json.loads(item["cardExt"])
    assert (first["capability"], first["state"], item["cardId"]) == ("wechat_card", "offered", bag)
    assert set(extension) == {"timestamp", "nonce_str", "outer_str", "signature", "code"}
    (repeated,) = again["parameters"]["card_list"]
    assert json.loads(repeated["cardExt"])["code"] == extension["code"]


def test_a_shop_without_a_bag_says_so(member, voucher):
    refused = member.post(f"/vouchers/{voucher.number}/card-bag")
    assert (refused.status_code, refused.json["code"]) == (409, "no_card_bag")
    assert member.post("/card-bag/membership").json["code"] == "no_card_bag"
    assert member.get("/wallet").status_code == 200
