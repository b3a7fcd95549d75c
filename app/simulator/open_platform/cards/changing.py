"""What /card/update changes on a card. Hold the lock."""

from typing import Any

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.cards.fields import (
    check_base_info,
    check_dates,
    check_details,
    check_words,
)
from app.simulator.open_platform.cards.making import check_rights
from app.simulator.open_platform.cards.state import Card, CardBag
from app.simulator.open_platform.cards.types import FIX_TIME_RANGE

# The platform's page does not say which these are in full; chosen.
AUDITED = frozenset({"logo_url", "brand_name", "title", "notice", "description"})
NEVER = frozenset({"use_custom_code", "get_custom_code_mode", "bind_openid", "use_limit"})


def change_card(bag: CardBag, card: Card, spoken: dict[str, Any], *, at: float) -> bool:
    """Whether the change needs a new audit. Nothing is changed when something is refused."""
    details = {**card.details, **spoken}
    changes = details.pop("base_info", {})
    if not isinstance(changes, dict):
        raise OpenRefused(40097, "base_info")
    _check_changes(card, changes)
    base = {**card.base_info, **changes}
    check_base_info({**base, "sku": {"quantity": 0}}, card_type=card.card_type)
    check_details(details, card_type=card.card_type)
    check_rights(bag, card.app, base=base, details=details, card_type=card.card_type)
    audited = any(card.base_info.get(name) != base.get(name) for name in AUDITED)
    card.base_info, card.details, card.updated_at = base, details, at
    return audited


def _check_changes(card: Card, changes: dict[str, Any]) -> None:
    if "sku" in changes:
        raise OpenRefused(40070)
    for name in NEVER & changes.keys():
        raise OpenRefused(40097, f"base_info.{name}")
    check_words(changes)
    if "date_info" in changes:
        _check_new_dates(card, changes["date_info"])


def _check_new_dates(card: Card, dates: Any) -> None:
    """A range may only become longer; a term and no end stay what they are."""
    check_dates(dates, card_type=card.card_type)
    before = card.base_info["date_info"]
    if dates["type"] != before["type"]:
        raise OpenRefused(40079)
    if dates["type"] != FIX_TIME_RANGE:
        if dates != before:
            raise OpenRefused(40079)
        return
    later = dates["begin_timestamp"] > before["begin_timestamp"]
    if later or dates["end_timestamp"] < before["end_timestamp"]:
        raise OpenRefused(40079)
