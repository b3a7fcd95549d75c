"""WXBizMsgCrypt: how a message server knows the platform, and how bodies are sealed."""

import base64
import binascii
import hashlib
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK_BYTES = 32
RANDOM_BYTES = 16
LENGTH_BYTES = 4


class NotReadable(ValueError):
    """A sealed body that does not open: wrong key, wrong padding, wrong app."""


def signature(*parts: str) -> str:
    """SHA-1 hex over the sorted texts: token, timestamp, nonce and, for a sealed body, Encrypt."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def seal(message: str, *, aes_key: str, appid: str, lead: bytes | None = None) -> str:
    """The Encrypt text of a message. `aes_key` is the 43-letter EncodingAESKey.

    `lead` is the sixteen bytes in front, drawn by chance when it is left out.
    """
    return encrypt(pad(framed(message, appid=appid, lead=lead)), aes_key=aes_key)


def unseal(sealed: str, *, aes_key: str, appid: str) -> str:
    """The message inside. Raises NotReadable."""
    plain = unpad(decrypt(sealed, aes_key=aes_key))
    if len(plain) < RANDOM_BYTES + LENGTH_BYTES:
        raise NotReadable("too short")
    [length] = struct.unpack(">I", plain[RANDOM_BYTES : RANDOM_BYTES + LENGTH_BYTES])
    rest = plain[RANDOM_BYTES + LENGTH_BYTES :]
    if rest[length:] != appid.encode():
        raise NotReadable("another app's")
    return rest[:length].decode()


def framed(message: str, *, appid: str, lead: bytes | None = None) -> bytes:
    """Sixteen bytes, the length as four bytes big-endian, the message, the appid."""
    body = message.encode()
    front = lead or secrets.token_hex(RANDOM_BYTES // 2).encode()
    return front + struct.pack(">I", len(body)) + body + appid.encode()


def pad(plain: bytes) -> bytes:
    """PKCS #7 with blocks of 32 bytes."""
    count = BLOCK_BYTES - len(plain) % BLOCK_BYTES
    return plain + bytes([count]) * count


def unpad(padded: bytes) -> bytes:
    """Without the padding. Raises NotReadable."""
    count = padded[-1] if padded else 0
    if not 1 <= count <= BLOCK_BYTES or padded[-count:] != bytes([count]) * count:
        raise NotReadable("bad padding")
    return padded[:-count]


def encrypt(padded: bytes, *, aes_key: str) -> str:
    """AES-256-CBC under the key, the first half of the key as IV, in base64."""
    encryptor = _cipher(aes_key).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def decrypt(sealed: str, *, aes_key: str) -> bytes:
    """What `encrypt` sealed, padding included. Raises NotReadable."""
    try:
        decryptor = _cipher(aes_key).decryptor()
        return decryptor.update(base64.b64decode(sealed, validate=True)) + decryptor.finalize()
    except (binascii.Error, ValueError) as wrong:
        raise NotReadable(str(wrong)) from wrong


def _cipher(aes_key: str) -> Cipher[modes.CBC]:
    key = base64.b64decode(aes_key + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))
