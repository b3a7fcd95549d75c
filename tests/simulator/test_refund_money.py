"""Where refunds are paid from, and what becomes of one that did not arrive."""

import json

import pytest

from tests.simulator.test_refunds import REFUNDS, ask, status_of
from tests.simulator.world import MERCHANT, eventually

BALANCE = f"/_sim/merchants/{MERCHANT.mchid}/balance"
AMOUNT = {"refund": 1000, "total": 3500, "currency": "CNY"}


def balance(sim):
    return sim.get("/_sim/merchants")[0]["balance_fen"]


def abnormal(sim):
    """A refund that could not be paid out; its refund_id."""
    order = sim.paid_order()
    sim.fault("refund_abnormal", scope="R-1")
    refund_id = ask(sim, order).json()["refund_id"]
    eventually(lambda: status_of(sim) == "ABNORMAL")
    return refund_id


def test_an_account_never_runs_dry_unless_it_is_told_to(sim):
    assert balance(sim) is None
    sim.post(BALANCE, fen=0)
    sim.paid_order()
    assert balance(sim) == 3500 - 21
    sim.post(BALANCE, fen=None)
    assert balance(sim) is None


def test_a_dry_account_refuses_and_the_same_number_works_after_a_top_up(sim):
    order = sim.paid_order()
    sim.post(BALANCE, fen=993)

    refused = ask(sim, order)

    assert (refused.status_code, refused.json()["code"]) == (403, "NOT_ENOUGH")
    assert sim.call("GET", f"{REFUNDS}/R-1").status_code == 404
    # The fee of the refunded part comes back, so that a thousand fen cost 994.
    sim.post(BALANCE, fen=994)
    assert ask(sim, order).status_code == 200
    assert balance(sim) == 0


def test_a_closed_refund_gives_the_money_back_to_the_account(sim):
    order = sim.paid_order()
    sim.post(BALANCE, fen=5000)
    sim.fault("refund_closed", scope="R-1")
    ask(sim, order)
    eventually(lambda: status_of(sim) == "CLOSED")
    assert balance(sim) == 5000


def test_the_account_and_the_sources_are_told_as_they_were_asked(sim):
    order = sim.paid_order()
    sources = [{"account": "AVAILABLE", "amount": 400}, {"account": "UNAVAILABLE", "amount": 600}]

    said = ask(sim, order, funds_account="AVAILABLE", amount={**AMOUNT, "from": sources}).json()

    assert (said["funds_account"], said["amount"]["from"]) == ("AVAILABLE", sources)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("/funds_account", {"funds_account": "UNSETTLED"}),
        (
            "/amount/from",
            {"amount": {**AMOUNT, "from": [{"account": "AVAILABLE", "amount": 999}]}},
        ),
        (
            "/amount/from/0/account",
            {"amount": {**AMOUNT, "from": [{"account": "MINE", "amount": 1000}]}},
        ),
    ],
)
def test_sources_must_exist_and_make_up_the_sum(sim, field, changes):
    refused = ask(sim, "any-order", **changes)
    assert refused.json()["detail"]["field"] == field


def test_an_abnormal_refund_goes_to_a_bank_card_instead(sim):
    wxpay, refund_id = sim.wxpay(), abnormal(sim)

    status, text = wxpay.abnormal_refund(
        refund_id,
        "R-1",
        "USER_BANK_CARD",
        bank_type="ICBC_DEBIT",
        bank_account="6222020200012340403",
        real_name="张小明",
    )

    assert (status, json.loads(text)["status"]) == (200, "PROCESSING")
    eventually(lambda: status_of(sim) == "SUCCESS")
    found = sim.call("GET", f"{REFUNDS}/R-1").json()
    assert found["user_received_account"] == "ICBC_DEBIT0403"
    [notice] = eventually(lambda: sim.notices("REFUND.SUCCESS"))
    assert notice["resource"]["user_received_account"] == "ICBC_DEBIT0403"
    again = wxpay.abnormal_refund(refund_id, "R-1", "MERCHANT_BANK_CARD")
    assert json.loads(again[1])["code"] == "INVALID_REQUEST"


def test_only_the_refund_itself_is_mended_and_a_card_needs_its_data(sim):
    wxpay, refund_id = sim.wxpay(), abnormal(sim)

    incomplete = wxpay.abnormal_refund(refund_id, "R-1", "USER_BANK_CARD", bank_type="ICBC_DEBIT")
    assert json.loads(incomplete[1])["detail"]["field"] == "/bank_account"
    other = wxpay.abnormal_refund("50300", "R-1", "MERCHANT_BANK_CARD")
    assert (other[0], json.loads(other[1])["code"]) == (404, "RESOURCE_NOT_EXISTS")
    plain = {
        "out_refund_no": "R-1",
        "type": "USER_BANK_CARD",
        "bank_type": "ICBC_DEBIT",
        "bank_account": "6222",
        "real_name": "张",
    }
    unsealed = sim.call(
        "POST",
        f"{REFUNDS}/{refund_id}/apply-abnormal-refund",
        plain,
    )
    assert "Wechatpay-Serial" in unsealed.json()["message"]
    assert status_of(sim) == "ABNORMAL"
