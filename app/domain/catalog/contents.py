"""What is in an offer, in the wording that would be sold now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.catalog.drafts import OfferItemDraft
from app.domain.catalog.kinds import benefit_ids_of
from app.domain.catalog.models import OfferKind
from app.domain.catalog.rules import Conditions
from app.domain.catalog.statements import ITEMS, NAMED
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


def list_items(*, merchant_id: int, offer_id: int) -> list[Item]:
    return fetch_all(Item, ITEMS, {"merchant_id": merchant_id, "offer_id": offer_id})


def list_promised(*, merchant_id: int, kind: OfferKind, terms: Mapping[str, Any]) -> list[Item]:
    """What the terms promise over their whole time: what comes to whoever does not choose.

    The other choices follow with a quantity of nothing.
    """
    if not benefit_ids_of(kind, terms):
        return []
    sent = [
        (item["benefit_ids"][0], item["quantity"] * terms["periods"]) for item in terms["items"]
    ]
    others = [(other, 0) for item in terms["items"] for other in item["benefit_ids"][1:]]
    ids, quantities = zip(*sent, *others, strict=True)
    named = {"merchant_id": merchant_id, "ids": list(ids), "quantities": list(quantities)}
    return fetch_all(Item, NAMED, named)
