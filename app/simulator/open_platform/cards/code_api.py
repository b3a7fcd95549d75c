"""/card/code/* and /card/user/getcardlist: single codes and who holds them."""

from typing import Any

from flask import Blueprint

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.cards.consuming import consume_code
from app.simulator.open_platform.cards.dates import period, status_at
from app.simulator.open_platform.cards.handing import is_taken
from app.simulator.open_platform.cards.reading import (
    Call,
    code_in,
    oa_call,
    ok,
    require_usable,
)
from app.simulator.open_platform.cards.secret_codes import open_code
from app.simulator.open_platform.cards.state import (
    CONSUMED,
    GIFT_TIMEOUT,
    NORMAL,
    UNAVAILABLE,
    Card,
    HeldCard,
)

code_api = Blueprint("code_api", __name__, url_prefix="/card")


@code_api.post("/code/get")
def get() -> dict[str, Any]:
    """{code, card_id?, check_consume?}: the state of a code; card_id is needed for own codes.

    40056 unknown, or passed on to a friend. With check_consume, which is the default, a code
    that cannot be consumed is an error (40099, 40127, 40079); without, its state is told.
    """
    with oa_call() as call:
        card, held = call.held()
        if call.body.get("check_consume", True) is not False:
            require_usable(card, held, at=call.world.clock.now())
        return ok(**_told(call, card, held))


@code_api.post("/code/consume")
def consume() -> dict[str, Any]:
    """{code, card_id?}: used up, once. 40099 again, 40127 gifting or gone, 40079 too early, late."""
    with oa_call() as call:
        card, held = call.usable()
        consume_code(call.world, card, held, source="FROM_API")
        openid = call.holder(held).openids[call.app.appid]
        return ok(card={"card_id": card.card_id}, openid=openid)


@code_api.post("/code/decrypt")
def decrypt() -> dict[str, Any]:
    """{encrypt_code}: the code behind what wx.addCard gave the page. 41011, 40056."""
    with oa_call() as call:
        sealed = call.body.get("encrypt_code")
        if not sealed:
            raise OpenRefused(41011, "encrypt_code")
        return ok(code=open_code(call.bag, call.app, str(sealed)))


@code_api.post("/code/update")
def update() -> dict[str, Any]:
    """{code, card_id, new_code <= 20}: another code for a card with the merchant's own codes.

    43009 for codes of the platform, 40056 a new code that is or was in use.
    """
    with oa_call() as call:
        card = call.card()
        if not card.custom_codes:
            raise OpenRefused(43009)
        _, held = call.usable()
        new_code = code_in(call.body, "new_code")
        if is_taken(call.bag, card, new_code):
            raise OpenRefused(40056)
        del call.bag.held[(card.card_id, held.code)]
        call.bag.moved.add((card.card_id, held.code))
        held.code = new_code
        call.bag.held[(card.card_id, new_code)] = held
        return ok()


@code_api.post("/code/unavailable")
def unavailable() -> dict[str, Any]:
    """{code, card_id?, reason?}: void for ever; the holder reads the reason. 40099 once consumed."""
    with oa_call() as call:
        _, held = call.held()
        if held.status == CONSUMED:
            raise OpenRefused(40099)
        held.status = UNAVAILABLE
        memo = {"at": call.world.clock.now(), "kind": "unavailable"}
        held.memos.append({**memo, "text": str(call.body.get("reason") or "")})
        return ok()


@code_api.post("/code/mark")
def mark() -> dict[str, Any]:
    """{code, card_id, openid, is_mark}: reserve a code for its holder. 40003, 40097, 40127."""
    with oa_call() as call:
        _, held = call.usable()
        openid, is_mark = call.body.get("openid"), call.body.get("is_mark")
        if openid != call.holder(held).openids[call.app.appid]:
            raise OpenRefused(40003)
        if type(is_mark) is not bool:
            raise OpenRefused(40097, "is_mark")
        held.marked_for = str(openid) if is_mark else ""
        return ok()


@code_api.post("/user/getcardlist")
def getcardlist() -> dict[str, Any]:
    """{openid, card_id?}: what a person holds of this account and could use. 40003, 40073."""
    with oa_call() as call:
        openid = str(call.body.get("openid") or "")
        user = call.world.people.with_openid(openid, appid=call.app.appid)
        if user is None:
            raise OpenRefused(40003)
        only = call.card().card_id if call.body.get("card_id") else None
        theirs = [each for each in call.bag.held.values() if each.holder == user.name]
        listed = [
            {"code": each.code, "card_id": each.card_id}
            for each in theirs
            if _is_listed(call, each) and only in {None, each.card_id}
        ]
        return ok(card_list=listed, has_share_card=False)


def _is_listed(call: Call, held: HeldCard) -> bool:
    card = call.bag.cards[held.card_id]
    status = status_at(card, held, at=call.world.clock.now())
    return card.app.appid == call.app.appid and status in {NORMAL, GIFT_TIMEOUT}


def _told(call: Call, card: Card, held: HeldCard) -> dict[str, Any]:
    now = call.world.clock.now()
    begin, end = period(card, held)
    status = status_at(card, held, at=now)
    holder = call.holder(held)
    told = {
        "card": {"card_id": card.card_id, "begin_time": begin, "end_time": end},
        "openid": holder.openids[card.app.appid],
        "can_consume": status in {NORMAL, GIFT_TIMEOUT} and begin <= now,
        "outer_str": held.outer_str,
        "background_pic_url": held.membership.background_pic_url,
        "user_card_status": status,
    }
    return {**told, "unionid": holder.unionid} if card.app.gives_unionid else told
