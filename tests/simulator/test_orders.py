"""Orders on the pretend WeChat Pay, through the unmodified wechatpayv3 and by hand."""

import json

import pytest
import requests

from app.simulator.clock import rfc3339
from tests.simulator.world import (
    MERCHANT,
    SECONDS_PER_DAY,
    STRANGER,
    payment,
    private_key_of_stranger,
)

JSAPI = "/v3/pay/transactions/jsapi"


def test_an_order_made_with_wechatpayv3_is_paid_and_found_under_both_numbers(sim):
    wxpay = sim.wxpay()

    status, text = wxpay.pay(
        description="咖啡券",
        out_trade_no="KABAO-0001",
        amount={"total": 3500},
        payer={"openid": sim.openid},
    )
    prepay = json.loads(text)["prepay_id"]
    paid = sim.pay(payment(prepay))

    assert (status, paid["result"]) == (200, "requestPayment:ok")
    for which in ({"out_trade_no": "KABAO-0001"}, {"transaction_id": paid["transaction_id"]}):
        status, text = wxpay.query(**which)
        found = json.loads(text)
        assert status == 200
        assert found["trade_state"] == "SUCCESS"
        assert found["transaction_id"] == paid["transaction_id"]
        assert found["amount"]["payer_total"] == 3500
        assert found["payer"] == {"openid": sim.openid}


def test_closing_twice_is_as_good_as_once_and_a_paid_order_cannot_be_closed(sim):
    wxpay = sim.wxpay()
    number, params = sim.make_order()

    assert wxpay.close(number)[0] == 204
    assert wxpay.close(number)[0] == 204
    assert sim.pay(params)["result"] == "requestPayment:fail 订单已关闭"

    paid = sim.paid_order()
    status, text = wxpay.close(paid)
    assert (status, json.loads(text)["code"]) == (400, "ORDER_PAID")


def test_the_same_request_again_is_the_same_order_with_a_fresh_prepay_id(sim):
    body = sim.order_body()

    first = sim.call("POST", JSAPI, body).json()["prepay_id"]
    second = sim.call("POST", JSAPI, body).json()["prepay_id"]

    assert first != second
    assert sim.pay(payment(first))["result"] == "requestPayment:ok"
    assert sim.pay(payment(second))["result"] == "requestPayment:fail 该订单已支付"


def test_the_same_number_with_other_parameters_is_refused(sim):
    body = sim.order_body()
    sim.call("POST", JSAPI, body)

    changed = sim.call("POST", JSAPI, {**body, "attach": "another"})

    assert (changed.status_code, changed.json()["code"]) == (400, "INVALID_REQUEST")
    assert changed.headers["Request-ID"].endswith("-268498688")


def test_a_used_number_says_how_it_was_used(sim):
    paid, closed = sim.order_body(), sim.order_body()
    sim.pay(payment(sim.call("POST", JSAPI, paid).json()["prepay_id"]))
    sim.call("POST", JSAPI, closed)
    target = f"/v3/pay/transactions/out-trade-no/{closed['out_trade_no']}/close"
    sim.call("POST", target, {"mchid": MERCHANT.mchid})

    def code(body):
        return sim.call("POST", JSAPI, body).json()["code"]

    assert code(paid) == "ORDER_PAID"
    assert code(closed) == "ORDER_CLOSED"
    assert code({**paid, "description": "another"}) == "OUT_TRADE_NO_USED"
    assert code({**closed, "description": "another"}) == "OUT_TRADE_NO_USED"


def test_an_order_that_is_not_paid_in_time_is_closed(sim):
    now = sim.get("/_sim/clock")["now"]
    body = sim.order_body(time_expire=rfc3339(now + 600))
    params = payment(sim.call("POST", JSAPI, body).json()["prepay_id"])

    sim.move_clock(601)

    found = sim.wxpay().query(out_trade_no=body["out_trade_no"])[1]
    assert json.loads(found)["trade_state"] == "CLOSED"
    assert sim.call("POST", JSAPI, body).json()["code"] == "ORDER_CLOSED"
    assert sim.pay(params)["result"] == "requestPayment:fail 订单已关闭"


def test_a_prepay_id_is_good_for_two_hours_whatever_the_order_says(sim):
    _, params = sim.make_order()

    sim.move_clock(7201)

    assert sim.pay(params)["result"] == "requestPayment:fail 预支付会话已过期"


def test_nobody_else_can_pay_an_order(sim):
    sim.post("/_sim/users", name="小红")
    _, params = sim.make_order()

    assert sim.pay(params, name="小红")["result"] == "requestPayment:fail 下单账号与支付账号不一致"


def test_the_phone_refuses_a_pay_sign_that_the_merchant_did_not_make(sim):
    _, params = sim.make_order()
    prepay_id = params["package"].removeprefix("prepay_id=")
    forged = payment(prepay_id, key=private_key_of_stranger())

    assert sim.pay(forged)["result"] == "requestPayment:fail 支付验证签名失败"
    assert sim.pay({**params, "nonceStr": "x"})["result"] == "requestPayment:fail 支付验证签名失败"
    assert sim.pay({**params, "signType": "MD5"})["result"].startswith("requestPayment:fail")
    assert sim.pay({**params, "timeStamp": 1})["result"].startswith("requestPayment:fail")
    assert sim.pay(params)["result"] == "requestPayment:ok"


def test_cancelling_leaves_the_order_unpaid(sim):
    number, _ = sim.make_order()

    assert sim.post("/_sim/users/小明/pay-cancel")["result"] == "requestPayment:fail cancel"

    found = json.loads(sim.wxpay().query(out_trade_no=number)[1])
    assert found["trade_state"] == "NOTPAY"
    assert "transaction_id" not in found


def test_an_unknown_order_is_404(sim):
    status, text = sim.wxpay().query(out_trade_no="nowhere-1")
    assert (status, json.loads(text)["code"]) == (404, "ORDER_NOT_EXIST")


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("/description", {"description": "长" * 128}),
        ("/description", {"description": ""}),
        ("/out_trade_no", {"out_trade_no": "short"}),
        ("/out_trade_no", {"out_trade_no": "x" * 33}),
        ("/out_trade_no", {"out_trade_no": "has space"}),
        ("/attach", {"attach": "a" * 129}),
        ("/goods_tag", {"goods_tag": "g" * 33}),
        ("/notify_url", {"notify_url": "http://shop.example/n?x=1"}),
        ("/notify_url", {"notify_url": "shop.example/n"}),
        ("/notify_url", {"notify_url": "http://shop.example/" + "n" * 255}),
        ("/time_expire", {"time_expire": "2026-05-01 10:00:00"}),
        ("/time_expire", {"time_expire": "2020-05-01T10:00:00+08:00"}),
        ("/support_fapiao", {"support_fapiao": "true"}),
        ("/limit_pay", {"limit_pay": "no_credit"}),
        ("/amount", {"amount": None}),
        ("/amount/total", {"amount": {"total": 0}}),
        ("/amount/total", {"amount": {"total": 35.0}}),
        ("/amount/total", {"amount": {"total": "3500"}}),
        ("/amount/total", {"amount": {"total": True}}),
        ("/amount/currency", {"amount": {"total": 1, "currency": "USD"}}),
        ("/payer", {"payer": None}),
        ("/payer/openid", {"payer": {"openid": ""}}),
        (
            "/detail/goods_detail/0/quantity",
            {
                "detail": {
                    "goods_detail": [{"merchant_goods_id": "a", "quantity": 0, "unit_price": 1}]
                }
            },
        ),
        ("/scene_info/payer_client_ip", {"scene_info": {"device_id": "1"}}),
        ("/settle_info/profit_sharing", {"settle_info": {"profit_sharing": 1}}),
        ("/price", {"price": 1}),
    ],
)
def test_each_field_is_held_to_its_limits(sim, field, changes):
    refused = sim.call("POST", JSAPI, sim.order_body(**changes))

    assert (refused.status_code, refused.json()["code"]) == (400, "PARAM_ERROR")
    assert refused.json()["detail"]["field"] == field


def test_a_full_order_with_every_field_is_taken(sim):
    now = sim.get("/_sim/clock")["now"]
    body = sim.order_body(
        time_expire=rfc3339(now + 900),
        attach="a" * 128,
        goods_tag="WXG",
        support_fapiao=True,
        limit_pay=["no_credit"],
        detail={
            "cost_price": 4000,
            "invoice_id": "i",
            "goods_detail": [{"merchant_goods_id": "a", "quantity": 1, "unit_price": 3500}],
        },
        scene_info={
            "payer_client_ip": "127.0.0.1",
            "device_id": "013467007045764",
            "store_info": {"id": "0001", "name": "南山店"},
        },
        settle_info={"profit_sharing": False},
    )
    assert sim.call("POST", JSAPI, body).status_code == 200


def test_an_order_must_fit_its_merchant_its_app_and_its_payer(sim):
    def refusal(**changes):
        return sim.call("POST", JSAPI, sim.order_body(**changes)).json()["code"]

    assert refusal(appid="wx-not-bound") == "APPID_MCHID_NOT_MATCH"
    assert refusal(mchid="1999999999") == "MCH_NOT_EXISTS"
    assert refusal(payer={"openid": "o-nobody"}) == "PARAM_ERROR"


def test_requests_that_are_not_rightly_signed_are_refused(sim):
    body = sim.order_body()
    now = int(sim.get("/_sim/clock")["now"])
    tampered = json.dumps({**body, "amount": {"total": 1}}).encode()

    def refused(**how):
        answer = sim.call("POST", JSAPI, body, **how)
        assert answer.headers["Request-ID"].endswith("-268443699")
        return answer.status_code, answer.json()["code"]

    sign_error = (401, "SIGN_ERROR")
    assert refused(key=private_key_of_stranger()) == sign_error
    assert refused(serial="0" * 40) == sign_error
    assert refused(mchid=STRANGER.merchant.mchid) == sign_error
    assert refused(timestamp=now - 310) == sign_error
    assert refused(timestamp=now + 310) == sign_error
    assert refused(timestamp="soon") == sign_error
    assert refused(sent=tampered) == sign_error
    assert refused(signature="not base64") == sign_error
    assert sim.get("/_sim/transactions") == []


def test_a_signature_is_for_its_own_path_and_query(sim):
    number, _ = sim.make_order()
    target = f"/v3/pay/transactions/out-trade-no/{number}?mchid={MERCHANT.mchid}"
    good = sim.call("GET", target)
    elsewhere = requests.get(
        sim.url + target + "&x=1", headers=dict(good.request.headers), timeout=5
    )
    unsigned = requests.get(sim.url + target, timeout=5)

    assert good.status_code == 200
    assert elsewhere.status_code == 401
    assert unsigned.status_code == 401


def test_a_request_signed_a_little_late_is_taken(sim):
    now = int(sim.get("/_sim/clock")["now"])
    assert sim.call("POST", JSAPI, sim.order_body(), timestamp=now - 290).status_code == 200


def test_libraries_that_sign_by_the_wall_clock_work_on_a_moved_clock(sim):
    sim.move_clock(3 * SECONDS_PER_DAY)
    assert sim.call("POST", JSAPI, sim.order_body()).status_code == 200


def test_errors_and_empty_answers_are_signed_too(sim):
    core = sim.wxpay()._core
    number, _ = sim.make_order()
    answers = [
        sim.call("GET", "/v3/certificates"),
        sim.call("GET", "/v3/no/such/thing"),
        sim.call("POST", JSAPI, {}),
        sim.call("POST", JSAPI, sim.order_body(), serial="0"),
        sim.call(
            "POST",
            f"/v3/pay/transactions/out-trade-no/{number}/close",
            {"mchid": MERCHANT.mchid},
        ),
    ]

    assert [each.status_code for each in answers] == [404, 404, 400, 401, 204]
    assert answers[0].json()["code"] == "RESOURCE_NOT_EXISTS"
    assert all(core._verify_signature(each.headers, each.text) for each in answers)


def test_another_merchants_orders_are_not_shown(sim):
    target = f"/v3/pay/transactions/out-trade-no/whatever?mchid={STRANGER.merchant.mchid}"
    assert sim.call("GET", target).status_code == 400
