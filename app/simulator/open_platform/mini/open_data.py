"""Open data as wx hands it to a page: sealed with the session_key, signed with it."""

import base64
import hashlib
import hmac
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

BLOCK_BITS = 128


def seal(data: dict[str, Any], *, session_key: str, appid: str, at: float) -> dict[str, str]:
    """encryptedData and iv: AES-128-CBC over the JSON with its watermark."""
    watermark = {"timestamp": int(at), "appid": appid}
    text = json.dumps({**data, "watermark": watermark}, ensure_ascii=False, separators=(",", ":"))
    iv = secrets.token_bytes(BLOCK_BITS // 8)
    padder = PKCS7(BLOCK_BITS).padder()
    padded = padder.update(text.encode()) + padder.finalize()
    cipher = Cipher(algorithms.AES(base64.b64decode(session_key)), modes.CBC(iv)).encryptor()
    sealed = cipher.update(padded) + cipher.finalize()
    return {
        "encryptedData": base64.b64encode(sealed).decode(),
        "iv": base64.b64encode(iv).decode(),
    }


def raw_signature(raw_data: str, *, session_key: str) -> str:
    """The signature beside rawData: SHA-1 of both texts joined."""
    return hashlib.sha1((raw_data + session_key).encode()).hexdigest()  # noqa: S324  # as specified


def session_signature(session_key: str) -> str:
    """What proves the possession of a session_key: HMAC-SHA256 of nothing."""
    return hmac.new(session_key.encode(), b"", hashlib.sha256).hexdigest()


def hash_of(encrypted_data: str) -> str:
    """By what the platform finds an encryptedData again."""
    return hashlib.sha256(encrypted_data.encode()).hexdigest()


def group_id(group: str, *, appid: str) -> str:
    """openGId: the same for a group each time, another one in another mini-program."""
    digest = hashlib.sha256(f"{appid}\n{group}".encode()).digest()
    return "tG" + base64.urlsafe_b64encode(digest).decode()[:26]
