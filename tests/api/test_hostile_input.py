"""What strangers send."""

import msgspec
import pytest

from app.web.openapi import OPERATIONS
from tests.api.calling import a_request_key

JSON = {"Content-Type": "application/json"}


def send(member, raw, *, headers=JSON):
    key = {"Idempotency-Key": a_request_key()}
    return member.post("/orders", data=raw, headers=headers | key)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"nonsense",
        b'{"offer": "\xff\xfe"}',
        b'{"offer": "\\ud800"}',
        b'{"offer": "G2222222222222222"} {}',
        b"\x00",
        b'\xef\xbb\xbf{"offer": "G2222222222222222"}',
    ],
)
def test_what_is_no_json_is_400(member, raw):
    answer = send(member, raw)
    assert (answer.status_code, answer.json["code"]) == (400, "bad_json")


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b"[]", "body"),
        (b"null", "body"),
        (b"{}", "offer"),
        (b"[" * 60_000, "body"),
        (b'{"offer": ' + b"[" * 60_000, "offer"),
        (b'{"offer": 5}', "offer"),
        (b'{"offer": "x\\u0000y"}', "offer"),
        (b'{"offer": "G2222222222222222", "quantity": "1"}', "quantity"),
        (b'{"offer": "G2222222222222222", "quantity": 0}', "quantity"),
        (b'{"offer": "G2222222222222222", "quantity": 101}', "quantity"),
        (b'{"offer": "G2222222222222222", "quantity": 1.5}', "quantity"),
        (b'{"offer": "G2222222222222222", "quantity": 9999999999999999999999}', "quantity"),
        (b'{"offer": "G2222222222222222", "quantity": true}', "quantity"),
        (b'{"offer": "G2222222222222222", "price_fen": 1}', "price_fen"),
        (b'{"offer": "G2222222222222222", "source": {"scene": "a\\nb"}}', "source.scene"),
        (b'{"offer": "G2222222222222222", "source": {"x": 1}}', "source.x"),
    ],
)
def test_what_is_not_what_we_asked_for_is_422_by_field(member, raw, field):
    answer = send(member, raw)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert list(answer.json["details"]) == [field]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_what_is_not_said_to_be_json_is_415(member, kind):
    answer = send(member, b"{}", headers={"Content-Type": kind})
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("limit=99999999999999999999999", "limit"),
        ("limit=1&limit=2", "limit"),
        ("tab=all", "tab"),
        ("cursor=%00", "cursor"),
        ("cursor=" + "x" * 300, "cursor"),
        ("unknown=1", "unknown"),
    ],
)
def test_a_query_is_read_as_strictly(member, query, field):
    answer = member.get(f"/wallet?{query}")
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert list(answer.json["details"]) == [field]


@pytest.mark.parametrize("cursor", ["AAAA", "W10=", "WzFd", "Wy0xLC0xXQ", "WzksOV0", "bnVsbA"])
def test_a_cursor_that_somebody_made_up_is_no_server_error(member, cursor):
    for path in ("/wallet", "/orders", "/points/entries", "/offers"):
        assert member.get(f"{path}?cursor={cursor}").status_code in {200, 422}


@pytest.mark.parametrize(
    "number", ["x", "%00", "V" + "0" * 16, "V" + "2" * 16, "V" * 5000, "%F0%9F%98%80", "%ff"]
)
def test_a_number_that_is_none_is_not_found(member, number):
    for path in ("/orders/{}", "/vouchers/{}", "/vouchers/{}/code", "/offers/{}"):
        assert member.get(path.format(number)).status_code == 404


def test_words_that_are_searched_for_are_only_words(member):
    for words in ("%25", "_", "'; DROP TABLE offers;--", "\\", "%F0%9F%98%80", "%26quot%3B"):
        assert member.get(f"/offers?words={words}").status_code == 200


def test_nothing_that_is_read_is_unbounded():
    """Every text and number of every body and query says how long or large it may be."""
    loose = []
    for name, operation in OPERATIONS.items():
        for words in filter(None, (operation.body, operation.query)):
            schemas = msgspec.json.schema_components([words])[1]
            loose += [f"{name}: {found}" for found in _loose(schemas)]
    assert not loose, "\n".join(loose)


def _loose(schema, path=""):
    if isinstance(schema, list):
        for each in schema:
            yield from _loose(each, path)
    if not isinstance(schema, dict):
        return
    kind = schema.get("type")
    # A moment or a day is read strictly, which no long text survives.
    is_moment = schema.get("format") in {"date-time", "date"}
    if kind == "string" and not is_moment and not schema.keys() & {"maxLength", "enum"}:
        yield path
    if kind == "integer" and not schema.keys() >= {"minimum", "maximum"}:
        yield path
    if (
        kind == "object"
        and "properties" in schema
        and schema.get("additionalProperties") is not False
    ):
        yield path
    for name, each in schema.items():
        yield from _loose(each, f"{path}.{name}")
