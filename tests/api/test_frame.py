"""What holds for every answer."""

import json

import pytest

PROBLEM = {"code", "message", "details"}


def test_every_answer_carries_an_id_and_is_not_kept(client):
    answer = client.get("/healthz")
    assert len(answer.headers["X-Request-Id"]) == 16
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_callers_own_id_comes_back(client):
    answer = client.get("/healthz", headers={"X-Request-Id": "till-7_0001"})
    assert answer.headers["X-Request-Id"] == "till-7_0001"


def test_an_id_that_is_none_is_replaced(client):
    answer = client.get("/healthz", headers={"X-Request-Id": "x y"})
    assert answer.headers["X-Request-Id"] != "x y"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "no_such_route"),
        ("GET", "/static/x", 404, "no_such_route"),
        ("POST", "/healthz", 405, "method_not_allowed"),
        ("GET", "/api/v1/M222/me", 401, "not_signed_in"),
        ("GET", "/api/v1/M222/offers", 404, "not_found"),
    ],
)
def test_every_refusal_has_one_shape(client, method, path, status, code):
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.json.keys() == PROBLEM


def test_a_body_that_is_too_long_is_refused_unread(member):
    answer = member.post("/phone", data=b"x" * 70_000, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


def test_what_we_did_not_expect_is_told_to_nobody(app, client, monkeypatch, capsys):
    def explode(*, merchant_id):
        raise ValueError("the secret is 42")

    monkeypatch.setattr("app.domain.catalog.list_categories", explode)
    monkeypatch.setattr("app.domain.merchants.merchant_id_of", lambda _: 1)
    answer = client.get("/api/v1/M22222222222222222/categories")
    assert (answer.status_code, answer.json["code"]) == (500, "internal")
    assert b"42" not in answer.data
    assert "the secret is 42" in capsys.readouterr().out


def test_a_request_is_one_line_in_the_log_and_names_nobody(member, capsys, phone):
    member.get("/me", headers={"X-Request-Id": "find-me-again"})
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (line,) = [line for line in lines if line["request_id"] == "find-me-again"]
    assert (line["route"], line["status"]) == ("/api/v1/<merchant>/me", 200)
    assert line["merchant"] == member.number
    assert phone.openid not in str(line)
    assert member.bearer not in str(line)


def test_a_database_that_is_away_is_503_and_worth_another_try(client, monkeypatch):
    import psycopg

    def away(number):
        raise psycopg.OperationalError("server closed the connection")

    monkeypatch.setattr("app.domain.merchants.merchant_id_of", away)
    answer = client.get("/api/v1/M22222222222222222/offers")
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "1"
