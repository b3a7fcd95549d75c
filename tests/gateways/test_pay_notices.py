import json
import time
from datetime import UTC, datetime

import pytest
from werkzeug.datastructures import EnvironHeaders

from app.gateways.errors import ForgedNotice, StaleNotice
from app.gateways.wechat_pay import RefundState
from tests.gateways.stubs import sealed

OPENID = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
PAID = {
    "appid": "wx2421b1c4370ec43b",
    "mchid": "1900000001",
    "out_trade_no": "KB1",
    "transaction_id": "4200001",
    "trade_type": "JSAPI",
    "trade_state": "SUCCESS",
    "success_time": "2026-11-21T12:00:05+08:00",
    "payer": {"openid": OPENID},
    "amount": {"total": 8800, "payer_total": 8000, "currency": "CNY"},
}
REFUNDED = {
    "mchid": "1900000001",
    "out_trade_no": "KB1",
    "transaction_id": "4200001",
    "out_refund_no": "KR1",
    "refund_id": "5000001",
    "refund_status": "SUCCESS",
    "success_time": "2026-11-21T13:00:00+08:00",
    "amount": {"total": 8800, "refund": 800, "payer_total": 8800, "payer_refund": 800},
}


def paid_body(content=PAID, **other):
    return sealed(
        content, **({"original_type": "transaction", "event_type": "TRANSACTION.SUCCESS"} | other)
    )


def refund_body(content=REFUNDED, **other):
    return sealed(content, **({"original_type": "refund", "event_type": "REFUND.SUCCESS"} | other))


def test_a_payment_notice_is_read(pay, keys):
    body = paid_body()
    notice = pay.read_payment_notice(keys.signed(body), body)
    assert (notice.reference, notice.payment_number) == ("EV-1", "KB1")
    assert (notice.amount_fen, notice.currency) == (8800, "CNY")
    assert (notice.mchid, notice.appid) == ("1900000001", "wx2421b1c4370ec43b")
    assert notice.paid_at == datetime(2026, 11, 21, 4, 0, 5, tzinfo=UTC)
    assert notice.payer_openid == OPENID
    assert OPENID not in repr(notice)


def test_a_refund_notice_is_read(pay, keys):
    body = refund_body()
    notice = pay.read_refund_notice(keys.signed(body), body)
    assert (notice.refund_number, notice.state) == ("KR1", RefundState.SUCCESS)
    assert (notice.amount_fen, notice.total_fen) == (800, 8800)


def test_an_abnormal_refund_has_no_end_yet(pay, keys):
    content = {k: v for k, v in REFUNDED.items() if k != "success_time"}
    body = refund_body(content | {"refund_status": "ABNORMAL"}, event_type="REFUND.ABNORMAL")
    notice = pay.read_refund_notice(keys.signed(body), body)
    assert (notice.state, notice.finished_at) == (RefundState.ABNORMAL, None)


def test_a_providers_notice_names_the_shop(pay, keys):
    own = {k: v for k, v in PAID.items() if k not in {"appid", "mchid", "payer"}}
    theirs = {"sp_appid": "wx24", "sp_mchid": "19", "sub_mchid": "21", "payer": {"sp_openid": "o"}}
    body = paid_body(own | theirs)
    notice = pay.read_payment_notice(keys.signed(body), body)
    assert (notice.mchid, notice.sub_mchid, notice.payer_openid) == ("19", "21", "o")


def test_trap_the_web_frameworks_headers_and_raw_bytes_will_do(pay, keys):
    body = paid_body()
    environ = {
        f"HTTP_{name.upper().replace('-', '_')}": value for name, value in keys.signed(body).items()
    }
    assert pay.read_payment_notice(EnvironHeaders(environ), body).payment_number == "KB1"


def test_headers_in_small_letters_will_do(pay, keys):
    body = paid_body()
    headers = {name.lower(): value for name, value in keys.signed(body).items()}
    assert pay.read_payment_notice(headers, body).payment_number == "KB1"


@pytest.mark.parametrize("name", ["Timestamp", "Nonce", "Signature", "Serial", "Signature-Type"])
def test_a_notice_that_lacks_a_part_of_its_signature_is_forged(pay, keys, name):
    body = paid_body()
    headers = keys.signed(body)
    del headers[f"Wechatpay-{name}"]
    with pytest.raises(ForgedNotice):
        pay.read_payment_notice(headers, body)


def test_trap_a_notice_years_old_would_pass_the_library(pay, keys):
    body = paid_body()
    headers = keys.signed(body, at=time.time() - 9 * 365 * 86400)
    with pytest.raises(StaleNotice) as caught:
        pay.read_payment_notice(headers, body)
    assert caught.value.code == "stale_notice"


@pytest.mark.parametrize("seconds", [-310, 310])
def test_five_minutes_either_way_is_the_end(pay, keys, seconds):
    body = paid_body()
    with pytest.raises(StaleNotice):
        pay.read_payment_notice(keys.signed(body, at=time.time() + seconds), body)


@pytest.mark.parametrize("seconds", [-290, 290])
def test_a_little_less_than_five_minutes_is_fine(pay, keys, seconds):
    body = paid_body()
    headers = keys.signed(body, at=time.time() + seconds)
    assert pay.read_payment_notice(headers, body).payment_number == "KB1"


@pytest.mark.parametrize("stamp", ["", "soon", "9" * 13, "9" * 5000, "-5", "1e9", "١٢٣"])
def test_a_time_that_is_none_is_forged(pay, keys, stamp):
    body = paid_body()
    with pytest.raises(ForgedNotice):
        pay.read_payment_notice(keys.signed(body) | {"Wechatpay-Timestamp": stamp}, body)


@pytest.mark.parametrize("serial", ["5157F09EFDC096DE15EBE81A47057A72", "PUB_KEY_ID_1", "zz", ""])
def test_trap_a_forged_serial_would_send_the_library_for_certificates(pay, keys, pay_stub, serial):
    body = paid_body()
    with pytest.raises(ForgedNotice):
        pay.read_payment_notice(keys.signed(body, serial=serial), body)
    assert pay_stub.seen == []


@pytest.mark.parametrize("prefix", ["HTTP_WECHATPAY_{}", "wechatpay-{}"])
def test_trap_a_second_set_of_headers_does_not_lead_around_the_check(pay, keys, pay_stub, prefix):
    body = paid_body()
    names = ["SIGNATURE", "TIMESTAMP", "NONCE", "SERIAL", "SIGNATURE_TYPE"]
    if "wechatpay-" in prefix:
        names = [name.lower().replace("_", "-") for name in names]
    values = ["AAAA", "1", "n", "5157F09E", "WECHATPAY2-SHA256-RSA2048"]
    second = {prefix.format(name): value for name, value in zip(names, values, strict=True)}
    try:
        pay.read_payment_notice(second | keys.signed(body), body)
    except ForgedNotice:
        assert "wechatpay-" in prefix
    assert pay_stub.seen == []


def test_trap_a_bad_signature_is_none_to_the_library(pay, keys):
    body = paid_body()
    with pytest.raises(ForgedNotice):
        pay.read_payment_notice(keys.signed(body), body.replace(b"EV-1", b"EV-2"))


def test_trap_a_wrong_apiv3_key_is_none_to_the_library(pay, keys):
    body = paid_body(key="f" * 32)
    with pytest.raises(ForgedNotice):
        pay.read_payment_notice(keys.signed(body), body)


def test_trap_a_probe_is_counted_apart_and_never_passes(pay, keys):
    body = paid_body()
    headers = keys.signed(body) | {"Wechatpay-Signature": "WECHATPAY/SIGNTEST/xyz"}
    with pytest.raises(ForgedNotice) as caught:
        pay.read_payment_notice(headers, body)
    assert caught.value.code == "signtest"


def test_trap_another_way_to_sign_is_an_exception_to_the_library(pay, keys):
    body = paid_body()
    headers = keys.signed(body) | {"Wechatpay-Signature-Type": "WECHATPAY2-SM2-WITH-SM3"}
    with pytest.raises(ForgedNotice):
        pay.read_payment_notice(headers, body)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"{}", b'{"resource_type":"encrypt-resource"}']
)
def test_trap_signed_nonsense_is_some_exception_to_the_library(pay, keys, body):
    with pytest.raises(ForgedNotice):
        pay.read_payment_notice(keys.signed(body), body)


def test_a_notice_is_never_this_long(pay, keys):
    body = paid_body(PAID | {"attach": "x" * 65536})
    with pytest.raises(ForgedNotice) as caught:
        pay.read_payment_notice(keys.signed(body), body)
    assert caught.value.code == "notice_too_long"


@pytest.mark.parametrize(
    "other",
    [
        {"original_type": "profitsharing"},
        {"original_type": "refund", "event_type": "REFUND.SUCCESS"},
        {"event_type": "TRANSACTION.FAIL"},
    ],
)
def test_what_is_not_for_this_door_is_told_apart(pay, keys, other):
    body = paid_body(**other)
    with pytest.raises(ForgedNotice) as caught:
        pay.read_payment_notice(keys.signed(body), body)
    assert caught.value.code == "unexpected_notice"


@pytest.mark.parametrize(
    "changed",
    [
        {"out_trade_no": None, "combine_out_trade_no": "KB1"},
        {"amount": {"total": "8800"}},
        {"amount": {"total": 88.0}},
        {"amount": {"total": True}},
        {"amount": None},
        {"success_time": "2026-11-21T12:00:05"},
        {"success_time": "yesterday"},
        {"payer": "o"},
    ],
)
def test_a_genuine_notice_of_another_shape_is_not_guessed_at(pay, keys, changed):
    body = paid_body(PAID | changed)
    with pytest.raises(ForgedNotice) as caught:
        pay.read_payment_notice(keys.signed(body), body)
    assert caught.value.code == "unexpected_notice"


def test_the_letter_is_not_kept_and_nothing_is_told(pay, keys, caplog):
    caplog.set_level("DEBUG")
    body = paid_body()
    notice = pay.read_payment_notice(keys.signed(body), body)
    assert not hasattr(notice, "raw")
    assert OPENID not in caplog.text
    assert json.loads(body)["resource"]["ciphertext"] not in caplog.text
