"""What may go wrong with a call, and the platform's own desk."""

import json
import subprocess
import sys
import time

import pytest
import requests

from app.simulator import create_simulator, load, save
from tests.simulator.world import FRESH, payment

JSAPI = "/v3/pay/transactions/jsapi"


def test_after_a_reset_the_work_is_done_and_the_same_request_finds_it(sim):
    sim.fault("reset", scope=JSAPI)
    body = sim.order_body()

    with pytest.raises(requests.ConnectionError):
        sim.call("POST", JSAPI, body)

    assert len(sim.get("/_sim/transactions")) == 1
    assert sim.get("/_sim/requests")[-1]["dropped"] is True
    assert sim.call("POST", JSAPI, body).status_code == 200
    assert len(sim.get("/_sim/transactions")) == 1


def test_a_reset_before_the_work_leaves_nothing(sim):
    sim.fault("reset_before", scope=JSAPI)
    with pytest.raises(requests.ConnectionError):
        sim.call("POST", JSAPI, sim.order_body())
    assert sim.get("/_sim/transactions") == []


def test_the_platform_may_be_busy_or_broken(sim):
    body = sim.order_body()
    for status in (429, 500, 502):
        sim.fault("status", scope="/v3/", status=status)

    answers = [sim.call("POST", JSAPI, body) for _ in range(4)]

    assert [each.status_code for each in answers] == [429, 500, 502, 200]
    assert answers[0].json()["code"] == "FREQUENCY_LIMITED"
    assert answers[1].json()["code"] == "SYSTEM_ERROR"


def test_the_platform_may_be_slow(sim):
    sim.fault("slow", scope=JSAPI, seconds=0.3)
    began = time.monotonic()
    assert sim.call("POST", JSAPI, sim.order_body()).status_code == 200
    assert time.monotonic() - began >= 0.3


def test_a_forged_answer_comes_after_the_work_is_done(sim):
    sim.fault("forge_answer", scope=JSAPI)
    wxpay = sim.wxpay()

    with pytest.raises(Exception, match="failed to verify the signature"):
        wxpay.pay(
            description="x",
            out_trade_no="KABAO-0001",
            amount={"total": 1},
            payer={"openid": sim.openid},
        )

    assert json.loads(wxpay.query(out_trade_no="KABAO-0001")[1])["trade_state"] == "NOTPAY"


def test_faults_are_cleared_and_an_unknown_one_is_refused(sim):
    sim.fault("slow", count=9)
    assert requests.delete(f"{sim.url}/_sim/faults", timeout=5).json() == []
    for wrong in ({"kind": "gremlin"}, {"kind": "slow", "why": "x"}):
        assert requests.post(f"{sim.url}/_sim/faults", json=wrong, timeout=5).status_code == 400


def test_every_request_is_remembered_as_it_came_and_as_it_was_answered(sim):
    body = sim.order_body()
    sim.call("POST", JSAPI, body)

    [request] = sim.get("/_sim/requests")

    assert json.loads(request["body"]) == body
    assert request["target"] == JSAPI
    assert request["headers"]["Authorization"].startswith("WECHATPAY2-SHA256-RSA2048")
    assert "prepay_id" in json.loads(request["answer"])


def test_the_controls_are_for_this_machine_only():
    app = create_simulator(FRESH.settings)
    far = app.test_client().get("/_sim/users", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    near = app.test_client().get("/_sim/users", environ_base={"REMOTE_ADDR": "127.0.0.1"})
    assert (far.status_code, near.status_code) == (403, 200)


def test_it_tells_what_it_covers_and_what_not(sim):
    covers = sim.get("/_sim/covers")
    assert covers["covered"]
    assert covers["not_covered"]
    assert "reset" in covers["faults"]


def test_nobody_unknown_has_a_phone(sim):
    for path in ("", "/messages"):
        assert requests.get(f"{sim.url}/_sim/users/谁{path}", timeout=5).status_code == 404


def test_the_same_people_come_back_with_the_same_openids(tmp_path):
    save(FRESH.settings, tmp_path / "simulator.json")
    again = load(tmp_path / "simulator.json")

    assert again == FRESH.settings
    assert (tmp_path / "simulator.json").stat().st_mode & 0o077 == 0
    openids = [
        create_simulator(each).test_client().get("/_sim/users").get_json()
        for each in (FRESH.settings, again)
    ]
    assert openids[0] == openids[1]


def test_it_starts_from_the_command_line(tmp_path):
    save(FRESH.settings, tmp_path / "simulator.json")
    command = [sys.executable, "-m", "app.simulator", "--settings", tmp_path / "simulator.json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().split()[-1]
        assert requests.get(f"{url}/_sim/covers", timeout=5).status_code == 200
        process.terminate()


def test_a_hundred_people_pay_at_once_and_each_order_is_paid_once(sim):
    from concurrent.futures import ThreadPoolExecutor

    orders = [sim.make_order() for _ in range(10)]

    def pay(turn):
        return sim.pay(orders[turn % 10][1])["result"]

    with ThreadPoolExecutor(32) as pool:
        results = list(pool.map(pay, range(100)))

    assert results.count("requestPayment:ok") == 10
    sim.receiver.wait_for(10)
    assert len(sim.notices()) == 10


def test_a_prepay_id_that_was_never_made_cannot_be_paid(sim):
    assert "预支付会话不存在" in sim.pay(payment("wx-none"))["result"]
