"""Service cards: /wxa/set_user_notify and its sisters, keyed by the payment's transaction_id."""

import json
from typing import Any

from flask import Blueprint

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.mini.service_card_fields import (
    check_payment,
    check_step,
    read_content,
    read_ext,
)
from app.simulator.open_platform.mini.service_card_state import (
    STATES,
    TITLES,
    ServiceCard,
    ServiceCards,
)
from app.simulator.open_platform.mini.shipping_orders import paid_order
from app.simulator.open_platform.mini.words import is_sensitive
from app.simulator.open_platform.reading import calling_app, json_body
from app.simulator.pay.state import Order
from app.simulator.people import User
from app.simulator.settings import App
from app.simulator.world import World, here

ACTIVATE_SECONDS = 86_400
UPDATE_SECONDS = 30 * 86_400
FAILED = "notify_service_msg_send_result"
REFUSED_BY_USER, UNSAFE = -1004, -10002
FAILURES = {REFUSED_BY_USER: "user reject message ", UNSAFE: "content security check fail"}
NORMAL, REFUSED_STATE = 0, 10
OK = {"errcode": 0, "errmsg": "ok"}

service_cards = Blueprint("service_cards", __name__)


@service_cards.post("/wxa/set_user_notify")
def set_user_notify() -> dict[str, Any]:
    """Activate a card within 24 hours of the payment, update it for 30 days after.

    Fields: openid (the payer), notify_type (2001, 2002, 2003, 2006, 2007), notify_code (the
    transaction_id), content_json{cur_status, wxa_path_query, product_count, product_list}, and to
    activate check_json{pay_amount fen, pay_time, pay_channel?}. The very same content again changes
    nothing. Errors: 40003 openid, 85433 check_json, 85434 type, 85435-85441 content, 85437 no such
    payment yet, 85438 too late, 85448 used up or by another type, 85461 not admitted. What the
    person then does not get is told by notify_service_msg_send_result.
    """
    world = here()
    with world.lock:
        app = calling_app(world)
        body = json_body()
        user, order = _addressed(world, app, body)
        content = read_content(body.get("content_json"))
        card = world.part(ServiceCards).cards.get((app.appid, order.transaction_id))
        if card is None:
            _activate(world, app, user, order, body=body, content=content)
        elif card.content_json != body["content_json"]:
            _update(world, card, body=body, content=content)
        else:
            return dict(OK)
        _tell_failure(world, app, body, status=content["cur_status"])
    return dict(OK)


@service_cards.post("/wxa/get_user_notify")
def get_user_notify() -> dict[str, Any]:
    """What a card holds: content_json, code_state (0, or 10 refused by the person), its end.

    Fields: openid, notify_type, notify_code. Errors: 40003, 85434, 85437.
    """
    world = here()
    with world.lock:
        app = calling_app(world)
        body = json_body()
        _, order = _addressed(world, app, body)
        part = world.part(ServiceCards)
        card = part.cards.get((app.appid, order.transaction_id))
        refused = (body["openid"], body["notify_type"]) in part.refused_by
        ends = card.expires_at if card else order.paid_at + ACTIVATE_SECONDS
        told = {
            "notify_type": body["notify_type"],
            "content_json": card.content_json if card else "",
            "code_state": REFUSED_STATE if refused else NORMAL,
            "code_expire_time": int(ends),
        }
    return {**OK, "notify_info": told}


@service_cards.post("/wxa/set_user_notifyext")
def set_user_notifyext() -> dict[str, Any]:
    """Add to an activated card. Fields: openid, notify_type, notify_code, ext_json.

    Errors: as set_user_notify; 85437 when the card is not activated, 85470 ext_json.
    """
    world = here()
    with world.lock:
        app = calling_app(world)
        body = json_body()
        _, order = _addressed(world, app, body)
        card = world.part(ServiceCards).cards.get((app.appid, order.transaction_id))
        if card is None:
            raise OpenRefused(85437)
        _check_open(world, card, body)
        card.ext_json = read_ext(body.get("ext_json"))
    return dict(OK)


def _addressed(world: World, app: App, body: dict[str, Any]) -> tuple[User, Order]:
    user = world.people.with_openid(str(body.get("openid", "")), appid=app.appid)
    if user is None:
        raise OpenRefused(40003)
    if body.get("notify_type") not in tuple(TITLES):
        raise OpenRefused(85434)
    if (app.appid, body["notify_type"]) in world.part(ServiceCards).closed:
        raise OpenRefused(85461)
    order = _payment(world, app, body.get("notify_code"))
    if order.openid != body["openid"]:
        raise OpenRefused(40003)
    return user, order


def _payment(world: World, app: App, code: Any) -> Order:
    order = paid_order(world, app, code)
    latest = world.clock.now() - world.part(ServiceCards).lag_seconds
    if order is None or order.paid_at > latest:
        raise OpenRefused(85437)
    return order


def _activate(
    world: World,
    app: App,
    user: User,
    order: Order,
    *,
    body: dict[str, Any],
    content: dict[str, Any],
) -> None:
    at = world.clock.now()
    check_payment(body.get("check_json"), order)
    if at > order.paid_at + ACTIVATE_SECONDS:
        raise OpenRefused(85438)
    check_step(None, content["cur_status"])
    told = {
        "kind": "service_card",
        "appid": app.appid,
        "name": user.name,
        "title": TITLES[body["notify_type"]],
        "transaction_id": order.transaction_id,
        "received_at": at,
    }
    card = ServiceCard(
        notify_type=body["notify_type"],
        content_json=body["content_json"],
        status=content["cur_status"],
        activated_at=at,
        expires_at=at + UPDATE_SECONDS,
        told=told,
    )
    world.part(ServiceCards).cards[(app.appid, order.transaction_id)] = card
    _show(world, card, content)
    if not _failure(world, body):
        world.open_platform.messages.append(told)


def _update(
    world: World, card: ServiceCard, *, body: dict[str, Any], content: dict[str, Any]
) -> None:
    _check_open(world, card, body)
    check_step(card, content["cur_status"])
    card.content_json = body["content_json"]
    card.status = content["cur_status"]
    if not _failure(world, body):
        _show(world, card, content)


def _check_open(world: World, card: ServiceCard, body: dict[str, Any]) -> None:
    if card.notify_type != body["notify_type"]:
        raise OpenRefused(85448)
    if world.clock.now() > card.expires_at:
        raise OpenRefused(85438)


def _show(world: World, card: ServiceCard, content: dict[str, Any]) -> None:
    listed = content.get("product_list", {}).get("info_list", [])
    names = "、".join(str(each.get("product_name", "")) for each in listed)
    card.told.update(
        {
            "state": card.status,
            "state_text": STATES[card.status],
            "fields": [
                {"key": "state", "label": "状态", "value": STATES[card.status]},
                {"key": "products", "label": "商品", "value": names},
            ],
            "page": content["wxa_path_query"],
            "content": content,
            "updated_at": world.clock.now(),
        }
    )


def _failure(world: World, body: dict[str, Any]) -> int:
    if (body["openid"], body["notify_type"]) in world.part(ServiceCards).refused_by:
        return REFUSED_BY_USER
    shown = json.dumps(json.loads(body["content_json"]), ensure_ascii=False)
    return UNSAFE if is_sensitive(shown) else 0


def _tell_failure(world: World, app: App, body: dict[str, Any], *, status: int) -> None:
    failed = _failure(world, body)
    if not failed:
        return
    fields = {
        "openid": body["openid"],
        "notify_code": f"p1.{body['notify_code']}",
        "notify_type": body["notify_type"],
        "card_status": status,
        "fail_ret": failed,
        "fail_msg": FAILURES[failed],
    }
    world.pushes.send(app=app, openid=body["openid"], event=FAILED, fields=fields)
