from dataclasses import dataclass

from app.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class OrderPaid(Event):
    order_id: int


@dataclass(frozen=True, kw_only=True)
class PaymentCameLate(Event):
    """Money arrived for an order that cannot take it; it goes back by itself."""

    payment_id: int
