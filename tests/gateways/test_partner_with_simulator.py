"""Our pay gateway as a service provider's, against the pretend WeChat Pay."""

import dataclasses
from datetime import timedelta

import pytest

from app.gateways.errors import AlreadyPaid, Refused
from app.gateways.wechat_pay import PayChannel, PaymentState, RefundState, WechatPay
from app.kernel import clock
from app.simulator import create_simulator, start
from tests.simulator.world import APP, FRESH, MERCHANT, Receiver, Sim, eventually

SHOP = "1700000001"


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def sim(receiver):
    provider = dataclasses.replace(MERCHANT, sub_mchids=(SHOP,))
    settings = dataclasses.replace(FRESH.settings, merchants=(provider,))
    running = start(create_simulator(settings))
    yield Sim(running, receiver)
    running.close()


def provider(sim, *, sub_mchid=SHOP):
    return WechatPay(
        PayChannel(
            mchid=MERCHANT.mchid,
            sub_mchid=sub_mchid,
            appid=APP.appid,
            serial=MERCHANT.certificate_serial,
            private_key_pem=FRESH.merchant_private_key_pem,
            apiv3_key=MERCHANT.apiv3_key,
            public_key_id=FRESH.settings.public_key_id,
            public_key_pem=FRESH.platform_public_key_pem,
            notify_url_payment=sim.receiver.url,
            notify_url_refund=sim.receiver.url,
            base_url=sim.url,
        )
    )


def order(shop, sim):
    prepay_id = shop.prepay(
        number="KB-PARTNER-1",
        amount_fen=3500,
        openid=sim.openid,
        title="咖啡兑换券",
        expires_at=clock.now() + timedelta(minutes=15),
    )
    return shop.sign_for_phone(prepay_id=prepay_id, at=clock.now())


def test_a_shop_of_a_provider_is_paid_and_pays_back(sim):
    shop = provider(sim)
    assert sim.pay(order(shop, sim))["result"] == "requestPayment:ok"

    found = shop.look_up(number="KB-PARTNER-1")
    assert (found.state, found.mchid, found.sub_mchid) == (
        PaymentState.PAID,
        MERCHANT.mchid,
        SHOP,
    )
    assert (found.payer_openid, found.appid) == (sim.openid, APP.appid)
    headers, body = sim.receiver.wait_for(1)[0]
    notice = shop.read_payment_notice(headers, body)
    assert (notice.sub_mchid, notice.amount_fen) == (SHOP, 3500)
    with pytest.raises(AlreadyPaid):
        shop.close(number="KB-PARTNER-1")

    shop.refund(
        payment_number="KB-PARTNER-1",
        refund_number="R-1",
        amount_fen=1000,
        total_fen=3500,
        reason="过期退",
    )
    eventually(lambda: shop.look_up_refund(refund_number="R-1").state is RefundState.SUCCESS)
    headers, body = sim.receiver.wait_for(2)[1]
    told = shop.read_refund_notice(headers, body)
    assert (told.state, told.mchid, told.sub_mchid) == (RefundState.SUCCESS, MERCHANT.mchid, SHOP)


def test_an_unpaid_order_of_a_shop_is_closed(sim):
    shop = provider(sim)
    params = order(shop, sim)
    shop.close(number="KB-PARTNER-1")
    assert shop.look_up(number="KB-PARTNER-1").state is PaymentState.CLOSED
    assert sim.pay(params)["result"] == "requestPayment:fail 订单已关闭"


def test_a_provider_cannot_sell_for_a_shop_that_is_not_its_own(sim):
    with pytest.raises(Refused) as refused:
        order(provider(sim, sub_mchid="1700000002"), sim)
    assert refused.value.code == "NO_AUTH"
