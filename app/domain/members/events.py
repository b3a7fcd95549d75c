from dataclasses import dataclass

from app.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class MembersMerged(Event):
    """Two members of one merchant are one person. What the loser has is the winner's to use."""

    loser_id: int
    winner_id: int


@dataclass(frozen=True, kw_only=True)
class PersonErased(Event):
    """He closed his account: whatever other subjects keep of his person goes too."""

    member_id: int


@dataclass(frozen=True, kw_only=True)
class NameErased(Event):
    """He took his name back; his picture goes with it."""

    member_id: int
