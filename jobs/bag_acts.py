"""One act on one card at the platform, and what it says of a card."""

from dataclasses import replace

from app.domain import card_bag, members
from app.domain.card_bag import Act, Card, Seen, Theirs, ToDo
from app.gateways.card_bag import CardBag
from app.gateways.card_mirrors import HeldCode, Look, PlaceState
from app.kernel.db import transaction
from app.web.bags import Mirror

REASON = "该权益在商家处已使用或失效"
POINTS_WORDS = "积分已更新"

# The states in which an act of unknown outcome turns out to have been done.
DONE_WHEN = {
    Act.CONSUME: {PlaceState.CONSUMED},
    Act.WITHDRAW: {PlaceState.UNAVAILABLE},
    Act.GIVE_BACK: {PlaceState.HELD, PlaceState.PENDING},
    Act.CONFIRM: {PlaceState.HELD, PlaceState.PENDING},
    Act.CHANGE_CODE: set(PlaceState),
}


def do(todo: ToDo, mirror: Mirror, *, merchant_id: int) -> bool:
    """Do it; whether a coupon that was confirmed has yet to wait for its time. GatewayError."""
    held = _held(todo, merchant_id=merchant_id)
    if todo.act is Act.CONFIRM:
        return mirror.confirm(held) is PlaceState.PENDING
    if todo.act is Act.CONSUME:
        mirror.consume(held, at=todo.at)
    elif todo.act is Act.GIVE_BACK:
        mirror.give_back(held)
    elif todo.act is Act.WITHDRAW:
        mirror.withdraw(held, reason=REASON)
    elif isinstance(mirror, CardBag):
        _tell_card(todo, mirror, held, merchant_id=merchant_id)
    return False


def found_done(todo: ToDo, mirror: Mirror, *, merchant_id: int) -> Look | None:
    """After a try of which nobody knows: ask, do not repeat what cannot be undone."""
    if todo.tries == 1 or todo.act not in DONE_WHEN:
        return None
    held = _held(todo, merchant_id=merchant_id)
    if todo.act is Act.CHANGE_CODE:
        held = replace(held, code=str(todo.card.next_code))
    found = mirror.look(held)
    return found if found is not None and found.state in DONE_WHEN[todo.act] else None


def look(card: Card, mirror: Mirror, *, openid: str | None) -> Theirs:
    """What the platform says of a card, in the domain's words."""
    held = HeldCode(platform_id=card.platform_id, code=str(card.code), openid=openid)
    if card.voucher_id is None and isinstance(mirror, CardBag):
        found = mirror.look_at_membership(held)
    else:
        found = mirror.look(held)
    if found is None:
        return Theirs(seen=None)
    return Theirs(seen=Seen(found.state.value), openid=found.openid, points=found.points)


def openid_of(card: Card, *, merchant_id: int) -> str | None:
    """Coupons are asked for by person, and not every notice says who it was."""
    if card.openid is not None:
        return card.openid
    keys = card_bag.keys_of(merchant_id=merchant_id, capability=card.capability)
    return members.find_openid(merchant_id=merchant_id, member_id=card.member_id, appid=keys.appid)


def _tell_card(todo: ToDo, bag: CardBag, held: HeldCode, *, merchant_id: int) -> None:
    if todo.act is Act.CHANGE_CODE:
        bag.change_code(held, code=str(todo.card.next_code))
        return
    if todo.act is Act.SET_POINTS:
        bag.set_points(held, points=todo.points, why=POINTS_WORDS)
        return
    with transaction():
        member = members.get_member(merchant_id=merchant_id, member_id=todo.card.member_id)
    bag.activate(held, number=str(member.number), points=todo.points)


def _held(todo: ToDo, *, merchant_id: int) -> HeldCode:
    with transaction():
        openid = openid_of(todo.card, merchant_id=merchant_id)
    return HeldCode(
        platform_id=todo.card.platform_id,
        code=todo.code,
        openid=openid,
        request_number=todo.request_number,
        transaction_id=todo.transaction_id,
    )
