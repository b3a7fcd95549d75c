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
    def appid(self) -> str:
        """The merchant's app; a service provider's own."""
        return str(self.asked.get("appid") or self.asked["sp_appid"])

    @property
    def sub_mchid(self) -> str:
        """The service provider's shop; empty when the merchant sells himself."""
        return str(self.asked.get("sub_mchid", ""))

    @property
    def payee_mchid(self) -> str:
        """Whose money it becomes."""
        return self.sub_mchid or self.merchant.mchid

    @property
    def payer_appid(self) -> str:
        """The app in which `openid` is the payer's."""
        return str(self.asked["sub_appid"]) if "sub_openid" in self.asked["payer"] else self.appid

    @property
    def openid(self) -> str:
        """Whose order it is."""
        payer = self.asked["payer"]
        return str(payer.get("openid") or payer.get("sp_openid") or payer["sub_openid"])

    @property
    def is_shared(self) -> bool:
        """Whether its money is frozen to be shared."""
        return bool((self.asked.get("settle_info") or {}).get("profit_sharing"))

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
    """A refund. `status` is PROCESSING, SUCCESS, ABNORMAL or CLOSED.

    What it costs the merchant comes from the order's frozen money and from his balance.
    """

    order: Order
    asked: dict[str, Any]
    refund_id: str
    made_at: float
    status: str = "PROCESSING"
    succeeded_at: float = 0.0
    to_account: str = "支付用户零钱"
    from_frozen_fen: int = 0
    from_balance_fen: int = 0

    @property
    def number(self) -> str:
        """The merchant's number, out_refund_no."""
        return str(self.asked["out_refund_no"])

    @property
    def fen(self) -> int:
        """What is given back."""
        return int(self.asked["amount"]["refund"])


@dataclass(frozen=True, kw_only=True)
class Combined:
    """Orders of several merchants that are paid at once; `merchant` asked and is told."""

    merchant: Merchant
    asked: dict[str, Any]
    orders: tuple[Order, ...]


@dataclass(frozen=True, kw_only=True)
class Prepay:
    """A prepay_id, good for two hours whatever the order says.

    `order` is the first of a combined payment's.
    """

    order: Order
    made_at: float
    combined: Combined | None = None

    @property
    def orders(self) -> tuple[Order, ...]:
        """All that is paid with it."""
        return self.combined.orders if self.combined else (self.order,)

    @property
    def merchant(self) -> Merchant:
        """Who signs for it and is told."""
        return self.combined.merchant if self.combined else self.order.merchant

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
    combined: dict[tuple[str, str], Combined] = field(default_factory=dict)
    prepays: dict[str, Prepay] = field(default_factory=dict)
    refunds: dict[tuple[str, str], Refund] = field(default_factory=dict)
    statements: dict[str, Statement] = field(default_factory=dict)
