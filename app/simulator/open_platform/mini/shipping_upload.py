"""Shipping information: /wxa/sec/order/upload_shipping_info and its combined sister."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.mini.shipping_fields import (
    check_delivery,
    check_order_key,
    check_shapes,
    upload_time,
)
from app.simulator.open_platform.mini.shipping_life import was_shipped
from app.simulator.open_platform.mini.shipping_orders import find, managed_app
from app.simulator.open_platform.mini.shipping_state import (
    RECEIVED,
    SHIPPED,
    SPLIT,
    TO_SHIP,
    Shipment,
    Shipping,
)
from app.simulator.open_platform.reading import json_body
from app.simulator.settings import App
from app.simulator.world import World, here

UPLOADS_MOST = 2
OK = {"errcode": 0, "errmsg": "ok"}

shipping_upload = Blueprint("shipping_upload", __name__, url_prefix="/wxa/sec/order")


@shipping_upload.post("/upload_shipping_info")
def upload_shipping_info() -> dict[str, Any]:
    """Say how a paid order is delivered; once done, it may be said anew one time only.

    Fields: order_key{order_number_type, transaction_id | mchid, out_trade_no}, logistics_type 1-4,
    delivery_mode 1-2, is_all_delivered, shipping_list[1..15]{item_desc <= 120 characters,
    tracking_no, express_company, contact}, upload_time (RFC 3339, newer than before),
    payer{openid}. Errors: 47001 shapes, 268485194-7 order_key, 268485216 time, 268485224 mode,
    268485226-8 parcels, 10060005-9, 10060024-26 fields, 10060001 not found or too early, 10060031
    other payer, 10060002 received, 10060003 said anew before, 10060004 refunded or settled,
    10060023 nothing new, 48001 the app does not ship through the service.
    """
    world = here()
    with world.lock:
        app = managed_app(world)
        _upload(world, app, json_body())
    return dict(OK)


@shipping_upload.post("/upload_combined_shipping_info")
def upload_combined_shipping_info() -> dict[str, Any]:
    """The same for each sub-order of a combined payment, all or nothing.

    Fields: order_key of the whole, sub_orders[]{order_key, logistics_type, delivery_mode,
    is_all_delivered, shipping_list}, upload_time, payer. Every order_key has the same
    order_number_type, else 268485194. Errors as for one order; 10060014 without sub_orders.
    """
    world = here()
    with world.lock:
        app = managed_app(world)
        asked = [_check(world, app, each) for each in _sub_orders(json_body())]
        for shipment, body in asked:
            _accept(world, app, shipment, body)
    return dict(OK)


def _upload(world: World, app: App, body: dict[str, Any]) -> None:
    shipment, body = _check(world, app, body)
    _accept(world, app, shipment, body)


def _sub_orders(body: dict[str, Any]) -> list[dict[str, Any]]:
    subs = body.get("sub_orders")
    whole = body.get("order_key")
    if not isinstance(whole, dict) or not isinstance(subs, list):
        raise OpenRefused(47001)
    check_order_key(whole)
    if not subs:
        raise OpenRefused(10060014, "sub_orders")
    if any(not isinstance(each, dict) for each in subs):
        raise OpenRefused(47001)
    shared = {"upload_time": body.get("upload_time"), "payer": body.get("payer")}
    asked = [{**each, **shared} for each in subs]
    for each in asked:
        check_shapes(each)
        if each["order_key"].get("order_number_type") != whole["order_number_type"]:
            raise OpenRefused(268485194)
    return asked


def _check(world: World, app: App, body: dict[str, Any]) -> tuple[Shipment, dict[str, Any]]:
    check_shapes(body)
    check_order_key(body["order_key"])
    check_delivery(body)
    at = upload_time(body)
    key = body["order_key"]
    shipment = find(
        world,
        app,
        transaction_id=key.get("transaction_id") if key["order_number_type"] != 1 else None,
        merchant_id=key.get("mchid"),
        number=key.get("out_trade_no"),
    )
    if body["payer"].get("openid") != shipment.order.openid:
        raise OpenRefused(10060031)
    _check_state(shipment, body, at=at)
    return shipment, body


def _check_state(shipment: Shipment, body: dict[str, Any], *, at: float) -> None:
    going_back = shipment.order.refunded_fen >= shipment.order.total_fen
    if shipment.state == RECEIVED:
        raise OpenRefused(10060002)
    if going_back or shipment.state not in {TO_SHIP, SHIPPED}:
        raise OpenRefused(10060004)
    if shipment.finish_count >= UPLOADS_MOST:
        raise OpenRefused(10060003)
    if shipment.upload_time and at <= shipment.upload_time:
        raise OpenRefused(10060023)
    if shipment.finished and shipment.parcels == body["shipping_list"]:
        raise OpenRefused(10060023)


def _accept(world: World, app: App, shipment: Shipment, body: dict[str, Any]) -> None:
    shipment.logistics_type = body["logistics_type"]
    shipment.delivery_mode = body["delivery_mode"]
    shipment.parcels = list(body["shipping_list"])
    shipment.upload_time = upload_time(body)
    if shipment.delivery_mode == SPLIT and not body["is_all_delivered"]:
        return
    shipment.finished = True
    shipment.finish_count += 1
    shipment.shipped_at = world.clock.now()
    was_shipped(world, shipment)
    tell_payer(world, app, shipment, kind="shipping", title="订单发货通知")


def tell_payer(world: World, app: App, shipment: Shipment, *, kind: str, title: str) -> None:
    """Put the platform's own message about an order on the payer's phone. Hold the lock."""
    user = world.people.with_openid(shipment.order.openid, appid=app.appid)
    if user is None:
        return
    jump = world.part(Shipping).trade(app.appid).jump_path
    numbers = {
        "transaction_id": shipment.order.transaction_id,
        "merchant_id": shipment.order.merchant.mchid,
        "merchant_trade_no": shipment.order.number,
    }
    joint = "&" if "?" in jump else "?"
    goods = "; ".join(each["item_desc"] for each in shipment.parcels)
    world.open_platform.messages.append(
        {
            "kind": kind,
            "appid": app.appid,
            "name": user.name,
            "title": title,
            "fields": [{"key": "goods", "label": "商品", "value": goods}],
            "page": f"{jump}{joint}{urlencode(numbers)}" if jump else "",
            "received_at": world.clock.now(),
        }
    )
