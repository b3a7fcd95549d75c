from dataclasses import replace

import pytest
from flask import Flask

from app.gateways import build, gateways
from app.gateways.errors import Misconfigured
from app.gateways.open_platform import App
from tests.gateways.stubs import says


@pytest.fixture
def set_of_gateways(valkey, wechat, pay_stub, tmp_path):
    return build(
        redis=valkey,
        wechat_base_url=wechat.url,
        pay_base_url=pay_stub.url,
        open_base_url=wechat.url,
        files_root=tmp_path,
    )


def test_the_running_application_knows_its_gateways(set_of_gateways):
    application = Flask("shop")
    application.extensions["gateways"] = set_of_gateways
    with application.app_context():
        assert gateways() is set_of_gateways


def test_keys_are_loaded_once_for_as_long_as_they_do_not_change(set_of_gateways, channel):
    first = set_of_gateways.pay(channel)
    assert set_of_gateways.pay(replace(channel)) is first
    assert set_of_gateways.pay(replace(channel, serial="NEW")) is not first


def test_settings_say_where_pay_lives(set_of_gateways, channel, pay_stub):
    pay_stub.on("/v3/pay/transactions/out-trade-no/KB1", says({"code": "ORDER_NOT_EXIST"}, 404))
    pay = set_of_gateways.pay(replace(channel, base_url=None))
    assert pay.look_up(number="KB1") is None


def test_settings_say_where_the_open_platform_lives(set_of_gateways, wechat):
    wechat.on("/sns/jscode2session", says({"openid": "o", "session_key": "k"}))
    app = App(appid="wx1", secret="s")
    assert set_of_gateways.mini_program(app).sign_in("C").openid == "o"
    assert set_of_gateways.mini_program(App(appid="wx1", secret="s")) is (
        set_of_gateways.mini_program(app)
    )


@pytest.mark.parametrize("url", ["http://pay.example", "http://127.0.0.1.example", "", "file:///x"])
def test_money_does_not_travel_in_the_clear(valkey, tmp_path, url):
    with pytest.raises(Misconfigured):
        build(
            redis=valkey,
            wechat_base_url="https://api.weixin.qq.com",
            pay_base_url=url,
            open_base_url=url,
            files_root=tmp_path,
        )
