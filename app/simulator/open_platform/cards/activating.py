"""A person fills in the form of a member card. Hold the lock."""

from typing import Any

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.cards import happenings
from app.simulator.open_platform.cards.handing import hand_out
from app.simulator.open_platform.cards.reading import require_usable
from app.simulator.open_platform.cards.state import NORMAL, Card, CardBag, HeldCard, Offer
from app.simulator.people import User
from app.simulator.signing import nonce_text
from app.simulator.world import World


def submit_form(
    world: World, card: Card, held: HeldCard, answers: dict[str, Any]
) -> dict[str, str]:
    """One-tap activation: the card is active, and submit_membercard_user_info says so.

    With wx_activate_after_submit it is not: the page it names gets the activate_ticket, and the
    account activates. 40071 a card without the form, 41011 a required field is missing.
    """
    if card.details.get("wx_activate") is not True:
        raise OpenRefused(40071, "wx_activate")
    require_usable(card, held, at=world.clock.now())
    told = _write(world, card, held, answers)
    if card.details.get("wx_activate_after_submit") is True:
        return {**told, "url": str(card.details.get("wx_activate_after_submit_url") or "")}
    held.membership.active, held.membership.number = True, held.code
    happenings.of_code(world, card, held, "submit_membercard_user_info")
    return told


def open_card(world: World, user: User, params: dict[str, Any]) -> dict[str, str]:
    """The opening component: {encrypt_card_id, outer_str, biz, answers} of the address.

    Gives the card and what the mini-program gets back: activate_ticket, card_id, code. 40073 and
    40097 for other parameters; activation is the account's to do.
    """
    bag = world.part(CardBag)
    card = bag.cards.get(bag.sealed_card_ids.get(str(params.get("encrypt_card_id")), ""))
    if card is None:
        raise OpenRefused(40073)
    if params.get("biz") != card.app.original_id:
        raise OpenRefused(40097, "biz")
    outer_str = str(params.get("outer_str") or "")
    held = _theirs(bag, card, user)
    if held is None:
        held = hand_out(world, card, user, Offer(card_id=card.card_id, outer_str=outer_str))
    return _write(world, card, held, params.get("answers") or {})


def _write(world: World, card: Card, held: HeldCard, answers: dict[str, Any]) -> dict[str, str]:
    for name in card.form.get("required_form", {}).get("common_field_id_list", ()):
        if not answers.get(name):
            raise OpenRefused(41011, name)
    held.membership.answers = {name: str(value) for name, value in answers.items()}
    ticket = nonce_text(64)
    world.part(CardBag).activate_tickets[ticket] = (held.card_id, held.code)
    return {"activate_ticket": ticket, "card_id": held.card_id, "code": held.code}


def _theirs(bag: CardBag, card: Card, user: User) -> HeldCard | None:
    mine = (each for each in bag.codes_of(card.card_id) if each.holder == user.name)
    return next((each for each in mine if each.status == NORMAL), None)
