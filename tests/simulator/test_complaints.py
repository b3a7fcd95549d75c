"""Complaints on the pretend WeChat Pay, with the unmodified wechatpayv3 where it can ask."""

import base64
import hashlib
import json

import pytest
import requests
from wechatpayv3.core import RequestType

from app.simulator.open_platform.picture import picture
from tests.simulator.world import MERCHANT, SECONDS_PER_DAY, eventually

PATH = "/v3/merchant-service/complaints-v2"
PNG = picture({"of": "receipt"}, width=32)


def transaction(sim):
    number = sim.paid_order()
    return json.loads(sim.wxpay().query(out_trade_no=number)[1])["transaction_id"]


def complain(sim, **how):
    body = {"transaction_id": transaction(sim), "text": "券不能用", **how}
    return sim.post("/_sim/users/小明/complain", **body)["complaint_id"]


def detail(sim, number):
    return json.loads(sim.wxpay().complaint_detail_query(number)[1])


def doing(sim, number, what, **body):
    return sim.post(f"/_sim/users/小明/complaints/{number}/{what}", **body)


def today(sim):
    return sim.get("/_sim/clock")["reads"][:10]


def actions(sim, event="COMPLAINT.STATE_CHANGE"):
    return [each["resource"]["action_type"] for each in sim.notices(event)]


def refused(answer):
    status, text = answer
    return status, json.loads(text)["code"]


def test_a_complaint_goes_from_pending_over_processing_to_processed(sim):
    wxpay = sim.wxpay()
    wxpay.complaint_notification_create(sim.receiver.url)
    number = complain(sim)
    assert detail(sim, number)["complaint_state"] == "PENDING"

    assert wxpay.complaint_response(number, "已与您联系")[0] == 204
    answered = detail(sim, number)
    assert wxpay.complaint_complete(number)[0] == 204

    assert answered["complaint_state"] == "PROCESSING"
    assert answered["incoming_user_response"] is False
    assert detail(sim, number)["complaint_state"] == "PROCESSED"
    assert refused(wxpay.complaint_complete(number)) == (400, "INVALID_REQUEST")
    [created] = sim.notices("COMPLAINT.CREATE")
    assert created["resource"] == {"complaint_id": number, "action_type": "CREATE_COMPLAINT"}
    assert actions(sim) == ["MERCHANT_RESPONSE", "MERCHANT_CONFIRM_COMPLETE"]


def test_a_notice_of_a_complaint_is_decrypted_by_wechatpayv3(sim, receiver):
    sim.wxpay().complaint_notification_create(receiver.url)
    number = complain(sim)

    told = [sim.wxpay().callback(headers, body) for headers, body in receiver.wait_for(2)]

    [resource] = [each["resource"] for each in told if each["event_type"] == "COMPLAINT.CREATE"]
    assert resource["complaint_id"] == number


def test_only_the_merchants_key_reads_the_phone_number(sim):
    told = detail(sim, complain(sim))

    assert sim.wxpay().decrypt(told["payer_phone"]) == "13800000001"
    assert "payer_phone" not in detail(sim, complain(sim, tells_phone=False))


def test_the_list_is_of_a_span_of_days_and_in_pages(sim):
    wxpay = sim.wxpay()
    numbers = [complain(sim) for _ in range(3)]
    day = today(sim)

    first = json.loads(wxpay.complaint_list_query(day, day, limit=2)[1])
    second = json.loads(wxpay.complaint_list_query(day, day, limit=2, offset=2)[1])

    assert [each["complaint_id"] for each in first["data"] + second["data"]] == numbers
    assert first["total_count"] == 3
    empty = wxpay.complaint_list_query("2020-01-01", "2020-01-31")
    assert json.loads(empty[1])["total_count"] == 0


@pytest.mark.parametrize(
    ("begin", "end", "limit"),
    [
        ("2026-01-01", "2026-02-01", 10),
        ("2026-01-02", "2026-01-01", 10),
        ("20260101x", "2026-01-01", 10),
        ("2026-01-01", "2026-01-01", 51),
        ("2026-01-01", "2026-01-01", 0),
    ],
)
def test_a_list_that_asks_for_too_much_is_refused(sim, begin, end, limit):
    answer = sim.wxpay().complaint_list_query(begin, end, limit=limit)
    assert refused(answer) == (400, "PARAM_ERROR")


def test_the_history_tells_who_said_what(sim, tmp_path):
    file = tmp_path / "proof.png"
    file.write_bytes(PNG)
    media_id = json.loads(sim.wxpay().complaint_image_upload(str(file))[1])["media_id"]
    number = complain(sim, images=[base64.b64encode(PNG).decode()])
    sim.wxpay().complaint_response(number, "请看图", response_images=[media_id])
    doing(sim, number, "reply", text="还是不行")

    history = json.loads(sim.wxpay().complaint_history_query(number)[1])

    assert [each["operate_type"] for each in history["data"]] == [
        "USER_CREATE_COMPLAINT",
        "MERCHANT_RESPONSE",
        "USER_RESPONSE",
    ]
    assert history["data"][2]["operate_details"] == "还是不行"
    assert detail(sim, number)["incoming_user_response"] is True
    for step in history["data"][:2]:
        [url] = step["complaint_media_list"]["media_url"]
        assert sim.wxpay().complaint_image_download(url) == (200, PNG)


def test_a_picture_that_is_not_what_its_meta_says_is_refused(sim, tmp_path):
    lying = json.dumps({"filename": "a.png", "sha256": hashlib.sha256(b"other").hexdigest()})
    answer = sim.wxpay()._core.request(
        "/v3/merchant-service/images/upload",
        method=RequestType.POST,
        data={"meta": lying},
        sign_data=lying,
        files=[("file", ("a.png", PNG, "image/png"))],
    )
    assert refused(answer) == (400, "PARAM_ERROR")


def test_only_the_signed_meta_of_an_upload_is_believed(sim):
    meta = json.dumps({"filename": "a.png", "sha256": hashlib.sha256(PNG).hexdigest()})
    answer = sim.wxpay()._core.request(
        "/v3/merchant-service/images/upload",
        method=RequestType.POST,
        data={"meta": meta},
        sign_data=meta + " ",
        files=[("file", ("a.png", PNG, "image/png"))],
    )
    assert refused(answer) == (401, "SIGN_ERROR")


@pytest.mark.parametrize(
    "wrong",
    [
        {"response_content": "长" * 201},
        {"response_content": "好", "jump_url": "http://shop.example"},
        {"response_content": "好", "jump_url": "https://shop.example", "jump_url_text": "x" * 11},
        {"response_content": "好", "response_images": ["a", "b", "c", "d", "e"]},
    ],
)
def test_an_answer_is_held_to_its_limits(sim, wrong):
    answer = sim.wxpay().complaint_response(complain(sim), **wrong)
    assert refused(answer) == (400, "PARAM_ERROR")


def test_an_agreed_refund_ends_the_complaint_when_the_money_arrives(sim):
    wxpay = sim.wxpay()
    wxpay.complaint_notification_create(sim.receiver.url)
    number = complain(sim, problem_type="REFUND")
    assert wxpay.complaint_update_refund(number, "APPROVE", launch_refund_day=0)[0] == 204
    told = detail(sim, number)
    assert (told["complaint_state"], told["apply_refund_amount"]) == ("PROCESSING", 3500)

    [order] = told["complaint_order_info"]
    amount = {"refund": 3500, "total": 3500, "currency": "CNY"}
    wxpay.refund("R-1", amount, transaction_id=order["transaction_id"])

    eventually(lambda: detail(sim, number)["complaint_state"] == "PROCESSED")
    assert detail(sim, number)["complaint_full_refunded"] is True
    assert actions(sim) == ["MERCHANT_APPROVE_REFUND", "REFUND_SUCCESS"]


def test_a_refused_refund_ends_the_complaint_at_once_and_has_a_reason(sim):
    wxpay = sim.wxpay()
    number = complain(sim, problem_type="REFUND")

    assert refused(wxpay.complaint_update_refund(number, "REJECT")) == (400, "PARAM_ERROR")
    with_day = wxpay.complaint_update_refund(number, "REJECT", 3, reject_reason="已使用")
    assert refused(with_day) == (400, "PARAM_ERROR")
    assert wxpay.complaint_update_refund(number, "REJECT", reject_reason="已使用")[0] == 204

    assert detail(sim, number)["complaint_state"] == "PROCESSED"


def test_only_a_wish_for_a_refund_is_decided_on(sim):
    answer = sim.wxpay().complaint_update_refund(complain(sim), "APPROVE", 0)
    assert refused(answer) == (400, "INVALID_REQUEST")


def test_a_full_refund_by_the_merchant_is_told(sim):
    wxpay = sim.wxpay()
    wxpay.complaint_notification_create(sim.receiver.url)
    [order] = detail(sim, complain(sim))["complaint_order_info"]
    amount = {"refund": 3500, "total": 3500, "currency": "CNY"}
    wxpay.refund("R-1", amount, transaction_id=order["transaction_id"])
    assert eventually(lambda: actions(sim)) == ["SELLER_REFUND"]


def test_the_person_asks_the_platform_for_help_and_it_ends(sim):
    sim.wxpay().complaint_notification_create(sim.receiver.url)
    number = complain(sim)

    doing(sim, number, "apply-platform-service", text="没人理我")
    assert detail(sim, number)["in_platform_service"] is True
    sim.post(f"/_sim/complaints/{number}/platform", text="请商家回复")
    sim.post(f"/_sim/complaints/{number}/platform", finishes=True)

    assert detail(sim, number)["in_platform_service"] is False
    assert actions(sim) == [
        "USER_APPLY_PLATFORM_SERVICE",
        "RESPONSE_BY_PLATFORM",
        "PLATFORM_SERVICE_FINISHED",
    ]


def test_a_complaint_that_was_done_may_be_renewed(sim):
    number = complain(sim)
    sim.wxpay().complaint_complete(number)

    doing(sim, number, "again", text="又坏了")

    told = detail(sim, number)
    assert (told["complaint_state"], told["user_complaint_times"]) == ("PENDING", 2)


@pytest.mark.parametrize("what", ["confirm", "revoke"])
def test_the_person_may_end_it_too(sim, what):
    number = complain(sim)
    doing(sim, number, what)
    assert detail(sim, number)["complaint_state"] == "PROCESSED"
    again = requests.post(f"{sim.url}/_sim/users/小明/complaints/{number}/reply", timeout=5)
    assert again.status_code == 409


def test_a_person_who_waits_is_answered_in_blocks_once(sim):
    number = complain(sim, needs_immediate_service=True)
    body = {
        "complainted_mchid": MERCHANT.mchid,
        "message": {"blocks": [{"type": "TEXT", "text": {"text": "您好"}}]},
        "idempotent_id": "I-1",
    }
    path = f"{PATH}/{number}/response-immediate-service"

    assert [sim.call("POST", path, body).status_code for _ in range(2)] == [204, 204]
    other = {**body, "message": {"blocks": [{"type": "TEXT", "text": {"text": "再见"}}]}}
    assert sim.call("POST", path, other).json()["code"] == "RESOURCE_ALREADY_EXISTS"

    history = json.loads(sim.wxpay().complaint_history_query(number)[1])["data"]
    assert [each["operate_details"] for each in history[1:]] == ["您好"]
    calm = f"{PATH}/{complain(sim)}/response-immediate-service"
    assert sim.call("POST", calm, body).json()["code"] == "INVALID_REQUEST"


def test_the_notice_address_is_made_read_changed_and_forgotten(sim):
    wxpay = sim.wxpay()
    assert refused(wxpay.complaint_notification_query()) == (404, "RESOURCE_NOT_EXISTS")
    wxpay.complaint_notification_create("https://shop.example/a")
    again = wxpay.complaint_notification_create("https://shop.example/b")
    assert refused(again) == (400, "RESOURCE_ALREADY_EXISTS")
    assert wxpay.complaint_notification_update("https://shop.example/b")[0] == 200

    told = json.loads(wxpay.complaint_notification_query()[1])

    assert told == {"mchid": MERCHANT.mchid, "url": "https://shop.example/b"}
    assert wxpay.complaint_notification_delete()[0] == 204
    assert refused(wxpay.complaint_notification_delete()) == (404, "RESOURCE_NOT_EXISTS")


def test_a_strangers_complaint_is_not_there(sim):
    assert refused(sim.wxpay().complaint_detail_query("2000001")) == (404, "RESOURCE_NOT_EXISTS")


def test_one_complains_only_of_what_one_paid_and_once(sim):
    number = transaction(sim)
    body = {"transaction_id": number, "text": "不好"}
    others = requests.post(sim.url + "/_sim/users/黑产/complain", json=body, timeout=5)
    assert others.status_code == 404
    sim.post("/_sim/users/小明/complain", **body)
    again = requests.post(sim.url + "/_sim/users/小明/complain", json=body, timeout=5)
    assert again.status_code == 409
    assert [each["name"] for each in sim.get("/_sim/complaints")] == ["小明"]


def test_a_complaint_belongs_to_its_beijing_day(sim):
    sim.move_clock(3 * SECONDS_PER_DAY)
    complain(sim)
    day = today(sim)
    assert json.loads(sim.wxpay().complaint_list_query(day, day)[1])["total_count"] == 1
