"""Codes that a stranger finds by trying: too short for so many cards, or counted up."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise

from app.domain.paper_cards.rules import CardLine

# Somebody who tries as often as the limits let him meets no card in centuries.
LEAST_PER_CARD = 10**6
# A small list is judged as if it were of so many: lists can be cut into pieces.
FEWEST_CARDS = 100
# Numbers counted up with a check digit behind them are ten apart.
NEAR, LEAST_OF_RUN = 100, 3
TOO_SHORT = "can be guessed: too short for so many cards; print new codes"
COUNTED_UP = "can be guessed: its neighbours are cards too; print new codes"

_TAIL = re.compile(r"(.*?)([0-9]+)")


def why_guessable(cards: Mapping[int, CardLine]) -> dict[int, str]:
    """By line, what makes a code one that can be guessed; codes are in their one form."""
    shapes = {line: _shape(card.code) for line, card in cards.items()}
    counts = Counter(shapes.values())
    short = {line: TOO_SHORT for line, shape in shapes.items() if _is_short(shape, counts[shape])}
    return dict.fromkeys(_counted_up(cards), COUNTED_UP) | short


def _shape(code: str) -> tuple[int, int]:
    """How many signs there are to choose from, and how many stand in the code."""
    if code.isdigit():
        return 10, len(code)
    return (26 if code.isalpha() else 36), len(code)


def _is_short(shape: tuple[int, int], cards: int) -> bool:
    signs, length = shape
    possibilities: int = signs**length
    return possibilities < LEAST_PER_CARD * max(cards, FEWEST_CARDS)


def _counted_up(cards: Mapping[int, CardLine]) -> Iterator[int]:
    """Lines of codes that end in numbers of which many stand close together."""
    series = defaultdict[tuple[str, int], list[tuple[int, int]]](list)
    for line, card in cards.items():
        if found := _TAIL.fullmatch(card.code):
            series[found[1], len(card.code)].append((int(found[2]), line))
    for numbered in series.values():
        yield from _runs(sorted(numbered))


def _runs(numbered: list[tuple[int, int]]) -> Iterator[int]:
    run = [line for _, line in numbered[:1]]
    for (before, _), (number, line) in pairwise(numbered):
        if number - before > NEAR:
            yield from run if len(run) >= LEAST_OF_RUN else ()
            run = []
        run.append(line)
    yield from run if len(run) >= LEAST_OF_RUN else ()
