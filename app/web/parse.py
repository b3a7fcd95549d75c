"""Reading what was sent, once: bodies, queries, request keys and the numbers in a path.

What is no JSON is answered 400; what is JSON and not what we asked for is answered 422 with
the name of the field.
"""

import re
from functools import cache
from typing import TypeVar

import msgspec
from flask import request

from app.kernel import numbers
from app.kernel.errors import DomainError, Invalid, NotFound
from app.kernel.request_keys import RequestKey

KEY_HEADER = "Idempotency-Key"
_WHERE = re.compile(r"^(?P<reason>.*?)(?: - at `\$\.?(?P<where>[^`]*)`)?$", re.DOTALL)
_UNKNOWN = re.compile(r"unknown field `(?P<name>[^`]*)`|required field `(?P<missing>[^`]*)`")

Wanted = TypeVar("Wanted", bound=msgspec.Struct)


class NotJson(DomainError):
    code, status = "bad_json", 400


class NotSaidToBeJson(DomainError):
    code, status = "unsupported_media_type", 415


def body(wanted: type[Wanted]) -> Wanted:
    """The JSON body. Raises Invalid, NotJson or NotSaidToBeJson."""
    if request.mimetype != "application/json":
        raise NotSaidToBeJson("Send the body as application/json.")
    try:
        decoder: msgspec.json.Decoder[Wanted] = _decoder(wanted)
        return decoder.decode(request.get_data())
    except msgspec.ValidationError as wrong:
        raise _invalid(str(wrong)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotJson("The body is not JSON in UTF-8.") from None


def query(wanted: type[Wanted]) -> Wanted:
    """The words after the question mark. Raises Invalid, also when one is said twice."""
    for name, values in request.args.lists():
        if len(values) > 1:
            raise Invalid("Something is said twice.", **{name[:40]: ["is said more than once"]})
    try:
        return msgspec.convert(request.args.to_dict(), wanted, strict=False)
    except msgspec.ValidationError as wrong:
        raise _invalid(str(wrong)) from None


def request_key(*, merchant_id: int, actor: str) -> RequestKey:
    """The caller's name for this attempt; the whole request is what it was used for."""
    key = request.headers.get(KEY_HEADER)
    if not key:
        raise Invalid(f"{KEY_HEADER} is missing.", **{KEY_HEADER: ["is required"]})
    return RequestKey.of(
        merchant_id=merchant_id,
        actor=actor,
        key=key,
        operation=f"{request.method} {request.path}",
        body=request.get_data(),
    )


def number(text: str, kind: numbers.Kind, *, merchant_id: int) -> str:
    """A number of this kind that belongs to this merchant. Raises NotFound."""
    if numbers.merchant_of(text, kind) != merchant_id:
        raise NotFound("There is nothing under this number.", number=text[:40])
    return text


@cache
def _decoder(wanted: type[Wanted]) -> msgspec.json.Decoder[Wanted]:
    return msgspec.json.Decoder(wanted)


def _invalid(complaint: str) -> Invalid:
    """msgspec says "Expected `int`, got `str` - at `$.quantity`"; we sort it by field."""
    found = _WHERE.match(complaint)
    reason, where = (found["reason"], found["where"]) if found else (complaint, "")
    named = _UNKNOWN.search(reason)
    parts = [where, (named["name"] or named["missing"]) if named else ""]
    field = ".".join(part for part in parts if part) or "body"
    return Invalid("The request does not say what we asked for.", **{field[:80]: [reason[:200]]})
