"""One master key, from which every other key is derived by purpose.

Installed once at start. Secrets at rest are sealed with AES-256-GCM and bound to a context, so
that a value copied to another row or merchant does not open there.
"""

import hashlib
import hmac
import secrets
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MASTER_KEY_BYTES = 32
_NONCE_BYTES = 12
_VERSION = b"\x01"
_installed: dict[str, bytes] = {}


class CannotOpen(ValueError):
    """The sealed value was made with another key or for another context."""


def install(master_key: bytes) -> None:
    """Remember the master key for this process. Raises ValueError when it is too short."""
    if len(master_key) < MASTER_KEY_BYTES:
        raise ValueError(f"the master key needs at least {MASTER_KEY_BYTES} bytes")
    _installed["master"] = master_key
    derive.cache_clear()


@cache
def derive(purpose: str) -> bytes:
    """A 32-byte key for one purpose; two purposes never share a key."""
    return hmac.digest(_installed["master"], b"kabao:" + purpose.encode(), hashlib.sha256)


def seal(text: str, *, context: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    body = AESGCM(derive("at-rest")).encrypt(nonce, text.encode(), context.encode())
    return _VERSION + nonce + body


def unseal(blob: bytes, *, context: str) -> str:
    """The text that `seal` hid. Raises CannotOpen."""
    nonce, body = blob[1 : 1 + _NONCE_BYTES], blob[1 + _NONCE_BYTES :]
    try:
        return AESGCM(derive("at-rest")).decrypt(nonce, body, context.encode()).decode()
    except InvalidTag as wrong:
        raise CannotOpen(context) from wrong


def blind_index(text: str, *, context: str) -> bytes:
    """Equal texts of one context have equal indexes; nobody without the key can make one."""
    return hmac.digest(derive("blind-index:" + context), text.encode(), hashlib.sha256)


def fingerprint(secret: str) -> bytes:
    """What we store of a high-entropy secret (API key, link token) in its place."""
    return hashlib.sha256(secret.encode()).digest()
