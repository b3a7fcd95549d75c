"""Cards behind a QR code or on a shelf, and a person who takes them. Hold the lock."""

from typing import Any

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.cards.handing import hand_out, is_taken
from app.simulator.open_platform.cards.reading import Call, code_in, own_card
from app.simulator.open_platform.cards.state import CardBag, HeldCard, Offer, QrTicket
from app.simulator.people import User
from app.simulator.world import World

MOST_IN_ONE = 5


def qr_offers(call: Call) -> tuple[Offer, ...]:
    """The cards of action_info, up to five."""
    listed = _listed(call.body.get("action_name"), call.body.get("action_info"))
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST_IN_ONE:
        raise OpenRefused(40053, "action_info")
    return tuple(_offer(call, each) for each in listed)


def scan(world: World, user: User, ticket: str) -> list[HeldCard]:
    """A person scans a card QR code and takes what is behind it.

    61010 when its time is over, 40127 when it was for one receipt only.
    """
    bag = world.part(CardBag)
    qr = bag.qr_tickets.get(ticket)
    if qr is None or world.clock.now() >= qr.until:
        raise OpenRefused(61010)
    return [_take(world, qr, offer, user) for offer in qr.offers]


def take_from_shelf(world: World, user: User, *, page_id: str, card_id: str) -> HeldCard:
    """A person opens a shelf and takes one card of it. 40073 when it is not there."""
    bag = world.part(CardBag)
    shelf = bag.pages.get(page_id, {"card_list": []})
    if all(each["card_id"] != card_id for each in shelf["card_list"]):
        raise OpenRefused(40073)
    return hand_out(world, bag.cards[card_id], user, Offer(card_id=card_id))


def _listed(name: Any, info: Any) -> Any:
    if not isinstance(info, dict):
        return None
    if name == "QR_CARD":
        return [info.get("card")]
    several = info.get("multiple_card")
    if name != "QR_MULTIPLE_CARD" or not isinstance(several, dict):
        return None
    return several.get("card_list")


def _take(world: World, qr: QrTicket, offer: Offer, user: User) -> HeldCard:
    if offer.once and offer.card_id in qr.taken:
        raise OpenRefused(40127)
    held = hand_out(world, world.part(CardBag).cards[offer.card_id], user, offer)
    qr.taken.add(offer.card_id)
    return held


def _offer(call: Call, item: Any) -> Offer:
    if not isinstance(item, dict):
        raise OpenRefused(40053)
    card = own_card(call.bag, call.app, item.get("card_id"))
    own_code = card.custom_codes and not card.deposits_codes
    code = code_in(item) if own_code else ""
    if code and is_taken(call.bag, card, code):
        raise OpenRefused(40056)
    return Offer(
        card_id=card.card_id,
        code=code,
        openid=str(item.get("openid") or ""),
        outer_str=str(item.get("outer_str") or ""),
        outer_id=str(item.get("outer_id") or ""),
        once=item.get("is_unique_code") is True,
    )
