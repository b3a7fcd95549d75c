"""A card comes into somebody's bag: who may have it, and with which code. Hold the lock."""

import random

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.cards import happenings
from app.simulator.open_platform.cards.dates import is_over, term
from app.simulator.open_platform.cards.reading import LONGEST_CODE
from app.simulator.open_platform.cards.state import (
    CARD_DELETED,
    DELETE,
    DISPATCH,
    NORMAL,
    VERIFY_OK,
    Card,
    CardBag,
    HeldCard,
    Membership,
    Offer,
)
from app.simulator.people import User
from app.simulator.world import World

CODE_DIGITS = 12
USUAL_GET_LIMIT = 50


def hand_out(world: World, card: Card, user: User, offer: Offer) -> HeldCard:
    """Give a person one code, and tell the account.

    40078 not audited or deleted, 40079 over, 45031 no stock, 45033 get_limit (50 when the card
    does not say), 40003 meant for somebody else, 40056 a bad or used code. A member card that
    was deleted comes back as it was.
    """
    bag = world.part(CardBag)
    restored = _deleted_member_card(bag, card, user)
    if restored is not None:
        restored.status = NORMAL
        happenings.received(world, card, restored, restored=True)
        return restored
    _check(world, card, user, offer)
    held = _new_code(bag, card, user, offer, at=world.clock.now())
    card.quantity -= 1
    bag.received[(card.card_id, user.name)] += 1
    happenings.received(world, card, held)
    happenings.stock_moved(world, card)
    return held


def new_platform_code(bag: CardBag) -> str:
    """Twelve digits that no code of the platform has."""
    taken = {code for _, code in bag.held} | {code for _, code in bag.moved}
    while (code := f"{random.randrange(10**11, 10**CODE_DIGITS)}") in taken:
        pass
    return code


def _check(world: World, card: Card, user: User, offer: Offer) -> None:
    bag, openid = world.part(CardBag), user.openids[card.app.appid]
    if card.status not in {VERIFY_OK, DISPATCH}:
        testing = openid in bag.testers.get(card.app.appid, ())
        if not testing or card.status == CARD_DELETED:
            raise OpenRefused(40078)
    if is_over(card, at=world.clock.now()):
        raise OpenRefused(40079)
    if (offer.openid or card.base_info.get("bind_openid")) and offer.openid != openid:
        raise OpenRefused(40003)
    if card.quantity < 1:
        raise OpenRefused(45031)
    if bag.received[(card.card_id, user.name)] >= card.base_info.get("get_limit", USUAL_GET_LIMIT):
        raise OpenRefused(45033)


def _new_code(bag: CardBag, card: Card, user: User, offer: Offer, *, at: float) -> HeldCard:
    begin, end = term(card, received_at=at, begin_at=offer.begin_at)
    held = HeldCard(
        card_id=card.card_id,
        code=_code(bag, card, offer),
        holder=user.name,
        received_at=at,
        begin_at=begin,
        end_at=end,
        outer_str=offer.outer_str,
        outer_id=offer.outer_id,
    )
    held.membership = _membership(card, held)
    bag.held[(held.card_id, held.code)] = held
    return held


def _membership(card: Card, held: HeldCard) -> Membership:
    active = card.is_member_card and card.details.get("auto_activate") is True
    return Membership(active=active, number=held.code if active else "")


def _code(bag: CardBag, card: Card, offer: Offer) -> str:
    if card.deposits_codes:
        if not card.deposited:
            raise OpenRefused(45031)
        return card.deposited.pop(0)
    if not card.custom_codes:
        return new_platform_code(bag)
    if not 0 < len(offer.code) <= LONGEST_CODE or is_taken(bag, card, offer.code):
        raise OpenRefused(40056)
    return offer.code


def is_taken(bag: CardBag, card: Card, code: str) -> bool:
    """Whether a code of this card was ever given, and is so never given again."""
    key = (card.card_id, code)
    return key in bag.held or key in bag.moved


def _deleted_member_card(bag: CardBag, card: Card, user: User) -> HeldCard | None:
    theirs = (each for each in bag.codes_of(card.card_id) if each.holder == user.name)
    deleted = (each for each in theirs if each.status == DELETE and card.is_member_card)
    return next(deleted, None)
