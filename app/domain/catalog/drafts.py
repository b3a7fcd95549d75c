"""What is about to be published, as the rules of publishing look at it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.domain.catalog.models import BenefitKind, GoodsKind, OfferKind
from app.domain.catalog.rules import Conditions


@dataclass(frozen=True, kw_only=True)
class BenefitDraft:
    kind: BenefitKind
    name: str
    market_value_fen: int
    face: Mapping[str, Any]
    conditions: Conditions
    hand_over: str


@dataclass(frozen=True, kw_only=True)
class OfferItemDraft:
    """`market_value_fen` and `conditions` are None while no wording is published.

    `codes_in_stock`: third-party codes that nobody has yet; None when nobody asked.
    """

    name: str
    quantity: int
    market_value_fen: int | None
    conditions: Conditions | None
    kind: str | None = None
    face: Mapping[str, Any] = field(default_factory=dict)
    codes_in_stock: int | None = None


@dataclass(frozen=True, kw_only=True)
class OfferDraft:
    """`items` are the vouchers of one piece, `named` what its terms promise over their time.

    `tiers`: the numbers of the merchant's tiers; None when nobody asked.
    """

    kind: OfferKind
    goods_kind: GoodsKind
    title: str
    description: str
    price_fen: int
    sale_ends_at: datetime | None
    items: Sequence[OfferItemDraft]
    named: Sequence[OfferItemDraft] = ()
    terms: Mapping[str, Any] = field(default_factory=dict)
    tiers: Collection[str] | None = None

    @property
    def total_value_fen(self) -> int:
        valued = (*self.items, *self.named)
        return sum(item.quantity * (item.market_value_fen or 0) for item in valued)

    @property
    def gives_a_tier(self) -> bool:
        """A tier is worth something that no sum of market values says."""
        return self.terms.get("tier") is not None
