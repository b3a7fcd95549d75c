from dataclasses import dataclass

from app.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class RefundAsked(Event):
    refund_id: int
