"""The link of a task: 128 bits that nobody can guess, made anew whenever its owner asks.

Nothing of it is stored but a fingerprint; it is a MAC over the task's number.
"""

import base64
import hmac

from app.kernel import keyring

_BYTES = 16


def token_of(task_number: str) -> str:
    """22 url-safe characters, which a mini-program code takes as its scene too."""
    mac = hmac.digest(keyring.derive("assist-links"), task_number.encode(), "sha256")
    return base64.urlsafe_b64encode(mac[:_BYTES]).rstrip(b"=").decode()


def mark_of(what: str | None, *, context: str) -> bytes | None:
    """A device or an address as we keep it: comparable within one context, and not readable."""
    return keyring.blind_index(what, context=context) if what else None
