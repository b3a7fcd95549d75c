from dataclasses import dataclass

from app.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class WorkAsked(Event):
    """There is long work to begin, or to go on with."""

    work_id: int
