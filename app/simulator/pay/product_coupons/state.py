"""Product coupons, their stocks, and who has one. Times are unix seconds, amounts fen."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.simulator.clock import beijing
from app.simulator.people import User
from app.simulator.settings import Merchant

CONFIRMING, PENDING, EFFECTIVE, USED = "CONFIRMING", "PENDING", "EFFECTIVE", "USED"
EXPIRED, DELETED, DEACTIVATED = "EXPIRED", "DELETED", "DEACTIVATED"
STATES = (CONFIRMING, PENDING, EFFECTIVE, USED, EXPIRED, DELETED, DEACTIVATED)
SENDING = "SENDING"
STOCK_STATES = ("AUDITING", SENDING, "PAUSED", "STOPPED", "DEACTIVATED")
TOKEN_SECONDS = 300


@dataclass(kw_only=True)
class Ended:
    """Why and when something was made invalid."""

    request_no: str
    reason: str
    at: float


@dataclass(kw_only=True)
class Product:
    """A product coupon. `owner` made it: the brand, or `by_partner` a service provider for it."""

    id: str
    brand: Merchant
    owner: Merchant
    by_partner: bool
    asked: dict[str, Any]
    ended: Ended | None = None
    stocks: dict[str, "Stock"] = field(default_factory=dict)


@dataclass(kw_only=True)
class Stock:
    """How many of a product coupon may be had, and when they are good."""

    id: str
    product: Product
    asked: dict[str, Any]
    state: str = SENDING
    ended: Ended | None = None
    uploaded: list[str] = field(default_factory=list)
    coupons: list["Coupon"] = field(default_factory=list)

    @property
    def send_rule(self) -> dict[str, Any]:
        """How many may be given, to whom."""
        return dict(self.asked["stock_send_rule"])

    @property
    def period(self) -> dict[str, Any]:
        """When a coupon is good."""
        return dict(self.asked["single_usage_rule"]["coupon_available_period"])

    def free_codes(self) -> list[str]:
        """Uploaded codes that nobody has yet."""
        given = {each.code for each in self.coupons}
        return [code for code in self.uploaded if code not in given]

    def given_on_the_day_of(self, at: float) -> int:
        """How many were given on this Beijing day."""
        day = beijing(at).date()
        return sum(beijing(each.received_at).date() == day for each in self.coupons)


@dataclass(kw_only=True)
class Coupon:
    """One person's coupon. Until the brand has confirmed it, it is of no use."""

    code: str
    stock: Stock
    user: User
    appid: str
    received_at: float
    starts_at: float
    ends_at: float
    send_request_no: str
    channel: str
    attach: str = ""
    fate: str = ""
    confirm_request_no: str = ""
    confirmed_at: float = 0.0
    usage: dict[str, Any] = field(default_factory=dict)
    ended: Ended | None = None

    def state(self, at: float) -> str:
        """Its state as of now; `fate` is what no clock decides."""
        if self.fate:
            return self.fate
        if at >= self.ends_at:
            return EXPIRED
        if not self.confirmed_at:
            return CONFIRMING
        return PENDING if at < self.starts_at else EFFECTIVE

    def force(self, state: str, *, at: float) -> None:
        """Let it be in this state from now on, whatever the clock and the brand said."""
        self.fate = "" if state in {CONFIRMING, EFFECTIVE} else state
        self.confirmed_at = 0.0 if state == CONFIRMING else self.confirmed_at or at


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One coupon that is to be given to a person."""

    stock: Stock
    user: User
    appid: str
    send_request_no: str
    code: str
    attach: str
    channel: str


@dataclass(kw_only=True)
class ProductCoupons:
    """Products and tokens by number, notice addresses by (mchid, as partner). Hold the lock."""

    products: dict[str, Product] = field(default_factory=dict)
    tokens: dict[str, tuple[Wanted, float]] = field(default_factory=dict)
    urls: dict[tuple[str, bool], tuple[str, float]] = field(default_factory=dict)

    def coupons(self) -> Iterator[Coupon]:
        """Every coupon."""
        for product in self.products.values():
            for stock in product.stocks.values():
                yield from stock.coupons
