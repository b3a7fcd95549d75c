"""Shipping by hand: what is frozen, who confirms, who complains, and which app is restrained."""

from typing import Any

from flask import Blueprint, abort

from app.simulator.control.reading import asked, user_named
from app.simulator.open_platform.mini.shipping_life import (
    confirm_by_hand,
    set_complaint,
    set_controlled,
)
from app.simulator.open_platform.mini.shipping_orders import shipments
from app.simulator.open_platform.mini.shipping_state import Shipment, Shipping
from app.simulator.open_platform.mini.shipping_views import shipment_view
from app.simulator.world import World, here

shipping_desk = Blueprint("shipping_desk", __name__, url_prefix="/_sim")
SWITCHES = {
    "is_managed": "managed",
    "confirmation_completed": "confirmation_completed",
    "has_shipped": "has_shipped",
}


@shipping_desk.get("/shipping")
def all_shipments() -> list[dict[str, Any]]:
    """Every paid order of every mini-program with its order_state and the fen still frozen."""
    world = here()
    with world.lock:
        return [
            _told(each)
            for app in world.apps.values()
            if app.kind == "mp"
            for each in shipments(world, app)
        ]


@shipping_desk.post("/shipping")
def pace() -> dict[str, Any]:
    """{lag_seconds?, settle_seconds?}: when an order is found, and when money comes."""
    world = here()
    body = asked()
    with world.lock:
        part = world.part(Shipping)
        part.lag_seconds = float(body.get("lag_seconds", part.lag_seconds))
        part.settle_seconds = float(body.get("settle_seconds", part.settle_seconds))
        return {"lag_seconds": part.lag_seconds, "settle_seconds": part.settle_seconds}


@shipping_desk.post("/shipping/<transaction_id>")
def complain(transaction_id: str) -> dict[str, Any]:
    """{in_complaint}: open or end a dispute; an open one holds the money back."""
    world = here()
    with world.lock:
        shipment = _named(world, transaction_id)
        set_complaint(world, shipment, is_open=bool(asked().get("in_complaint", True)))
        return _told(shipment)


@shipping_desk.post("/users/<name>/orders/<transaction_id>/confirm")
def confirm(name: str, transaction_id: str) -> dict[str, Any]:
    """The customer confirms that the goods came."""
    world = here()
    with world.lock:
        user = user_named(world, name)
        shipment = _named(world, transaction_id)
        if shipment.order.openid not in user.openids.values():
            abort(409, "somebody else paid this order")
        if not confirm_by_hand(world, shipment):
            abort(409, f"the order_state is {shipment.state}")
        return _told(shipment)


@shipping_desk.get("/apps/<appid>/trade")
def trade(appid: str) -> dict[str, Any]:
    """How the platform treats this app's trade."""
    world = here()
    with world.lock:
        return _trade_told(world, appid)


@shipping_desk.post("/apps/<appid>/trade")
def restrain(appid: str) -> dict[str, Any]:
    """{is_managed?, is_controlled?, confirmation_completed?, has_shipped?}: change it.

    A controlled app's wx.requestPayment fails, and the app is told by wxa_trade_controlled.
    """
    world = here()
    body = asked()
    with world.lock:
        _trade_told(world, appid)
        kept = world.part(Shipping).trade(appid)
        for name, attribute in SWITCHES.items():
            if name in body:
                setattr(kept, attribute, bool(body[name]))
        if "is_controlled" in body:
            set_controlled(world, appid, is_controlled=bool(body["is_controlled"]))
        return _trade_told(world, appid)


def _named(world: World, transaction_id: str) -> Shipment:
    paid = (order for (_, number), order in world.pay.paid.items() if number == transaction_id)
    order = next(paid, None)
    if order is None:
        abort(404, f"no paid order {transaction_id}")
    return world.part(Shipping).shipment(order)


def _told(shipment: Shipment) -> dict[str, Any]:
    return {
        "appid": shipment.order.payer_appid,
        **shipment_view(shipment),
        "frozen_fen": shipment.frozen_fen,
        "shipped_at": shipment.shipped_at,
        "received_at": shipment.received_at,
        "settled_at": shipment.settled_at,
        "special_type": shipment.special_type,
    }


def _trade_told(world: World, appid: str) -> dict[str, Any]:
    if appid not in world.apps:
        abort(404, f"no app {appid}")
    kept = world.part(Shipping).trade(appid)
    return {
        "appid": appid,
        "is_managed": kept.managed,
        "is_controlled": kept.controlled,
        "confirmation_completed": kept.confirmation_completed,
        "has_shipped": kept.has_shipped,
        "msg_jump_path": kept.jump_path,
    }
