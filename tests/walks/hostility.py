"""What strangers send instead of what was asked for. Each comes with its name."""

import copy
import json
from urllib.parse import quote, urlencode

from tests.api.calling import KEY

MIB = 1024 * 1024
JSON = "application/json"
TEXTS = {
    "nul": "a\x00b",
    "newline": "a\nb",
    "lone surrogate": "\ud800",
    "10k letters": "A" * 10_000,
    "empty": "",
    "look-alikes": "Ｍ２３４５６７８９ＡＢＣＤＥＦＧＨ",
    "right to left": "\u202e\u2066gpj.exe",
    "sql": "'; DROP TABLE orders;--",
    "format": "%s%n{0}{{7*7}}${jndi:ldap://127.0.0.1/x}",
    "path": "../../../../etc/passwd",
}
VALUES = {
    "huge int": 10**400,
    "beyond int64": 2**63,
    "below int64": -(2**63) - 1,
    "minus one": -1,
    "zero": 0,
    "float": 1.5,
    "true": True,
    "null": None,
    "list": [],
    "object": {},
}
# Some fields may rightly be any line of text, and some may be left out: no lie there.
MAY_BE = {
    "province": {"right to left", "look-alikes", "path", "sql", "format"},
    "city": {"right to left", "look-alikes", "path", "sql", "format"},
    "county": {"right to left", "look-alikes", "path", "sql", "format"},
    "street": {"right to left", "look-alikes", "path", "sql", "format"},
    "nickname": {"right to left", "look-alikes", "path", "sql", "format"},
    "title": {"right to left", "look-alikes", "path", "sql", "format"},
    "how": {"right to left", "look-alikes", "path", "sql", "format"},
    "points": {"zero"},
    "dry_run": {"true"},
    # What a list gets wrong is told line by line.
    "cards": {"newline", "10k letters", "look-alikes", "right to left", "sql", "format", "path"},
    # A card may bring points alone or none, and a campaign may end with its stock.
    "benefits": {"object"},
    "ends_at": {"null"},
    "instead_of": {"null"},
    "tag": {"right to left", "sql", "format", "path", "look-alikes"},
    "cover": {"null"},
    "cost_fen": {"zero"},
    "place": {"zero"},
    "change_fen": {"minus one"},
    "confirm_above_fen": {"zero"},
    "pay_bp": {"zero"},
    "bp": {"zero"},
    "rules": {"list"},
    "event": {"right to left", "sql", "format", "path", "look-alikes"},
    "gives_at": {"null"},
    "reason": {"right to left", "sql", "format", "path", "look-alikes"},
    # Lines of it may break.
    "text": {"right to left", "sql", "format", "path", "look-alikes", "newline"},
    "comment": {"right to left", "sql", "format", "path", "look-alikes", "null"},
    "resolution": {"right to left", "sql", "format", "path", "look-alikes"},
    "photos": {"list"},
    "spend_fen": {"zero", "null"},
    "mine": {"zero", "true"},
    "store": {"null"},
    # What is no UTF-8 in a query is read as the sign for that.
    "words": {"right to left", "sql", "format", "path", "look-alikes", "lone surrogate"}
    | {"minus one"},
    "source": {"object"},
    "sharer": {"null"},
    "channel": {"null", "right to left", "sql", "format", "path", "look-alikes"}
    | {"minus one", "lone surrogate"},
    "scene": {"null", "right to left", "sql", "format", "path", "look-alikes"},
    "name": {"right to left", "sql", "format", "path", "look-alikes"},
    "note": {"right to left", "sql", "format", "path", "look-alikes"} | {"null"},
    "monthly_cap_fen": {"null"},
    "referrer": {"null", "right to left", "sql", "format", "path", "look-alikes"},
}
PARTS = {
    "nul": "%00",
    "dots": "%2e%2e/",
    "dots only": "%2e%2e",
    "slashes": "..%2F..%2F..%2Fetc%2Fpasswd",
    "look-alikes": "%EF%BC%AD%EF%BC%92" * 8,
    "10k letters": "V" * 10_000,
    "bad utf-8": "%ff%fe",
    "half an emoji": "%F0%9F%98",
    "newline": "%0d%0aSet-Cookie:%20a=b",
    "sql": "'%20OR%201=1--",
    "zeros": "V0000000000000000",
    "twos": "V2222222222222222",
    "markup": "%3Cscript%3E",
}
KEYS = {
    "no key": None,
    "empty key": "",
    "key of 7": "x" * 7,
    "key of 129": "x" * 129,
    "key of 10k": "x" * 10_000,
    "key with a space": "x" * 8 + " " + "x" * 8,
    "key with an accent": "é" * 12,
}


def bodies(body):
    """Raw bodies that are no JSON, or not in this shape: (name, bytes, content type)."""
    good = json.dumps(body).encode()
    first = json.dumps(next(iter(body))).encode()
    yield "nothing", b"", JSON
    yield "oversized", b'{"x": "' + b"x" * MIB + b'"}', JSON
    yield "cut short", good[:-1], JSON
    yield "two of them", good + good, JSON
    yield "bad utf-8", good.replace(b'": "', b'": "\xff\xfe', 1)[:-1] + b',"x":"\xff"}', JSON
    yield "utf-16", json.dumps(body).encode("utf-16"), JSON
    yield "byte order mark", b"\xef\xbb\xbf" + good, JSON
    yield "nul", b"\x00" + good, JSON
    yield "deep lists", b"[" * 60_000, JSON
    yield "deep objects", b'{"x":' * 12_000 + b"1" + b"}" * 12_000, JSON
    yield "deep inside", b"{" + first + b":" + b"[" * 50_000 + b"]" * 50_000 + b"}", JSON
    yield "huge int", b"{" + first + b":" + b"9" * 60_000 + b"}", JSON
    yield "not a number", b"{" + first + b": NaN}", JSON
    yield "a list", b"[" + good + b"]", JSON
    yield "null", b"null", JSON
    yield "empty object", b"{}", JSON
    yield "unknown field", good[:-1] + b', "price_fen": 1}', JSON
    yield "said twice", good[:-1] + b", " + first + b": -5.5}", JSON
    yield "__proto__", good[:-1] + b', "__proto__": {"role": "owner"}}', JSON
    yield "merchant_id", good[:-1] + b', "merchant_id": 1, "member_id": 1}', JSON
    yield "form", b"code=1&offer=2", "application/x-www-form-urlencoded"
    yield "plain text", good, "text/plain"
    yield "xml", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "text/xml"
    yield "multipart", good, "multipart/form-data; boundary=x"
    yield "no type", good, ""


def fields(body):
    """Every field of the body, at any depth, with everything it cannot be: (name, body)."""
    for path in _paths(body):
        for name, value in {**TEXTS, **VALUES}.items():
            if name not in MAY_BE.get(path[-1], ()):
                yield f"{'.'.join(path)}: {name}", _with(body, path, value)


def _paths(body, so_far=()):
    for name, value in body.items():
        yield (*so_far, name)
        if isinstance(value, dict):
            yield from _paths(value, (*so_far, name))


def _with(body, path, value):
    changed = copy.deepcopy(body)
    inner = changed
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return changed


def queries(query):
    """Every word of the query, with what it cannot be; and words that nobody asked for."""
    good = urlencode(query)
    yield "unknown word", f"{good}&unknown=1"
    for name in query:
        rest = urlencode({**query, name: ""})
        yield f"{name} twice", f"{good}&{name}={quote(str(query[name]))}"
        for kind, value in {**TEXTS, "minus one": "-1", "huge": "9" * 400}.items():
            if kind not in MAY_BE.get(name, ()):
                said = quote(value, errors="surrogatepass")
                yield f"{name}: {kind}", rest.replace(f"{name}=", f"{name}={said}")


def keyed(headers, key):
    rest = {name: value for name, value in headers.items() if name != KEY}
    return rest if key is None else rest | {KEY: key}
