"""Merchant coupons: what a stock, a subsidy and a validity hold to."""

import json
from datetime import datetime

import pytest
import requests

from app.simulator.pay.busifavor.validity import is_open, validity
from tests.simulator.busifavor import (
    BUSIFAVOR,
    code_of,
    detail,
    make,
    moment,
    refused,
    rules,
    stock_body,
    times,
    use,
)
from tests.simulator.world import APP, MERCHANT


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
