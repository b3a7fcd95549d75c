import gzip
import hashlib
from datetime import UTC, date, datetime

import pytest

from app.gateways.errors import Unavailable
from app.gateways.pay_bills import BillKind, scaled
from tests.gateways.stubs import Answer, says

BILL = "/v3/bill/tradebill"
FILE = "/v3/billdownload/file"
TITLES = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,"
    "付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,"
    "退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
PAID = (
    "`2026-11-20 23:59:58,`wx24,`1900000001,`0,`,`4200001,`KB1,`oUpF8,`JSAPI,`SUCCESS,`OTHERS,"
    "`CNY,`88.00,`0.00,`0,`0,`0.00,`0.00,`,`,`茶,点\u2028心,`,`0.52800,`0.60%,`88.00,`0.00,`"
)
BACK = (
    "`2026-11-20 10:00:00,`wx24,`1900000001,`0,`,`4200001,`KB1,`oUpF8,`JSAPI,`REFUND,`OTHERS,"
    "`CNY,`0.00,`0.00,`5000001,`KR1,`8.05,`0.00,`ORIGINAL,`SUCCESS,`茶,`,`-0.04830,`0.60%,`0.00,"
    "`8.05,`"
)
SUMMARY = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)
TOTALS = "`2,`88.00,`8.05,`0.00,`0.47970,`88.00,`8.05"
TEXT = f"\ufeff{TITLES}\r\n{PAID}\r\n{BACK}\r\n{SUMMARY}\r\n{TOTALS}\r\n"


def publish(pay_stub, text, *, sha1=None, packed=True, host=None):
    plain = text.encode()
    pay_stub.on(
        BILL,
        says(
            {
                "hash_type": "SHA1",
                "hash_value": sha1 or hashlib.sha1(plain, usedforsecurity=False).hexdigest(),
                "download_url": f"{host or pay_stub.url}{FILE}?token=abc%2Fd-e",
            }
        ),
    )
    body = gzip.compress(plain) if packed else plain
    pay_stub.on(FILE, Answer(body, headers={"Content-Type": "application/octet-stream"}))


def test_a_statement_lists_what_was_paid_and_what_was_paid_back(pay, pay_stub):
    publish(pay_stub, TEXT)
    paid, back = pay.download_trade_bill(day=date(2026, 11, 20))
    assert paid.kind is BillKind.PAYMENT
    assert paid.at == datetime(2026, 11, 20, 15, 59, 58, tzinfo=UTC)
    assert (paid.payment_number, paid.transaction_id, paid.refund_number) == (
        "KB1",
        "4200001",
        None,
    )
    assert (paid.amount_fen, paid.fee_milli_fen) == (8800, 52800)
    assert back.kind is BillKind.REFUND
    assert (back.refund_number, back.refund_id) == ("KR1", "5000001")
    assert (back.amount_fen, back.fee_milli_fen) == (805, -4830)


def test_the_statement_of_a_beijing_day_is_asked_for_packed(pay, pay_stub):
    publish(pay_stub, TEXT)
    pay.download_trade_bill(day=date(2026, 11, 20))
    assert pay_stub.asked(BILL)[0].query == {
        "bill_date": "2026-11-20",
        "bill_type": "ALL",
        "tar_type": "GZIP",
    }
    assert pay_stub.asked(FILE)[0].query == {"token": "abc/d-e"}


def test_a_statement_that_comes_unpacked_reads_the_same(pay, pay_stub):
    publish(pay_stub, TEXT, packed=False)
    assert len(pay.download_trade_bill(day=date(2026, 11, 20))) == 2


def test_a_statement_that_does_not_fit_its_hash_is_not_read(pay, pay_stub):
    publish(pay_stub, TEXT, sha1="0" * 40)
    with pytest.raises(Unavailable) as caught:
        pay.download_trade_bill(day=date(2026, 11, 20))
    assert caught.value.code == "bill_damaged"


def test_trap_a_statement_is_fetched_from_our_own_address_whatever_host_is_named(pay, pay_stub):
    publish(pay_stub, TEXT, host="https://api.mch.weixin.qq.com")
    assert len(pay.download_trade_bill(day=date(2026, 11, 20))) == 2


@pytest.mark.parametrize("cell", ["88.005", "八十八", "", "1e3", "88.0.0"])
def test_an_amount_that_is_not_one_stops_the_statement(pay, pay_stub, cell):
    publish(pay_stub, TEXT.replace("`0.60%,`88.00,", f"`0.60%,`{cell},"))
    with pytest.raises(Unavailable) as caught:
        pay.download_trade_bill(day=date(2026, 11, 20))
    assert caught.value.code == "bill_unreadable"


@pytest.mark.parametrize(
    ("yuan", "fen"),
    [
        ("0.01", 1),
        ("0.29", 29),
        ("12.3", 1230),
        ("7", 700),
        ("1234567.89", 123456789),
        ("-1.5", -150),
    ],
)
def test_yuan_become_fen_digit_by_digit(yuan, fen):
    assert scaled(yuan, decimals=2) == fen
