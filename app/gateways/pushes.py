"""Message pushes: is it WeChat, what does it say, and what we answer on the spot.

Nothing of a push is parsed before its signature was checked. In secure mode that signature covers
the words; of a plain push it covers only the time and a nonce, so whoever once saw such an address
could write anything under it: plain pushes are believed for ten minutes only. Sealed ones have no
such limit, since the platform repeats card events for a day and each is applied once anyway.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import orjson

from app.gateways._reading import Json
from app.gateways.errors import ForgedNotice, StaleNotice
from app.gateways.push_crypto import CannotOpen, open_push, seal_push
from app.gateways.push_meaning import event_of, meaning, openid_of, said_at, text
from app.gateways.push_words import LARGEST_BYTES, Unreadable, read_words
from app.gateways.signatures import is_same, push_signature
from app.gateways.told import Said, Told

PLAIN, COMPATIBLE, SECURE = "plain", "compatible", "secure"
PLAIN_GOOD_FOR_SECONDS = 600

# Found without parsing: these bytes may be anybody's. What is found is what the signature covers.
# Nothing is looked at twice (`+` after `*` or `+`), so that spaces without end cost nothing.
_SEALED_IN_XML = re.compile(rb"<Encrypt>\s*+(?:<!\[CDATA\[\s*+)?([A-Za-z0-9+/=]++)")
_SEALED_IN_JSON = re.compile(rb'"Encrypt"\s*+:\s*+"([A-Za-z0-9+/=\\]++)"')


@dataclass(frozen=True, kw_only=True)
class PushKeys:
    """What the platform's console and we both know of one app. `mode` is one of the three above."""

    appid: str
    original_id: str | None
    mode: str
    token: str = field(repr=False)
    aes_key: str | None = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Push:
    """One push, verified. `reference` is the same whenever the platform tells the same thing.

    `words` are the fields as they came, without what a person wrote.
    """

    reference: str
    event: str
    openid: str = field(repr=False)
    account: str
    at: datetime
    is_sealed: bool
    told: Told = field(repr=False)
    words: Json = field(repr=False)


def check_echo(keys: PushKeys, query: Mapping[str, str]) -> str:
    """The word that the platform wants back when a door is set up. Raises ForgedNotice."""
    _check_signature(keys, query)
    return query.get("echostr", "")


def read_push(keys: PushKeys, query: Mapping[str, str], body: bytes, *, at: datetime) -> Push:
    """Raises ForgedNotice or StaleNotice, with a code that says why."""
    if len(body) > LARGEST_BYTES:
        raise ForgedNotice("push: too large", code="too_large")
    sealed = None if keys.mode == PLAIN else _find_sealed(body)
    if sealed is None and keys.mode == SECURE:
        raise ForgedNotice("push: not sealed", code="not_sealed")
    if sealed is None:
        _check_signature(keys, query)
        _check_age(query, at=at)
    words = body if sealed is None else _open(keys, query, sealed)
    try:
        return _addressed(keys, read_words(words), is_sealed=sealed is not None)
    except Unreadable:
        raise ForgedNotice("push: unreadable", code="unreadable") from None


def understand(fields: Json, *, is_sealed: bool) -> Push:
    """A push from its fields, whether they came just now or were kept. Raises Unreadable."""
    what = meaning(fields)
    return Push(
        reference=_reference(fields),
        event=event_of(fields)[:64],
        openid=openid_of(fields),
        account=text(fields, "ToUserName"),
        at=said_at(fields),
        is_sealed=is_sealed,
        told=what,
        words=_without_speech(fields) if isinstance(what, Said) else fields,
    )


def text_reply(push: Push, *, words: str, at: datetime) -> bytes:
    """An answer that the person sees at once, as the platform reads it."""
    safe = words.replace("]]>", "]] >")
    return (
        f"<xml><ToUserName><![CDATA[{push.openid}]]></ToUserName>"
        f"<FromUserName><![CDATA[{push.account}]]></FromUserName>"
        f"<CreateTime>{int(at.timestamp())}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{safe}]]></Content></xml>"
    ).encode()


def sealed_reply(
    keys: PushKeys, words: bytes, *, nonce: str, at: datetime, noise: bytes | None = None
) -> dict[str, str | int]:
    """The same answer sealed, field by field; `sealed_reply_xml` writes it."""
    sealed = seal_push(words, aes_key=keys.aes_key or "", appid=keys.appid, noise=noise)
    second = int(at.timestamp())
    return {
        "Encrypt": sealed,
        "MsgSignature": push_signature(keys.token, str(second), nonce, sealed),
        "TimeStamp": second,
        "Nonce": nonce,
    }


def sealed_reply_xml(reply: Mapping[str, str | int]) -> bytes:
    inside = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in reply.items())
    return f"<xml>{inside}</xml>".encode()


def _find_sealed(body: bytes) -> str | None:
    pattern = _SEALED_IN_XML if body.lstrip()[:1] == b"<" else _SEALED_IN_JSON
    found = pattern.search(body)
    # JSON may write "/" as "\/"; base64 has no other use for the backslash.
    return found[1].decode().replace("\\/", "/") if found else None


def _open(keys: PushKeys, query: Mapping[str, str], sealed: str) -> bytes:
    signed = push_signature(keys.token, query.get("timestamp", ""), query.get("nonce", ""), sealed)
    if not is_same(query.get("msg_signature", ""), signed):
        raise ForgedNotice("push: wrong signature", code="bad_signature")
    try:
        return open_push(sealed, aes_key=keys.aes_key or "", appid=keys.appid)
    except CannotOpen:
        raise ForgedNotice("push: cannot be opened", code="cannot_open") from None


def _check_signature(keys: PushKeys, query: Mapping[str, str]) -> None:
    signed = push_signature(keys.token, query.get("timestamp", ""), query.get("nonce", ""))
    if not is_same(query.get("signature", ""), signed):
        raise ForgedNotice("push: wrong signature", code="bad_signature")


def _check_age(query: Mapping[str, str], *, at: datetime) -> None:
    timestamp = query.get("timestamp", "")
    if not re.fullmatch(r"[0-9]{1,12}", timestamp):
        raise StaleNotice("push: no time")
    if abs(int(timestamp) - at.timestamp()) > PLAIN_GOOD_FOR_SECONDS:
        raise StaleNotice("push: signed too long ago")


def _addressed(keys: PushKeys, fields: Json, *, is_sealed: bool) -> Push:
    push = understand(fields, is_sealed=is_sealed)
    if keys.original_id and push.account != keys.original_id:
        raise ForgedNotice("push: for another account", code="wrong_account")
    return push


def _reference(fields: Json) -> str:
    """Who, when, what, and a fingerprint of everything it says.

    A message has an id, which is only trusted together with who wrote it and when. An event has
    none, and two of one person may fall into one second; but told again it says the same again,
    and two that say the same in the same second are one.
    """
    event, openid, at = event_of(fields), openid_of(fields), text(fields, "CreateTime")
    number = text(fields, "MsgId") if text(fields, "MsgType").lower() != "event" else ""
    told = number.encode() or orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)
    mark = hashlib.sha256(b"\0".join([openid.encode(), told])).hexdigest()
    return f"{event[:64]}:{at}:{mark[:32]}"


def _without_speech(fields: Json) -> Json:
    kept = ("ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId")
    return {name: fields[name] for name in kept if name in fields}
