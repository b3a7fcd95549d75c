"""Activities behind updatable and private messages."""

from dataclasses import dataclass, field

OPEN, STARTED = 0, 1
LIFE_SECONDS = 86_400
PRIVATE_SHARE_SECONDS = 7 * 86_400
PRIVATE_CHECK_SECONDS = 120 * 86_400


@dataclass(kw_only=True)
class Activity:
    """An activity_id: one updatable message's content, or the mark of a private message."""

    activity_id: str
    appid: str
    made_at: float
    state: int = OPEN
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def expires_at(self) -> float:
        """When it can be updated no longer."""
        return self.made_at + LIFE_SECONDS


@dataclass(kw_only=True)
class Activities:
    """Callers hold the world's lock."""

    by_id: dict[str, Activity] = field(default_factory=dict)
