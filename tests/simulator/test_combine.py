"""Several merchants' orders paid at once, through the unmodified wechatpayv3 and by hand."""

import dataclasses
import json

import pytest

from app.simulator import create_simulator, start
from tests.simulator.test_refunds import REFUNDS
from tests.simulator.world import (
    APP,
    FRESH,
    MERCHANT,
    STRANGER,
    Sim,
    eventually,
    payment,
    private_key_of_stranger,
)

JSAPI = "/v3/combine-transactions/jsapi"
PARTNER = STRANGER.merchant
NUMBER = "COMBINE-1"


@pytest.fixture
def sim(receiver):
    two = dataclasses.replace(FRESH.settings, merchants=(MERCHANT, PARTNER))
    running = start(create_simulator(two))
    yield Sim(running, receiver)
    running.close()


def sub_order(merchant, *, fen, number):
    return {
        "mchid": merchant.mchid,
        "attach": "shop",
        "amount": {"total_amount": fen, "currency": "CNY"},
        "out_trade_no": number,
        "description": "咖啡券",
    }


def both():
    return [
        sub_order(MERCHANT, fen=1000, number="SUB-001"),
        sub_order(PARTNER, fen=2500, number="SUB-002"),
    ]


def body(sim, **changes):
    return {
        "combine_appid": APP.appid,
        "combine_mchid": MERCHANT.mchid,
        "combine_out_trade_no": NUMBER,
        "sub_orders": both(),
        "combine_payer_info": {"openid": sim.openid},
        "notify_url": sim.receiver.url,
        **changes,
    }


def order(sim, **changes):
    """What wx.requestPayment gets."""
    said = sim.call("POST", JSAPI, body(sim, **changes))
    assert said.status_code == 200, said.text
    return payment(said.json()["prepay_id"])


def look(sim):
    return json.loads(sim.wxpay().combine_query(NUMBER)[1])


def test_one_payment_pays_both_and_is_told_once(sim):
    status, text = sim.wxpay().combine_pay(
        NUMBER, both(), combine_payer_info={"openid": sim.openid}
    )
    assert status == 200

    assert sim.pay(payment(json.loads(text)["prepay_id"]))["result"] == "requestPayment:ok"

    found = look(sim)
    assert [each["trade_state"] for each in found["sub_orders"]] == ["SUCCESS", "SUCCESS"]
    assert [each["amount"]["payer_amount"] for each in found["sub_orders"]] == [1000, 2500]
    [notice] = eventually(sim.notices)
    assert notice["mchid"] == MERCHANT.mchid
    assert notice["resource"] == found
    headers, raw = sim.receiver.wait_for(1)[0]
    assert sim.wxpay().callback(headers, raw)["resource"]["combine_out_trade_no"] == NUMBER


def test_each_merchant_refunds_its_own_part(sim):
    sim.pay(order(sim))
    refund = {
        "out_trade_no": "SUB-002",
        "out_refund_no": "R-1",
        "amount": {"refund": 500, "total": 2500, "currency": "CNY"},
    }

    assert sim.call("POST", REFUNDS, refund).json()["code"] == "RESOURCE_NOT_EXISTS"
    theirs = sim.call(
        "POST",
        REFUNDS,
        refund,
        mchid=PARTNER.mchid,
        serial=PARTNER.certificate_serial,
        key=private_key_of_stranger(),
    )

    assert theirs.status_code == 200
    assert [each["trade_state"] for each in look(sim)["sub_orders"]] == ["SUCCESS", "REFUND"]


def test_the_same_request_again_is_the_same_payment(sim):
    first, second = order(sim), order(sim)
    assert sim.pay(first)["result"] == "requestPayment:ok"
    assert sim.pay(second)["result"] == "requestPayment:fail 该订单已支付"
    again = sim.call("POST", JSAPI, body(sim))
    assert again.json()["code"] == "ORDER_PAID"


def test_closing_closes_every_sub_order(sim):
    params = order(sim)
    subs = [{"mchid": each["mchid"], "out_trade_no": each["out_trade_no"]} for each in both()]

    short = sim.wxpay().combine_close(NUMBER, subs[:1])
    assert json.loads(short[1])["code"] == "PARAM_ERROR"
    assert sim.wxpay().combine_close(NUMBER, subs)[0] == 204

    assert {each["trade_state"] for each in look(sim)["sub_orders"]} == {"CLOSED"}
    assert sim.pay(params)["result"] == "requestPayment:fail 订单已关闭"


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("PARAM_ERROR", {"sub_orders": []}),
        ("PARAM_ERROR", {"sub_orders": both()[:1] * 2}),
        ("PARAM_ERROR", {"combine_payer_info": {"openid": "o-nobody"}}),
        ("PARAM_ERROR", {"combine_mchid": PARTNER.mchid}),
        ("APPID_MCHID_NOT_MATCH", {"combine_appid": "wx0"}),
        ("MCH_NOT_EXISTS", {"sub_orders": [{**both()[0], "mchid": "1699999999"}]}),
        ("NO_AUTH", {"sub_orders": [{**both()[0], "sub_mchid": "1699999999"}]}),
    ],
)
def test_what_cannot_be_combined_is_refused(sim, code, changes):
    assert sim.call("POST", JSAPI, body(sim, **changes)).json()["code"] == code


def test_other_content_under_a_known_number_is_refused(sim):
    order(sim)
    changed = sim.call("POST", JSAPI, body(sim, sub_orders=both()[:1]))
    assert changed.headers["Request-ID"].endswith("-268498688")
    used = sim.call("POST", JSAPI, body(sim, combine_out_trade_no="COMBINE-2"))
    assert used.json()["code"] == "OUT_TRADE_NO_USED"
