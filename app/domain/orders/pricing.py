"""What pays for an order. All pure: amounts in fen, computed here and never taken from a client."""

from dataclasses import dataclass

from app.domain.catalog import ForSale, OfferKind
from app.domain.orders.errors import TenderRefused

# Money that buys money: at a discount it would be printed.
MONEY_KINDS = frozenset({OfferKind.TOPUP, OfferKind.GIFT_CARD})


@dataclass(frozen=True, kw_only=True)
class Price:
    """`list_fen` is the price of all pieces.

    A voucher and a part payment in points lower it; stored value pays for what remains, and
    WeChat for the rest. `points` are all points it takes: those of the price itself (an offer of
    the points mall) or those of the part payment.
    """

    list_fen: int
    voucher_fen: int = 0
    points_fen: int = 0
    points: int = 0
    value_fen: int = 0

    @property
    def discount_fen(self) -> int:
        return self.voucher_fen + self.points_fen

    @property
    def total_fen(self) -> int:
        """The money it costs: what its vouchers are allocated from."""
        return self.list_fen - self.discount_fen

    @property
    def wechat_fen(self) -> int:
        return self.total_fen - self.value_fen

    @property
    def has_tenders(self) -> bool:
        return bool(self.discount_fen or self.points or self.value_fen)


def points_of(offer: ForSale, *, quantity: int) -> int:
    """The points part of the price, for an offer of the points mall."""
    return int(offer.terms.get("points", 0)) * quantity


def takes_discounts(offer: ForSale) -> bool:
    """Whether a voucher or points may lower this offer's price."""
    return offer.kind not in MONEY_KINDS


def takes_part_points(offer: ForSale) -> bool:
    """What costs points anyway takes no more of them instead of money."""
    return takes_discounts(offer) and not offer.terms.get("points")


def refuse_tender(pot: str, why: str, message: str, **more: object) -> TenderRefused:
    return TenderRefused(message, pot=pot, why=why, **more)
