"""A card is made, by /card/create or at the controls. Hold the lock."""

import base64
import secrets
from typing import Any

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.cards.fields import check_base_info, check_details
from app.simulator.open_platform.cards.state import Card, CardBag
from app.simulator.open_platform.cards.types import MEMBER_CARD, TYPES
from app.simulator.settings import App
from app.simulator.world import World

# Which field of a member card needs which right, and how the platform says that it is missing.
MEMBER_RIGHTS = {
    "supply_bonus": ("bonus", 43011),
    "supply_balance": ("balance", 43010),
    "custom_cell1": ("custom_cell", 43012),
}


def make_card(
    world: World, app: App, *, card_type: str, spoken: dict[str, Any], card_id: str = ""
) -> Card:
    """A card of the type's object as /card/create has it, once it has been found good.

    `spoken` is {base_info, advanced_info?, …}. A `card_id` is one that the platform gave before.
    """
    details = dict(spoken)
    base = details.pop("base_info", None)
    if not isinstance(base, dict):
        raise OpenRefused(41011, "base_info")
    check_base_info(base, card_type=card_type)
    check_details(details, card_type=card_type)
    bag, now = world.part(CardBag), world.clock.now()
    check_rights(bag, app, base=base, details=details, card_type=card_type)
    quantity = base["sku"]["quantity"]
    card = Card(
        card_id=card_id or _new_card_id(),
        app=app,
        card_type=card_type,
        base_info=dict(base),
        details=details,
        quantity=quantity,
        total_quantity=quantity,
        created_at=now,
        updated_at=now,
    )
    bag.cards[card.card_id] = card
    return card


def known_type(card_type: Any) -> str:
    """One of the types, or 40071."""
    if not isinstance(card_type, str) or card_type not in TYPES:
        raise OpenRefused(40071)
    return card_type


def check_rights(
    bag: CardBag, app: App, *, base: dict[str, Any], details: dict[str, Any], card_type: str
) -> None:
    """43009 own codes, 43010 stored value, 43011 bonus, 43012 custom cell."""
    if base.get("use_custom_code") is True and not bag.may(app.appid, "custom_code"):
        raise OpenRefused(43009)
    for name, (right, errcode) in MEMBER_RIGHTS.items():
        asked = card_type == MEMBER_CARD and details.get(name)
        if asked and not bag.may(app.appid, right):
            raise OpenRefused(errcode)


def card_view(card: Card) -> dict[str, Any]:
    """The card as /card/get shows it."""
    base = {
        "id": card.card_id,
        **card.base_info,
        "status": card.status,
        "sku": {"quantity": card.quantity, "total_quantity": card.total_quantity},
        "create_time": int(card.created_at),
        "update_time": int(card.updated_at),
    }
    spoken = {"base_info": base, **card.details}
    return {"card_type": card.card_type, card.card_type.lower(): spoken}


def _new_card_id() -> str:
    return "p" + base64.urlsafe_b64encode(secrets.token_bytes(21)).decode()[:27]
