"""What may be a few seconds old, kept in the process to spare the database a question."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from app.kernel import clock

Known = TypeVar("Known")


class Memory(Generic[Known]):
    """Answers by question, each good for some seconds, and never more than `most` of them."""

    def __init__(self, *, seconds: float, most: int = 20_000) -> None:
        self._seconds = seconds
        self._most = most
        self._answers: dict[Hashable, tuple[float, Known]] = {}

    def recall(self, question: Hashable) -> Known | None:
        good_until, known = self._answers.get(question, (0.0, None))
        return known if clock.monotonic() < good_until else None

    def learn(self, question: Hashable, ask: Callable[[], Known]) -> Known:
        """Ask anew. Only good news is kept; an error or a None forgets what was known."""
        self._answers.pop(question, None)
        known = ask()
        if known:
            if len(self._answers) >= self._most:
                self._answers.clear()
            self._answers[question] = (clock.monotonic() + self._seconds, known)
        return known

    def recall_or_learn(self, question: Hashable, ask: Callable[[], Known]) -> Known:
        known = self.recall(question)
        return self.learn(question, ask) if known is None else known

    def forget(self) -> None:
        self._answers.clear()
