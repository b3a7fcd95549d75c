"""Session tokens: signed, so that nobody is looked up to believe them, and short-lived.

A token names one merchant and one person there. What must not be readable in it (the openid)
is sealed for that very person.
"""

import base64
import binascii
import hashlib
from datetime import datetime, timedelta
from functools import lru_cache

import msgspec
from itsdangerous import BadSignature, Signer

from app.kernel import keyring
from app.kernel.errors import DomainError

PREFIX = "kbt_"
LIVES = timedelta(hours=2)
LONGEST = 1200


class NotSignedIn(DomainError):
    """No token, or none of ours, or an old one."""

    code, status = "not_signed_in", 401


class MemberToken(msgspec.Struct, frozen=True, kw_only=True, array_like=True, tag="m"):
    merchant_id: int
    member_id: int
    app_id: int
    appid: str
    openid_sealed: bytes
    epoch: int
    ends_at: int
    # A web page of an official account, where some of what a mini-program offers is forbidden.
    is_web: bool = False


class StaffToken(msgspec.Struct, frozen=True, kw_only=True, array_like=True, tag="s"):
    merchant_id: int
    staff_id: int
    store_id: int
    epoch: int
    ends_at: int


Token = MemberToken | StaffToken
_decoder = msgspec.msgpack.Decoder(Token)


def ends_at(at: datetime) -> datetime:
    return at + LIVES


def write(token: Token) -> str:
    """The token as text for an Authorization header."""
    packed = base64.urlsafe_b64encode(msgspec.msgpack.encode(token)).rstrip(b"=")
    return PREFIX + _signer(keyring.derive("session-tokens")).sign(packed).decode()


def read(text: str, *, at: datetime) -> Token:
    """What `write` wrote, while it is good. Raises NotSignedIn."""
    token = _open(text)
    if token is None:
        raise NotSignedIn("请先登录")
    if at.timestamp() >= token.ends_at:
        raise NotSignedIn("登录已过期，请重新登录")
    return token


def seal_openid(openid: str, *, merchant_id: int, member_id: int) -> bytes:
    return keyring.seal(openid, context=openid_context(merchant_id, member_id))


def openid_context(merchant_id: int, member_id: int) -> str:
    return f"session.openid:{merchant_id}:{member_id}"


def _open(text: str) -> Token | None:
    if not text.startswith(PREFIX) or len(text) > LONGEST or not text.isascii():
        return None
    try:
        packed = _signer(keyring.derive("session-tokens")).unsign(text[len(PREFIX) :])
        padded = packed + b"=" * (-len(packed) % 4)
        token: Token = _decoder.decode(base64.urlsafe_b64decode(padded))

    except (BadSignature, binascii.Error, msgspec.DecodeError):
        return None
    return token


@lru_cache(maxsize=2)
def _signer(key: bytes) -> Signer:
    return Signer(key, key_derivation="none", digest_method=hashlib.sha256)
