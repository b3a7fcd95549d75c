"""What the stories say, line by line, and the table at the end."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Result:
    """One story: how many checks held, and what did not."""

    name: str
    version: str
    held: int = 0
    failures: list[str] = field(default_factory=list)

    @property
    def failed(self) -> int:
        """How many checks did not hold."""
        return len(self.failures)

    def hear(self, line: str) -> str:
        """Count one line of a story; what to print of it.

        A story says `{"check": words, "ok": bool, "note": words}`; anything else is chatter.
        """
        try:
            told = json.loads(line)
            check, ok, note = str(told["check"]), bool(told["ok"]), str(told["note"])
        except (ValueError, KeyError, TypeError):
            return f"         {line}"
        if ok:
            self.held += 1
            return f"  ok     {self.name}: {check}"
        self.fail(check)
        return f"  FAILED {self.name}: {check}: {note}"

    def fail(self, what: str) -> None:
        """Something did not hold."""
        self.failures.append(what)


def table(results: Sequence[Result]) -> str:
    """One line per story."""
    width = max((len(each.name) for each in results), default=0)
    lines = [f"{'library':<{width}}  {'version':<8} {'held':>5} {'failed':>7}"]
    for each in results:
        failed = ", ".join(each.failures)
        counts = f"{each.held:>5} {each.failed:>7}"
        lines.append(f"{each.name:<{width}}  {each.version:<8} {counts}  {failed}".rstrip())
    return "\n".join(["", *lines, ""])
