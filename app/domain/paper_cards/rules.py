"""Codes of cards, as they are printed, brought in from elsewhere, and scanned."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from app.kernel.numbers import ALPHABET

# What we print: sixteen signs without look-alikes, in groups of four.
_SIGNS = 16
_OLD = re.compile(r"[0-9A-Z]{6,40}")
_PRINTED = re.compile(r"KBP([0-9A-Z]{6,40})")
LAST_SIGNS = 4


@dataclass(frozen=True)
class BadLine:
    """A line of a list that cannot be a card, and why; lines count from 1."""

    line: int
    text: str
    why: str


@dataclass(frozen=True)
class ReadCodes:
    """The codes of a list in order, and what is wrong with its other lines."""

    codes: tuple[str, ...]
    bad: tuple[BadLine, ...]


def new_code() -> str:
    """Nobody guesses it: 79 random bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(_SIGNS))


def in_groups(code: str) -> str:
    """As it is printed: ABCD-EFGH-JKMN-PQRS."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def qr_text(code: str) -> str:
    """What the QR code of a printed card says."""
    return f"KBP{code}"


def normal(text: str) -> str | None:
    """A code as it was scanned or typed, in its one form; None for what can be none."""
    bare = re.sub(r"[\s-]", "", text).upper()
    printed = _PRINTED.fullmatch(bare)
    if printed and len(printed[1]) == _SIGNS:
        return printed[1]
    return bare if _OLD.fullmatch(bare) else None


def read_codes(lines: Sequence[str]) -> ReadCodes:
    """One code a line; empty lines are nothing. A code twice is an error of the second line."""
    codes: list[str] = []
    bad: list[BadLine] = []
    seen: dict[str, int] = {}
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        code = normal(text)
        if code is None:
            bad.append(BadLine(number, text.strip()[:60], "not 6 to 40 letters and digits"))
        elif code in seen:
            bad.append(BadLine(number, text.strip()[:60], f"the same as line {seen[code]}"))
        else:
            seen[code] = number
            codes.append(code)
    return ReadCodes(tuple(codes), tuple(bad))
