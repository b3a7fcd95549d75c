"""The connectivity probe, and what every request and answer of WeChat Pay must be."""

import json
import time

import pytest
import requests
from wechatpayv3.type import RequestType

from tests.simulator.world import FRESH, MERCHANT, authorization, private_key_of_stranger

ECHO = "/v3/security/echo"
SERIAL = FRESH.settings.public_key_id


def probe(sim, **body):
    core = sim.wxpay()._core
    status, text = core.request(ECHO, method=RequestType.POST, data=body)
    return status, json.loads(text)


def raw(sim, *, headers=None, body=b'{"echo_message": "hi"}', method="POST", target=ECHO):
    """A request whose headers are given; None takes a header away."""
    told = {
        "Authorization": authorization(method, target, body),
        "Accept": "application/json",
        "Content-Type": "application/json",
        "User-Agent": "test",
        **(headers or {}),
    }
    return requests.request(method, sim.url + target, data=body, headers=told, timeout=10)


def test_what_is_said_comes_back(sim):
    assert probe(sim, echo_message="你好") == (200, {"echo_message": "你好"})
    assert sim.get("/_sim/notices") == []


def test_what_is_sealed_comes_back_sealed_for_the_merchant(sim):
    wxpay = sim.wxpay()

    status, said = probe(
        sim,
        echo_message="hi",
        encrypted_echo_message=wxpay._core.encrypt("secret"),
        notify_url=sim.receiver.url,
    )

    assert (status, wxpay.decrypt(said["encrypted_echo_message"])) == (200, "secret")
    [(headers, body)] = sim.receiver.wait_for(1)
    told = wxpay.callback(headers, body)
    assert told["event_type"] == "SECURITY_ECHO.SUCCESS"
    assert json.loads(body)["resource"]["original_type"] == "security"
    assert told["resource"]["echo_message"] == "hi"
    assert wxpay.decrypt(told["resource"]["encrypt_echo_message"]) == "secret"


def test_what_does_not_open_is_refused_and_the_key_must_be_named(sim):
    body = {"echo_message": "hi", "encrypted_echo_message": "bm90IHNlYWxlZA=="}
    unnamed = sim.call("POST", ECHO, body)
    assert "Wechatpay-Serial" in unnamed.json()["message"]
    other = sim.call("POST", ECHO, body, serial_header="PUB_KEY_ID_OTHER")
    assert "Wechatpay-Serial" in other.json()["message"]
    wrong = sim.call("POST", ECHO, body, serial_header=SERIAL)
    assert wrong.json()["detail"]["field"] == "/encrypted_echo_message"


@pytest.mark.parametrize(
    ("how", "text"),
    [
        ({"serial": "0" * 40}, "商户证书序列号有误"),
        ({"mchid": "1600000000"}, "签名商户号不存在"),
        ({"timestamp": "soon"}, "不得超过5分钟"),
        ({"sent": b'{"echo_message":"hi"}'}, "验签失败"),
        ({"signature": "bm9uZQ=="}, "验签失败"),
        ({"signature": "not base64"}, "验签失败"),
    ],
)
def test_nobody_else_can_sign_for_the_merchant(sim, how, text):
    refused = sim.call("POST", ECHO, {"echo_message": "hi"}, **how)
    assert (refused.status_code, refused.json()["code"]) == (401, "SIGN_ERROR")
    assert text in refused.json()["message"]
    assert refused.headers["Request-ID"].endswith("-268443699")


def test_another_key_does_not_sign_for_the_merchant(sim):
    refused = sim.call("POST", ECHO, {"echo_message": "hi"}, key=private_key_of_stranger())
    assert "验签失败" in refused.json()["message"]


@pytest.mark.parametrize("late", [-310, 400])
def test_a_request_is_signed_within_five_minutes(sim, late):
    refused = sim.call("POST", ECHO, {"echo_message": "hi"}, timestamp=int(time.time()) + late)
    assert (refused.status_code, refused.json()["code"]) == (401, "SIGN_ERROR")
    assert "不得超过5分钟" in refused.json()["message"]


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("WECHATPAY2-SHA256-RSA2048", "WECHATPAY2"),
        ("WECHATPAY2-SHA256-RSA2048", "WECHATPAY-BRAND-SHA256-RSA2048"),
        ("WECHATPAY2-SHA256-RSA2048 ", ""),
        *((f"{part}=", "other=") for part in ("mchid", "nonce_str", "timestamp", "serial_no")),
        ("signature=", "other="),
    ],
)
def test_another_scheme_or_a_missing_part_is_refused(sim, said, instead):
    value = authorization("POST", ECHO, b'{"echo_message": "hi"}').replace(said, instead)
    refused = raw(sim, headers={"Authorization": value})
    assert (refused.status_code, refused.json()["code"]) == (401, "SIGN_ERROR")


def test_a_request_without_an_authorization_is_refused(sim):
    refused = raw(sim, headers={"Authorization": None})
    assert (refused.status_code, refused.json()["code"]) == (401, "SIGN_ERROR")


def test_the_parts_of_the_authorization_may_stand_in_any_order(sim):
    scheme, _, rest = authorization("POST", ECHO, b'{"echo_message": "hi"}').partition(" ")
    turned = ",".join(reversed(rest.split(",")))
    assert raw(sim, headers={"Authorization": f"{scheme} {turned}"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{"Accept": "text/html"}, {"Content-Type": "text/plain"}, {"User-Agent": ""}],
)
def test_accept_content_type_and_user_agent_are_needed(sim, headers):
    refused = raw(sim, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (400, "PARAM_ERROR")
    assert next(iter(headers)) in refused.json()["message"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b"\xff\xfe"])
def test_a_body_that_is_no_json_object_is_refused(sim, body):
    refused = raw(sim, body=body)
    assert (refused.status_code, refused.json()["code"]) == (400, "PARAM_ERROR")


def test_a_body_of_more_than_two_megabytes_is_refused(sim):
    refused = raw(sim, body=b" " * (2 * 1024 * 1024 + 1))
    assert (refused.status_code, refused.json()["code"]) == (400, "PARAM_ERROR")


def test_every_answer_is_signed_refusals_and_empty_ones_too(sim):
    verify = sim.wxpay()._core._verify_signature
    number, _ = sim.make_order()
    close = f"/v3/pay/transactions/out-trade-no/{number}/close"

    answers = (
        sim.call("POST", close, {"mchid": MERCHANT.mchid}),
        sim.call("GET", "/v3/pay/transactions/out-trade-no/nowhere"),
        sim.call("GET", f"/v3/pay/transactions/out-trade-no/nobody?mchid={MERCHANT.mchid}"),
        sim.call("POST", ECHO, {"echo_message": "hi"}, serial="0"),
        sim.call("GET", "/v3/nothing-here"),
    )

    assert [each.status_code for each in answers] == [204, 400, 404, 401, 404]
    assert answers[0].content == b""
    for each in answers:
        assert verify(each.headers, each.text)
        assert each.headers["Wechatpay-Serial"] == SERIAL
