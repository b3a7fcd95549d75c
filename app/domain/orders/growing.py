"""What a purchase adds to its buyer's growth."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.catalog import OfferKind
from app.domain.orders import statements
from app.kernel.db import fetch_all

# Money that waits to be spent counts when it is spent.
_NOT_SPENT_YET = frozenset({OfferKind.TOPUP, OfferKind.GIFT_CARD})


@dataclass(frozen=True)
class GrowthLine:
    """A line of a paid order: `money_fen` was paid for `quantity` of the offer of that number."""

    order_number: str
    member_id: int
    offer: str
    kind: str
    quantity: int
    money_fen: int
    paid_at: datetime

    @property
    def spent_fen(self) -> int:
        return 0 if OfferKind(self.kind) in _NOT_SPENT_YET else self.money_fen


def list_growth(*, merchant_id: int, order_id: int) -> list[GrowthLine]:
    """The lines of an order, for what they add to growth. Empty for an unknown order."""
    return fetch_all(
        GrowthLine, statements.GROWTH, {"merchant_id": merchant_id, "order_id": order_id}
    )
