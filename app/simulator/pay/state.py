"""What api.mch.weixin.qq.com remembers. All amounts are fen."""

from dataclasses import dataclass, field
from typing import Any

from app.simulator.settings import Merchant

PREPAY_SECONDS = 7200
ORDER_SECONDS = 7 * 86_400


@dataclass(kw_only=True)
class Order:
    """An order and, once paid, its transaction. `state` is NOTPAY, SUCCESS, REFUND or CLOSED."""

    merchant: Merchant
    asked: dict[str, Any]
    made_at: float
    expires_at: float
    state: str = "NOTPAY"
    transaction_id: str = ""
    paid_at: float = 0.0
    refunds: list["Refund"] = field(default_factory=list)

    @property
    def number(self) -> str:
        """The merchant's number, out_trade_no."""
        return str(self.asked["out_trade_no"])

    @property
    def total_fen(self) -> int:
        """What the customer pays."""
        return int(self.asked["amount"]["total"])

    @property
    def openid(self) -> str:
        """Whose order it is."""
        return str(self.asked["payer"]["openid"])

    @property
    def refunded_fen(self) -> int:
        """What was given back or is on its way; a closed refund was not."""
        return sum(each.fen for each in self.refunds if each.status != "CLOSED")

    def close_when_late(self, at: float) -> None:
        """An order that was not paid in time is closed."""
        if self.state == "NOTPAY" and at >= self.expires_at:
            self.state = "CLOSED"


@dataclass(kw_only=True)
class Refund:
    """A refund. `status` is PROCESSING, SUCCESS, ABNORMAL or CLOSED."""

    order: Order
    asked: dict[str, Any]
    refund_id: str
    made_at: float
    status: str = "PROCESSING"
    succeeded_at: float = 0.0

    @property
    def number(self) -> str:
        """The merchant's number, out_refund_no."""
        return str(self.asked["out_refund_no"])

    @property
    def fen(self) -> int:
        """What is given back."""
        return int(self.asked["amount"]["refund"])


@dataclass(frozen=True, kw_only=True)
class Prepay:
    """A prepay_id, good for two hours whatever the order says."""

    order: Order
    made_at: float

    def is_fresh(self, at: float) -> bool:
        """Whether the phone may still pay with it."""
        return at - self.made_at <= PREPAY_SECONDS


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A statement ready to be fetched."""

    mchid: str
    content: bytes
    made_at: float


@dataclass(kw_only=True)
class Pay:
    """Callers hold the world's lock. Orders and refunds are keyed by (mchid, merchant's number)."""

    orders: dict[tuple[str, str], Order] = field(default_factory=dict)
    paid: dict[tuple[str, str], Order] = field(default_factory=dict)
    prepays: dict[str, Prepay] = field(default_factory=dict)
    refunds: dict[tuple[str, str], Refund] = field(default_factory=dict)
    statements: dict[str, Statement] = field(default_factory=dict)
