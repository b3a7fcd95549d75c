"""Whatever comes, the platform answers in its own words and does not break."""

import pytest
import requests

GARBAGE = ([], "text", 7, None, {}, {"amount": []}, {"payer": "x", "data": {"thing1": "x"}})
SIGNED = ("/v3/pay/transactions/jsapi", "/v3/refund/domestic/refunds")
OPEN = (
    "/cgi-bin/stable_token",
    "/cgi-bin/message/subscribe/send",
    "/wxa/business/getuserphonenumber",
    "/wxa/getwxacodeunlimit",
    "/cgi-bin/message/wxopen/updatablemsg/send",
    "/wxa/genwxashortlink",
    "/wxa/getuserriskrank",
    "/wxa/media_check_async",
    "/wxa/msg_sec_check",
    "/wxa/sec/order/get_order",
    "/wxa/sec/order/opspecialorder",
    "/wxa/sec/order/upload_combined_shipping_info",
    "/wxa/sec/order/upload_shipping_info",
    "/wxa/set_user_notify",
    "/wxaapi/newtmpl/addtemplate",
)


@pytest.mark.parametrize("path", SIGNED)
def test_garbage_is_a_parameter_error(sim, path):
    for body in GARBAGE:
        answer = sim.call("POST", path, body)
        assert (answer.status_code, answer.json()["code"]) == (400, "PARAM_ERROR")


@pytest.mark.parametrize("path", OPEN)
def test_garbage_has_an_errcode(sim, path):
    token = sim.wechat().access_token
    for body in GARBAGE:
        answer = requests.post(f"{sim.url}{path}?access_token={token}", json=body, timeout=5)
        assert answer.status_code == 200
        assert answer.json()["errcode"] > 0


def test_a_wrong_method_and_a_wrong_path_are_told_in_the_platforms_words(sim):
    assert sim.call("GET", SIGNED[0]).json()["code"] == "PARAM_ERROR"
    assert sim.call("GET", "/v3/nothing").json()["code"] == "NOT_FOUND"
    assert requests.get(sim.url + OPEN[1], timeout=5).json()["errcode"] == 43002
