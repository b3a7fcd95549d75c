"""What the shipping management service knows of each paid order of a mini-program."""

from dataclasses import dataclass, field
from typing import Any

from app.simulator.pay.state import Order

TO_SHIP, SHIPPED, RECEIVED, COMPLETE, REFUNDED, FUNDS_PENDING = 1, 2, 3, 4, 5, 6
EXPRESS, CITY, VIRTUAL, PICK_UP = 1, 2, 3, 4
UNIFIED, SPLIT = 1, 2
MANUAL, AUTOMATIC = 1, 2


@dataclass(kw_only=True)
class Trade:
    """How the platform treats the trade of one mini-program.

    `managed` apps ship through the service; a `controlled` one may not take payments until it does.
    """

    managed: bool = True
    controlled: bool = False
    confirmation_completed: bool = True
    has_shipped: bool = False
    has_traded: bool = False
    jump_path: str = ""


@dataclass(kw_only=True)
class Shipment:
    """One paid order and how far its delivery has come; instants are unix seconds, 0 is not yet."""

    order: Order
    logistics_type: int = 0
    delivery_mode: int = 0
    parcels: list[dict[str, Any]] = field(default_factory=list)
    upload_time: float = 0.0
    finish_count: int = 0
    finished: bool = False
    shipped_at: float = 0.0
    received_at: float = 0.0
    receive_method: int = 0
    settled_at: float = 0.0
    was_reminded: bool = False
    in_complaint: bool = False
    special_type: int = 0
    delay_to: int = 0

    @property
    def returned_fen(self) -> int:
        """What refunds have given back for good."""
        return sum(each.fen for each in self.order.refunds if each.status == "SUCCESS")

    @property
    def state(self) -> int:
        """The platform's order_state, 1 to 6."""
        if self.returned_fen >= self.order.total_fen:
            return REFUNDED
        if self.settled_at:
            return COMPLETE
        if self.received_at:
            return FUNDS_PENDING if self.in_complaint else RECEIVED
        return SHIPPED if self.finished else TO_SHIP

    @property
    def frozen_fen(self) -> int:
        """What the merchant cannot have yet."""
        if self.state in {COMPLETE, REFUNDED}:
            return 0
        return self.order.total_fen - self.returned_fen


@dataclass(kw_only=True)
class Shipping:
    """Callers hold the world's lock.

    An order can be found `lag_seconds` after its payment; money comes `settle_seconds` after the
    customer has confirmed by hand (the platform's page gives no number; chosen).
    """

    lag_seconds: float = 0.0
    settle_seconds: float = 60.0
    shipments: dict[tuple[str, str], Shipment] = field(default_factory=dict)
    trades: dict[str, Trade] = field(default_factory=dict)

    def trade(self, appid: str) -> Trade:
        """The trade of this app."""
        return self.trades.setdefault(appid, Trade())

    def shipment(self, order: Order) -> Shipment:
        """The shipment of this paid order, waiting to be shipped when it is new."""
        key = (order.merchant.mchid, order.transaction_id)
        return self.shipments.setdefault(key, Shipment(order=order))
