"""How long it takes after a blow until everything works again, as the clients see it."""

import time
from collections import Counter

from chaos.journal import Attempt, Reader

KINDS = (
    "place",
    "pay",
    "hand_over",
    "redeem",
    "reverse",
    "gift",
    "claim",
    "refund",
    "help",
    "top_up",
    "spend",
)
LOOKS_EVERY_S = 0.2


class Watch:
    """Reads along in the clients' logs."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.acknowledged: Counter[str] = Counter()

    @property
    def total(self) -> int:
        self.look()
        return self.acknowledged.total()

    def look(self) -> list[Attempt]:
        """What was acknowledged since the last look."""
        fresh = [each for each in self.reader.catch_up() if each.is_acknowledged]
        self.acknowledged.update(each.kind for each in fresh)
        return fresh

    def full_round(self, *, since: float, within: float) -> float | None:
        """Seconds from then until one of every kind was begun and acknowledged; None if not within.

        `since` is this machine's clock.
        """
        first: dict[str, float] = {}
        while len(first) < len(KINDS):
            for each in self.look():
                if each.at >= since:
                    first.setdefault(each.kind, each.told_at)
            if time.time() - since > within:
                return None
            time.sleep(LOOKS_EVERY_S)
        return max(first.values()) - since

    def missing(self, *, since: float) -> list[str]:
        """Kinds of which none was begun and acknowledged since then."""
        seen = {
            each.kind
            for each in self.reader.attempts.values()
            if each.is_acknowledged and each.at >= since
        }
        return [kind for kind in KINDS if kind not in seen]
