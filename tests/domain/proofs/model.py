"""What the random walk knows: who holds which use, what is on its way, and what was spent."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(eq=False)
class Use:
    """A voucher in the model."""

    id: int
    number: str
    card: str
    holder: int
    valid_until: object
    state: str = "active"
    is_shareable: bool = True
    was_shared: bool = False
    hands: int = 0


@dataclass(eq=False)
class Passage:
    """A gift or a share: something on its way to somebody."""

    kind: str
    number: str
    uses: list
    giver: int
    ends_at: object
    told: object = None
    card: str = ""
    state: str = "waiting"
    taker: int | None = None


@dataclass(eq=False)
class Spent:
    use: Use
    verdict: object
    at: object
    is_reversed: bool = False


@dataclass(eq=False)
class Person:
    member: object
    openid: str
    unionid: str | None

    @property
    def id(self):
        return self.member.id


@dataclass
class Seen:
    id: int
    number: str
    card: str
    holder: int
    valid_until: object
    state: str


@dataclass
class TaskId:
    id: int


@dataclass
class Tally:
    """What was done in all walks of a run, so that a walk which only refuses shows."""

    steps: int = 0
    done: Counter = field(default_factory=Counter)
    refused: Counter = field(default_factory=Counter)


TALLY = Tally()
