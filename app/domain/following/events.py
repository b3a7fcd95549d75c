from dataclasses import dataclass

from app.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class CardEventTold(Event):
    """Something happened to a card in somebody's WeChat; the inbox row holds it as JSON."""

    inbox_id: int


@dataclass(frozen=True, kw_only=True)
class ShippingReminded(Event):
    """The platform waits for us to report a paid order as shipped. `app_id` is our row."""

    app_id: int
    transaction_id: str


@dataclass(frozen=True, kw_only=True)
class OrderSettled(Event):
    """The platform lets the money of an order go. `app_id` is our row.

    `payment_number` is what the platform calls our bill.
    """

    app_id: int
    transaction_id: str
    payment_number: str


@dataclass(frozen=True, kw_only=True)
class FollowerCame(Event):
    """Somebody follows, scans or writes whose unionid we do not know yet. `app_id` is our row."""

    app_id: int
    follower_id: int
