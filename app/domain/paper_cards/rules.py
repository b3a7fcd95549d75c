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
_TITLES = re.compile(r"\s*(code|卡号)\s*([,\t]|$)", re.IGNORECASE)
_MOST_CELLS = 3
MOST_OF_ONE = 100
MOST_POINTS = 1_000_000


@dataclass(frozen=True)
class BadLine:
    """A line of a list that cannot be a card, and why; lines count from 1."""

    line: int
    text: str
    why: str


@dataclass(frozen=True)
class CardLine:
    """One card of a list. `uses` and `points` are its own; None: as the batch says."""

    code: str
    uses: int | None = None
    points: int | None = None


@dataclass(frozen=True)
class ReadCards:
    """The cards of a list by their line, in order, and what is wrong with its other lines."""

    cards: dict[int, CardLine]
    bad: tuple[BadLine, ...]


class _Wrong(Exception):
    """Why a line cannot be a card."""


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


def read_cards(lines: Sequence[str]) -> ReadCards:
    """One card a line: its code, and what it holds itself, as "code", "code,uses,points".

    Empty lines and a first line of titles are nothing. A code twice is an error of the second line.
    """
    cards: dict[int, CardLine] = {}
    bad: list[BadLine] = []
    seen: dict[str, int] = {}
    for number, text in enumerate(lines, start=1):
        if not text.strip() or (number == 1 and _TITLES.match(text)):
            continue
        try:
            card = _read(text)
        except _Wrong as wrong:
            bad.append(bad_line(number, text, str(wrong)))
            continue
        first = seen.setdefault(card.code, number)
        if first == number:
            cards[number] = card
        else:
            bad.append(bad_line(number, text, f"the same as line {first}"))
    return ReadCards(cards, tuple(bad))


def bad_line(number: int, text: str, why: str) -> BadLine:
    """The line as far as people need it to find it."""
    return BadLine(number, text.strip()[:60], why)


def _read(text: str) -> CardLine:
    cells = [cell.strip() for cell in re.split(r"[,\t]", text)]
    code = normal(cells[0])
    if code is None:
        raise _Wrong("not 6 to 40 letters and digits")
    if len(cells) > _MOST_CELLS:
        raise _Wrong("more than code, uses, points")
    uses, points = (*cells[1:], "", "")[:2]
    return CardLine(
        code,
        _whole(uses, "uses", least=1, most=MOST_OF_ONE),
        _whole(points, "points", least=0, most=MOST_POINTS),
    )


def _whole(text: str, name: str, *, least: int, most: int) -> int | None:
    if not text:
        return None
    number = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else -1
    if not least <= number <= most:
        raise _Wrong(f"{name} are {least} to {most}")
    return number
