from dataclasses import dataclass

from app.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class RefundAsked(Event):
    refund_id: int


@dataclass(frozen=True, kw_only=True)
class RefundSettled(Event):
    """WeChat said how a refund of what was bought went; look at its state."""

    refund_number: str


@dataclass(frozen=True, kw_only=True)
class TransferAsked(Event):
    transfer_id: int


@dataclass(frozen=True, kw_only=True)
class TransferSettled(Event):
    """A transfer came to an end, whichever; look at its state."""

    transfer_number: str


@dataclass(frozen=True, kw_only=True)
class TransferWaits(Event):
    """Its payee has to confirm it on his phone, within a day."""

    transfer_number: str
