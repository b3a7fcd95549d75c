"""A pretend customer buys and the voucher is redeemed, one click after the other."""

from dataclasses import replace

import pytest
import requests

from app.domain import payments
from app.domain.catalog import Conditions, Days, Hours, Range
from app.gateways.rehearsal import PretendPhone, is_rehearsal
from app.kernel import clock
from app.kernel.db import db, transaction
from tests.api.calling import a_notice, real_app, real_channel
from tests.builders.catalog import a_benefit, an_offer
from tests.builders.orders import order_id_of


@pytest.fixture
def opened(house):
    """With an app and a pay channel that the pretend WeChat knows."""
    with transaction():
        real_app(house.merchant)
        house.channel = real_channel(house.merchant)
    return house


def begin(house, offer):
    assert house.manager.post("/start/purchase", {"offer": offer.number}).status_code == 303


def click(house):
    return house.manager.post("/start/purchase/next")


def state(house):
    with house.manager.client.session_transaction(path="/admin/") as kept:
        return dict(kept["rehearsal"])


def an_offer_for_nothing(house, **conditions):
    told = Conditions(validity=Days(count=30), **conditions)
    benefit = a_benefit(merchant=house.merchant, conditions=told)
    return an_offer(merchant=house.merchant, items=[(benefit.benefit_id, 1)], price_fen=0)


def test_what_costs_nothing_is_bought_and_redeemed_step_by_step(opened):
    begin(opened, an_offer_for_nothing(opened))
    for _ in range(5):
        assert click(opened).status_code == 303
    page = opened.manager.get("/start/purchase").text
    assert "都走通了" in page
    assert "给一杯热拿铁" in page
    assert state(opened)["token"] not in page


def test_what_costs_money_waits_for_the_notice_and_goes_on(app, opened, wechat):
    begin(opened, an_offer(merchant=opened.merchant))
    for _ in range(3):
        assert click(opened).status_code == 303
    waiting = click(opened)
    assert waiting.status_code == 409
    assert "到账通知还没有到" in waiting.text
    _notify(app, opened, wechat)
    for _ in range(3):
        assert click(opened).status_code == 303
    assert "都走通了" in opened.manager.get("/start/purchase").text


def test_what_may_not_be_used_now_is_told_as_the_clerk_would_hear_it(opened):
    local = clock.now().hour * 60
    never = Hours(ranges=(Range((local + 15 * 60) % 1440, (local + 16 * 60) % 1440 or 1440),))
    begin(opened, an_offer_for_nothing(opened, hours=never))
    for _ in range(4):
        click(opened)
    refused = click(opened)
    assert refused.status_code == 409
    assert "不在本券的可用时间内" in refused.text


def test_without_an_app_the_first_step_says_so(house):
    begin(house, an_offer_for_nothing(house))
    answer = click(house)
    assert answer.status_code == 409
    assert "还没有接入微信小程序" in answer.text


def test_only_what_is_on_sale_here_can_be_tried(house):
    foreign = an_offer()
    answer = house.manager.post("/start/purchase", {"offer": foreign.number})
    assert answer.status_code == 422


def test_in_production_and_towards_other_machines_there_is_no_such_thing(app, house, monkeypatch):
    settings = app.extensions["settings"]
    for other in (
        replace(settings, is_production=True),
        replace(settings, wechat_url="https://api.weixin.qq.com"),
        replace(settings, wechat_pay_url="https://api.mch.weixin.qq.com"),
    ):
        monkeypatch.setitem(app.extensions, "settings", other)
        assert house.manager.get("/start/purchase").status_code == 403
        assert click(house).status_code == 403
        assert "测试购买" not in house.manager.get("/start").text


def test_a_pretend_phone_speaks_to_this_machine_only():
    assert is_rehearsal("http://127.0.0.1:9")
    assert not is_rehearsal("https://127.0.0.1.example.com")
    with pytest.raises(ValueError, match="this machine"):
        PretendPhone("https://api.weixin.qq.com", "小明")


def test_a_clerk_has_no_business_here(house):
    assert house.clerk.get("/start/purchase").status_code == 403
    assert house.clerk.post("/start/purchase/next").status_code == 403


def _notify(app, house, wechat):
    """What WeChat tells of the bill; here it does not find our door by itself."""
    bill = payments.find_bill(
        merchant_id=house.id, order_id=order_id_of(house, state(house)["order"])
    ).number
    db.session.rollback()
    notices = requests.get(f"{wechat.url}/_sim/notices", timeout=5).json()
    told = next(n["resource"] for n in notices if n["resource"].get("out_trade_no") == bill)
    headers, body = a_notice(told)
    path = f"/wechat/pay/{house.channel.number}/payments"
    assert app.test_client().post(path, data=body, headers=headers).status_code == 204
