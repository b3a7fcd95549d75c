"""A whole purchase, and then the log and the figures read through: nobody is named in them.

Every other test here is read in the same way when it ends.
"""

import json
import logging

import pytest
from flask import Flask

from app.gateways import mini_program
from app.web.errors import unexpected
from tests.api.calling import KEY, a_request_key
from tests.simulator.world import APP, MERCHANT
from tests.walks.calls import API, Call
from tests.walks.notices import a_payment_notice
from tests.walks.walking import Town


@pytest.fixture
def everything_is_logged(caplog):
    """As talkative as the libraries can be made."""
    with caplog.at_level(logging.INFO):
        yield


@pytest.fixture
def session_keys(town, monkeypatch):
    """What WeChat tells us at each sign-in, and we tell nobody."""
    sign_in = mini_program.MiniProgram.sign_in

    def listening(self, code):
        known = sign_in(self, code)
        town.ours.secrets |= {known.session_key, known.openid, code}
        return known

    monkeypatch.setattr(mini_program.MiniProgram, "sign_in", listening)


def test_a_whole_purchase_names_nobody(town, said, session_keys, everything_is_logged):
    house = town.ours
    known = set(house.secrets)
    member = _sign_in(town)
    order = _order(town, member)
    _pay(town, member, order)
    number = _redeem(town, member)
    _take_back(town, number)
    _failures(town, member)
    metrics = {"headers": {"Authorization": "Bearer metrics-token-of-the-tests"}}
    figures = town.send("GET /metrics", Call(more=metrics)).text
    logged = said()
    lines = [json.loads(line) for line in logged.splitlines() if line.startswith("{")]
    assert {200, 201, 204, 401, 404, 409, 422} <= {line.get("status") for line in lines}
    assert len(house.secrets - known) >= 7
    everything = house.secrets | {MERCHANT.apiv3_key, APP.secret, member}
    assert {each for each in everything if each in logged or each in figures} == set()


def _sign_in(town):
    house = town.ours
    body = {"appid": APP.appid, "code": house.newcomer.login_code()}
    bearer = town.send(f"POST {API}/sessions", Call(body=body)).json["token"]
    code = house.newcomer.phone_code()
    house.secrets |= {bearer, code}
    answer = town.send(f"POST {API}/phone", Call(body={"code": code}), bearer=bearer)
    assert answer.status_code == 204
    return bearer


def _order(town, bearer):
    body = {"offer": town.ours.offer.number}
    call = Call(body=body, is_keyed=True)
    return town.send(f"POST {API}/orders", call, bearer=bearer).json["order"]


def _pay(town, bearer, order):
    call = Call(parts={"order": order})
    parameters = town.send(f"POST {API}/orders/<order>/prepay", call, bearer=bearer).json
    town.ours.secrets.add(parameters["paySign"])
    assert town.ours.newcomer.pay(parameters) == "requestPayment:ok"
    notice = town.make(a_payment_notice, town.ours, order=order)
    told = Call(parts={"channel": town.ours.channel.number}, more=notice)
    assert town.send("POST /wechat/pay/<channel>/payments", told).status_code == 204


def _redeem(town, bearer):
    voucher = town.send(f"GET {API}/wallet", Call(), bearer=bearer).json["items"][0]["voucher"]
    call = Call(parts={"voucher": voucher})
    code = town.send(f"GET {API}/vouchers/<voucher>/code", call, bearer=bearer).json
    town.ours.secrets |= {code["digits"], code["qr_text"]}
    scan = Call(body={"code": code["digits"]}, is_keyed=True)
    first = town.send(f"POST {API}/counter/redeem", scan, bearer=town.ours.worker.bearer)
    again = town.send(f"POST {API}/counter/redeem", scan, bearer=town.ours.cashier.bearer)
    assert (first.status_code, again.status_code) == (201, 409)
    return first.json["redemption"]


def _take_back(town, number):
    call = Call(parts={"redemption": number}, body={"reason": "扫错了"}, is_keyed=True)
    route = f"POST {API}/counter/redemptions/<redemption>/reverse"
    assert town.send(route, call, bearer=town.ours.manager.bearer).status_code == 200


def _failures(town, bearer):
    """What goes wrong is where people log too much."""
    wrong = [
        ("POST", "/sessions", {"json": {"appid": APP.appid, "code": bearer}}),
        ("POST", "/phone", {"json": {"code": bearer[:200]}}),
        ("POST", "/orders", {"json": {"offer": bearer}, "headers": {KEY: a_request_key()}}),
        ("GET", f"/vouchers/{bearer}", {}),
        ("GET", f"/orders?cursor={bearer[:100]}", {}),
        ("GET", "/nowhere", {}),
    ]
    client = town.app.test_client()
    for method, path, more in wrong:
        headers = more.pop("headers", {}) | {"Authorization": f"Bearer {bearer}"}
        there = f"/api/v1/{town.ours.number}{path}"
        assert 400 <= client.open(there, method=method, headers=headers, **more).status_code < 500


def test_what_nobody_expected_is_logged_without_its_secrets(town: Town, app: Flask, said):
    """The text of an exception is whatever the library that raised it had in its hands."""
    house = town.ours
    told = {
        "token": house.member.bearer,
        "key": house.cashier.bearer,
        "openid": house.phone.openid,
        "phone": house.phone.number,
        "header": f"Bearer {house.manager.bearer}",
    }
    with app.test_request_context():
        answer = unexpected(ValueError(" ".join(f"{name}={told[name]}" for name in told)))
    assert answer.status_code == 500
    logged = said()
    assert "ValueError" in logged
    assert not [value for value in told.values() if value in logged]
    assert not [value for value in told.values() if value in answer.get_data(as_text=True)]
