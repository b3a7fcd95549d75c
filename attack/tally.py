"""What an attack tried, what became of it, and the table of all of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

MOST_TOLD = 8
HEAD = f"{'attack':34}{'tries':>8}{'refused':>9}  {'verdict':9}{'seconds':>8}"


@dataclass
class Tally:
    """One attack. `broke` says what succeeded, `notes` what was seen, `seconds` how long it took."""

    name: str
    tries: int = 0
    broke: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    failure: str = ""
    seconds: float = 0.0

    @property
    def refused(self) -> int:
        return self.tries - len(self.broke)

    @property
    def verdict(self) -> str:
        """An attack that did not come to its end has shown nothing."""
        if self.failure:
            return "FAILED"
        if self.broke:
            return "BROKEN"
        return "held" if self.tries else "FAILED"

    @property
    def has_held(self) -> bool:
        return self.verdict == "held"

    def expect(self, held: object, what: str) -> None:
        """One try: `held` is whether the house withstood it, `what` says what was tried."""
        self.tries += 1
        if not held:
            self.broke.append(what)

    def note(self, words: str) -> None:
        self.notes.append(words)


def table(tallies: Sequence[Tally]) -> str:
    """The summary for people."""
    lines = [HEAD]
    for each in tallies:
        lines.append(
            f"{each.name:34}{each.tries:8}{each.refused:9}  {each.verdict:9}{each.seconds:8.1f}"
        )
        lines += [f"    {note}" for note in each.notes]
        lines += [f"    BROKEN: {what[:300]}" for what in each.broke[:MOST_TOLD]]
        if len(each.broke) > MOST_TOLD:
            lines.append(f"    and {len(each.broke) - MOST_TOLD} more")
        if each.failure:
            lines.append(f"    FAILED: {each.failure}")
    tries = sum(each.tries for each in tallies)
    lines.append(f"{'all':34}{tries:8}{sum(each.refused for each in tallies):9}")
    return "\n".join(lines)
