from dataclasses import dataclass

from app.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class AssistHelped(Event):
    """The progress of a task is another one: cards in chats show it."""

    task_id: int


@dataclass(frozen=True, kw_only=True)
class AssistUnlocked(Event):
    """Once for the owner and once for each helper."""

    task_id: int
    member_id: int


@dataclass(frozen=True, kw_only=True)
class AssistShort(Event):
    """One helper is missing."""

    task_id: int
    member_id: int


@dataclass(frozen=True, kw_only=True)
class AssistHurry(Event):
    """Little time is left."""

    task_id: int
    member_id: int


@dataclass(frozen=True, kw_only=True)
class AssistOver(Event):
    """The task ended without being unlocked."""

    task_id: int
    member_id: int
