"""Order shipping management: look up, remind, announce, and whether an app is managed at all."""

from typing import Any

from flask import Blueprint

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.mini.shipping_orders import (
    find_asked,
    managed_app,
    shipments,
)
from app.simulator.open_platform.mini.shipping_state import (
    EXPRESS,
    SHIPPED,
    TO_SHIP,
    Shipment,
    Shipping,
    Trade,
)
from app.simulator.open_platform.mini.shipping_upload import tell_payer
from app.simulator.open_platform.mini.shipping_views import shipment_view
from app.simulator.open_platform.reading import calling_app, json_body
from app.simulator.world import World, here

PAGE_SIZE = 100
PRESALE, TEST = 1, 2
DAY_SECONDS = 86_400
PRESALE_DAYS = (15, 330)
LATEST = 2**32 - 1

shipping = Blueprint("shipping", __name__, url_prefix="/wxa/sec/order")


@shipping.post("/get_order")
def get_order() -> dict[str, Any]:
    """One paid order: order_state 1 to ship, 2 shipped, 3 received, 4 complete, 5 refunded, 6 held.

    Fields: transaction_id, or merchant_id and merchant_trade_no. Errors: 10060001, 10060014.
    """
    world = here()
    with world.lock:
        app = managed_app(world)
        shipment = find_asked(world, app, json_body())
        return {"errcode": 0, "errmsg": "ok", "order": shipment_view(shipment)}


@shipping.post("/get_order_list")
def get_order_list() -> dict[str, Any]:
    """Paid orders, oldest first, a page at a time.

    Fields: pay_time_range{begin_time, end_time (inclusive)}, order_state, openid, last_index,
    page_size (100). Errors: 10060011 last_index, 10060014 other fields.
    """
    world = here()
    with world.lock:
        app = managed_app(world)
        body = json_body()
        found = [each for each in shipments(world, app) if _fits(each, body)]
    start, size = _page(body, most=len(found))
    page = found[start : start + size]
    return {
        "errcode": 0,
        "errmsg": "ok",
        "last_index": str(start + len(page)),
        "has_more": start + len(page) < len(found),
        "order_list": [shipment_view(each) for each in page],
    }


@shipping.post("/notify_confirm_receive")
def notify_confirm_receive() -> dict[str, Any]:
    """Ask the customer to confirm an express delivery, once.

    Fields: as get_order, and received_time (unix seconds). Errors: 10060028 not shipped, 10060029
    time before shipping, 10060030 asked before, 10060032 not express.
    """
    world = here()
    with world.lock:
        app = managed_app(world)
        body = json_body()
        shipment = find_asked(world, app, body)
        _check_reminder(shipment, body.get("received_time"))
        shipment.was_reminded = True
        tell_payer(world, app, shipment, kind="confirm_receive", title="确认收货提醒")
    return {"errcode": 0, "errmsg": "ok"}


@shipping.post("/set_msg_jump_path")
def set_msg_jump_path() -> dict[str, Any]:
    """Where a tap on the platform's shipping message leads. Fields: path. Errors: 40097."""
    world = here()
    with world.lock:
        trade, _ = _trade(world)
        path = json_body().get("path")
        if not isinstance(path, str) or not path:
            raise OpenRefused(40097)
        trade.jump_path = path
    return {"errcode": 0, "errmsg": "ok"}


@shipping.post("/is_trade_managed")
def is_trade_managed() -> dict[str, Any]:
    """Whether this app ships through the service. Fields: appid (its own). Errors: 40097, 40013."""
    world = here()
    with world.lock:
        trade = _own_trade(world)
        return {"errcode": 0, "errmsg": "ok", "is_trade_managed": trade.managed}


@shipping.post("/is_trade_management_confirmation_completed")
def is_confirmation_completed() -> dict[str, Any]:
    """Whether each of the app's merchants is authorised or unbound. Fields: appid (its own)."""
    world = here()
    with world.lock:
        trade = _own_trade(world)
        return {"errcode": 0, "errmsg": "ok", "completed": trade.confirmation_completed}


@shipping.post("/opspecialorder")
def opspecialorder() -> dict[str, Any]:
    """Announce a presale (type 1, delay_to 15 to 330 days after payment) or test order (type 2).

    Fields: order_id (either number), type, delay_to (unix seconds). Errors: 268546000 type,
    268546001 delay_to, 268546002 no such order that waits to be shipped.
    """
    world = here()
    with world.lock:
        app = managed_app(world)
        body = json_body()
        kind = body.get("type")
        if kind not in (PRESALE, TEST):
            raise OpenRefused(268546000)
        shipment = _waiting(shipments(world, app), body.get("order_id"))
        if kind == PRESALE:
            shipment.delay_to = _delay_to(shipment, body.get("delay_to"))
        shipment.special_type = kind
    return {"errcode": 0, "errmsg": "ok"}


def _fits(shipment: Shipment, body: dict[str, Any]) -> bool:
    span = body.get("pay_time_range") or {}
    if not isinstance(span, dict):
        raise OpenRefused(10060014, "pay_time_range")
    begin, end = span.get("begin_time", 0), span.get("end_time", LATEST)
    if type(begin) is not int or type(end) is not int:
        raise OpenRefused(10060014, "pay_time_range")
    order = shipment.order
    return (
        begin <= int(order.paid_at) <= end
        and body.get("order_state") in (None, shipment.state)
        and body.get("openid") in (None, "", order.openid)
    )


def _page(body: dict[str, Any], *, most: int) -> tuple[int, int]:
    index = body.get("last_index") or "0"
    if not isinstance(index, str) or not index.isdecimal() or int(index) > most:
        raise OpenRefused(10060011)
    size = body.get("page_size", PAGE_SIZE)
    if type(size) is not int or not 0 < size <= PAGE_SIZE:
        raise OpenRefused(10060014, "page_size")
    return int(index), size


def _check_reminder(shipment: Shipment, received_time: Any) -> None:
    if shipment.state != SHIPPED:
        raise OpenRefused(10060028)
    if shipment.logistics_type != EXPRESS:
        raise OpenRefused(10060032)
    if type(received_time) is not int or received_time < int(shipment.shipped_at):
        raise OpenRefused(10060029)
    if shipment.was_reminded:
        raise OpenRefused(10060030)


def _trade(world: World) -> tuple[Trade, str]:
    app = calling_app(world)
    return world.part(Shipping).trade(app.appid), app.appid


def _own_trade(world: World) -> Trade:
    trade, appid = _trade(world)
    asked = json_body().get("appid")
    if not asked:
        raise OpenRefused(40097)
    if asked != appid:
        raise OpenRefused(40013)
    return trade


def _waiting(found: list[Shipment], order_id: Any) -> Shipment:
    for shipment in found:
        numbers = {shipment.order.transaction_id, shipment.order.number}
        if shipment.state == TO_SHIP and isinstance(order_id, str) and order_id in numbers:
            return shipment
    raise OpenRefused(268546002)


def _delay_to(shipment: Shipment, delay_to: Any) -> int:
    first, last = (shipment.order.paid_at + days * DAY_SECONDS for days in PRESALE_DAYS)
    if type(delay_to) is not int or not first <= delay_to <= last:
        raise OpenRefused(268546001)
    return delay_to
