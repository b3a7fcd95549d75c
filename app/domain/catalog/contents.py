"""What is in an offer, in the wording that would be sold now."""

from dataclasses import dataclass
from typing import Any

from app.domain.catalog.publishing import OfferItemDraft
from app.domain.catalog.rules import Conditions
from app.domain.catalog.statements import ITEMS
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

    def draft(self) -> OfferItemDraft:
        return OfferItemDraft(
            name=self.name,
            quantity=self.quantity,
            market_value_fen=self.market_value_fen,
            conditions=self.conditions,
        )


def list_items(*, merchant_id: int, offer_id: int) -> list[Item]:
    return fetch_all(Item, ITEMS, {"merchant_id": merchant_id, "offer_id": offer_id})
