"""How a screen is looked at: width, light, size of letters, and what the shop answers."""

import json
from dataclasses import dataclass

# The mini-program puts a mark before the names of its parts.
LARGE_CSS = ".screen, [class*='--screen'] { --scale: 1.5 !important; }"
WIDE, NARROW, HIGH = 430, 375, 812
# As long as the server allows each of them to be.
LONGEST = {
    "name": 30,
    "title": 40,
    "nickname": 20,
    "giver_name": 20,
    "owner_name": 20,
    "card_title": 40,
    "store_name": 30,
    "message": 60,
    "slogan": 40,
    "hand_over": 60,
    "theme": 20,
    "note": 200,
    "street": 100,
    "description": 200,
}
LONG_WORDS = "晨光咖啡与烘焙工坊滨江大道旗舰店限定冬季手冲品鉴双人欢聚超值权益组合"


@dataclass(frozen=True, kw_only=True)
class Look:
    """`answers` is what becomes of the shop's answers; None leaves them alone."""

    name: str
    width: int = NARROW
    is_dark: bool = False
    is_large: bool = False
    is_for_main: bool = False
    who: str | None = None
    answers: object = None


def lengthen(route):
    """The shop's own answer, with every name as long as it may be."""
    if "/api/v1/" not in route.request.url:
        return route.continue_()
    told = route.fetch()
    if "json" not in told.headers.get("content-type", ""):
        return route.fulfill(response=told)
    return route.fulfill(response=told, json=_long(told.json()))


def _long(told):
    if isinstance(told, list):
        return [_long(each) for each in told]
    if isinstance(told, dict):
        return {key: _long_word(key, value) for key, value in told.items()}
    return told


def _long_word(key, value):
    if isinstance(value, str) and key in LONGEST and value:
        return (LONG_WORDS * 8)[: LONGEST[key]]
    return _long(value)


def empty(route):
    """Shelves and lists of the shop without anything on them."""
    told = route.fetch()
    if "json" not in told.headers.get("content-type", ""):
        return route.fulfill(response=told)
    body = told.json()
    if isinstance(body, dict) and isinstance(body.get("items"), list):
        body = body | {"items": []}
    return route.fulfill(response=told, json=body)


def fail(route):
    """The shop has a fault of its own."""
    body = {"code": "internal", "message": "服务暂时不可用", "request_id": "0" * 16}
    return route.fulfill(status=500, content_type="application/json", body=json.dumps(body))


def vanish(route):
    """There is no network."""
    return route.abort("internetdisconnected")


LOOKS = (
    Look(name="375"),
    Look(name="375-dark", is_dark=True),
    Look(name="430", width=WIDE),
    Look(name="430-dark", width=WIDE, is_dark=True),
    Look(name="375-large", is_large=True),
    Look(name="long", is_for_main=True, answers=lengthen),
    Look(name="empty", is_for_main=True, answers=empty, who="fresh"),
    Look(name="fault", is_for_main=True, answers=fail),
    Look(name="offline", is_for_main=True, answers=vanish),
)
