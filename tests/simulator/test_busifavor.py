"""商家券 on the pretend WeChat Pay, with the unmodified wechatpayv3 where it can ask."""

import json
from urllib.parse import urlencode

import pytest

from app.simulator.pay.busifavor.plugin import apiv2_sign, component_values
from tests.simulator.busifavor import (
    BUSIFAVOR,
    KEY,
    code_of,
    detail,
    make,
    moment,
    refused,
    rules,
    stock_body,
    take,
    tap,
    use,
)
from tests.simulator.world import APP, MERCHANT, SECONDS_PER_DAY, eventually


def test_the_signature_of_apiv2_is_the_official_one():
    values = {
        "appid": "wxd930ea5d5a258f4f",
        "body": "test",
        "device_info": "1000",
        "mch_id": "10000100",
        "nonce_str": "ibuaiVcKdpRxkhJA",
        "empty": "",
    }
    signed = apiv2_sign(values, key=KEY)
    assert signed == "6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6"


@pytest.mark.parametrize(
    ("params", "signed"),
    [
        (
            [{"out_request_no": "abc123", "stock_id": "1234567"}],
            "AD7CD2967446E742075BF7A52CEBC5FE1A17A4042ED451A44DAABF9F04FFDD99",
        ),
        (
            [
                {"out_request_no": "abc123", "stock_id": "1234567", "coupon_code": ""},
                {"out_request_no": "123abc", "stock_id": "2345678"},
            ],
            "DE91F5E153D9CBE846E9206FBF94CE2198AB06D618D3A2C0603566091C984E78",
        ),
    ],
)
def test_the_signature_of_the_component_counts_the_coupons(params, signed):
    assert apiv2_sign(component_values(params, merchant="10016226"), key=KEY) == signed


def test_a_coupon_is_taken_used_returned_and_invalidated(sim):
    wxpay = sim.wxpay()
    stock_id = make(sim)
    code = code_of(sim, stock_id)

    status, text = use(sim, code)
    assert status == 200
    assert json.loads(text)["openid"] == sim.openid
    assert detail(sim, code)["coupon_state"] == "USED"
    assert wxpay.marketing_busifavor_coupon_return(code, stock_id, "T-1")[0] == 200
    assert detail(sim, code)["coupon_state"] == "SENDED"
    gone = wxpay.marketing_busifavor_coupon_deactivate(code, stock_id, "D-1", "活动结束")
    assert gone[0] == 200

    told = detail(sim, code)
    assert (told["coupon_state"], told["deactivate_reason"]) == ("DEACTIVATED", "活动结束")
    assert refused(use(sim, code, request_no="U-2")) == (400, "INVALID_REQUEST")


def test_a_request_number_is_good_for_one_thing(sim):
    stock_id = make(sim)
    code, other = code_of(sim, stock_id), code_of(sim, stock_id)
    at = moment(0)
    body = {"coupon_code": code, "appid": APP.appid, "use_time": at, "use_request_no": "U-1"}

    first, again = (sim.call("POST", f"{BUSIFAVOR}/coupons/use", body) for _ in range(2))
    else_ = sim.call("POST", f"{BUSIFAVOR}/coupons/use", {**body, "coupon_code": other})
    second = sim.call("POST", f"{BUSIFAVOR}/coupons/use", {**body, "use_request_no": "U-2"})

    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert else_.json()["code"] == "RESOURCE_ALREADY_EXISTS"
    assert second.json()["code"] == "INVALID_REQUEST"


def test_making_the_same_stock_again_answers_the_same(sim):
    body = stock_body()
    first, again = (sim.call("POST", f"{BUSIFAVOR}/stocks", body).json() for _ in range(2))
    assert first == again
    changed = sim.call("POST", f"{BUSIFAVOR}/stocks", {**body, "stock_name": "别的券"})
    assert (changed.status_code, changed.json()["code"]) == (400, "RESOURCE_ALREADY_EXISTS")


def test_the_one_who_gave_is_told_of_it_and_of_nothing_else(sim, receiver):
    wxpay = sim.wxpay()
    wxpay.marketing_busifavor_callback_update(notify_url=receiver.url)
    stock_id = make(sim, notify_config={"notify_appid": APP.appid})
    code = code_of(sim, stock_id)
    use(sim, code)
    wxpay.marketing_busifavor_coupon_return(code, stock_id, "T-1")

    [(headers, body)] = receiver.wait_for(1)
    told = wxpay.callback(headers, body)

    assert told["event_type"] == "COUPON.SEND"
    assert told["resource"]["coupon_code"] == code
    assert told["resource"]["openid"] == sim.openid
    assert [each["event_type"] for each in sim.get("/_sim/notices")] == ["COUPON.SEND"]
    address = json.loads(wxpay.marketing_busifavor_callback_query()[1])
    assert address == {"notify_url": receiver.url, "mchid": MERCHANT.mchid}


def test_without_a_notice_app_nobody_is_told_who_it_was(sim, receiver):
    sim.wxpay().marketing_busifavor_callback_update(notify_url=receiver.url)
    code_of(sim, make(sim))
    [notice] = eventually(lambda: sim.notices("COUPON.SEND"))
    assert "openid" not in notice["resource"]


def test_a_component_with_a_wrong_signature_gives_nothing(sim):
    params = {"stock_id": make(sim), "out_request_no": "R-1"}
    assert tap(sim, params, sign="0" * 64)["errcode"] == "SIGN_ERROR"
    assert sim.get("/_sim/users/小明/coupons") == []


def test_the_component_takes_ten_coupons_at_most(sim):
    params = {"stock_id": make(sim), "out_request_no": "R"}
    assert tap(sim, *[params] * 11)["errcode"] == "PARAM_ERROR"
    assert tap(sim)["errcode"] == "PARAM_ERROR"


def test_one_request_number_gives_one_coupon(sim):
    stock_id = make(sim)
    assert take(sim, stock_id, request_no="R-1")["code"] == "SUCCESS"
    again = take(sim, stock_id, request_no="R-1")
    assert again["code"] == "DUPREQUEST"
    assert len(sim.get("/_sim/users/小明/coupons")) == 1


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"max_coupons_per_user": 1}, "MAXQUOTA"),
        ({"max_coupons": 1}, "NOTENOUGH"),
        ({"max_coupons_by_day": 1}, "DAYLIMIT"),
    ],
)
def test_the_limits_of_a_stock_hold(sim, rule, code):
    stock_id = make(sim, stock_send_rule=rules(**rule))
    assert [take(sim, stock_id)["code"] for _ in range(2)] == ["SUCCESS", code]


def test_a_day_limit_begins_anew_the_next_day(sim):
    stock_id = make(sim, stock_send_rule=rules(max_coupons_by_day=1))
    take(sim, stock_id)
    sim.move_clock(SECONDS_PER_DAY)
    assert take(sim, stock_id)["code"] == "SUCCESS"


def test_two_accounts_of_one_person_count_together_where_that_is_asked_for(sim):
    sim.post("/_sim/users", name="小明小号", phone="13800000001")
    send_rule = rules(max_coupons_per_user=1, natural_person_limit=True)
    stock_id = make(sim, stock_send_rule=send_rule)
    take(sim, stock_id)
    assert take(sim, stock_id, name="小明小号")["code"] == "NATURELIMIT"


def test_suspicious_accounts_are_kept_out_where_that_is_asked_for(sim):
    stock_id = make(sim, stock_send_rule=rules(prevent_api_abuse=True))
    assert take(sim, stock_id, name="黑产")["code"] == "FAILED"


def test_a_paused_or_ended_stock_gives_nothing(sim):
    stock_id = make(sim)
    sim.post(f"/_sim/coupon-stocks/busifavor/{stock_id}", state="PAUSED")
    assert take(sim, stock_id)["code"] == "NOTRUNNING"
    sim.post(f"/_sim/coupon-stocks/busifavor/{stock_id}", state="RUNNING")
    sim.move_clock(31 * SECONDS_PER_DAY)
    assert take(sim, stock_id)["code"] == "NOTRUNNING"
    assert take(sim, "1")["code"] == "FAILED"


def test_a_coupon_expires_by_the_clock_and_is_not_used_then(sim):
    code = code_of(sim, make(sim))
    sim.move_clock(31 * SECONDS_PER_DAY)
    assert detail(sim, code)["coupon_state"] == "EXPIRED"
    assert refused(use(sim, code)) == (400, "INVALID_REQUEST")


def test_codes_of_the_merchants_making_are_given_when_sending(sim):
    stock_id = make(sim, coupon_code_mode="MERCHANT_API")
    assert take(sim, stock_id)["code"] == "FAILED"
    assert take(sim, stock_id, coupon_code="KB-0001")["coupon_code"] == "KB-0001"
    assert take(sim, stock_id, coupon_code="KB-0001")["code"] == "FAILED"
    assert refused(use(sim, "KB-0001")) == (400, "PARAM_ERROR")
    assert use(sim, "KB-0001", stock_id=stock_id)[0] == 200


def test_uploaded_codes_are_given_away_one_by_one(sim):
    wxpay = sim.wxpay()
    stock_id = make(sim, coupon_code_mode="MERCHANT_UPLOAD")
    assert take(sim, stock_id)["code"] == "NOTENOUGH"
    codes = ["A 1", "B|2", "B|2", "坏", "C" * 33]
    told = json.loads(wxpay.marketing_busifavor_couponcode_upload(stock_id, "UP-1", codes)[1])
    again = wxpay.marketing_busifavor_couponcode_upload(stock_id, "UP-2", ["A 1"])

    taken = {take(sim, stock_id)["coupon_code"] for _ in range(2)}

    assert told["success_codes"] == ["A 1", "B|2"]
    assert told["duplicate_codes"] == ["B|2"]
    assert [each["coupon_code"] for each in told["fail_codes"]] == ["坏", "C" * 33]
    assert json.loads(again[1])["exist_codes"] == ["A 1"]
    assert taken == {"A 1", "B|2"}
    assert take(sim, stock_id)["code"] == "NOTENOUGH"
    stock = json.loads(wxpay.marketing_busifavor_stock_query(stock_id)[1])
    assert stock["coupon_code_count"] == {"total_count": 2, "available_count": 0}
    assert sim.call("GET", f"{BUSIFAVOR}/stocks/{stock_id}/couponcodes").json()["total_count"] == 2


def test_two_hundred_codes_are_uploaded_at_most(sim):
    wxpay = sim.wxpay()
    stock_id = make(sim, coupon_code_mode="MERCHANT_UPLOAD")
    many = [f"C{n}" for n in range(201)]
    answer = wxpay.marketing_busifavor_couponcode_upload(stock_id, "UP-1", many)
    assert refused(answer) == (400, "PARAM_ERROR")
    platforms = wxpay.marketing_busifavor_couponcode_upload(make(sim), "UP-2", ["C1"])
    assert refused(platforms) == (400, "INVALID_REQUEST")


def test_a_persons_coupons_are_listed_by_page_and_state(sim):
    wxpay = sim.wxpay()
    stock_id = make(sim)
    codes = [code_of(sim, stock_id) for _ in range(3)]
    use(sim, codes[0])

    first = json.loads(wxpay.marketing_busifavor_user_coupon(sim.openid, stock_id, limit=2)[1])
    rest = json.loads(
        wxpay.marketing_busifavor_user_coupon(sim.openid, stock_id, limit=2, offset=1)[1]
    )
    used = json.loads(wxpay.marketing_busifavor_user_coupon(sim.openid, coupon_state="USED")[1])

    listed = [each["coupon_code"] for each in first["data"] + rest["data"]]
    assert (sorted(listed), first["total_count"]) == (sorted(codes), 3)
    assert [each["coupon_code"] for each in used["data"]] == [codes[0]]
    assert used["data"][0]["use_request_no"] == "U-1"


def test_a_coupon_is_given_from_the_server_and_asked_again_it_is_the_same(sim):
    body = {
        "openid": sim.openid,
        "appid": APP.appid,
        "stock_id": make(sim, stock_send_rule=rules(max_coupons_per_user=1)),
        "out_request_no": "S-1",
    }
    first, again = (sim.call("POST", f"{BUSIFAVOR}/coupons/send", body) for _ in range(2))
    more = sim.call("POST", f"{BUSIFAVOR}/coupons/send", {**body, "out_request_no": "S-2"})

    assert first.json() == again.json()
    assert (more.status_code, more.json()["code"]) == (403, "RULE_LIMIT")


def test_a_link_gives_a_coupon_to_whom_it_was_made_for(sim):
    query = {
        "stock_id": make(sim),
        "out_request_no": "L-1",
        "send_coupon_merchant": MERCHANT.mchid,
        "open_id": sim.openid,
    }
    query["sign"] = apiv2_sign(query, key=MERCHANT.apiv2_key)
    url = "https://action.weixin.qq.com/busifavor/getcouponinfo?" + urlencode(query)

    stranger = sim.post("/_sim/users/黑产/open-coupon-link", url=url + "#wechat_redirect")
    own = sim.post("/_sim/users/小明/open-coupon-link", url=url + "#wechat_redirect")

    assert stranger["errcode"] == "USER_NOT_EXISTS"
    assert own["send_coupon_result"][0]["code"] == "SUCCESS"
