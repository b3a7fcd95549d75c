"""What wechatpayv3 would do to us if it were used as it comes, and that it does not."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import requests

from app.gateways.errors import GatewayError, Misconfigured, OutcomeUnknown, Unavailable
from app.gateways.wechat_pay import PaymentState, WechatPay
from tests.gateways.orders import OPENID, ORDER, PAID, PREPAY, REFUND, REFUNDS, prepay, refund
from tests.gateways.stubs import Answer, says


def test_trap_building_a_client_asks_nobody(channel, pay_stub):
    WechatPay(channel)
    assert pay_stub.seen == []


@pytest.mark.parametrize(
    "broken",
    [
        {"private_key_pem": "nonsense"},
        {"private_key_pem": "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----"},
        {"private_key_pem": ""},
        {"public_key_pem": "nonsense"},
        {"public_key_pem": ""},
        {"public_key_id": ""},
        {"apiv3_key": "short"},
        {"base_url": "http://pay.example"},
    ],
)
def test_trap_unusable_keys_are_refused_before_the_first_payment(channel, pay_stub, broken):
    with pytest.raises(Misconfigured):
        WechatPay(replace(channel, **broken))
    assert pay_stub.seen == []


def test_trap_every_call_opens_a_connection_unless_kept_alive(pay, pay_stub):
    pay_stub.on(ORDER, says(PAID)).on(PREPAY, says({"prepay_id": "wx1"}))
    for _ in range(5):
        pay.look_up(number="KB1")
        prepay(pay)
    assert (len(pay_stub.seen), pay_stub.connections) == (10, 1)


def test_trap_a_forked_worker_does_not_talk_on_its_parents_connection(pay, pay_stub):
    pay_stub.on(ORDER, says(PAID))
    pay.look_up(number="KB1")
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if pay.look_up(number="KB1") else 1)
        finally:
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
    pay.look_up(number="KB1")
    assert (len(pay_stub.seen), pay_stub.connections) == (3, 2)


def test_trap_one_client_serves_many_threads(pay, pay_stub):
    pay_stub.on(ORDER, says(PAID))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: pay.look_up(number="KB1"), range(40)))
    assert {payment.state for payment in found} == {PaymentState.PAID}
    assert pay_stub.connections <= 8


def test_trap_the_library_waits_for_ever_by_default(pay):
    assert pay._client._core._timeout == (3.0, 10.0)


def test_trap_a_proxy_in_the_environment_would_see_every_order(pay, pay_stub, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    pay_stub.on(ORDER, says(PAID))
    assert pay.look_up(number="KB1")


def test_trap_a_bare_exception_after_the_money_moved_is_of_unknown_outcome(pay, pay_stub):
    pay_stub.on(REFUNDS, says(REFUND, **{"Wechatpay-Signature": "AAAA"}))
    with pytest.raises(OutcomeUnknown) as caught:
        refund(pay)
    assert caught.value.code == "unverifiable_answer"


def test_trap_an_answer_signed_as_a_probe_does_not_count(pay, pay_stub):
    probe = {"Wechatpay-Signature": "WECHATPAY/SIGNTEST/abc"}
    pay_stub.on(REFUNDS, says(REFUND, **probe))
    with pytest.raises(OutcomeUnknown):
        refund(pay)


@pytest.mark.parametrize("missing", ["Wechatpay-Signature-Type", "Wechatpay-Serial"])
def test_trap_an_answer_without_its_signature_is_of_unknown_outcome(pay, pay_stub, missing):
    pay_stub.forget = {missing}
    pay_stub.on(REFUNDS, says(REFUND))
    with pytest.raises(OutcomeUnknown):
        refund(pay)
    assert [seen.path for seen in pay_stub.seen] == [REFUNDS]


def test_trap_an_answer_by_an_unknown_key_does_not_send_us_for_certificates(pay, pay_stub):
    pay_stub.on(REFUNDS, says(REFUND, **{"Wechatpay-Serial": "5157F09EFDC096DE15EBE81A47057A72"}))
    with pytest.raises(OutcomeUnknown):
        refund(pay)
    assert [seen.path for seen in pay_stub.seen] == [REFUNDS]


def test_trap_an_unverified_question_is_asked_again(pay, pay_stub):
    pay_stub.on(ORDER, says(PAID, **{"Wechatpay-Signature": "AAAA"}))
    with pytest.raises(Unavailable):
        pay.look_up(number="KB1")


def test_trap_what_is_signed_is_what_is_sent_chinese_and_emoji_included(pay, pay_stub):
    pay_stub.on(PREPAY, says({"prepay_id": "wx1"}))
    prepay(pay, title='双人下午茶 🍰 "限时"')  # the stub checks the signature over the bytes
    assert pay_stub.seen[0].json["description"] == '双人下午茶 🍰 "限时"'


def test_trap_a_path_is_signed_as_written_so_it_is_quoted_before(pay, pay_stub):
    pay_stub.on("/v3/pay/transactions/out-trade-no/KB%7C1%2F..%3F/close", Answer(status=204))
    pay.close(number="KB|1/..?")
    assert len(pay_stub.seen) == 1


def test_trap_a_long_title_is_cut_to_what_wechat_takes(pay, pay_stub):
    pay_stub.on(PREPAY, says({"prepay_id": "wx1"}))
    prepay(pay, title="茶" * 200)
    assert len(pay_stub.seen[0].json["description"]) == 127


def test_trap_the_clients_own_logger_is_never_given(pay):
    assert pay._client._core._logger is None


def test_nothing_that_must_not_be_told_is_logged_or_raised(pay, pay_stub, caplog, channel):
    caplog.set_level("DEBUG")
    complaint = {"code": "PARAM_ERROR", "message": OPENID, "detail": {"field": "/payer/openid"}}
    pay_stub.on(
        PREPAY, says(complaint | {"detail": {"field": "/payer/openid", "value": OPENID}}, 400)
    )
    with pytest.raises(GatewayError) as caught:
        prepay(pay)
    told = caplog.text + str(caught.value) + repr(caught.value) + repr(channel)
    for secret in (OPENID, channel.apiv3_key, "PRIVATE KEY", "Authorization"):
        assert secret not in told
    assert "/payer/openid" in str(caught.value)


def test_a_broken_conversation_tells_no_address(pay, pay_stub, impatient):
    pay._client._core._timeout = impatient
    pay_stub.on(ORDER, Answer(fault="reset"))
    with pytest.raises(GatewayError) as caught:
        pay.look_up(number="KB1")
    assert caught.value.__suppress_context__
    assert isinstance(caught.value.__context__, requests.RequestException)
