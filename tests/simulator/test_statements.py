"""Statements of a past day, through the unmodified wechatpayv3."""

import gzip
import hashlib
import json

import pytest

from app.simulator.clock import beijing
from app.simulator.pay.bill_day import fee_fen
from tests.simulator.test_refunds import ask, status_of
from tests.simulator.world import SECONDS_PER_DAY, eventually


def today(sim):
    return f"{beijing(sim.get('/_sim/clock')['now']):%Y-%m-%d}"


def noon_tomorrow(sim):
    now = sim.get("/_sim/clock")["now"]
    seconds_today = (now + 8 * 3600) % SECONDS_PER_DAY
    sim.move_clock(SECONDS_PER_DAY - seconds_today + SECONDS_PER_DAY / 2)


def fetched(sim, answer):
    status, text = answer
    offer = json.loads(text)
    assert status == 200, text
    assert offer["download_url"].startswith(sim.url + "/v3/billdownload/file?token=")
    status, content = sim.wxpay().download_bill(offer["download_url"])
    assert status == 200
    return offer, content


def rows(text):
    return [[cell.removeprefix("`") for cell in line.split(",")] for line in text.splitlines()]


def test_the_trade_bill_adds_up_and_its_hash_holds(sim):
    day = today(sim)
    paid = sim.paid_order(description="咖啡券,大杯")
    sim.paid_order(amount={"total": 1000})
    ask(sim, paid, fen=500)
    eventually(lambda: status_of(sim) == "SUCCESS")
    noon_tomorrow(sim)

    offer, content = fetched(sim, sim.wxpay().trade_bill(day, tar_type="GZIP"))

    text = gzip.decompress(content)
    assert offer["hash_type"] == "SHA1"
    assert hashlib.sha1(text).hexdigest() == offer["hash_value"]  # noqa: S324 - the platform's
    head, *body, summary_head, summary = rows(text.decode())
    assert [len(row) for row in body] == [len(head)] * 3
    assert all(line.startswith("`") for line in text.decode().splitlines()[1:4])
    first = dict(zip(head, body[0], strict=True))
    assert first["商户订单号"] == paid
    assert (first["订单金额"], first["手续费"], first["费率"]) == ("35.00", "0.21000", "0.60%")
    refund = dict(zip(head, body[2], strict=True))
    assert (refund["交易状态"], refund["商户退款单号"]) == ("REFUND", "R-1")
    assert (refund["申请退款金额"], refund["手续费"]) == ("5.00", "-0.03000")
    assert dict(zip(summary_head, summary, strict=True)) == {
        "总交易单数": "3",
        "应结订单总金额": "45.00",
        "退款总金额": "5.00",
        "充值券退款总金额": "0.00",
        "手续费总金额": "0.24000",
        "订单总金额": "45.00",
        "申请退款总金额": "5.00",
    }


def test_payments_and_refunds_come_apart(sim):
    day = today(sim)
    ask(sim, sim.paid_order())
    noon_tomorrow(sim)
    core = sim.wxpay()._core

    def bill(bill_type):
        answer = core.request(f"/v3/bill/tradebill?bill_date={day}&bill_type={bill_type}")
        return rows(fetched(sim, answer)[1].decode())

    paid, refunded = bill("SUCCESS"), bill("REFUND")
    assert len(paid) == len(refunded) == 4
    assert "商户退款单号" not in paid[0]
    assert refunded[0][14:16] == ["退款申请时间", "退款成功时间"]


def test_the_fund_flow_bill_carries_the_balance(sim):
    day = today(sim)
    ask(sim, sim.paid_order(), fen=500)
    eventually(lambda: status_of(sim) == "SUCCESS")
    noon_tomorrow(sim)

    _, content = fetched(sim, sim.wxpay().fundflow_bill(day))

    head, *body, _, summary = rows(gzip.decompress(content).decode())
    flow = [dict(zip(head, row, strict=True)) for row in body]
    told = [(each["业务名称"], each["收支金额(元)"], each["账户结余(元)"]) for each in flow]
    assert told == [
        ("交易", "35.00", "35.00"),
        ("扣除交易手续费", "0.21", "34.79"),
        ("退款", "4.97", "29.82"),
    ]
    assert summary == ["3", "1", "35.00", "2", "5.18"]


def test_a_day_has_a_statement_when_it_is_over_and_something_happened(sim):
    day = today(sim)
    wxpay = sim.wxpay()

    def code(date=day):
        return json.loads(wxpay.trade_bill(date)[1])["code"]

    assert code() == "INVALID_REQUEST"
    assert code("yesterday") == "PARAM_ERROR"
    noon_tomorrow(sim)
    assert code() == "NO_STATEMENT_EXIST"
    sim.move_clock(sim.get("/_sim/clock")["offset_seconds"] - 4 * 3600)
    assert code() == "STATEMENT_CREATING"
    sim.move_clock(100 * SECONDS_PER_DAY)
    assert code() == "INVALID_REQUEST"


def test_a_download_link_grows_stale(sim):
    day = today(sim)
    sim.paid_order()
    noon_tomorrow(sim)
    offer, _ = fetched(sim, sim.wxpay().trade_bill(day))

    sim.move_clock(sim.get("/_sim/clock")["offset_seconds"] + 301)

    assert sim.wxpay().download_bill(offer["download_url"])[0] == 400


@pytest.mark.parametrize(("fen", "fee"), [(83, 0), (84, 1), (249, 1), (250, 2), (3500, 21)])
def test_a_fee_is_rounded_half_up_to_a_fen(fen, fee):
    assert fee_fen(fen, fee_bp=60) == fee
