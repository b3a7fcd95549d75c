from dataclasses import dataclass

from app.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class TierRaised(Event):
    """`step` is the number of the move among those of the member."""

    member_id: int
    step: int


@dataclass(frozen=True, kw_only=True)
class TierEnding(Event):
    """A tier will be lost at `ends_at` (ISO 8601) unless something happens."""

    member_id: int
    ends_at: str


@dataclass(frozen=True, kw_only=True)
class GrowthChanged(Event):
    """What a member's tier rests on has changed: it is looked at again."""

    member_id: int


@dataclass(frozen=True, kw_only=True)
class TermStarted(Event):
    """A membership was bought; what its tier gives on arrival is due."""

    member_id: int
    tier: str


@dataclass(frozen=True, kw_only=True)
class TermRefunded(Event):
    """A bought membership was given back."""

    member_id: int
    tier: str
