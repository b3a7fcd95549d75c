"""Every route against what strangers send: a plain refusal at once, and nothing changed.

The stranger is the worst one: he has signed in, and everything else in his request is right.
"""

import json
import time
from dataclasses import replace

import pytest

from app.web import limits
from tests.walks.calls import API
from tests.walks.hostility import JSON, KEYS, PARTS, bodies, fields, keyed, queries
from tests.walks.table import WAYS
from tests.walks.walking import PROBLEM, expect_refusal, expect_words

# Of the processor, whatever else runs on it; and until the database answers on a busy machine.
WORK_SECONDS, SECONDS = 2.0, 12.0
# Those who spoke nonsense are refused with one of these; which one, other tests say.
REFUSALS = (*range(400, 418), 422, 429)
# Written down on purpose: a scan that was refused, and whoever signed in, wrong as his link was.
NOTED = {
    f"POST {API}/counter/redeem": ("redemption_refusals",),
    f"POST {API}/counter/invitations/accept": ("members", "users", "wechat_identities"),
}
# A browser that goes to WeChat and comes back: the one cookie there is, set and taken away.
KEEPS_A_COOKIE = {
    f"GET {API}/official/<appid>/authorize",
    f"GET {API}/official/<appid>/callback",
}
# Pages that a person opens in a browser say what is the matter in words; what is no page, as ever.
IN_WORDS = {route for route in WAYS if route.startswith("GET /h5/")}
METHODS = ("DELETE", "PUT", "PATCH", "TRACE", "PROPFIND", "X" * 200)
WITH_BODY = sorted(
    route for route in WAYS if route.startswith("POST") and not route.startswith("POST /wechat")
)


@pytest.fixture
def storm(town, watch, redis):
    """Send it as the rightful actor; refused at once, in the one shape, with nothing changed."""

    def send(route, call, name, *, statuses=REFUSALS, but=(), **changes):
        redis.flushdb()
        limits.forget_absence()
        person = town.rightful(route)[0]
        began, worked = time.monotonic(), time.thread_time()
        with watch.unchanged(name, but=but):
            answer = town.send(route, call, bearer=person and person.bearer, **changes)
        assert time.thread_time() - worked < WORK_SECONDS, name
        assert time.monotonic() - began < SECONDS, name
        assert answer.status_code in statuses, (name, answer.status_code, answer.text[:300])
        in_words = route in IN_WORDS and not answer.is_json
        expect_words(answer) if in_words else expect_refusal(answer, *statuses)
        assert len(answer.data) < 2_000, name

    return send


@pytest.mark.parametrize("route", WITH_BODY)
def test_a_body_that_is_none_is_refused(town, storm, route):
    call = town.call_for(route)
    if call.body is None:
        return
    for name, body, kind in bodies(call.body):
        storm(route, call, name, json=None, data=body, content_type=kind)


@pytest.mark.parametrize("route", WITH_BODY)
def test_a_field_that_cannot_be_is_refused(town, storm, route):
    call = town.call_for(route)
    for name, body in fields(call.body or {}):
        # The standard library's JSON says what ours refuses to say.
        storm(route, call, name, data=json.dumps(body), content_type=JSON, but=NOTED.get(route, ()))


@pytest.mark.parametrize("route", sorted(WAYS))
def test_a_query_that_cannot_be_is_refused(town, storm, route):
    call = town.call_for(route)
    if not call.query:
        return
    for name, query in queries(call.query):
        storm(route, call, name, query_string=query)


@pytest.mark.parametrize("route", [route for route in sorted(WAYS) if "<" in route])
def test_a_path_that_leads_nowhere_is_refused(town, storm, route):
    call = town.call_for(route)
    for part in [*call.parts, *(["merchant"] if "<merchant>" in route else [])]:
        for name, value in PARTS.items():
            storm(route, _elsewhere(call, part, value), f"{part}: {name}")


@pytest.mark.parametrize("route", sorted(WAYS))
def test_a_method_that_is_none_is_refused(town, watch, route):
    call, rule = town.call_for(route), route.split(" ", 1)[1]
    said = {"headers": {"Authorization": f"Bearer {town.ours.manager.bearer}"}}
    for method in METHODS:
        with watch.unchanged():
            path = call.path(rule, town.ours.number)
            answer = town.app.test_client().open(path, method=method, **said)
        expect_refusal(answer, 405)
        assert "GET" in answer.headers["Allow"] or "POST" in answer.headers["Allow"]


@pytest.mark.parametrize("route", sorted(WAYS))
def test_a_request_key_that_is_none_is_refused(town, storm, route):
    call = town.call_for(route)
    if not call.is_keyed:
        return
    for name, key in KEYS.items():
        headers = keyed(call.request()["headers"], key)
        storm(route, call, name, headers=headers, statuses=(400, 422))


@pytest.mark.parametrize("route", sorted(WAYS))
def test_strange_headers_change_nothing(town, route):
    """Whoever the rightful actor says he is, he is served as himself, or refused."""
    call = town.call_for(route)
    person = town.rightful(route)[0]
    said = call.request()["headers"] | {
        "Host": "evil.example",
        "X-Forwarded-For": "1.2.3.4, " * 500,
        "X-Forwarded-Host": "evil.example",
        "X-HTTP-Method-Override": "DELETE",
        "X-Original-URL": "/metrics",
        "Range": "bytes=0-0,5-99999",
        "Accept": "application/xml;q=1,*/*;q=0.1",
        "Accept-Encoding": "gzip, " * 500,
        "X-Request-Id": "../../x",
    }
    own = said.get("Cookie")
    said["Cookie"] = "; ".join(filter(None, [own, "session=" + "x" * 4_000]))
    answer = town.send(route, call, bearer=person and person.bearer, headers=said)
    assert answer.status_code in {call.status, 206, 416}, answer.text
    assert "evil.example" not in str(answer.headers)
    assert ("Set-Cookie" in answer.headers) is (route in KEEPS_A_COOKIE)


def test_where_nothing_is_the_refusal_looks_the_same(town):
    for path in ("/", "/api", "/api/v1", "/.env", "/api/v1//me", "/%00", "/" + "a/" * 2_000):
        answer = town.app.test_client().get(path)
        assert (answer.status_code, answer.json.keys()) == (404, PROBLEM)


def _elsewhere(call, part, value):
    return replace(call, parts={**call.parts, part: value})
