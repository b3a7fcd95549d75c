"""/card/create, get, batchget, update, delete, modifystock, getcolors: the cards themselves."""

from typing import Any

from flask import Blueprint

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.cards.audit import send_to_audit
from app.simulator.open_platform.cards.changing import change_card
from app.simulator.open_platform.cards.fields import MOST_STOCK, all_of, whole_number
from app.simulator.open_platform.cards.making import card_view, known_type, make_card
from app.simulator.open_platform.cards.reading import oa_call, ok
from app.simulator.open_platform.cards.state import CARD_DELETED, CARD_STATUSES
from app.simulator.open_platform.cards.types import COLORS, CREATION_CLOSED
from app.simulator.open_platform.reading import calling_app
from app.simulator.world import here

MOST_CARDS = 50

card_api = Blueprint("card_api", __name__, url_prefix="/card")


@card_api.post("/create")
def create() -> dict[str, Any]:
    """{card: {card_type, <type>: {base_info, …}}}: a card that waits for its audit.

    48001 for the coupon types, closed since 2021-04-01; 40071 unknown type; 41011 a field is
    missing; 45021 a text is too long; 40070, 40122 sku; 40072 code type; 40079, 40100 dates;
    40097 anything else in base_info; 40124 custom fields; 43009..43012 missing rights.
    """
    with oa_call() as call:
        asked = call.body.get("card")
        if not isinstance(asked, dict):
            raise OpenRefused(41011, "card")
        card_type = known_type(asked.get("card_type"))
        if card_type in CREATION_CLOSED:
            raise OpenRefused(48001, f"{card_type} can no longer be created")
        spoken = asked.get(card_type.lower())
        if not isinstance(spoken, dict):
            raise OpenRefused(41011, card_type.lower())
        card = make_card(call.world, call.app, card_type=card_type, spoken=spoken)
        send_to_audit(call.world, card)
        return ok(card_id=card.card_id)


@card_api.post("/get")
def get() -> dict[str, Any]:
    """{card_id}: the card with its status and stock. 41012, 40073, 45030."""
    with oa_call() as call:
        return ok(card=card_view(call.card()))


@card_api.post("/batchget")
def batchget() -> dict[str, Any]:
    """{offset, count <= 50, status_list?}: ids, newest first. 40097 for a bad window or status."""
    with oa_call() as call:
        offset = whole_number(call.body.get("offset", 0), name="offset")
        count = whole_number(call.body.get("count", MOST_CARDS), name="count")
        wanted = call.body.get("status_list") or CARD_STATUSES
        if offset < 0 or not 0 < count <= MOST_CARDS:
            raise OpenRefused(40097)
        if not isinstance(wanted, (list, tuple)) or not all_of([*wanted], CARD_STATUSES):
            raise OpenRefused(40097, "status_list")
        mine = [each for each in call.bag.cards.values() if each.app.appid == call.app.appid]
        found = [each.card_id for each in reversed(mine) if each.status in wanted]
        return ok(card_id_list=found[offset : offset + count], total_num=len(found))


@card_api.post("/update")
def update() -> dict[str, Any]:
    """{card_id, <type>: {base_info?, …}}: change what may change; send_check says a new audit.

    40071 another type, 40070 the stock (see modifystock), 40079 dates that shorten or change
    their kind, 40097 a field that never changes, 45021 texts.
    """
    with oa_call() as call:
        card = call.card()
        if card.status == CARD_DELETED:
            raise OpenRefused(40078)
        spoken = call.body.get(card.card_type.lower())
        if not isinstance(spoken, dict):
            raise OpenRefused(40071)
        send_check = change_card(call.bag, card, spoken, at=call.world.clock.now())
        if send_check:
            send_to_audit(call.world, card)
        return ok(send_check=send_check)


@card_api.post("/delete")
def delete() -> dict[str, Any]:
    """{card_id}: nobody can receive it any more; those who hold it keep it."""
    with oa_call() as call:
        call.card().status = CARD_DELETED
        return ok()


@card_api.post("/modifystock")
def modifystock() -> dict[str, Any]:
    """{card_id, increase_stock_value?, reduce_stock_value?}: 0..100000000 must remain, else 40122.

    A card of deposited codes cannot have more stock than codes are left; what the platform
    answers then is not on its page: 40122 is chosen.
    """
    with oa_call() as call:
        card = call.card()
        change = whole_number(
            call.body.get("increase_stock_value", 0), name="increase_stock_value"
        ) - whole_number(call.body.get("reduce_stock_value", 0), name="reduce_stock_value")
        most = len(card.deposited) if card.deposits_codes else MOST_STOCK
        if not 0 <= card.quantity + change <= most:
            raise OpenRefused(40122)
        card.quantity += change
        card.total_quantity += change
        return ok()


@card_api.get("/getcolors")
def getcolors() -> dict[str, Any]:
    """The colours that a card may have."""
    world = here()
    with world.lock:
        calling_app(world, kind="oa")
    return ok(colors=[{"name": name, "value": value} for name, value in COLORS.items()])
