"""What profit sharing remembers. All amounts are fen; hold the world's lock."""

from dataclasses import dataclass, field
from typing import Any

from app.simulator.pay.bill_day import fee_fen
from app.simulator.pay.state import Order

MAX_RATIO_BP = 3000
FROZEN_SECONDS = 30 * 86_400


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """Somebody whom a merchant may share with, as first added."""

    type: str
    account: str
    relation_type: str
    custom_relation: str = ""
    name: str = ""


@dataclass(kw_only=True)
class Share:
    """One receiver's part. `result` is PENDING, SUCCESS or CLOSED (then see `fail_reason`)."""

    type: str
    account: str
    fen: int
    description: str
    detail_id: str
    made_at: float
    result: str = "PENDING"
    fail_reason: str = ""
    finished_at: float = 0.0


@dataclass(kw_only=True)
class SharingOrder:
    """One request to share or to unfreeze; `asked` has its names opened."""

    mchid: str
    order: Order
    asked: dict[str, Any]
    order_id: str
    made_at: float
    shares: list[Share]
    is_unfreezing: bool = False

    @property
    def number(self) -> str:
        """The merchant's number, out_order_no."""
        return str(self.asked["out_order_no"])

    @property
    def state(self) -> str:
        """FINISHED says only that every receiver's result is known."""
        pending = any(each.result == "PENDING" for each in self.shares)
        return "PROCESSING" if pending else "FINISHED"


@dataclass(kw_only=True)
class Return:
    """Shared money on its way back. `result` is PROCESSING, SUCCESS or FAILED."""

    mchid: str
    sharing: SharingOrder
    asked: dict[str, Any]
    return_id: str
    made_at: float
    result: str = "PROCESSING"
    fail_reason: str = ""
    finished_at: float = 0.0

    @property
    def number(self) -> str:
        """The merchant's number, out_return_no."""
        return str(self.asked["out_return_no"])

    @property
    def fen(self) -> int:
        """What comes back."""
        return int(self.asked["amount"])

    @property
    def from_mchid(self) -> str:
        """Who gives back."""
        return str(self.asked["return_mchid"])


@dataclass(kw_only=True)
class Funds:
    """The frozen money of one order: what was paid less the fee, until it is thawed."""

    order: Order
    thawed: bool = False
    shared_fen: int = 0
    refunded_fen: int = 0

    @property
    def frozen_fen(self) -> int:
        """What can still be shared."""
        if self.thawed:
            return 0
        total = self.order.total_fen
        fee = fee_fen(total, fee_bp=self.order.merchant.fee_bp)
        return max(total - fee - self.shared_fen - self.refunded_fen, 0)


@dataclass(kw_only=True)
class Sharing:
    """Receivers are keyed by (mchid, sub_mchid, type, account), the rest by (mchid, number).

    `fails` has the fail_reason for an account's next shares, `returns_fail` that for a merchant's
    returns.
    """

    receivers: dict[tuple[str, str, str, str], Receiver] = field(default_factory=dict)
    orders: dict[tuple[str, str], SharingOrder] = field(default_factory=dict)
    returns: dict[tuple[str, str], Return] = field(default_factory=dict)
    funds: dict[str, Funds] = field(default_factory=dict)
    max_ratio_bp: dict[str, int] = field(default_factory=dict)
    notify_urls: dict[str, str] = field(default_factory=dict)
    fails: dict[str, str] = field(default_factory=dict)
    returns_fail: dict[str, str] = field(default_factory=dict)

    def ratio_of(self, mchid: str) -> int:
        """The largest part of an order that may be shared, in basis points."""
        return self.max_ratio_bp.get(mchid, MAX_RATIO_BP)

    def of_order(self, order: Order) -> list[SharingOrder]:
        """The requests about one order, oldest first."""
        return [each for each in self.orders.values() if each.order is order]
