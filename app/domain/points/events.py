from dataclasses import dataclass

from app.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class PointsExpiring(Event):
    """Points of a member end at `expires_at` (ISO 8601); he has not been told before."""

    member_id: int
    expires_at: str
