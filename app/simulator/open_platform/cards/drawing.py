"""A card as the phone draws it, with everything that a page needs. Hold the lock."""

from typing import Any

from app.simulator.open_platform.cards.dates import NO_END, period, status_at
from app.simulator.open_platform.cards.membership import CUSTOM_VALUES
from app.simulator.open_platform.cards.state import (
    CONSUMED,
    DELETE,
    EXPIRE,
    GIFT_TIMEOUT,
    GIFTING,
    NORMAL,
    UNAVAILABLE,
    Card,
    CardBag,
    Gift,
    HeldCard,
)
from app.simulator.open_platform.cards.types import COLORS, TYPES
from app.simulator.world import World

STATE_WORDS = {
    NORMAL: "可使用",
    CONSUMED: "已使用",
    EXPIRE: "已过期",
    GIFTING: "赠送中",
    GIFT_TIMEOUT: "赠送已退回",
    DELETE: "已删除",
    UNAVAILABLE: "已失效",
}
FACE = (
    "title",
    "sub_title",
    "brand_name",
    "logo_url",
    "color",
    "notice",
    "description",
    "service_phone",
    "code_type",
)
LINKS = ("center", "custom", "promotion")


def drawn(world: World, held: HeldCard) -> dict[str, Any]:
    """One card in a bag. Instants are unix seconds; `end_at` None is a card without an end."""
    card = world.part(CardBag).cards[held.card_id]
    status = status_at(card, held, at=world.clock.now())
    begin, end = period(card, held)
    return {
        **face(card),
        "code": held.code,
        "holder": held.holder,
        "state": status,
        "state_words": STATE_WORDS[status],
        "received_at": held.received_at,
        "begin_at": begin,
        "end_at": None if end == NO_END else end,
        "from_friend": held.giver,
        "old_codes": list(held.old_codes),
        "outer_str": held.outer_str,
        "marked": bool(held.marked_for),
        "membership": _membership(card, held) if card.is_member_card else None,
        "messages": list(held.memos),
    }


def face(card: Card) -> dict[str, Any]:
    """What is printed on a card, whoever holds it, and which buttons it has."""
    base = card.base_info
    return {
        "card_id": card.card_id,
        "appid": card.app.appid,
        "account": card.app.name,
        "card_type": card.card_type,
        "card_type_words": TYPES[card.card_type][0],
        **{name: base.get(name, "") for name in FACE},
        "color_value": COLORS[base["color"]],
        "background_pic_url": card.details.get("background_pic_url", ""),
        "details": card.details,
        "links": [_link(base, name) for name in LINKS if base.get(_title_key(name))],
        "can_share": base.get("can_share", True),
        "can_give_friend": base.get("can_give_friend", True),
        "pay_cell": card.pay_cell,
        "self_consume": card.self_consume.get("is_open", False),
    }


def platform_view(world: World, card: Card) -> dict[str, Any]:
    """A card with its stock, its audit and all its codes, as the platform's desk sees it."""
    codes = world.part(CardBag).codes_of(card.card_id)
    return {
        **face(card),
        "status": card.status,
        "refuse_reason": card.refuse_reason,
        "quantity": card.quantity,
        "total_quantity": card.total_quantity,
        "deposited": list(card.deposited),
        "codes": [drawn(world, each) for each in codes],
    }


def gift_view(world: World, gift: Gift) -> dict[str, Any]:
    """A gift as giver and friend see it."""
    card = world.part(CardBag).cards[gift.card_id]
    return {
        "gift_id": gift.gift_id,
        "card_id": gift.card_id,
        "title": card.base_info["title"],
        "brand_name": card.base_info["brand_name"],
        "color_value": COLORS[card.base_info["color"]],
        "giver": gift.giver,
        "friend": gift.friend,
        "chat_room": gift.chat_room,
        "until": gift.until,
        "status": gift.status,
    }


def _membership(card: Card, held: HeldCard) -> dict[str, Any]:
    known = held.membership
    values = {name: known.custom_values.get(name, "") for name in CUSTOM_VALUES}
    return {
        "active": known.active,
        "one_tap": card.details.get("wx_activate") is True,
        "activate_url": card.details.get("activate_url", ""),
        "form": card.form,
        "number": known.number,
        "bonus": known.bonus,
        "balance_fen": known.balance_fen,
        **values,
    }


def _link(base: dict[str, Any], name: str) -> dict[str, Any]:
    return {
        "title": base[_title_key(name)],
        "sub_title": base.get(f"{name}_sub_title") or base.get(f"{name}_url_sub_title", ""),
        "url": base.get(f"{name}_url", ""),
        "mini_program": base.get(f"{name}_app_brand_user_name", ""),
        "page": base.get(f"{name}_app_brand_pass", ""),
    }


def _title_key(name: str) -> str:
    return "center_title" if name == "center" else f"{name}_url_name"
