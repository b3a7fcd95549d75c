"""Alive, ready, and how much of everything."""

import pytest
from redis import Redis

from app.web import health


@pytest.fixture
def without_redis(app, monkeypatch):
    nowhere = Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2)
    monkeypatch.setitem(app.extensions, "redis", nowhere)


def test_ready_with_everything(client):
    assert client.get("/readyz").json == {"status": "ready", "missing": []}


def test_without_redis_it_is_degraded_and_sells_on(client, member, shop, without_redis):
    assert client.get("/readyz").json == {"status": "degraded", "missing": ["redis"]}
    body = {"offer": shop.offer.number}
    assert member.post("/orders", body, key="order-0001").status_code == 201


def test_without_redis_digits_wait_and_the_qr_code_works_on(clerk, without_redis):
    digits = clerk.post("/counter/redeem", {"code": "1" * 18}, key="scan-0001")
    assert (digits.status_code, digits.json["code"]) == (429, "too_often")
    qr = clerk.post("/counter/redeem", {"code": "KB1" + "1" * 11 + "A" * 24}, key="scan-0002")
    assert (qr.status_code, qr.json["code"]) == (404, "code_unknown")


def test_without_the_database_it_is_not_ready_and_says_so(client, monkeypatch):
    monkeypatch.setattr(health, "_ask_database", lambda _: False)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["missing"]) == (503, ["database"])


def test_a_database_that_hangs_is_not_ready_within_a_second(client, monkeypatch):
    import threading

    release = threading.Event()
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(health, "_ask_database", lambda _: release.wait(5))
    assert client.get("/readyz").status_code == 503
    release.set()


def test_figures_are_shown_to_this_machine_by_token_only(client):
    assert client.get("/metrics").status_code == 404
    token = {"Authorization": "Bearer metrics-token-of-the-tests"}
    shown = client.get("/metrics", headers=token)
    assert shown.status_code == 200
    for name in ("kabao_requests_total", "kabao_request_seconds", "kabao_outbox_waiting"):
        assert name in shown.text


def test_refusals_and_forged_notices_are_counted(client, shop):
    token = {"Authorization": "Bearer metrics-token-of-the-tests"}
    client.post(f"/wechat/pay/{shop.channel.number}/payments", data=b"{}")
    client.get("/api/v1/x/me")
    text = client.get("/metrics", headers=token).text
    assert 'kabao_notices_total{door="payments",outcome="forged_notice"}' in text
    assert 'kabao_refusals_total{code="not_signed_in"}' in text


def test_figures_without_a_token_are_for_this_machine_and_not_through_a_proxy(
    client, app, monkeypatch
):
    from dataclasses import replace

    settings = replace(app.extensions["settings"], metrics_token=None)
    monkeypatch.setitem(app.extensions, "settings", settings)
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "10.1.2.3"}).status_code == 404
