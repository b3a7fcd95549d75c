"""The secret in a gift card's link. It is made again from the card's number, so nobody stores it."""

import base64
import hashlib
import hmac

from app.kernel import keyring

_TOKEN_BYTES = 16


def link_token(*, merchant_id: int, number: str) -> str:
    """128 bits in 22 url-safe signs, which nobody without the master key can make."""
    said = f"{merchant_id}:{number}".encode()
    secret = hmac.digest(keyring.derive("gift-card-links"), said, hashlib.sha256)[:_TOKEN_BYTES]
    return base64.urlsafe_b64encode(secret).rstrip(b"=").decode()


def fingerprint_of(token: str) -> bytes:
    """By which a gift card is found."""
    return keyring.fingerprint(f"gift-card:{token}")
