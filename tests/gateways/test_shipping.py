from datetime import UTC, datetime

import pytest

from app.gateways.errors import OutcomeUnknown, Refused, Unavailable
from app.gateways.open_platform import App
from app.gateways.shipping import Answer, Shipment, Shipping
from tests.gateways.stubs import Answer as Said
from tests.gateways.stubs import says

UPLOAD = "/wxa/sec/order/upload_shipping_info"
ORDER = "/wxa/sec/order/get_order"
NOON = datetime(2026, 5, 1, 4, 0, 0, 120_000, tzinfo=UTC)
VOUCHERS = Shipment(transaction_id="4200001", openid="oUpF8uMuAJO", item="热拿铁双杯*1")


@pytest.fixture
def shipping(wechat, tokens):
    return Shipping(App(appid="wx1", secret="s3cret", base_url=wechat.url), tokens)


def no(errcode):
    return says({"errcode": errcode, "errmsg": "no"})


def test_vouchers_are_told_as_virtual_goods(shipping, wechat):
    wechat.on(UPLOAD, says({"errcode": 0, "errmsg": "ok"}))
    assert shipping.report(VOUCHERS, at=NOON) is Answer.TAKEN
    (asked,) = wechat.asked(UPLOAD)
    assert asked.json == {
        "order_key": {"order_number_type": 2, "transaction_id": "4200001"},
        "logistics_type": 3,
        "delivery_mode": 1,
        "shipping_list": [{"item_desc": "热拿铁双杯*1"}],
        "upload_time": "2026-05-01T12:00:00.120+08:00",
        "payer": {"openid": "oUpF8uMuAJO"},
    }


@pytest.mark.parametrize(
    ("errcode", "answer"),
    [
        (10060002, Answer.KNOWN_ALREADY),
        (10060003, Answer.KNOWN_ALREADY),
        (10060023, Answer.KNOWN_ALREADY),
        (10060004, Answer.CANNOT_BE_SHIPPED),
    ],
)
def test_answers_that_end_it(shipping, wechat, errcode, answer):
    wechat.on(UPLOAD, no(errcode))
    assert shipping.report(VOUCHERS, at=NOON) is answer


@pytest.mark.parametrize("errcode", [10060001, 10060012, 10060019, -1])
def test_answers_that_ask_for_patience(shipping, wechat, errcode):
    wechat.on(UPLOAD, no(errcode))
    with pytest.raises(Unavailable) as told:
        shipping.report(VOUCHERS, at=NOON)
    assert told.value.code == str(errcode)


def test_another_payer_is_for_people_to_see(shipping, wechat):
    wechat.on(UPLOAD, no(10060031))
    with pytest.raises(Refused) as told:
        shipping.report(VOUCHERS, at=NOON)
    assert told.value.code == "10060031"


def test_a_lost_answer_is_unknown(shipping, wechat):
    wechat.on(UPLOAD, Said(fault="reset"))
    with pytest.raises(OutcomeUnknown):
        shipping.report(VOUCHERS, at=NOON)


@pytest.mark.parametrize(("state", "shipped"), [(1, False), (2, True), (4, True), (6, True)])
def test_what_wechat_knows(shipping, wechat, state, shipped):
    wechat.on(ORDER, says({"errcode": 0, "order": {"order_state": state}}))
    assert shipping.is_shipped("4200001") is shipped


def test_an_answer_that_cannot_be_read_decides_nothing(shipping, wechat):
    wechat.on(ORDER, says({"errcode": 0, "order": {}}))
    with pytest.raises(Unavailable):
        shipping.is_shipped("4200001")


def test_an_answer_that_does_not_say_whether_the_app_is_managed_is_no_no(shipping, wechat):
    wechat.on("/wxa/sec/order/is_trade_managed", says({"errcode": 0, "errmsg": "ok"}))
    with pytest.raises(Unavailable) as told:
        shipping.is_managed()
    assert told.value.code == "unreadable_answer"
