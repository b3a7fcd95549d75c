"""What a message server's answer means: an acknowledgement, a passive reply, or neither."""

import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

from app.simulator.pushes import crypto
from app.simulator.pushes.letter import PLAIN, SECURE, writes_json
from app.simulator.pushes.push import Push
from app.simulator.settings import App

ACKNOWLEDGED = frozenset({"success", ""})
# What each kind of passive reply must hold, one below the other in its document.
REPLIES: dict[str, tuple[str, ...]] = {
    "text": ("Content",),
    "image": ("Image", "MediaId"),
    "voice": ("Voice", "MediaId"),
    "video": ("Video", "MediaId"),
    "music": ("Music", "ThumbMediaId"),
    "news": ("Articles", "item"),
    "transfer_customer_service": (),
}


class NoAnswer(ValueError):
    """The body is neither "success", nothing, nor a reply that holds."""


def read_answer(body: str, *, push: Push, app: App) -> dict[str, Any] | None:
    """The passive reply, or None for a plain acknowledgement. Raises NoAnswer.

    An official account's reply is XML of a known MsgType from the account to the person; a
    mini-program may answer any object. In secure mode a reply is sealed and signed; in compatible
    mode it may be either.
    """
    if body.strip() in ACKNOWLEDGED:
        return None
    read: Callable[[str], dict[str, Any]] = _json if writes_json(app) else _xml
    reply = _opened(read(body), app=app, read=read)
    if app.kind == "oa":
        _check(reply, push=push)
    return reply


def _opened(
    told: dict[str, Any], *, app: App, read: Callable[[str], dict[str, Any]]
) -> dict[str, Any]:
    sealed = told.get("Encrypt")
    if app.message_mode == PLAIN or (app.message_mode != SECURE and sealed is None):
        return told
    parts = [str(told.get(name, "")) for name in ("TimeStamp", "Nonce", "Encrypt")]
    if crypto.signature(app.message_token, *parts) != told.get("MsgSignature"):
        raise NoAnswer("not sealed, or the MsgSignature is wrong")
    try:
        return read(crypto.unseal(parts[2], aes_key=app.message_aes_key, appid=app.appid))
    except crypto.NotReadable as wrong:
        raise NoAnswer(f"does not open: {wrong}") from wrong


def _check(reply: dict[str, Any], *, push: Push) -> None:
    kind = str(reply.get("MsgType", ""))
    if kind not in REPLIES:
        raise NoAnswer(f"MsgType {kind!r}")
    if reply.get("ToUserName") != push.openid or not reply.get("CreateTime"):
        raise NoAnswer("ToUserName or CreateTime")
    if reply.get("FromUserName") != push.fields["ToUserName"]:
        raise NoAnswer("FromUserName")
    held: Any = reply
    for name in REPLIES[kind]:
        held = held.get(name) if isinstance(held, dict) else None
        if not held:
            raise NoAnswer(f"{name} is missing")


def _json(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError as wrong:
        raise NoAnswer("not JSON") from wrong
    if not isinstance(told, dict):
        raise NoAnswer("not an object")
    return told


def _xml(text: str) -> dict[str, Any]:
    if "<!DOCTYPE" in text:
        raise NoAnswer("a DOCTYPE")
    try:
        root = ET.fromstring(text)  # noqa: S314  # no DOCTYPE, so no entities; one shop's answer
    except ET.ParseError as wrong:
        raise NoAnswer("not XML") from wrong
    told = _value(root)
    if root.tag != "xml" or not isinstance(told, dict):
        raise NoAnswer("not <xml>")
    return told


def _value(element: ET.Element) -> Any:
    if not len(element):
        return (element.text or "").strip()
    told: dict[str, Any] = {}
    for child in element:
        value = _value(child)
        if child.tag in told:
            before = told[child.tag]
            value = [*before, value] if isinstance(before, list) else [before, value]
        told[child.tag] = value
    return told
