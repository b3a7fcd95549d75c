from dataclasses import dataclass

from app.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class ShareClaimed(Event):
    """A friend has it now."""

    share_number: str


@dataclass(frozen=True, kw_only=True)
class ShareTakenBack(Event):
    """The owner took back what his friend had not used."""

    share_number: str
