"""wx.addCard: the cardExt that the account signed with its wx_card ticket. Hold the lock."""

import hashlib
import json
import re
from typing import Any

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.cards.fields import LAST_SECOND
from app.simulator.open_platform.cards.handing import hand_out
from app.simulator.open_platform.cards.secret_codes import seal_code
from app.simulator.open_platform.cards.state import Card, CardBag, Offer
from app.simulator.open_platform.official.tickets import ticket_of
from app.simulator.people import User
from app.simulator.world import World

# A signature lives as long as its ticket; the platform's page does not say; chosen.
SIGNATURE_SECONDS = 7200
BAD_SIGNATURE = 49004
BAD_EXTENSION = 40080
SECONDS = re.compile(r"[0-9]{1,10}")


def signature(*values: str) -> str:
    """SHA-1 of the values in byte order, joined with nothing; empty ones do not count."""
    ordered = sorted(value.encode() for value in values)
    return hashlib.sha1(b"".join(ordered), usedforsecurity=False).hexdigest()


def add_card(world: World, user: User, item: dict[str, Any]) -> dict[str, Any]:
    """One {cardId, cardExt} of wx.addCard's cardList, as its callback gets it back."""
    told = {"cardId": item.get("cardId"), "cardExt": item.get("cardExt")}
    try:
        sealed = _receive(world, user, item)
    except OpenRefused as refused:
        words = "签名错误" if refused.errcode == BAD_SIGNATURE else refused.errmsg
        return {**told, "isSuccess": False, "errCode": refused.errcode, "errMsg": words}
    return {**told, "code": sealed, "isSuccess": True}


def _receive(world: World, user: User, item: dict[str, Any]) -> str:
    bag = world.part(CardBag)
    card = bag.cards.get(str(item.get("cardId")))
    if card is None:
        raise OpenRefused(40073)
    extension = _read(item.get("cardExt"))
    _check_signature(world, card, extension)
    held = hand_out(world, card, user, _offer(card, extension))
    bag.used_extensions.add(_once(card, extension))
    return seal_code(bag, held)


def _read(text: Any) -> dict[str, str]:
    try:
        extension = json.loads(text)
    except (TypeError, ValueError):
        raise OpenRefused(BAD_EXTENSION) from None
    if not isinstance(extension, dict):
        raise OpenRefused(BAD_EXTENSION)
    return {name: "" if value is None else str(value) for name, value in extension.items()}


def _check_signature(world: World, card: Card, extension: dict[str, str]) -> None:
    stamp = extension.get("timestamp", "")
    made_at = _seconds(stamp)
    if not extension.get("nonce_str"):
        raise OpenRefused(BAD_EXTENSION)
    signed = (extension.get(name, "") for name in ("code", "openid", "nonce_str"))
    ticket = ticket_of(world, card.app.appid, "wx_card")
    if extension.get("signature") != signature(ticket, stamp, card.card_id, *signed):
        raise OpenRefused(BAD_SIGNATURE)
    # As for payments: libraries sign by the machine's clock, whatever the platform's says.
    clocks = (world.clock.now(), world.clock.wall())
    if min(abs(now - made_at) for now in clocks) > SIGNATURE_SECONDS:
        raise OpenRefused(BAD_SIGNATURE)
    if _once(card, extension) in world.part(CardBag).used_extensions:
        raise OpenRefused(BAD_SIGNATURE)


def _once(card: Card, extension: dict[str, str]) -> tuple[str, str, str]:
    return card.card_id, extension["timestamp"], extension["nonce_str"]


def _offer(card: Card, extension: dict[str, str]) -> Offer:
    if extension.get("code") and (not card.custom_codes or card.deposits_codes):
        raise OpenRefused(BAD_EXTENSION)
    return Offer(
        card_id=card.card_id,
        code=extension.get("code", ""),
        openid=extension.get("openid", ""),
        outer_str=extension.get("outer_str", ""),
        outer_id=extension.get("outer_id", ""),
        begin_at=_seconds(extension.get("fixed_begintimestamp") or "0"),
    )


def _seconds(text: str) -> int:
    if not SECONDS.fullmatch(text) or int(text) > LAST_SECOND:
        raise OpenRefused(BAD_EXTENSION)
    return int(text)
