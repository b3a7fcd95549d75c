"""Refunds on the pretend WeChat Pay."""

import dataclasses
import json

import pytest

from app.simulator import create_simulator, start
from tests.simulator.world import FRESH, MERCHANT, SECONDS_PER_DAY, Sim, eventually

REFUNDS = "/v3/refund/domestic/refunds"


def refund_body(sim, order, *, fen=1000, number="R-1", **changes):
    return {
        "out_trade_no": order,
        "out_refund_no": number,
        "notify_url": sim.receiver.url,
        "amount": {"refund": fen, "total": 3500, "currency": "CNY"},
        **changes,
    }


def ask(sim, order, **how):
    return sim.call("POST", REFUNDS, refund_body(sim, order, **how))


def status_of(sim, number="R-1"):
    return sim.call("GET", f"{REFUNDS}/{number}").json()["status"]


def test_a_refund_through_wechatpayv3_goes_from_processing_to_success(sim):
    wxpay = sim.wxpay()
    order = sim.paid_order()

    status, text = wxpay.refund(
        out_refund_no="R-1",
        amount={"refund": 1000, "total": 3500, "currency": "CNY"},
        out_trade_no=order,
        notify_url=sim.receiver.url,
    )

    assert (status, json.loads(text)["status"]) == (200, "PROCESSING")
    eventually(lambda: json.loads(wxpay.query_refund("R-1")[1])["status"] == "SUCCESS")
    [notice] = eventually(lambda: sim.notices("REFUND.SUCCESS"))
    assert notice["resource"]["refund_status"] == "SUCCESS"
    assert notice["resource"]["amount"]["refund"] == 1000
    assert json.loads(wxpay.query(out_trade_no=order)[1])["trade_state"] == "REFUND"


def test_the_same_refund_number_is_the_same_refund(sim):
    order = sim.paid_order()
    first, second = ask(sim, order), ask(sim, order)

    assert first.json()["refund_id"] == second.json()["refund_id"]
    changed = ask(sim, order, fen=1001)
    assert (changed.status_code, changed.json()["code"]) == (400, "INVALID_REQUEST")


def test_no_more_is_given_back_than_was_paid(sim):
    order = sim.paid_order()

    assert ask(sim, order, fen=3000, number="R-1").status_code == 200
    assert ask(sim, order, fen=501, number="R-2").json()["code"] == "INVALID_REQUEST"
    assert ask(sim, order, fen=500, number="R-3").status_code == 200
    assert ask(sim, order, fen=1, number="R-4").json()["code"] == "INVALID_REQUEST"


def test_the_total_must_be_the_orders(sim):
    order = sim.paid_order()
    amount = {"refund": 1, "total": 3501, "currency": "CNY"}
    assert ask(sim, order, amount=amount).json()["code"] == "INVALID_REQUEST"


def test_an_order_is_refunded_fifty_times_at_most(sim):
    order = sim.paid_order()
    statuses = [ask(sim, order, fen=1, number=f"R-{n}").status_code for n in range(51)]
    assert statuses == [200] * 50 + [400]


def test_what_was_not_paid_cannot_be_refunded(sim):
    unpaid, _ = sim.make_order()
    assert ask(sim, unpaid).status_code == 404
    assert ask(sim, "nowhere-1").json()["code"] == "RESOURCE_NOT_EXISTS"
    assert sim.call("GET", f"{REFUNDS}/none").status_code == 404


def test_after_a_year_nothing_is_refunded(sim):
    order = sim.paid_order()
    sim.move_clock(366 * SECONDS_PER_DAY)
    assert ask(sim, order).json()["code"] == "INVALID_REQUEST"


@pytest.mark.parametrize("ending", ["abnormal", "closed"])
def test_a_refund_may_end_badly(sim, ending):
    order = sim.paid_order()
    sim.fault(f"refund_{ending}", scope="R-1")

    ask(sim, order)

    outcome = ending.upper()
    eventually(lambda: status_of(sim) == outcome)
    [notice] = eventually(lambda: sim.notices(f"REFUND.{outcome}"))
    assert notice["resource"]["refund_status"] == outcome
    assert "success_time" not in notice["resource"]


def test_a_closed_refund_leaves_its_amount_to_be_refunded(sim):
    order = sim.paid_order()
    sim.fault("refund_closed", scope="R-1")
    ask(sim, order, fen=3500)
    eventually(lambda: status_of(sim) == "CLOSED")

    assert ask(sim, order, fen=3500, number="R-2").status_code == 200


def test_a_held_refund_is_settled_by_hand_once(sim):
    order = sim.paid_order()
    sim.fault("refund_held")
    ask(sim, order)

    settled = sim.post(f"/_sim/refunds/{MERCHANT.mchid}/R-1/settle", status="SUCCESS")

    assert settled["status"] == "SUCCESS"
    with pytest.raises(AssertionError, match="cannot become"):
        sim.post(f"/_sim/refunds/{MERCHANT.mchid}/R-1/settle", status="CLOSED")


def test_an_empty_account_refuses_and_the_same_number_works_after_a_top_up(sim):
    order = sim.paid_order()
    sim.fault("error", scope=REFUNDS, code="NOT_ENOUGH")

    refused, taken = ask(sim, order), ask(sim, order)

    assert (refused.status_code, refused.json()["code"]) == (403, "NOT_ENOUGH")
    assert taken.status_code == 200


def test_two_refunds_of_an_order_are_a_minute_apart_where_that_rule_is_on(receiver):
    strict = dataclasses.replace(FRESH.settings, one_minute_between_refunds=True)
    running = start(create_simulator(strict))
    sim = Sim(running, receiver)
    order = sim.paid_order()

    assert ask(sim, order, number="R-1").status_code == 200
    assert ask(sim, order, number="R-2").status_code == 429
    sim.move_clock(61)
    assert ask(sim, order, number="R-2").status_code == 200
    running.close()


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("/out_refund_no", {"out_refund_no": "has space"}),
        ("/out_refund_no", {"out_refund_no": "r" * 65}),
        ("/reason", {"reason": "长" * 81}),
        ("/notify_url", {"notify_url": "http://shop.example/n?x=1"}),
        ("/amount/refund", {"amount": {"refund": 0, "total": 3500, "currency": "CNY"}}),
        ("/amount/currency", {"amount": {"refund": 1, "total": 3500}}),
        ("/why", {"why": "x"}),
    ],
)
def test_each_refund_field_is_held_to_its_limits(sim, field, changes):
    refused = ask(sim, "any-order", **changes)
    assert (refused.status_code, refused.json()["code"]) == (400, "PARAM_ERROR")
    assert refused.json()["detail"]["field"] == field
