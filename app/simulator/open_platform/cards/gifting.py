"""A card goes to a friend, or comes back after a day. Hold the lock."""

from dataclasses import replace

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.cards import happenings
from app.simulator.open_platform.cards.dates import period
from app.simulator.open_platform.cards.handing import new_platform_code
from app.simulator.open_platform.cards.reading import person, require_usable
from app.simulator.open_platform.cards.state import (
    GIFT_TIMEOUT,
    GIFTING,
    NORMAL,
    Card,
    CardBag,
    Gift,
    HeldCard,
    Membership,
)
from app.simulator.people import User
from app.simulator.signing import nonce_text
from app.simulator.world import World

GIFT_SECONDS = 24 * 3600


def start_gift(
    world: World, card: Card, held: HeldCard, *, friend: str = "", chat_room: bool = False
) -> Gift:
    """The holder sends it; for a day it belongs to nobody. 40078 when can_give_friend is off.

    With `friend` only they may take it; without, and in a group, whoever comes first.
    """
    if card.base_info.get("can_give_friend", True) is not True:
        raise OpenRefused(40078, "can_give_friend")
    now = world.clock.now()
    require_usable(card, held, at=max(now, period(card, held)[0]))
    gift = Gift(
        gift_id=nonce_text(20),
        card_id=card.card_id,
        code=held.code,
        giver=held.holder,
        friend=person(world, friend).name if friend else "",
        chat_room=chat_room,
        until=now + GIFT_SECONDS,
    )
    held.status = GIFTING
    world.part(CardBag).gifts[gift.gift_id] = gift
    happenings.gifting(world, card, gift, returned=False)
    world.timetable.at(gift.until, lambda: _time_out(world, gift))
    return gift


def accept_gift(world: World, gift: Gift, user: User) -> HeldCard:
    """The friend takes it. A code of the platform is replaced by a new one, the merchant's stays.

    40127 when the gift is over, 40003 when it is for somebody else.
    """
    if gift.status != "open" or world.clock.now() >= gift.until:
        raise OpenRefused(40127)
    if user.name == gift.giver or gift.friend not in {"", user.name}:
        raise OpenRefused(40003)
    bag = world.part(CardBag)
    card, old = bag.cards[gift.card_id], bag.held.get((gift.card_id, gift.code))
    if old is None or old.status != GIFTING:
        raise OpenRefused(40127)
    gift.status, gift.friend = "accepted", user.name
    del bag.held[(old.card_id, old.code)]
    if not card.custom_codes:
        bag.moved.add((old.card_id, old.code))
    held = _friends_card(bag, card, old, user, at=world.clock.now())
    bag.held[(held.card_id, held.code)] = held
    happenings.received(world, card, held)
    return held


def return_gift(world: World, gift: Gift, *, status: str = NORMAL) -> None:
    """It is the giver's again; user_gifting_card says IsReturnBack 1. 40127 when it is over."""
    bag = world.part(CardBag)
    held = bag.held.get((gift.card_id, gift.code))
    if gift.status != "open" or held is None or held.status != GIFTING:
        raise OpenRefused(40127)
    gift.status, held.status = "returned", status
    happenings.gifting(world, bag.cards[gift.card_id], gift, returned=True)


def _friends_card(bag: CardBag, card: Card, old: HeldCard, user: User, *, at: float) -> HeldCard:
    return replace(
        old,
        code=old.code if card.custom_codes else new_platform_code(bag),
        holder=user.name,
        giver=old.holder,
        received_at=at,
        status=NORMAL,
        old_codes=(*old.old_codes, old.code),
        membership=Membership(),
        memos=[],
    )


def _time_out(world: World, gift: Gift) -> None:
    with world.lock:
        held = world.part(CardBag).held.get((gift.card_id, gift.code))
        if gift.status == "open" and held is not None and held.status == GIFTING:
            return_gift(world, gift, status=GIFT_TIMEOUT)
