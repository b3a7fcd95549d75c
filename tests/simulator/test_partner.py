"""A service provider's orders for its shops, through the unmodified wechatpayv3 and by hand."""

import dataclasses
import json

import pytest
from wechatpayv3 import WeChatPay, WeChatPayType

from app.simulator import create_simulator, start
from tests.simulator.world import APP, FRESH, MERCHANT, Sim, eventually, payment

JSAPI = "/v3/pay/partner/transactions/jsapi"
SHOP, FOREIGN = "1700000001", "1700000002"
OFFICIAL = FRESH.settings.apps[1].appid


@pytest.fixture
def sim(receiver):
    provider = dataclasses.replace(MERCHANT, sub_mchids=(SHOP,))
    settings = dataclasses.replace(FRESH.settings, merchants=(provider,))
    running = start(create_simulator(settings))
    yield Sim(running, receiver)
    running.close()


@pytest.fixture
def wxpay(sim):
    wxpay = WeChatPay(
        wechatpay_type=WeChatPayType.MINIPROG,
        mchid=MERCHANT.mchid,
        private_key=FRESH.merchant_private_key_pem,
        cert_serial_no=MERCHANT.certificate_serial,
        appid=APP.appid,
        apiv3_key=MERCHANT.apiv3_key,
        notify_url=sim.receiver.url,
        partner_mode=True,
        timeout=(3, 10),
        public_key=FRESH.platform_public_key_pem,
        public_key_id=FRESH.settings.public_key_id,
    )
    wxpay._core._gate_way = sim.url
    return wxpay


def answer(said):
    status, text = said
    return status, json.loads(text) if text else None


def order(sim, wxpay, *, number="SHOP-0001", **changes):
    wanted = {
        "description": "咖啡券",
        "out_trade_no": number,
        "amount": {"total": 3500},
        "payer": {"sp_openid": sim.openid},
        "sub_mchid": SHOP,
    }
    return answer(wxpay.pay(**{**wanted, **changes}))


def paid(sim, wxpay, **changes):
    said = order(sim, wxpay, **changes)[1]
    return sim.pay(payment(said["prepay_id"]))["transaction_id"]


def body(sim, **changes):
    known = {
        "sp_appid": APP.appid,
        "sp_mchid": MERCHANT.mchid,
        "sub_mchid": SHOP,
        "description": "咖啡券",
        "out_trade_no": "SHOP-0001",
        "notify_url": sim.receiver.url,
        "amount": {"total": 3500},
        "payer": {"sp_openid": sim.openid},
        **changes,
    }
    return {name: value for name, value in known.items() if value is not None}


def test_a_shops_order_is_paid_and_found_and_the_provider_is_told(sim, wxpay):
    transaction_id = paid(sim, wxpay)

    for which in ({"out_trade_no": "SHOP-0001"}, {"transaction_id": transaction_id}):
        status, found = answer(wxpay.query(**which, sub_mchid=SHOP))
        assert (status, found["trade_state"]) == (200, "SUCCESS")
        assert (found["sp_mchid"], found["sub_mchid"]) == (MERCHANT.mchid, SHOP)
        assert (found["sp_appid"], found["payer"]) == (APP.appid, {"sp_openid": sim.openid})
        assert "mchid" not in found
    [notice] = eventually(sim.notices)
    assert notice["mchid"] == MERCHANT.mchid
    assert notice["resource"]["sub_mchid"] == SHOP
    assert notice["resource"]["payer"] == {"sp_openid": sim.openid}


def test_the_payer_may_be_named_in_the_shops_own_app(sim, wxpay):
    openid = sim.get("/_sim/users/小明")["openids"][OFFICIAL]
    said = order(sim, wxpay, sub_appid=OFFICIAL, payer={"sub_openid": openid})
    assert said[0] == 200
    assert sim.pay(payment(said[1]["prepay_id"]))["result"] == "requestPayment:ok"
    found = answer(wxpay.query(out_trade_no="SHOP-0001", sub_mchid=SHOP))[1]
    assert (found["sub_appid"], found["payer"]) == (OFFICIAL, {"sub_openid": openid})


def test_closing_an_unpaid_order_of_a_shop(sim, wxpay):
    order(sim, wxpay)
    assert wxpay.close("SHOP-0001", sub_mchid=SHOP)[0] == 204
    found = answer(wxpay.query(out_trade_no="SHOP-0001", sub_mchid=SHOP))[1]
    assert found["trade_state"] == "CLOSED"

    paid(sim, wxpay, number="SHOP-0002")
    assert answer(wxpay.close("SHOP-0002", sub_mchid=SHOP))[1]["code"] == "ORDER_PAID"


def test_a_refund_is_the_shops_and_its_notice_names_both(sim, wxpay):
    sim.post(f"/_sim/merchants/{SHOP}/balance", fen=0)
    paid(sim, wxpay)
    amount = {"refund": 1000, "total": 3500, "currency": "CNY"}

    asked = wxpay.refund("R-1", amount, out_trade_no="SHOP-0001", sub_mchid=SHOP)

    assert answer(asked)[0] == 200
    [notice] = eventually(lambda: sim.notices("REFUND.SUCCESS"))
    assert answer(wxpay.query_refund("R-1", sub_mchid=SHOP))[1]["status"] == "SUCCESS"
    assert (notice["resource"]["sp_mchid"], notice["resource"]["sub_mchid"]) == (
        MERCHANT.mchid,
        SHOP,
    )
    left = {each["mchid"]: each["balance_fen"] for each in sim.get("/_sim/merchants")}
    assert left == {MERCHANT.mchid: None, SHOP: 3500 - 21 - 1000 + 6}
    assert sim.call("GET", "/v3/refund/domestic/refunds/R-1").status_code == 404


def test_a_shop_shares_its_money_with_its_provider(sim, wxpay):
    sim.post(f"/_sim/apps/{APP.appid}/trade", is_managed=False)
    paid(sim, wxpay, settle_info={"profit_sharing": True})
    sim.move_clock(120)
    found = answer(wxpay.query(out_trade_no="SHOP-0001", sub_mchid=SHOP))[1]
    added = wxpay.profitsharing_add_receiver(
        "MERCHANT_ID", MERCHANT.mchid, "SERVICE_PROVIDER", name=MERCHANT.name, sub_mchid=SHOP
    )
    assert added[0] == 200
    part = {"type": "MERCHANT_ID", "account": MERCHANT.mchid, "amount": 100, "description": "佣金"}

    said = wxpay.profitsharing_order(found["transaction_id"], "P-1", [part], True, sub_mchid=SHOP)

    assert (said[0], answer(said)[1]["sub_mchid"]) == (200, SHOP)
    assert answer(wxpay.profitsharing_config_query(SHOP)) == (
        200,
        {"sub_mchid": SHOP, "max_ratio": 3000},
    )


def test_the_trade_bill_names_the_shop(sim, wxpay):
    paid(sim, wxpay)
    paid_at = answer(wxpay.query(out_trade_no="SHOP-0001", sub_mchid=SHOP))[1]["success_time"]
    sim.move_clock(2 * 86_400)
    for sub_mchid, status in ((SHOP, 200), (FOREIGN, 400)):
        asked = wxpay.trade_bill(paid_at[:10], tar_type="GZIP", sub_mchid=sub_mchid)
        assert asked[0] == status
    plain = sim.call("GET", f"/v3/bill/tradebill?bill_date={paid_at[:10]}").json()["download_url"]
    assert f"`{SHOP}".encode() in wxpay.download_bill(plain)[1]


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("PARAM_ERROR", {"sub_mchid": None}),
        ("PARAM_ERROR", {"sub_mchid": MERCHANT.mchid}),
        ("NO_AUTH", {"sub_mchid": FOREIGN}),
        ("PARAM_ERROR", {"sp_mchid": SHOP}),
        ("APPID_MCHID_NOT_MATCH", {"sp_appid": "wx0"}),
        ("PARAM_ERROR", {"payer": {}}),
        ("PARAM_ERROR", {"payer": {"sp_openid": "o-nobody"}}),
        ("PARAM_ERROR", {"payer": {"sub_openid": "o-nobody"}}),
        ("PARAM_ERROR", {"appid": APP.appid}),
    ],
)
def test_only_a_providers_own_shops_sell_through_it(sim, code, changes):
    assert sim.call("POST", JSAPI, body(sim, **changes)).json()["code"] == code


def test_a_shops_order_is_not_found_as_somebody_elses(sim, wxpay):
    paid(sim, wxpay)
    own = f"/v3/pay/transactions/out-trade-no/SHOP-0001?mchid={MERCHANT.mchid}"
    assert sim.call("GET", own).json()["code"] == "ORDER_NOT_EXIST"
    foreign = wxpay.query(out_trade_no="SHOP-0001", sub_mchid=FOREIGN)
    assert answer(foreign)[1]["code"] == "NO_AUTH"
