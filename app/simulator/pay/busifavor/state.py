"""Stocks and coupons as the platform remembers them. Times are unix seconds, amounts fen."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.simulator.clock import beijing
from app.simulator.people import User
from app.simulator.settings import Merchant

SENDED, USED, EXPIRED = "SENDED", "USED", "EXPIRED"
DELETED, DEACTIVATED = "DELETED", "DEACTIVATED"
STATES = (SENDED, USED, EXPIRED, DELETED, DEACTIVATED)
RUNNING = "RUNNING"
STOCK_STATES = ("UNAUDIT", RUNNING, "STOPED", "PAUSED")


@dataclass(kw_only=True)
class Stock:
    """A kind of coupon. `asked` is what the merchant said of it, changes included."""

    id: str
    merchant: Merchant
    asked: dict[str, Any]
    made_at: float
    state: str = RUNNING
    uploaded: dict[str, float] = field(default_factory=dict)
    coupons: list["Coupon"] = field(default_factory=list)

    @property
    def send_rule(self) -> dict[str, Any]:
        """How many may be given, to whom."""
        return dict(self.asked["stock_send_rule"])

    @property
    def use_rule(self) -> dict[str, Any]:
        """When and for what a coupon is good."""
        return dict(self.asked["coupon_use_rule"])

    @property
    def code_mode(self) -> str:
        """Who makes the codes: WECHATPAY_MODE, MERCHANT_API or MERCHANT_UPLOAD."""
        return str(self.asked["coupon_code_mode"])

    def free_codes(self) -> list[str]:
        """Uploaded codes that nobody has yet."""
        given = {each.code for each in self.coupons}
        return [code for code in self.uploaded if code not in given]

    def given_on_the_day_of(self, at: float) -> int:
        """How many were given on this Beijing day."""
        day = beijing(at).date()
        return sum(beijing(each.sent_at).date() == day for each in self.coupons)


@dataclass(kw_only=True)
class Coupon:
    """One coupon of one person. It reads EXPIRED by the clock when it was neither used nor lost."""

    code: str
    stock: Stock
    user: User
    sender: Merchant
    sent_at: float
    starts_at: float
    ends_at: float
    send_request_no: str
    channel: str
    recorded_state: str = SENDED
    used_at: float = 0.0
    use_request_no: str = ""
    out_trade_no: str = ""
    returned_at: float = 0.0
    return_request_no: str = ""
    deactivated_at: float = 0.0
    deactivate_request_no: str = ""
    deactivate_reason: str = ""

    def state(self, at: float) -> str:
        """Its state as of now."""
        expired = self.recorded_state == SENDED and at >= self.ends_at
        return EXPIRED if expired else self.recorded_state

    def force(self, state: str, *, at: float) -> None:
        """Let it be in this state from now on."""
        if state == EXPIRED:
            self.ends_at = min(self.ends_at, at)
        self.recorded_state = SENDED if state == EXPIRED else state


@dataclass(kw_only=True)
class Busifavor:
    """Stocks by number, and where each merchant wants to be told. Callers hold the lock."""

    stocks: dict[str, Stock] = field(default_factory=dict)
    urls: dict[str, tuple[str, float]] = field(default_factory=dict)
    receipts: dict[str, dict[str, Any]] = field(default_factory=dict)

    def coupons(self) -> Iterator[Coupon]:
        """Every coupon."""
        for stock in self.stocks.values():
            yield from stock.coupons

    def sent_by(self, merchant: Merchant, request_no: str) -> Coupon | None:
        """What this merchant gave under this number."""
        given = (
            each
            for each in self.coupons()
            if each.sender == merchant and each.send_request_no == request_no
        )
        return next(given, None)
