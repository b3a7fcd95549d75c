"""The numbers that people see: a letter and sixteen characters without look-alikes.

The first five characters hold the merchant, blinded by the other eleven, so that a number leads
to its merchant without a look-up table and yet two numbers of one shop look unrelated.
"""

import hashlib
import secrets
from enum import StrEnum

from app.kernel import keyring
from app.kernel.errors import NotFound

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_BASE = len(ALPHABET)
_TAG, _RANDOM = 5, 11
_TAGS: int = _BASE**_TAG
_VALUE = {character: value for value, character in enumerate(ALPHABET)}


class Kind(StrEnum):
    """What a number names, by its first letter."""

    APP = "A"
    ASSIST = "J"
    BOOKING = "5"
    CAMPAIGN = "K"
    CARD = "C"
    EVENT = "9"
    FAMILY = "I"
    FILE = "F"
    GIFT = "Z"
    HELP = "L"
    MERCHANT = "M"
    CARD_BATCH = "N"
    MEMBER = "U"
    OFFER = "G"
    ORDER = "O"
    PARCEL = "E"
    PAYMENT = "P"
    PAY_CHANNEL = "W"
    REDEMPTION = "D"
    REFUND = "R"
    RETURN = "Y"
    SCENE = "Q"
    SESSION = "6"
    SHARE = "H"
    STAFF = "T"
    STORE = "S"
    SUBSCRIPTION = "7"
    TICKET = "X"
    TRANSFER = "8"
    VOUCHER = "V"
    BENEFIT = "B"


def new(kind: Kind, *, merchant_id: int) -> str:
    """A fresh number, 17 characters. 54 random bits: uniqueness is the database's to enforce."""
    return bulk(kind, merchant_id=merchant_id, count=1)[0]


def bulk(kind: Kind, *, merchant_id: int, count: int) -> list[str]:
    """`count` fresh numbers from one draw of randomness."""
    noise = secrets.token_bytes(8 * count)
    draws = (int.from_bytes(noise[i : i + 8]) for i in range(0, 8 * count, 8))
    return [_compose(kind, merchant_id, _letters(draw, _RANDOM)) for draw in draws]


def for_merchant(merchant_id: int) -> str:
    """The merchant's own number: always the same, with nothing random in it."""
    return _compose(
        Kind.MERCHANT, merchant_id, _letters(_blind(f"merchant:{merchant_id}"), _RANDOM)
    )


def merchant_of(number: str, kind: Kind) -> int:
    """The merchant_id inside a number. Raises NotFound when it is no number of that kind."""
    if (
        len(number) != 1 + _TAG + _RANDOM
        or number[0] != kind
        or not _VALUE.keys() >= set(number[1:])
    ):
        raise NotFound("There is nothing under this number.", number=number[:40])
    tag = 0
    for character in number[1 : 1 + _TAG]:
        tag = tag * _BASE + _VALUE[character]
    return (tag - _blind(number[1 + _TAG :])) % _TAGS


def _compose(kind: Kind, merchant_id: int, random: str) -> str:
    if not 0 < merchant_id < _TAGS:
        raise ValueError("merchant ids run from 1 to 28,629,150")
    return kind + _letters((merchant_id + _blind(random)) % _TAGS, _TAG) + random


def _letters(value: int, length: int) -> str:
    letters = []
    for _ in range(length):
        value, remainder = divmod(value, _BASE)
        letters.append(ALPHABET[remainder])
    return "".join(reversed(letters))


def _blind(random: str) -> int:
    key = keyring.derive("numbers")
    return int.from_bytes(hashlib.blake2b(random.encode(), digest_size=8, key=key).digest())
