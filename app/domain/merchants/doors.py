"""Where WeChat tells us of what happens in an app: one address per app, and its secrets, sealed."""

import base64
import binascii
import re
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, select

from app.domain.merchants.models import AppKind, MessageMode, WechatApp
from app.kernel import audit, keyring, numbers
from app.kernel.db import locked, reading, writing
from app.kernel.errors import Invalid, NotFound

LONGEST_WORDS = 600
"""Characters of a greeting or an answer; WeChat cuts a text at 2048 bytes."""

# As the platform's console asks for them.
_TOKEN = re.compile(r"[0-9A-Za-z]{3,32}")
_AES_KEY_SIGNS, _AES_KEY_BYTES = 43, 32


@dataclass(frozen=True, kw_only=True)
class MessageDoor:
    """The door of one app. Without an `aes_key` only plain messages can be read."""

    merchant_id: int
    app_id: int
    appid: str
    kind: AppKind
    number: str
    original_id: str | None
    mode: MessageMode
    token: str = field(repr=False)
    aes_key: str | None = field(repr=False)
    welcome: str | None
    reply: str | None


def open_message_door(
    *,
    merchant_id: int,
    appid: str,
    mode: MessageMode,
    token: str,
    aes_key: str | None,
    original_id: str | None,
    actor: str,
    at: datetime,
) -> str:
    """Let WeChat's messages for this app in; the number that its address carries, ever the same.

    The three values are those of the platform's console. Raises NotFound, Invalid.
    """
    _check(mode, token, aes_key)
    app = _locked_app(merchant_id, appid)
    app.number = app.number or numbers.new(numbers.Kind.APP, merchant_id=merchant_id)
    app.message_mode = MessageMode(mode)
    app.original_id = original_id or None
    app.message_token_sealed = keyring.seal(token, context=_context("token", app))
    app.message_aes_key_sealed = (
        keyring.seal(aes_key, context=_context("aes_key", app)) if aes_key else None
    )
    writing().flush()
    _record(app, "app.open_message_door", actor=actor, at=at, mode=app.message_mode.value)
    return app.number


def close_message_door(*, merchant_id: int, appid: str, actor: str, at: datetime) -> None:
    """Believe nothing that is told about this app any more. Raises NotFound."""
    app = _locked_app(merchant_id, appid)
    app.message_mode = app.message_token_sealed = app.message_aes_key_sealed = None
    writing().flush()
    _record(app, "app.close_message_door", actor=actor, at=at)


def set_door_words(
    *,
    merchant_id: int,
    appid: str,
    welcome: str | None,
    reply: str | None,
    actor: str,
    at: datetime,
) -> None:
    """How who follows is greeted (None: by the shop's name), and who writes is answered (None: not).

    Raises NotFound, Invalid.
    """
    if any(words is not None and len(words) > LONGEST_WORDS for words in (welcome, reply)):
        raise Invalid(f"A greeting has at most {LONGEST_WORDS} characters.")
    app = _locked_app(merchant_id, appid)
    app.welcome, app.reply = welcome, reply
    writing().flush()
    _record(app, "app.set_door_words", actor=actor, at=at)


def get_message_door(*, merchant_id: int, number: str) -> MessageDoor:
    """Raises NotFound when no app has this number, or its door is closed."""
    query = select(WechatApp).where(
        WechatApp.merchant_id == merchant_id, WechatApp.number == number
    )
    app = reading().scalar(query.execution_options(populate_existing=True))
    if app is None or app.message_mode is None or app.message_token_sealed is None:
        raise NotFound("There is no such door.")
    sealed_key = app.message_aes_key_sealed
    return MessageDoor(
        merchant_id=merchant_id,
        app_id=app.id,
        appid=app.appid,
        kind=app.kind,
        number=number,
        original_id=app.original_id,
        mode=app.message_mode,
        token=keyring.unseal(app.message_token_sealed, context=_context("token", app)),
        aes_key=keyring.unseal(sealed_key, context=_context("aes_key", app))
        if sealed_key
        else None,
        welcome=app.welcome,
        reply=app.reply,
    )


def _check(mode: MessageMode, token: str, aes_key: str | None) -> None:
    if not _TOKEN.fullmatch(token):
        raise Invalid("A message token is 3 to 32 letters and digits.")
    if aes_key is None and MessageMode(mode) is not MessageMode.PLAIN:
        raise Invalid("Sealed messages take an EncodingAESKey.")
    if aes_key is not None and not _is_key(aes_key):
        raise Invalid("An EncodingAESKey is 43 letters and digits.")


def _is_key(text: str) -> bool:
    try:
        key = base64.b64decode(text + "=", validate=True)
    except binascii.Error:
        return False
    return len(text) == _AES_KEY_SIGNS and len(key) == _AES_KEY_BYTES


def _locked_app(merchant_id: int, appid: str) -> WechatApp:
    query: Select[WechatApp] = select(WechatApp).where(
        WechatApp.merchant_id == merchant_id, WechatApp.appid == appid
    )
    app = writing().scalar(locked(query))
    if app is None:
        raise NotFound("There is no such app.", appid=appid[:40])
    return app


def _context(what: str, app: WechatApp) -> str:
    return f"wechat_apps.message_{what}:{app.merchant_id}:{app.appid}"


def _record(app: WechatApp, action: str, *, actor: str, at: datetime, **details: str) -> None:
    audit.record(
        merchant_id=app.merchant_id,
        actor=actor,
        action=action,
        subject=app.appid,
        at=at,
        details=details,
    )
