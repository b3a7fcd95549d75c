"""What becomes of a paid order by itself: reminders, confirmation, settlement, and their events."""

from typing import Any

from app.simulator.open_platform.mini.shipping_state import (
    AUTOMATIC,
    EXPRESS,
    MANUAL,
    SHIPPED,
    TO_SHIP,
    Shipment,
    Shipping,
)
from app.simulator.pay.state import Order
from app.simulator.world import World

DAY_SECONDS = 86_400
REMIND_SECONDS = 48 * 3600
CONFIRM_DAYS = {EXPRESS: 10}
CONFIRM_DAYS_OTHERWISE = 2
TEST_ORDER = 2
REMIND_ACCESS = "trade_manage_remind_access_api"
REMIND_SHIPPING = "trade_manage_remind_shipping"
SETTLEMENT = "trade_manage_order_settlement"
CONTROLLED = "wxa_trade_controlled"
ACCESS_TEXT = "请接入小程序发货信息管理服务API，及时上传发货信息"
SHIPPING_TEXT = "订单支付后已超过48小时未发货，请尽快上传发货信息"
CONTROLLED_TEXT = "该小程序需要接入发货信息管理服务，未接入前支付功能受限"


def may_take_payments(world: World, order: Order) -> bool:
    """Whether the order's app is not restrained. Hold the lock."""
    trade = world.part(Shipping).trades.get(order.payer_appid)
    return trade is None or not trade.controlled


def order_was_paid(world: World, order: Order) -> None:
    """Take a paid order of a mini-program into the service. Hold the lock."""
    app = world.apps.get(order.payer_appid)
    if app is None or app.kind != "mp":
        return
    shipping = world.part(Shipping)
    shipment = shipping.shipment(order)
    trade = shipping.trade(app.appid)
    if not trade.managed:
        return
    if not trade.has_traded:
        trade.has_traded = True
        _remind_access(world, app.appid, openid=order.openid)
    world.timetable.at(order.paid_at + REMIND_SECONDS, lambda: remind_shipping(world, shipment))


def remind_shipping(world: World, shipment: Shipment) -> None:
    """Tell the merchant that an order waits; only apps that ever shipped are told, as documented.

    An order announced as presale is reminded of two days after its announced day, a test order
    never.
    """
    with world.lock:
        late = max(shipment.order.paid_at, shipment.delay_to) + REMIND_SECONDS
        if shipment.state != TO_SHIP or shipment.special_type == TEST_ORDER:
            return
        if world.clock.now() < late:
            world.timetable.at(late, lambda: remind_shipping(world, shipment))
        elif world.part(Shipping).trade(_appid(shipment)).has_shipped:
            _push(world, shipment, event=REMIND_SHIPPING, fields={"msg": SHIPPING_TEXT})


def was_shipped(world: World, shipment: Shipment) -> None:
    """Everything is on its way: tell the merchant when money will come, and wait. Hold the lock."""
    world.part(Shipping).trade(_appid(shipment)).has_shipped = True
    count = shipment.finish_count
    due = confirms_at(shipment)
    told = {"shipped_time": int(shipment.shipped_at), "estimated_settlement_time": int(due)}
    _push(world, shipment, event=SETTLEMENT, fields=told)
    world.timetable.at(due, lambda: _confirm_by_itself(world, shipment, count=count))


def confirms_at(shipment: Shipment) -> float:
    """When the platform confirms in the customer's place: ten days for express, else two."""
    days = CONFIRM_DAYS.get(shipment.logistics_type, CONFIRM_DAYS_OTHERWISE)
    return shipment.shipped_at + days * DAY_SECONDS


def confirm_by_hand(world: World, shipment: Shipment) -> bool:
    """The customer says that the goods came; False when nothing was shipped. Hold the lock."""
    if shipment.state != SHIPPED:
        return False
    shipment.received_at = world.clock.now()
    shipment.receive_method = MANUAL
    due = shipment.received_at + world.part(Shipping).settle_seconds
    world.timetable.at(due, lambda: settle(world, shipment))
    return True


def settle(world: World, shipment: Shipment) -> None:
    """Let the money go, unless the customer complains or it was given back."""
    with world.lock:
        open_still = shipment.received_at and not shipment.settled_at
        if not open_still or shipment.in_complaint or shipment.frozen_fen == 0:
            return
        shipment.settled_at = world.clock.now()
        told = {
            "shipped_time": int(shipment.shipped_at),
            "confirm_receive_method": shipment.receive_method,
            "confirm_receive_time": int(shipment.received_at),
            "settlement_time": int(shipment.settled_at),
        }
        _push(world, shipment, event=SETTLEMENT, fields=told)


def set_complaint(world: World, shipment: Shipment, *, is_open: bool) -> None:
    """A dispute holds the money back; its end lets it go."""
    with world.lock:
        shipment.in_complaint = is_open
        due = bool(shipment.shipped_at) and world.clock.now() >= confirms_at(shipment)
        if is_open:
            return
        if shipment.state == SHIPPED and due:
            _confirm_by_itself(world, shipment, count=shipment.finish_count)
        else:
            settle(world, shipment)


def set_controlled(world: World, appid: str, *, is_controlled: bool) -> None:
    """Forbid or allow an app to take payments, and tell it so. Hold the lock."""
    trade = world.part(Shipping).trade(appid)
    if is_controlled and not trade.controlled:
        fields = {"msg": CONTROLLED_TEXT}
        world.pushes.send(app=world.apps[appid], openid=appid, event=CONTROLLED, fields=fields)
    trade.controlled = is_controlled


def _confirm_by_itself(world: World, shipment: Shipment, *, count: int) -> None:
    with world.lock:
        is_old = shipment.finish_count != count
        if is_old or shipment.state != SHIPPED or shipment.in_complaint:
            return
        shipment.received_at = world.clock.now()
        shipment.receive_method = AUTOMATIC
    settle(world, shipment)


def _remind_access(world: World, appid: str, *, openid: str) -> None:
    with world.lock:
        if world.part(Shipping).trade(appid).has_shipped:
            return
        fields = {"msg": ACCESS_TEXT}
        world.pushes.send(app=world.apps[appid], openid=openid, event=REMIND_ACCESS, fields=fields)
        tomorrow = world.clock.now() + DAY_SECONDS
    world.timetable.at(tomorrow, lambda: _remind_access(world, appid, openid=openid))


def _push(world: World, shipment: Shipment, *, event: str, fields: dict[str, Any]) -> None:
    order = shipment.order
    told = {
        "transaction_id": order.transaction_id,
        "merchant_id": order.merchant.mchid,
        "sub_merchant_id": order.sub_mchid,
        "merchant_trade_no": order.number,
        "pay_time": int(order.paid_at),
    }
    app = world.apps[_appid(shipment)]
    world.pushes.send(app=app, openid=order.openid, event=event, fields={**told, **fields})


def _appid(shipment: Shipment) -> str:
    return shipment.order.payer_appid
