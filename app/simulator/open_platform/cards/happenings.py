"""The card events, with their fields, for the account that owns the card. Hold the lock."""

from typing import Any

from app.simulator.open_platform.cards.reading import person
from app.simulator.open_platform.cards.state import Card, CardBag, Gift, HeldCard
from app.simulator.world import World

# Who an event is from that no person made; the platform's page does not say; chosen.
PLATFORM_OPENID = "o" + "0" * 27
LOW_STOCK = 100
MUCH_STOCK = 200
REMINDERS_APART_SECONDS = 12 * 3600


def tell(world: World, card: Card, event: str, *, name: str = "", **fields: Any) -> None:
    """Push one event of a card; `name` is the person who acted."""
    openid = person(world, name).openids[card.app.appid] if name else PLATFORM_OPENID
    told = {"CardId": card.card_id, **fields}
    world.pushes.send(app=card.app, openid=openid, event=event, fields=told)


def of_code(world: World, card: Card, held: HeldCard, event: str, **fields: Any) -> None:
    """Push an event of one code, made by its holder."""
    tell(world, card, event, name=held.holder, UserCardCode=held.code, **fields)


def received(world: World, card: Card, held: HeldCard, *, restored: bool = False) -> None:
    """user_get_card: of the shop, or of a friend with the code that was the giver's."""
    giver = person(world, held.giver).openids[card.app.appid] if held.giver else ""
    old_code = held.old_codes[-1] if held.old_codes else ""
    hidden = {} if world.part(CardBag).no_old_code else {"OldUserCardCode": old_code}
    unionid = person(world, held.holder).unionid if card.app.gives_unionid else ""
    of_code(
        world,
        card,
        held,
        "user_get_card",
        IsGiveByFriend=int(bool(held.giver)),
        FriendUserName=giver,
        OuterId=held.outer_id or "0",
        **hidden,
        OuterStr=held.outer_str,
        IsRestoreMemberCard=int(restored),
        IsRecommendByFriend=0,
        UnionId=unionid,
    )


def gifting(world: World, card: Card, gift: Gift, *, returned: bool) -> None:
    """user_gifting_card: a gift begins, or comes back with IsReturnBack 1."""
    friend = person(world, gift.friend).openids[card.app.appid] if gift.friend else ""
    tell(
        world,
        card,
        "user_gifting_card",
        name=gift.giver,
        UserCardCode=gift.code,
        IsReturnBack=int(returned),
        FriendUserName=friend,
        IsChatRoom=int(gift.chat_room),
    )


def consumed(world: World, card: Card, held: HeldCard, *, source: str, **more: Any) -> None:
    """user_consume_card with ConsumeSource FROM_API, FROM_MP or FROM_MOBILE_HELPER."""
    empty = {
        "LocationName": "",
        "LocationId": 0,
        "StaffOpenId": "",
        "VerifyCode": "",
        "RemarkAmount": "",
    }
    fields = {"ConsumeSource": source, **empty, **more, "OuterStr": held.outer_str}
    of_code(world, card, held, "user_consume_card", **fields)


def stock_moved(world: World, card: Card) -> None:
    """card_sku_remind when the last is gone, and twice a day while little of much is left."""
    now = world.clock.now()
    last = card.reminded_at
    low = card.total_quantity > MUCH_STOCK and card.quantity <= LOW_STOCK
    if card.quantity and (not low or (last is not None and now - last < REMINDERS_APART_SECONDS)):
        return
    card.reminded_at = now
    left = f"the card's quantity is equal to {card.quantity}"
    tell(world, card, "card_sku_remind", Detail=left)
