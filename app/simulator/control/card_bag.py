"""One person's card bag: receive, look, give to friends, activate, pay, delete."""

from typing import Any

from flask import Blueprint, abort

from app.simulator.control.reading import asked, user_named
from app.simulator.errors import OpenRefused
from app.simulator.open_platform.cards import happenings
from app.simulator.open_platform.cards.activating import open_card, submit_form
from app.simulator.open_platform.cards.consuming import (
    consume_code,
    delete_card,
    look_at,
    pay_bill,
)
from app.simulator.open_platform.cards.drawing import drawn, gift_view
from app.simulator.open_platform.cards.extension import add_card
from app.simulator.open_platform.cards.gifting import accept_gift, return_gift, start_gift
from app.simulator.open_platform.cards.offering import scan, take_from_shelf
from app.simulator.open_platform.cards.reading import ok
from app.simulator.open_platform.cards.secret_codes import seal_code
from app.simulator.open_platform.cards.state import DELETE, Card, CardBag, Gift, HeldCard
from app.simulator.world import World, here

MOST_ADDED = 5

card_bag = Blueprint("card_bag", __name__, url_prefix="/_sim/users/<name>")


@card_bag.get("/cards")
def bag(name: str) -> list[dict[str, Any]]:
    """What the person's bag shows, newest first, without what they deleted."""
    world = here()
    with world.lock:
        user = user_named(world, name)
        held = [each for each in world.part(CardBag).held.values() if each.holder == user.name]
        return [drawn(world, each) for each in reversed(held) if each.status != DELETE]


@card_bag.post("/add-card")
def add(name: str) -> dict[str, Any]:
    """{cardList: [{cardId, cardExt (JSON text)}]}: what wx.addCard's callback is told."""
    world, items = here(), asked().get("cardList")
    if not isinstance(items, list) or not 0 < len(items) <= MOST_ADDED:
        return {"errMsg": "addCard:fail cardList", "cardList": []}
    with world.lock:
        user = user_named(world, name)
        done = [add_card(world, user, each) for each in items]
    failed = next((each for each in done if not each["isSuccess"]), None)
    if failed is None or any(each["isSuccess"] for each in done):
        return {"errMsg": "addCard:ok", "cardList": done}
    told = {"errMsg": f"addCard:fail {failed['errMsg']}", "errCode": failed["errCode"]}
    return {**told, "cardList": done}


@card_bag.post("/receive-card")
def receive(name: str) -> dict[str, Any]:
    """{ticket} of a card QR code, or {page_id, card_id} of a shelf: the cards that came."""
    world, body = here(), asked()
    with world.lock:
        user = user_named(world, name)
        if body.get("ticket"):
            came = scan(world, user, str(body["ticket"]))
        else:
            page_id, card_id = str(body.get("page_id")), str(body.get("card_id"))
            came = [take_from_shelf(world, user, page_id=page_id, card_id=card_id)]
        return ok(cards=[drawn(world, each) for each in came])


@card_bag.post("/open-card")
def open_member_card(name: str) -> dict[str, Any]:
    """{encrypt_card_id, outer_str, biz, answers?}: what the mini-program gets from the component."""
    world, body = here(), asked()
    with world.lock:
        return ok(**open_card(world, user_named(world, name), body))


@card_bag.post("/cards/<card_id>/<code>/view")
def view(name: str, card_id: str, code: str) -> dict[str, Any]:
    """The person opens the card: its face, and the sealed code that its links carry."""
    world = here()
    with world.lock:
        card, held = _theirs(world, name, card_id, code)
        look_at(world, card, held)
        sealed = seal_code(world.part(CardBag), held)
        return ok(**drawn(world, held), encrypt_code=sealed)


@card_bag.post("/cards/<card_id>/<code>/activate")
def activate(name: str, card_id: str, code: str) -> dict[str, Any]:
    """{answers: {USER_FORM_INFO_FLAG_MOBILE: …}}: the form of a one-tap member card."""
    world, body = here(), asked()
    with world.lock:
        card, held = _theirs(world, name, card_id, code)
        return ok(**submit_form(world, card, held, body.get("answers") or {}))


@card_bag.post("/cards/<card_id>/<code>/gift")
def give(name: str, card_id: str, code: str) -> dict[str, Any]:
    """{friend?, chat_room?}: the card is on its way for a day."""
    world, body = here(), asked()
    with world.lock:
        card, held = _theirs(world, name, card_id, code)
        friend = user_named(world, body["friend"]).name if body.get("friend") else ""
        chat_room = bool(body.get("chat_room"))
        gift = start_gift(world, card, held, friend=friend, chat_room=chat_room)
        return ok(**gift_view(world, gift))


@card_bag.post("/cards/<card_id>/<code>/delete")
def delete(name: str, card_id: str, code: str) -> dict[str, Any]:
    """The person removes the card from the bag."""
    world = here()
    with world.lock:
        card, held = _theirs(world, name, card_id, code)
        delete_card(world, card, held)
        return ok()


@card_bag.post("/cards/<card_id>/<code>/self-consume")
def self_consume(name: str, card_id: str, code: str) -> dict[str, Any]:
    """{verify_code?, remark_amount?}: used by the holder, where selfconsumecell is open.

    Its ConsumeSource is not on the platform's page; FROM_MP is chosen.
    """
    world, body = here(), asked()
    with world.lock:
        card, held = _theirs(world, name, card_id, code)
        ways = card.self_consume
        if not ways.get("is_open"):
            raise OpenRefused(40078, "self consume cell")
        typed = {each: str(body.get(each) or "") for each in ("verify_code", "remark_amount")}
        if ways.get("need_verify_cod") and not typed["verify_code"]:
            raise OpenRefused(41011, "verify_code")
        if ways.get("need_remark_amount") and not typed["remark_amount"]:
            raise OpenRefused(41011, "remark_amount")
        told = {"VerifyCode": typed["verify_code"], "RemarkAmount": typed["remark_amount"]}
        consume_code(world, card, held, source="FROM_MP", **told)
        return ok(**drawn(world, held))


@card_bag.post("/cards/<card_id>/<code>/pay")
def pay(name: str, card_id: str, code: str) -> dict[str, Any]:
    """{fee_fen, original_fee_fen?}: a bill paid from the card."""
    world, body = here(), asked()
    fee_fen = body.get("fee_fen")
    if type(fee_fen) is not int or fee_fen < 1:
        abort(400, "fee_fen is money in fen")
    with world.lock:
        card, held = _theirs(world, name, card_id, code)
        full = int(body.get("original_fee_fen", fee_fen))
        return ok(
            transaction_id=pay_bill(world, card, held, fee_fen=fee_fen, original_fee_fen=full)
        )


@card_bag.post("/cards/<card_id>/<code>/session")
def session(name: str, card_id: str, code: str) -> dict[str, Any]:
    """The person opens the account's chat from the card."""
    world = here()
    with world.lock:
        card, held = _theirs(world, name, card_id, code)
        happenings.of_code(world, card, held, "user_enter_session_from_card")
        return ok()


@card_bag.get("/card-gifts")
def gifts(name: str) -> list[dict[str, Any]]:
    """What the person gave, and what was sent to them; a gift to nobody by name is the giver's."""
    world = here()
    with world.lock:
        user = user_named(world, name)
        known = world.part(CardBag).gifts.values()
        theirs = [each for each in known if user.name in {each.giver, each.friend}]
        return [gift_view(world, each) for each in theirs]


@card_bag.post("/card-gifts/<gift_id>/accept")
def accept(name: str, gift_id: str) -> dict[str, Any]:
    """The person opens the gift's message and takes the card."""
    world = here()
    with world.lock:
        held = accept_gift(world, _gift(world, gift_id), user_named(world, name))
        return ok(**drawn(world, held))


@card_bag.post("/card-gifts/<gift_id>/return")
def give_back(name: str, gift_id: str) -> dict[str, Any]:
    """The friend sends it back, or the giver takes it back."""
    world = here()
    with world.lock:
        user, gift = user_named(world, name), _gift(world, gift_id)
        if user.name not in {gift.giver, gift.friend}:
            raise OpenRefused(40003)
        return_gift(world, gift)
        return ok(**gift_view(world, gift))


def _theirs(world: World, name: str, card_id: str, code: str) -> tuple[Card, HeldCard]:
    user, known = user_named(world, name), world.part(CardBag)
    held = known.held.get((card_id, code))
    if held is None or held.holder != user.name:
        abort(404, f"{name} has no such card")
    return known.cards[card_id], held


def _gift(world: World, gift_id: str) -> Gift:
    gift = world.part(CardBag).gifts.get(gift_id)
    if gift is None:
        abort(404, f"no gift {gift_id}")
    return gift
