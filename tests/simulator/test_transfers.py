"""Merchant transfers on the pretend WeChat Pay, through the unmodified wechatpayv3 and by hand."""

import json

import pytest

from tests.simulator.world import APP, MERCHANT, eventually

BILLS = "/v3/fund-app/mch-transfer/transfer-bills"
REPORTS = [
    {"info_type": "活动名称", "info_content": "新会员有礼"},
    {"info_type": "奖励说明", "info_content": "注册会员抽奖"},
]
DAY_SECONDS = 24 * 3600


def answer(said):
    status, text = said
    return status, json.loads(text)


def send(sim, *, fen=500, number="T1", **how):
    said = sim.wxpay().mch_transfer_bills(
        out_bill_no=number,
        transfer_scene_id="1000",
        openid=sim.openid,
        transfer_amount=fen,
        transfer_remark="会员奖励",
        transfer_scene_report_infos=REPORTS,
        notify_url=sim.receiver.url,
        **how,
    )
    return answer(said)


def by_hand(sim, **changes):
    body = {
        "appid": APP.appid,
        "out_bill_no": "T1",
        "transfer_scene_id": "1000",
        "openid": sim.openid,
        "transfer_amount": 500,
        "transfer_remark": "会员奖励",
        "notify_url": sim.receiver.url,
        "transfer_scene_report_infos": REPORTS,
        **changes,
    }
    return sim.call("POST", BILLS, body)


def look(sim, number="T1"):
    return answer(sim.wxpay().mch_transfer_bills_query(out_bill_no=number))[1]


def confirm(sim, package, *, name="小明", **changes):
    params = {"mchId": MERCHANT.mchid, "appId": APP.appid, "package": package, **changes}
    return sim.post(f"/_sim/users/{name}/confirm-transfer", **params)["result"]


def ended(sim, state, number="T1"):
    return eventually(lambda: look(sim, number)["state"] == state and look(sim, number))


def balance(sim):
    return sim.get("/_sim/merchants")[0]["balance_fen"]


def finished(sim):
    return eventually(lambda: sim.notices("MCHTRANSFER.BILL.FINISHED"))[0]["resource"]


def test_a_transfer_through_wechatpayv3_arrives_once_the_person_confirms(sim):
    status, said = send(sim)
    assert (status, said["state"]) == (200, "WAIT_USER_CONFIRM")

    assert confirm(sim, said["package_info"]) == "requestMerchantTransfer:ok"

    found = ended(sim, "SUCCESS")
    assert found["transfer_amount"] == 500
    by_theirs = sim.wxpay().mch_transfer_bills_query(transfer_bill_no=said["transfer_bill_no"])
    assert answer(by_theirs)[1]["out_bill_no"] == "T1"
    told = finished(sim)
    assert (told["state"], told["mch_id"], told["openid"]) == (
        "SUCCESS",
        MERCHANT.mchid,
        sim.openid,
    )
    headers, body = sim.receiver.wait_for(1)[0]
    assert sim.wxpay().callback(headers, body)["resource"] == told
    assert json.loads(body)["resource"]["original_type"] == "mch_payment"


def test_the_name_is_read_and_comes_back_sealed_for_the_merchant(sim):
    status, _ = send(sim, fen=200000, user_name="张小明")
    assert status == 200
    assert sim.wxpay().decrypt(look(sim)["user_name"]) == "张小明"


def test_the_same_number_is_the_same_transfer(sim):
    first, again = send(sim, user_name="张小明")[1], send(sim, user_name="张小明")[1]
    assert first == again

    status, said = send(sim, fen=501, user_name="张小明")
    assert (status, said["code"]) == (400, "INVALID_REQUEST")


def test_only_the_person_it_is_for_can_take_it_and_only_once(sim):
    package = send(sim)[1]["package_info"]

    assert "收款账号" in confirm(sim, package, name="黑产")
    assert "appId" in confirm(sim, package, appId="wx0")
    assert "package" in confirm(sim, "another")
    assert "package" in confirm(sim, package, mchId="16")
    assert confirm(sim, package) == "requestMerchantTransfer:ok"
    assert confirm(sim, package).startswith("requestMerchantTransfer:fail")


def test_closing_the_sheet_leaves_it_to_be_opened_again(sim):
    package = send(sim)[1]["package_info"]
    closed = sim.post("/_sim/users/小明/decline-transfer")
    assert closed["result"] == "requestMerchantTransfer:fail cancel"
    [waiting] = sim.get("/_sim/users/小明/transfers")
    assert (waiting["state"], waiting["package"]) == ("WAIT_USER_CONFIRM", package)
    assert sim.get("/_sim/users/黑产/transfers") == []
    assert confirm(sim, package) == "requestMerchantTransfer:ok"


def test_after_a_day_nobody_can_take_it_and_the_money_is_back(sim):
    sim.post(f"/_sim/merchants/{MERCHANT.mchid}/balance", fen=700)
    package = send(sim)[1]["package_info"]
    assert balance(sim) == 200

    sim.move_clock(DAY_SECONDS + 1)

    assert look(sim)["fail_reason"] == "OVERDUE_CLOSE"
    assert confirm(sim, package).startswith("requestMerchantTransfer:fail")
    assert finished(sim)["state"] == "FAIL"
    assert balance(sim) == 700


def test_it_is_taken_back_until_it_is_confirmed(sim):
    sim.post(f"/_sim/merchants/{MERCHANT.mchid}/balance", fen=1000)
    wxpay = sim.wxpay()
    send(sim)

    status, said = answer(wxpay.mch_transfer_bills_cancel("T1"))

    assert (status, said["state"]) == (200, "CANCELING")
    ended(sim, "CANCELLED")
    assert answer(wxpay.mch_transfer_bills_cancel("T1"))[1]["state"] == "CANCELLED"
    assert finished(sim)["state"] == "CANCELLED"
    assert balance(sim) == 1000
    confirm(sim, send(sim, number="T2")[1]["package_info"])
    assert answer(wxpay.mch_transfer_bills_cancel("T2"))[1]["code"] == "INVALID_REQUEST"


def test_it_may_fail_on_the_way(sim):
    send(sim)
    path = f"/_sim/transfers/{MERCHANT.mchid}/T1/fail"

    sim.post(path, fail_reason="REALNAME_ACCOUNT_RECEIVED_QUOTA_EXCEED")

    assert look(sim)["fail_reason"] == "REALNAME_ACCOUNT_RECEIVED_QUOTA_EXCEED"
    with pytest.raises(AssertionError, match="cannot fail"):
        sim.post(path)


def test_an_empty_account_sends_nothing_and_the_same_number_works_after_a_top_up(sim):
    target = f"/_sim/merchants/{MERCHANT.mchid}/balance"
    sim.post(target, fen=499)
    assert (send(sim)[0], send(sim)[1]["code"]) == (403, "NOT_ENOUGH")
    sim.post(target, fen=500)
    assert send(sim)[0] == 200


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("/out_bill_no", {"out_bill_no": "T-1"}),
        ("/out_bill_no", {"out_bill_no": "T" * 33}),
        ("/transfer_amount", {"transfer_amount": 9}),
        ("/transfer_amount", {"transfer_amount": "500"}),
        ("/transfer_remark", {"transfer_remark": "长" * 33}),
        ("/user_name", {"transfer_amount": 200000}),
        ("/user_name", {"transfer_amount": 29, "user_name": "x"}),
        ("/transfer_scene_report_infos", {"transfer_scene_report_infos": []}),
        ("/transfer_scene_report_infos", {"transfer_scene_report_infos": REPORTS[:1]}),
        ("/notify_url", {"notify_url": "http://shop.example/n?x=1"}),
    ],
)
def test_each_field_is_held_to_its_limits(sim, field, changes):
    refused = by_hand(sim, **changes)
    assert (refused.status_code, refused.json()["code"]) == (400, "PARAM_ERROR")
    assert refused.json()["detail"]["field"] == field


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("NO_AUTH", {"transfer_scene_id": "9999"}),
        ("APPID_MCHID_NOT_MATCH", {"appid": "wx0000000000000000"}),
        ("PARAM_ERROR", {"openid": "o-nobody"}),
        ("PARAM_ERROR", {"user_name": "not sealed"}),
    ],
)
def test_strangers_are_refused(sim, code, changes):
    assert by_hand(sim, **changes).json()["code"] == code


def test_unknown_transfers_are_not_found(sim):
    for target in ("out-bill-no/T9", "transfer-bill-no/T9"):
        assert sim.call("GET", f"{BILLS}/{target}").status_code == 404
