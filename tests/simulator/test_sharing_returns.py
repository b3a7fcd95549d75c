"""Shared money on its way back, and refunds of orders whose money was shared."""

import json

import pytest

from tests.simulator.sharing import (
    FEE_FEN,
    PARTNER,
    SHARED,
    add_partner,
    answer,
    balance,
    left,
    part,
    run,
    shared,
    transaction,
    two_merchants,
)
from tests.simulator.test_refunds import ask as ask_refund
from tests.simulator.world import MERCHANT, SECONDS_PER_DAY, eventually


@pytest.fixture
def sim(receiver):
    running, sim = run(two_merchants(), receiver)
    yield sim
    running.close()


def give_back(sim, *, fen=400, number="R-1", mchid=PARTNER.mchid):
    said = sim.wxpay().profitsharing_return(number, mchid, fen, "用户退款", out_order_no="P-1")
    return answer(said)


def returned(sim, number="R-1"):
    target = f"/v3/profitsharing/return-orders/{number}?out_order_no=P-1"

    def ended():
        found = sim.call("GET", target).json()
        return found["result"] != "PROCESSING" and found

    return eventually(ended)


def test_a_merchant_gives_a_share_back(sim):
    add_partner(sim)
    sim.post(f"/_sim/merchants/{PARTNER.mchid}/sharing", notify_url=sim.receiver.url)
    for mchid in (MERCHANT.mchid, PARTNER.mchid):
        sim.post(f"/_sim/merchants/{mchid}/balance", fen=0)
    transaction_id = transaction(sim)
    shared(sim, transaction_id)
    before = left(sim, transaction_id)

    status, said = give_back(sim)

    assert (status, said["result"]) == (200, "PROCESSING")
    assert returned(sim)["result"] == "SUCCESS"
    assert answer(sim.wxpay().profitsharing_return_query("P-1", "R-1"))[1]["result"] == "SUCCESS"
    assert (balance(sim, PARTNER.mchid), balance(sim, MERCHANT.mchid)) == (600, 400)
    assert left(sim, transaction_id) == before
    [notice] = eventually(lambda: sim.notices("PROFITSHARING.RETURN"))
    assert notice["resource"]["out_order_no"] == "R-1"
    assert give_back(sim, fen=601, number="R-2")[1]["message"] == "回退金额超过可回退金额"
    assert give_back(sim, fen=401)[1]["code"] == "INVALID_REQUEST"


def test_a_return_from_an_empty_account_fails(sim):
    add_partner(sim)
    shared(sim, transaction(sim))
    sim.post(f"/_sim/merchants/{PARTNER.mchid}/balance", fen=100)

    give_back(sim)

    assert returned(sim)["fail_reason"] == "BALANCE_NOT_ENOUGH"
    assert balance(sim, PARTNER.mchid) == 100


def test_a_person_gives_nothing_back_nor_does_anybody_after_half_a_year(sim):
    add_partner(sim)
    sim.wxpay().profitsharing_add_receiver("PERSONAL_OPENID", sim.openid, "USER")
    person = part(100, kind="PERSONAL_OPENID", account=sim.openid)
    shared(sim, transaction(sim), receivers=[person, part(100)])

    assert give_back(sim, fen=1, mchid=sim.openid[:28])[1]["code"] == "INVALID_REQUEST"
    sim.move_clock(181 * SECONDS_PER_DAY)
    assert give_back(sim, fen=1)[1]["message"] == "分账单已超过可回退的最大期限"


def test_a_refund_takes_the_frozen_rest_first_and_then_the_account(sim):
    add_partner(sim)
    sim.post(f"/_sim/merchants/{MERCHANT.mchid}/balance", fen=0)
    number = sim.paid_order(**SHARED)
    sim.move_clock(120)
    transaction_id = json.loads(sim.wxpay().query(out_trade_no=number)[1])["transaction_id"]
    shared(sim, transaction_id)

    assert ask_refund(sim, number, fen=2000, number="R-1").status_code == 200
    assert left(sim, transaction_id) == 3500 - FEE_FEN - 1000 - (2000 - 12)
    short = ask_refund(sim, number, fen=1500, number="R-2")
    assert (short.status_code, short.json()["code"]) == (403, "NOT_ENOUGH")
    sim.post(f"/_sim/merchants/{MERCHANT.mchid}/balance", fen=1000)
    assert ask_refund(sim, number, fen=1500, number="R-2").status_code == 200
    assert left(sim, transaction_id) == 0
    assert balance(sim, MERCHANT.mchid) < 10
