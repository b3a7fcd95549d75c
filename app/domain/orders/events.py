from dataclasses import dataclass, field

from app.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class OrderPaid(Event):
    order_id: int


@dataclass(frozen=True, kw_only=True)
class OrderFromChat(Event):
    """It was bought from a chat, which is still sealed.

    The three texts open it only together with the app's secret, once, and for five minutes.
    """

    order_id: int
    member_id: int
    appid: str
    code: str = field(repr=False)
    encrypted_data: str = field(repr=False)
    iv: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class PaymentCameLate(Event):
    """Money arrived for an order that cannot take it; it goes back by itself."""

    payment_id: int


@dataclass(frozen=True, kw_only=True)
class PotsMoved(Event):
    """A voucher or points of a member's were set aside for an order, spent, or given back."""

    order_id: int
    member_id: int
    voucher_id: int | None
