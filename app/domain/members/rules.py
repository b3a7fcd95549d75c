"""Phones and nicknames on paper."""

import re
import unicodedata

from app.kernel.errors import Invalid

LONGEST_NICKNAME = 32
# What the folders of a member's pictures begin with; his number follows.
AVATAR_FOLDER = "avatar-"

_DECORATION = re.compile(r"[\s\-().]")
_PHONE = re.compile(r"(\+|00)?[0-9]{5,17}")
_MAINLAND = re.compile(r"(?:\+|00)?(?:86)?(1[0-9]{10})")
_FULL_LENGTH = 11
# Signs that take room and show nothing: fillers of Hangul and the blank of Braille.
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
_SHOWN = "LNPS"
# Marks, embeddings, overrides and isolates of the bidirectional algorithm (Unicode, annex 9).
_DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def normal_phone(text: str) -> str:
    """One spelling per phone: "+86 138-0013-8000" and "13800138000" are the same.

    Mainland mobiles lose their country code, others keep a leading "+" if they had one.
    Loose on purpose (5 to 17 digits): WeChat has already checked that the phone is real.
    Raises Invalid, without repeating the phone.
    """
    phone = _DECORATION.sub("", unicodedata.normalize("NFKC", text))
    if not _PHONE.fullmatch(phone):
        raise Invalid("A phone has 5 to 17 digits and perhaps a country code.")
    mainland = _MAINLAND.fullmatch(phone)
    if mainland:
        return mainland[1]
    return "+" + phone[2:] if phone.startswith("00") else phone


def mask(phone: str) -> str:
    """Turn 13800138000 into 138****8000; a short one shows its last two digits only."""
    if len(phone) >= _FULL_LENGTH:
        return f"{phone[:3]}****{phone[-4:]}"
    return "****" + phone[-2:]


def mask_name(nickname: str) -> str:
    """The first sign of it; how long it is stays hidden as well."""
    return nickname[0] + "**"


def normal_nickname(text: str) -> str:
    """Without control characters and doubled spaces, 1 to 32 characters. Raises Invalid.

    Nor does it turn the words around it: what sets a direction is left out. One sign at least
    shows.
    """
    visible = (sign for sign in text if sign.isspace() or not _is_control(sign))
    nickname = " ".join("".join(visible).split())
    if len(nickname) > LONGEST_NICKNAME or not any(_shows(sign) for sign in nickname):
        raise Invalid(f"A nickname has 1 to {LONGEST_NICKNAME} characters.")
    return nickname


def _shows(sign: str) -> bool:
    return unicodedata.category(sign)[0] in _SHOWN and sign not in _BLANK


def _is_control(sign: str) -> bool:
    return unicodedata.category(sign) == "Cc" or sign in _DIRECTIONS
