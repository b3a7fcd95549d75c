"""Transfers that need no confirmation, once the person has authorized the merchant."""

import pytest

from tests.simulator.test_transfers import BILLS, REPORTS, confirm, ended
from tests.simulator.world import APP, MERCHANT, eventually

ASKING = "/v3/fund-app/mch-transfer/user-confirm-authorization"
NUMBERED = f"{ASKING}/out-authorization-no"


def ask(sim, **changes):
    body = {
        "out_authorization_no": "A1",
        "appid": APP.appid,
        "openid": sim.openid,
        "transfer_scene_id": "1000",
        "user_display_name": "小明",
        "authorization_notify_url": sim.receiver.url,
        **changes,
    }
    return sim.call("POST", ASKING, body)


def send(sim, **changes):
    body = {
        "appid": APP.appid,
        "out_bill_no": "T1",
        "transfer_scene_id": "1000",
        "transfer_amount": 500,
        "transfer_remark": "会员奖励",
        "notify_url": sim.receiver.url,
        "transfer_scene_report_infos": REPORTS,
        "out_authorization_no": "A1",
        **changes,
    }
    return sim.call("POST", f"{BILLS}/transfer", body)


def authorized(sim):
    said = ask(sim).json()
    assert confirm(sim, said["package_info"]) == "requestMerchantTransfer:ok"
    return sim.call("GET", f"{NUMBERED}/A1").json()


def told(sim, what):
    return eventually(lambda: sim.notices(f"MCHTRANSFER.AUTHORIZATION.{what}"))[0]["resource"]


def test_who_has_authorized_is_paid_without_being_asked(sim):
    found = authorized(sim)
    assert found["state"] == "TAKING_EFFECT"
    assert told(sim, "CONFIRMED")["authorization_id"] == found["authorization_id"]

    said = send(sim)

    assert (said.status_code, said.json()["state"]) == (200, "PROCESSING")
    assert ended(sim, "SUCCESS")["openid"] == sim.openid
    assert eventually(lambda: sim.notices("MCHTRANSFER.BILL.FINISHED"))


def test_the_platforms_number_of_the_authorization_is_as_good(sim):
    found = authorized(sim)
    by_theirs = {"authorization_id": found["authorization_id"], "out_authorization_no": None}
    assert send(sim, **by_theirs).status_code == 200


@pytest.mark.parametrize("number", ["A1", "A9", None])
def test_without_an_authorization_in_effect_nothing_is_sent(sim, number):
    ask(sim)
    said = send(sim, out_authorization_no=number)
    assert (said.status_code, said.json()["code"]) == (400, "INVALID_REQUEST")


def test_the_merchant_ends_it(sim):
    authorized(sim)
    for _ in range(2):
        closed = sim.call("POST", f"{NUMBERED}/A1/close")
        assert (closed.status_code, closed.json()["state"]) == (200, "CLOSED")
    assert told(sim, "CLOSED")["close_info"]["close_reason"] == "MERCHANT_CLOSE"
    assert send(sim).json()["code"] == "INVALID_REQUEST"


def test_the_person_ends_it(sim):
    authorized(sim)
    [known] = sim.get("/_sim/users/小明/authorizations")
    closing = {"mchid": MERCHANT.mchid, "out_authorization_no": known["out_authorization_no"]}

    closed = sim.post("/_sim/users/小明/close-authorization", **closing)

    assert (closed["state"], closed["close_info"]["close_reason"]) == ("CLOSED", "USER_CLOSE")
    with pytest.raises(AssertionError, match="no authorization"):
        sim.post("/_sim/users/黑产/close-authorization", **closing)


def test_the_same_number_is_the_same_authorization(sim):
    first, again = ask(sim).json(), ask(sim).json()
    assert first == again
    assert ask(sim, user_display_name="小红").json()["code"] == "INVALID_REQUEST"


def test_only_the_person_who_was_asked_can_authorize(sim):
    package = ask(sim).json()["package_info"]
    assert "收款账号" in confirm(sim, package, name="黑产")
    assert "appId" in confirm(sim, package, appId="wx0")
    assert confirm(sim, package) == "requestMerchantTransfer:ok"
    assert "已确认" in confirm(sim, package)


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("PARAM_ERROR", {"out_authorization_no": "A-1"}),
        ("PARAM_ERROR", {"openid": "o-nobody"}),
        ("PARAM_ERROR", {"authorization_notify_url": "http://shop.example/n?x=1"}),
        ("NO_AUTH", {"transfer_scene_id": "9999"}),
        ("APPID_MCHID_NOT_MATCH", {"appid": "wx0"}),
    ],
)
def test_what_cannot_be_authorized_is_refused(sim, code, changes):
    assert ask(sim, **changes).json()["code"] == code


def test_an_unknown_authorization_is_not_found(sim):
    assert sim.call("GET", f"{NUMBERED}/A9").status_code == 404
    assert sim.call("POST", f"{NUMBERED}/A9/close").status_code == 404
