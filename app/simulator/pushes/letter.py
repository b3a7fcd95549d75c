"""The query and the body of one push, true or false."""

import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

from app.simulator.pushes import crypto
from app.simulator.pushes.push import Push
from app.simulator.pushes.writing import as_json, as_xml
from app.simulator.settings import App

PLAIN, COMPATIBLE, SECURE = "plain", "compatible", "secure"
MODES = (PLAIN, COMPATIBLE, SECURE)
FORMATS = ("xml", "json")
NONCES = 10**9
CUT_OFF_CHARACTERS = 12
BAD_PAD_BYTE = 77
STRANGE_APPID = "wx0123456789abcdef"


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What travels: `query` is the platform's part of the address."""

    query: str
    body: bytes
    content_type: str


def writes_json(app: App) -> bool:
    """Whether an app is told in JSON: an official account never is."""
    return app.kind == "mp" and app.message_format == "json"


def write(push: Push, *, app: App, at: float, kind: str = "true") -> Letter:
    """A push by the app's mode and format; `kind` may be one of the false kinds of faults.py."""
    in_json = writes_json(app)
    plain = as_json(push.fields) if in_json else as_xml(push.fields, spaced=push.is_about_cards)
    if kind == "malformed":
        plain = plain[:-CUT_OFF_CHARACTERS]
    query, token = _signed(app, openid=push.openid, at=at, kind=kind)
    body = plain
    if app.message_mode != PLAIN:
        sealed = _sealed(plain, app=app, kind=kind)
        body = _with_sealed(push, sealed, app=app, plain=plain)
        query |= {"encrypt_type": "aes", "msg_signature": _over(query, token, sealed)}
    if kind == "forge":
        query |= {name: secrets.token_hex(20) for name in query if name.endswith("signature")}
    return Letter(
        query=urlencode(query),
        body=body.encode(errors="replace"),
        content_type="application/json" if in_json else "text/xml",
    )


def _signed(app: App, *, openid: str, at: float, kind: str) -> tuple[dict[str, str], str]:
    token = secrets.token_hex(8) if kind == "foreign_token" else app.message_token
    timestamp, nonce = str(int(at)), str(secrets.randbelow(NONCES))
    signed = crypto.signature(token, timestamp, nonce)
    query = {"signature": signed, "timestamp": timestamp, "nonce": nonce, "openid": openid}
    return query, token


def _over(query: dict[str, str], token: str, sealed: str) -> str:
    return crypto.signature(token, query["timestamp"], query["nonce"], sealed)


def _sealed(plain: str, *, app: App, kind: str) -> str:
    appid = STRANGE_APPID if kind == "wrong_appid" else app.appid
    padded = crypto.pad(crypto.framed(plain, appid=appid))
    if kind == "bad_padding":
        padded = padded[:-1] + bytes([BAD_PAD_BYTE])
    return crypto.encrypt(padded, aes_key=app.message_aes_key)


def _with_sealed(push: Push, sealed: str, *, app: App, plain: str) -> str:
    told = dict(push.fields) if app.message_mode == COMPATIBLE else {}
    told |= {"ToUserName": push.fields["ToUserName"], "Encrypt": sealed}
    if writes_json(app):
        return as_json(told)
    # Spaces around a sealed text would be a different text to the signature.
    if app.message_mode == COMPATIBLE:
        encrypt = as_xml({"Encrypt": sealed}).removeprefix("<xml>")
        return plain.removesuffix("</xml>") + encrypt
    return as_xml(told)
