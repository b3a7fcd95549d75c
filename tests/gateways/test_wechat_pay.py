import socket
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.gateways.errors import AlreadyPaid, OutcomeUnknown, Refused, Unavailable
from app.gateways.wechat_pay import PaymentState, RefundState, WechatPay
from tests.gateways.orders import (
    BILL,
    NOON,
    OPENID,
    ORDER,
    PAID,
    PREPAY,
    REFUND,
    REFUNDS,
    prepay,
    refund,
)
from tests.gateways.stubs import Answer, says


def test_an_order_is_announced_with_what_wechat_asks_for(pay, pay_stub):
    pay_stub.on(PREPAY, says({"prepay_id": "wx201410272009395522657"}))
    assert prepay(pay, client_ip="203.0.113.7", attach="a") == "wx201410272009395522657"
    assert pay_stub.seen[0].json == {
        "appid": "wx2421b1c4370ec43b",
        "mchid": "1900000001",
        "description": "双人下午茶",
        "out_trade_no": "KB1",
        "time_expire": "2026-11-21T12:15:00+08:00",
        "attach": "a",
        "notify_url": "https://shop.example/notices/payment/1",
        "amount": {"total": 8800, "currency": "CNY"},
        "payer": {"openid": OPENID},
        "scene_info": {"payer_client_ip": "203.0.113.7"},
    }


def test_the_phone_gets_a_signature_over_the_four_lines(pay, keys):
    params = pay.sign_for_phone(prepay_id="wx2014", at=NOON)
    assert params["timeStamp"] == "1795233600"
    assert (params["package"], params["signType"]) == ("prepay_id=wx2014", "RSA")
    lines = [params["appId"], params["timeStamp"], params["nonceStr"], params["package"], ""]
    keys.accepts("\n".join(lines).encode(), params["paySign"])


def test_a_provider_orders_for_its_shop(channel, pay_stub):
    pay = WechatPay(replace(channel, sub_mchid="1900000109"))
    pay_stub.on("/v3/pay/partner/transactions/jsapi", says({"prepay_id": "wx1"}))
    prepay(pay)
    asked = pay_stub.seen[0].json
    assert (asked["sp_mchid"], asked["sub_mchid"]) == ("1900000001", "1900000109")
    assert asked["payer"] == {"sp_openid": OPENID}


def test_a_providers_order_reads_like_any_other(channel, pay_stub):
    pay = WechatPay(replace(channel, sub_mchid="1900000109"))
    own = {k: v for k, v in PAID.items() if k not in {"appid", "mchid", "payer"}}
    theirs = {
        "sp_appid": "wx24",
        "sp_mchid": "1900000001",
        "sub_mchid": "1900000109",
        "payer": {"sp_openid": OPENID},
    }
    pay_stub.on("/v3/pay/partner/transactions/out-trade-no/KB1", says(own | theirs))
    payment = pay.look_up(number="KB1")
    assert (payment.mchid, payment.sub_mchid, payment.appid) == (
        "1900000001",
        "1900000109",
        "wx24",
    )
    assert payment.payer_openid == OPENID


def test_a_paid_order_is_found_with_who_paid_what_and_when(pay, pay_stub):
    pay_stub.on(ORDER, says(PAID))
    payment = pay.look_up(number="KB1")
    assert payment.state is PaymentState.PAID
    assert (payment.amount_fen, payment.transaction_id) == (8800, "4200001")
    assert payment.paid_at == datetime(2026, 11, 21, 4, 0, 5, tzinfo=UTC)
    assert OPENID not in repr(payment)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("NOTPAY", PaymentState.UNPAID),
        ("USERPAYING", PaymentState.PAYING),
        ("CLOSED", PaymentState.CLOSED),
        ("REVOKED", PaymentState.CLOSED),
        ("REFUND", PaymentState.REFUNDED),
        ("PAYERROR", PaymentState.FAILED),
    ],
)
def test_every_state_has_one_word_of_ours(pay, pay_stub, said, state):
    bare = {k: PAID[k] for k in ("appid", "mchid", "out_trade_no")}
    pay_stub.on(ORDER, says(bare | {"trade_state": said}))
    payment = pay.look_up(number="KB1")
    assert payment.state is state
    assert (payment.amount_fen, payment.paid_at, payment.payer_openid) == (None, None, None)


def test_an_order_wechat_never_heard_of_is_none(pay, pay_stub):
    pay_stub.on(ORDER, says({"code": "ORDER_NOT_EXIST", "message": "订单不存在"}, 404))
    assert pay.look_up(number="KB1") is None


def test_a_state_we_do_not_know_is_no_state(pay, pay_stub):
    pay_stub.on(ORDER, says(PAID | {"trade_state": "ACCEPTED"}))
    with pytest.raises(Unavailable) as caught:
        pay.look_up(number="KB1")
    assert caught.value.code == "unreadable_answer"


def test_closing_is_quiet_when_there_is_nothing_to_close(pay, pay_stub):
    gone = says({"code": "ORDER_NOT_EXIST", "message": "订单不存在"}, 404)
    pay_stub.on(ORDER + "/close", Answer(status=204), Answer(status=204), gone)
    for _ in range(3):
        pay.close(number="KB1")


@pytest.mark.parametrize("status", [400, 403])
def test_closing_what_was_paid_meanwhile_says_so(pay, pay_stub, status):
    pay_stub.on(ORDER + "/close", says({"code": "ORDER_PAID", "message": "已支付"}, status))
    with pytest.raises(AlreadyPaid) as caught:
        pay.close(number="KB1")
    assert (caught.value.code, caught.value.retryable) == ("ORDER_PAID", False)


def test_a_refund_names_the_whole_and_the_part(pay, pay_stub):
    pay_stub.on(REFUNDS, says(REFUND))
    back = refund(pay)
    assert (back.state, back.refund_id, back.amount_fen) == (RefundState.PROCESSING, "5000001", 800)
    assert back.finished_at is None
    asked = pay_stub.seen[0].json
    assert asked["amount"] == {"refund": 800, "total": 8800, "currency": "CNY"}
    assert asked["notify_url"] == "https://shop.example/notices/refund/1"


def test_a_finished_refund_says_when(pay, pay_stub):
    done = {"status": "SUCCESS", "success_time": "2026-11-21T13:00:00+08:00"}
    pay_stub.on(REFUNDS + "/KR1", says(REFUND | done))
    back = pay.look_up_refund(refund_number="KR1")
    assert back.state is RefundState.SUCCESS
    assert back.finished_at == datetime(2026, 11, 21, 5, 0, tzinfo=UTC)


def test_an_unknown_refund_is_none(pay, pay_stub):
    pay_stub.on(REFUNDS + "/KR1", says({"code": "RESOURCE_NOT_EXISTS"}, 404))
    assert pay.look_up_refund(refund_number="KR1") is None


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (400, "PARAM_ERROR", (Refused, False)),
        (401, "SIGN_ERROR", (Refused, False)),
        (403, "OUT_TRADE_NO_USED", (Refused, False)),
        (403, "USER_ACCOUNT_ABNORMAL", (Refused, False)),
        (403, "NOT_ENOUGH", (Refused, True)),
        (500, "OPENID_MISMATCH", (Refused, False)),
        (429, "FREQUENCY_LIMITED", (Unavailable, True)),
        (500, "SYSTEM_ERROR", (OutcomeUnknown, True)),
        (502, "BAD_GATEWAY", (OutcomeUnknown, True)),
        (500, "BANK_ERROR", (OutcomeUnknown, True)),
    ],
)
def test_each_refusal_of_a_refund_says_what_may_be_done_next(pay, pay_stub, status, code, outcome):
    kind, retryable = outcome
    pay_stub.on(REFUNDS, says({"code": code, "message": "…"}, status))
    with pytest.raises(kind) as caught:
        refund(pay)
    assert (caught.value.code, caught.value.retryable) == (code, retryable)


def test_an_accepted_but_undecided_call_is_of_unknown_outcome(pay, pay_stub):
    pay_stub.on(PREPAY, says({"code": "USERPAYING"}, 202))
    with pytest.raises(OutcomeUnknown):
        prepay(pay)


def test_a_refusal_by_something_in_between_has_a_code_as_well(pay, pay_stub):
    pay_stub.on(PREPAY, Answer(b"<html>no</html>", 413, {"Content-Type": "text/html"}))
    with pytest.raises(Refused) as caught:
        prepay(pay)
    assert caught.value.code == "HTTP_413"


def test_a_redirect_is_not_followed_with_an_order_in_hand(pay, pay_stub):
    pay_stub.on(PREPAY, Answer(status=302, headers={"Location": pay_stub.url + "/elsewhere"}))
    with pytest.raises(OutcomeUnknown):
        prepay(pay)
    assert [seen.path for seen in pay_stub.seen] == [PREPAY]


def test_an_answer_without_prepay_id_is_of_unknown_outcome(pay, pay_stub):
    pay_stub.on(PREPAY, says({}))
    with pytest.raises(OutcomeUnknown):
        prepay(pay)


def test_nobody_at_home_means_nothing_was_done(channel):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Unavailable) as caught:
        refund(WechatPay(replace(channel, base_url=f"http://127.0.0.1:{port}")))
    assert caught.value.code == "unreachable"


@pytest.mark.parametrize("fault", ["reset", "hang"])
def test_silence_after_asking_for_money_is_of_unknown_outcome(pay, pay_stub, impatient, fault):
    pay._client._core._timeout = impatient
    pay_stub.on(REFUNDS, Answer(fault=fault))
    with pytest.raises(OutcomeUnknown) as caught:
        refund(pay)
    assert caught.value.retryable
    assert len(pay_stub.asked(REFUNDS)) == 1


def test_silence_after_a_question_means_asking_again(pay, pay_stub, impatient):
    pay._client._core._timeout = impatient
    pay_stub.on(ORDER, Answer(fault="hang"))
    with pytest.raises(Unavailable):
        pay.look_up(number="KB1")


def test_a_day_without_trade_has_an_empty_statement(pay, pay_stub):
    pay_stub.on(BILL, says({"code": "NO_STATEMENT_EXIST", "message": "账单不存在"}, 400))
    assert pay.download_trade_bill(day=date(2026, 11, 20)) == []


def test_a_statement_being_written_is_asked_for_later(pay, pay_stub):
    pay_stub.on(BILL, says({"code": "STATEMENT_CREATING"}, 400))
    with pytest.raises(Unavailable):
        pay.download_trade_bill(day=date(2026, 11, 20))
