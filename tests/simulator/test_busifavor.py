"""商家券 on the pretend WeChat Pay, with the unmodified wechatpayv3 where it can ask."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
import requests

from app.simulator.pay.busifavor.plugin import apiv2_sign, component_values
from app.simulator.pay.busifavor.validity import is_open, validity
from tests.simulator.world import APP, MERCHANT, SECONDS_PER_DAY, eventually

BUSIFAVOR = "/v3/marketing/busifavor"
KEY = "192006250b4c09247ec02edce69f6a2d"


def moment(days):
    return (datetime.now(UTC) + timedelta(days=days)).replace(microsecond=0).isoformat()


def number():
    return "N" + uuid.uuid4().hex[:20]


def stock_body(**changes):
    rule = {
        "coupon_available_time": {
            "available_begin_time": moment(-1),
            "available_end_time": moment(30),
        },
        "fixed_normal_coupon": {"discount_amount": 500, "transaction_minimum": 1000},
        "use_method": "OFF_LINE",
    }
    body = {
        "stock_name": "咖啡满减券",
        "belong_merchant": MERCHANT.mchid,
        "goods_name": "全场咖啡",
        "stock_type": "NORMAL",
        "coupon_use_rule": rule,
        "stock_send_rule": {"max_coupons": 100, "max_coupons_per_user": 5},
        "out_request_no": number(),
        "coupon_code_mode": "WECHATPAY_MODE",
    }
    return {**body, **changes}


def make(sim, **changes):
    status, text = sim.wxpay().marketing_busifavor_stock_create(**stock_body(**changes))
    assert status == 200, text
    return json.loads(text)["stock_id"]


def rules(**changes):
    return {"max_coupons": 100, "max_coupons_per_user": 5, **changes}


def times(**changes):
    body = stock_body()["coupon_use_rule"]
    return {**body, "coupon_available_time": {**body["coupon_available_time"], **changes}}


def tap(sim, *params, name="小明", sign=None):
    listed = [dict(each) for each in params]
    values = component_values(listed, merchant=MERCHANT.mchid)
    return sim.post(
        f"/_sim/users/{name}/send-coupon",
        send_coupon_params=listed,
        send_coupon_merchant=MERCHANT.mchid,
        sign=sign or apiv2_sign(values, key=MERCHANT.apiv2_key),
    )


def take(sim, stock_id, *, name="小明", request_no=None, **more):
    params = {"stock_id": stock_id, "out_request_no": request_no or number(), **more}
    [item] = tap(sim, params, name=name)["send_coupon_result"]
    return item


def code_of(sim, stock_id, **how):
    return take(sim, stock_id, **how)["coupon_code"]


def use(sim, code, *, request_no="U-1", **more):
    return sim.wxpay().marketing_busifavor_coupon_use(
        code, moment(0), request_no, appid=APP.appid, **more
    )


def detail(sim, code):
    return json.loads(sim.wxpay().marketing_busifavor_coupon_detail(code, sim.openid)[1])


def refused(answer):
    status, text = answer
    return status, json.loads(text)["code"]


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


def test_a_used_coupon_is_tied_to_its_order_and_untied(sim):
    wxpay = sim.wxpay()
    stock_id = make(sim)
    code = code_of(sim, stock_id)
    early = wxpay.marketing_busifavor_coupon_associate(stock_id, code, "O-1", "A-1")
    assert refused(early) == (400, "INVALID_REQUEST")
    use(sim, code)

    assert wxpay.marketing_busifavor_coupon_associate(stock_id, code, "O-1", "A-1")[0] == 200
    other = wxpay.marketing_busifavor_coupon_associate(stock_id, code, "O-2", "A-2")
    assert refused(other) == (400, "INVALID_REQUEST")
    assert wxpay.marketing_busifavor_coupon_disassociate(stock_id, code, "O-1", "A-3")[0] == 200


def test_a_subsidy_is_at_most_what_the_coupon_is_worth(sim):
    wxpay = sim.wxpay()
    stock_id = make(sim, subsidy=True)
    code = code_of(sim, stock_id)
    order = json.loads(wxpay.query(out_trade_no=sim.paid_order())[1])
    use(sim, code)
    asked = (stock_id, code, order["transaction_id"], MERCHANT.mchid, MERCHANT.mchid)

    dear = wxpay.marketing_busifavor_subsidy_pay(*asked, 501, "补差", "SUB-1")
    paid = json.loads(wxpay.marketing_busifavor_subsidy_pay(*asked, 500, "补差", "SUB-2")[1])

    assert refused(dear) == (400, "INVALID_REQUEST")
    found = json.loads(wxpay.marketing_busifavor_subsidy_query(paid["subsidy_receipt_id"])[1])
    assert (found["status"], found["amount"]) == ("SUCCESS", 500)


def test_a_stock_is_changed_and_its_budget_grows(sim):
    wxpay = sim.wxpay()
    stock_id = make(sim)
    assert wxpay.marketing_busifavor_stock_modify(stock_id, "M-1", goods_name="拿铁")[0] == 204

    grown = wxpay.marketing_busifavor_stock_budget(stock_id, "B-1", 200, current_max_coupons=100)
    stale = wxpay.marketing_busifavor_stock_budget(stock_id, "B-2", 300, current_max_coupons=100)
    less = wxpay.marketing_busifavor_stock_budget(stock_id, "B-3", 100)

    assert json.loads(grown[1])["max_coupons"] == 200
    assert refused(stale) == refused(less) == (400, "INVALID_REQUEST")
    stock = json.loads(wxpay.marketing_busifavor_stock_query(stock_id)[1])
    assert (stock["goods_name"], stock["stock_send_rule"]["max_coupons"]) == ("拿铁", 200)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("/stock_name", {"stock_name": "长" * 22}),
        ("/goods_name", {"goods_name": "长" * 16}),
        ("/comment", {"comment": "长" * 21}),
        ("/stock_type", {"stock_type": "GIFT"}),
        ("/coupon_use_rule/discount_coupon", {"stock_type": "DISCOUNT"}),
        (
            "/stock_send_rule/max_coupons_per_user",
            {"stock_send_rule": rules(max_coupons_per_user=101)},
        ),
        ("/stock_send_rule/max_coupons", {"stock_send_rule": rules(max_coupons=10**9 + 1)}),
        ("/stock_send_rule/transferable", {"stock_send_rule": rules(transferable=True)}),
        ("/coupon_code_mode", {"coupon_code_mode": "OURS"}),
        (
            "/coupon_use_rule/coupon_available_time/available_end_time",
            {"coupon_use_rule": times(available_end_time=moment(400))},
        ),
        (
            "/coupon_use_rule/coupon_available_time/wait_days_after_receive",
            {"coupon_use_rule": times(wait_days_after_receive=1)},
        ),
        (
            "/coupon_use_rule/coupon_available_time/available_day_after_receive",
            {"coupon_use_rule": times(available_day_after_receive=366)},
        ),
        (
            "/coupon_use_rule/coupon_available_time/available_week/week_day",
            {"coupon_use_rule": times(available_week={"week_day": [7]})},
        ),
        ("/more", {"more": 1}),
    ],
)
def test_each_field_of_a_stock_is_held_to_its_limits(sim, field, changes):
    answer = sim.call("POST", f"{BUSIFAVOR}/stocks", stock_body(**changes))
    assert (answer.status_code, answer.json()["code"]) == (400, "PARAM_ERROR")
    assert answer.json()["detail"]["field"] == field


def test_what_is_not_ones_own_is_not_there(sim):
    wxpay = sim.wxpay()
    assert refused(wxpay.marketing_busifavor_stock_query("1")) == (404, "RESOURCE_NOT_EXISTS")
    assert refused(use(sim, "123456789012")) == (404, "RESOURCE_NOT_EXISTS")
    nobody = sim.call("GET", f"{BUSIFAVOR}/users/nobody/coupons?appid={APP.appid}")
    assert nobody.json()["code"] == "PARAM_ERROR"
    foreign = sim.call("GET", f"{BUSIFAVOR}/users/{sim.openid}/coupons?appid=wx0")
    assert foreign.json()["code"] == "APPID_MCHID_NOT_MATCH"


def test_the_card_bag_shows_a_coupon_and_the_person_throws_it_away(sim):
    code = code_of(sim, make(sim))
    [card] = sim.get("/_sim/users/小明/coupons")
    assert (card["kind"], card["title"], card["state"]) == ("busifavor", "咖啡满减券", "SENDED")
    assert card["worth"] == {"discount_amount": 500, "transaction_minimum": 1000}

    sim.post(f"/_sim/users/小明/coupons/busifavor/{code}/delete")

    assert detail(sim, code)["coupon_state"] == "DELETED"
    assert refused(use(sim, code)) == (400, "INVALID_REQUEST")


def test_a_coupon_changes_or_is_lost_behind_everybodys_back(sim):
    stock_id = make(sim)
    changed, lost = code_of(sim, stock_id), code_of(sim, stock_id)

    sim.post(f"/_sim/coupons/busifavor/{changed}", state="EXPIRED")
    sim.post(f"/_sim/coupons/busifavor/{lost}", drop=True)

    assert detail(sim, changed)["coupon_state"] == "EXPIRED"
    gone = sim.wxpay().marketing_busifavor_coupon_detail(lost, sim.openid)
    assert refused(gone) == (404, "RESOURCE_NOT_EXISTS")
    unknown = requests.post(f"{sim.url}/_sim/coupons/busifavor/{lost}", json={}, timeout=5)
    assert unknown.status_code == 404


MONDAY_NOON = datetime.fromisoformat("2026-11-23T12:00:00+08:00").timestamp()
SPAN = {
    "available_begin_time": "2026-11-01T00:00:00+08:00",
    "available_end_time": "2026-12-01T00:00:00+08:00",
}


def beijing_time(text):
    return datetime.fromisoformat(f"2026-{text}+08:00").timestamp()


@pytest.mark.parametrize(
    ("rule", "begins", "ends"),
    [
        ({}, "11-23T12:00:00", "12-01T00:00:00"),
        ({"available_day_after_receive": 1}, "11-23T12:00:00", "11-24T00:00:00"),
        (
            {"available_day_after_receive": 3, "wait_days_after_receive": 1},
            "11-24T00:00:00",
            "11-27T00:00:00",
        ),
        ({"available_day_after_receive": 30}, "11-23T12:00:00", "12-01T00:00:00"),
        ({"available_second_after_receive": 60}, "11-23T12:00:00", "11-23T12:01:00"),
    ],
)
def test_a_coupon_is_good_for_whole_beijing_days(rule, begins, ends):
    good = validity({**SPAN, **rule}, received_at=MONDAY_NOON)
    assert good == (beijing_time(begins), beijing_time(ends))


@pytest.mark.parametrize(
    ("rule", "is_so"),
    [
        ({}, True),
        ({"available_week": {"week_day": [1]}}, True),
        ({"available_week": {"week_day": [0, 6]}}, False),
        (
            {
                "available_week": {
                    "week_day": [1],
                    "available_day_time": [{"begin_time": 43_200, "end_time": 50_000}],
                }
            },
            True,
        ),
        (
            {
                "available_week": {
                    "week_day": [1],
                    "available_day_time": [{"begin_time": 43_201, "end_time": 50_000}],
                }
            },
            False,
        ),
        (
            {
                "irregulary_avaliable_time": [
                    {
                        "begin_time": "2026-11-25T00:00:00+08:00",
                        "end_time": "2026-11-26T00:00:00+08:00",
                    }
                ]
            },
            False,
        ),
    ],
)
def test_a_coupon_keeps_its_hours(rule, is_so):
    assert is_open({**SPAN, **rule}, at=MONDAY_NOON) is is_so


@pytest.mark.parametrize(
    "path",
    [
        f"{BUSIFAVOR}/stocks",
        f"{BUSIFAVOR}/callbacks",
        f"{BUSIFAVOR}/coupons/send",
        f"{BUSIFAVOR}/coupons/use",
        f"{BUSIFAVOR}/coupons/return",
        f"{BUSIFAVOR}/coupons/deactivate",
        f"{BUSIFAVOR}/coupons/associate",
        f"{BUSIFAVOR}/subsidy/pay-receipts",
        f"{BUSIFAVOR}/stocks/1/couponcodes",
        "/v3/marketing/partner/product-coupon/product-coupons",
        "/v3/marketing/partner/product-coupon/users/o1/pre-send-coupon",
        "/v3/marketing/partner/product-coupon/users/o1/coupons/c1/use",
        "/v3/merchant-service/complaints-v2/1/response",
        "/v3/merchant-service/complaints-v2/1/response-immediate-service",
        "/v3/merchant-service/complaints-v2/1/update-refund-progress",
        "/v3/merchant-service/complaint-notifications",
    ],
)
def test_garbage_is_a_parameter_error(sim, path):
    for body in ([], "text", 7, {}, {"stock_id": [], "coupon_use_rule": None}, {"message": [1]}):
        answer = sim.call("POST", path, body)
        assert (answer.status_code, answer.json()["code"]) == (400, "PARAM_ERROR")


def test_a_field_that_is_null_is_not_there(sim):
    rule = {**times(available_week=None), "discount_coupon": None}
    body = stock_body(coupon_use_rule=rule, comment=None, notify_config=None)
    assert sim.call("POST", f"{BUSIFAVOR}/stocks", body).status_code == 200
