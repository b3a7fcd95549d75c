"""Sealed pushes: AES-256-CBC as the platform does it, bound to the app by its id at the end."""

import base64
import secrets

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_BLOCK = 32  # the platform pads to the size of the key, not of the cipher's block
_CIPHER_BLOCK = 16
_NOISE, _LENGTH = 16, 4


class CannotOpen(ValueError):
    """Sealed with another key, for another app, or damaged."""


def open_push(sealed: str, *, aes_key: str, appid: str) -> bytes:
    """What was sealed for this app. Raises CannotOpen, never saying at what it failed."""
    try:
        ciphertext = base64.b64decode(sealed, validate=True)
    except ValueError as error:
        raise CannotOpen from error
    if not ciphertext or len(ciphertext) % _CIPHER_BLOCK:
        raise CannotOpen
    opener = _cipher(aes_key).decryptor()
    text = _without_padding(opener.update(ciphertext) + opener.finalize())
    length = int.from_bytes(text[_NOISE : _NOISE + _LENGTH])
    words, owner = text[_NOISE + _LENGTH :][:length], text[_NOISE + _LENGTH + length :]
    if len(words) != length or owner != appid.encode():
        raise CannotOpen
    return words


def seal_push(words: bytes, *, aes_key: str, appid: str, noise: bytes | None = None) -> str:
    """Seal for this app; `noise` is 16 bytes of chance."""
    noise = noise or secrets.token_bytes(_NOISE)
    text = noise + len(words).to_bytes(_LENGTH) + words + appid.encode()
    padding = _BLOCK - len(text) % _BLOCK
    sealer = _cipher(aes_key).encryptor()
    sealed = sealer.update(text + bytes([padding]) * padding) + sealer.finalize()
    return base64.b64encode(sealed).decode()


def _cipher(aes_key: str) -> "Cipher[modes.CBC]":
    key = base64.b64decode(aes_key + "=")
    return Cipher(algorithms.AES256(key), modes.CBC(key[:_CIPHER_BLOCK]))


def _without_padding(text: bytes) -> bytes:
    padding = text[-1]
    if not 1 <= padding <= _BLOCK or text[-padding:] != bytes([padding]) * padding:
        raise CannotOpen
    return text[:-padding]
