"""One Beijing day of a merchant.

A payment belongs to the day on which it was paid, a refund to the day on which it was asked for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.simulator.pay.state import Order, Refund

DAY_SECONDS = 86_400


@dataclass(frozen=True, kw_only=True)
class Day:
    """A merchant's paid orders, and when the Beijing day begins (unix seconds)."""

    orders: Sequence[Order]
    begins_at: float

    def has(self, at: float) -> bool:
        """Whether an instant lies in this day."""
        return self.begins_at <= at < self.begins_at + DAY_SECONDS

    def paid(self) -> list[Order]:
        """The payments of the day."""
        return [each for each in self.orders if self.has(each.paid_at)]

    def refunded(self) -> list[Refund]:
        """The refunds asked for on the day."""
        return [each for each in refunds_of(self.orders) if self.has(each.made_at)]


def refunds_of(orders: Iterable[Order]) -> list[Refund]:
    """All refunds of some orders."""
    return [refund for order in orders for refund in order.refunds]


def fee_fen(fen: int, *, fee_bp: int) -> int:
    """WeChat's fee on an amount, rounded half up to a fen."""
    return (fen * fee_bp + 5_000) // 10_000
