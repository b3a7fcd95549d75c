"""What is in an offer, in the wording that would be sold now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.catalog.drafts import OfferItemDraft
from app.domain.catalog.kinds import benefit_ids_of
from app.domain.catalog.models import OfferKind
from app.domain.catalog.rules import Conditions
from app.domain.catalog.statements import DRAFT_ITEMS, DRAFT_NAMED, ITEMS, NAMED
from app.kernel.db import fetch_all


@dataclass(frozen=True)
class Item:
    """The wording's columns are None while none is published."""

    benefit_id: int
    benefit_number: str
    quantity: int
    name: str
    kind: str | None
    market_value_fen: int | None
    face: dict[str, Any] | None
    conditions_json: dict[str, Any] | None
    hand_over: str | None

    @property
    def conditions(self) -> Conditions | None:
        found = self.conditions_json
        return None if found is None else Conditions.from_json(found)

    def draft(self, *, codes_in_stock: int | None = None) -> OfferItemDraft:
        return OfferItemDraft(
            name=self.name,
            quantity=self.quantity,
            market_value_fen=self.market_value_fen,
            conditions=self.conditions,
            kind=self.kind,
            face=self.face or {},
            codes_in_stock=codes_in_stock,
        )


def list_items(*, merchant_id: int, offer_id: int, with_drafts: bool = False) -> list[Item]:
    """`with_drafts`: in words that nobody published yet, where there are no others."""
    statement = DRAFT_ITEMS if with_drafts else ITEMS
    return fetch_all(Item, statement, {"merchant_id": merchant_id, "offer_id": offer_id})


def list_promised(
    *, merchant_id: int, kind: OfferKind, terms: Mapping[str, Any], with_drafts: bool = False
) -> list[Item]:
    """What the terms promise over their whole time: what comes to whoever does not choose.

    The other choices follow with a quantity of nothing.
    """
    if not benefit_ids_of(kind, terms):
        return []
    sent = [
        (item["benefit_ids"][0], item["quantity"] * terms["periods"]) for item in terms["items"]
    ]
    others = [(other, 0) for item in terms["items"] for other in item["benefit_ids"][1:]]
    return _named(merchant_id, [*sent, *others], DRAFT_NAMED if with_drafts else NAMED)


def list_named(*, merchant_id: int, quantities: Mapping[int, int]) -> list[Item]:
    """Benefits by id, in this order, as an offer would hold so many of each; drafts too."""
    return _named(merchant_id, list(quantities.items()), DRAFT_NAMED)


def _named(merchant_id: int, wanted: Sequence[tuple[int, int]], statement: str) -> list[Item]:
    named = {
        "merchant_id": merchant_id,
        "ids": [benefit_id for benefit_id, _ in wanted],
        "quantities": [quantity for _, quantity in wanted],
    }
    return fetch_all(Item, statement, named)
