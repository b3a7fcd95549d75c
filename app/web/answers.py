"""Writing what we answer: one encoding, and nothing kept by anybody on the way."""

from typing import Any

import msgspec
import orjson
from flask import Response, request
from flask.json.provider import JSONProvider

_encoder = msgspec.json.Encoder()
PRIVATE = "no-store"


class Orjson(JSONProvider):
    """For the few places where Flask itself writes JSON."""

    def dumps(self, obj: Any, **_: Any) -> str:
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return orjson.loads(s)


def answer(told: object, status: int = 200, *, keep: str = PRIVATE) -> Response:
    """JSON; `keep` is the Cache-Control: as a rule nobody keeps anything."""
    response = Response(_encoder.encode(told), status, content_type="application/json")
    response.headers["Cache-Control"] = keep
    return response


def answer_if_changed(told: object) -> Response:
    """JSON that may be kept, and is asked about each time; 304 while it is the same."""
    response = answer(told, keep="no-cache")
    response.add_etag()
    response.make_conditional(request)
    return response


def nothing() -> Response:
    """Done, and there is nothing to tell."""
    return Response(status=204, headers={"Cache-Control": PRIVATE})


def picture(content: bytes, *, kind: str, keep: str = PRIVATE) -> Response:
    """An image; `keep` is the Cache-Control, since covers never change and codes always do."""
    return Response(content, content_type=f"image/{kind}", headers={"Cache-Control": keep})


def as_json(told: object) -> str:
    """The text of an answer, for keeping it with a request key."""
    return _encoder.encode(told).decode()
