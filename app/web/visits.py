"""A visit to WeChat's "who is there" page and back: the cookie that waits, and the hand-over.

The session token never stands in an address. The page gets a ticket behind the `#`, which no
server sees, good for one exchange within a minute, by the browser that came back and no other:
a link with an attacker's ticket must not sign his account into a victim's browser.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import cast

import msgspec
from flask import Response, current_app, request
from itsdangerous import BadSignature, Signer
from redis import Redis

from app.config import Settings
from app.kernel import keyring
from app.kernel.errors import DomainError

COOKIE = "kabao_visit"
HANDOVER_COOKIE = "kabao_handover"
LASTS = timedelta(minutes=10)
HANDOVER_SECONDS = 60


class VisitLost(DomainError):
    """Nobody of this browser went to WeChat, or too long ago."""

    code, status = "visit_lost", 401


class HandoverOver(DomainError):
    """The ticket was exchanged before, by another browser, or a minute has gone by."""

    code, status = "handover_over", 401


class Visit(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Where somebody left from. `state` travels to WeChat and back."""

    state: str
    merchant_id: int
    appid: str
    return_to: str
    ends_at: int


def leave(response: Response, *, merchant_id: int, appid: str, return_to: str, at: datetime) -> str:
    """Set the cookie that only this browser will bring back; the state for WeChat."""
    state = secrets.token_urlsafe(24)
    visit = Visit(
        state=state,
        merchant_id=merchant_id,
        appid=appid,
        return_to=return_to,
        ends_at=int((at + LASTS).timestamp()),
    )
    packed = base64.urlsafe_b64encode(msgspec.msgpack.encode(visit))
    _give(response, COOKIE, _signer().sign(packed).decode(), lasts=LASTS)
    return state


def come_back(*, state: str, merchant_id: int, appid: str, at: datetime) -> Visit:
    """The visit that this browser set out for, if it comes back with its state."""
    visit = _read(request.cookies.get(COOKIE, ""))
    if visit is None or at.timestamp() >= visit.ends_at:
        raise VisitLost("Please open the page again from the account's menu.")
    is_same = hmac.compare_digest(visit.state.encode(), state.encode())
    if not is_same or (visit.merchant_id, visit.appid) != (merchant_id, appid):
        raise VisitLost("Please open the page again from the account's menu.")
    return visit


def forget(response: Response) -> None:
    """One visit, one return."""
    response.delete_cookie(COOKIE, path=_door(), httponly=True, samesite="Lax")


def hand_over(response: Response, session: str, *, merchant_id: int, appid: str) -> str:
    """Keep a session (as text, sealed) for the page that this browser goes to; the ticket."""
    ticket, browser = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    sealed = keyring.seal(session, context=_context(merchant_id, appid))
    _redis().set(_key(ticket, browser, merchant_id, appid), sealed, ex=HANDOVER_SECONDS)
    _give(response, HANDOVER_COOKIE, browser, lasts=timedelta(seconds=HANDOVER_SECONDS))
    return ticket


def take_over(ticket: str, *, merchant_id: int, appid: str) -> str:
    """The session behind a ticket of that app and this browser, once. Raises HandoverOver."""
    browser = request.cookies.get(HANDOVER_COOKIE, "")
    sealed = cast("bytes | None", _redis().getdel(_key(ticket, browser, merchant_id, appid)))
    if sealed is None:
        raise HandoverOver("Please open the page again from the account's menu.")
    return keyring.unseal(sealed, context=_context(merchant_id, appid))


def _give(response: Response, cookie: str, value: str, *, lasts: timedelta) -> None:
    response.set_cookie(
        cookie,
        value,
        max_age=lasts,
        path=_door(),
        secure=_settings().public_url.startswith("https:"),
        httponly=True,
        samesite="Lax",
    )


def _read(cookie: str) -> Visit | None:
    try:
        packed = base64.urlsafe_b64decode(_signer().unsign(cookie.encode()))
        return msgspec.msgpack.decode(packed, type=Visit)
    except (BadSignature, binascii.Error, msgspec.DecodeError, UnicodeError):
        return None


def _signer() -> Signer:
    return Signer(keyring.derive("visits"), key_derivation="none", digest_method=hashlib.sha256)


def _door() -> str:
    """The folder of this route: the cookie goes nowhere else."""
    return request.path.rsplit("/", 1)[0] + "/"


def _key(ticket: str, browser: str, merchant_id: int, appid: str) -> str:
    asked = f"{_context(merchant_id, appid)}:{browser}:{ticket}"
    return "kabao:handover:" + hashlib.sha256(asked.encode()).hexdigest()


def _context(merchant_id: int, appid: str) -> str:
    return f"visits.handover:{merchant_id}:{appid}"


def _redis() -> Redis:
    return cast("Redis", current_app.extensions["redis"])


def _settings() -> Settings:
    return cast("Settings", current_app.extensions["settings"])
