"""Find the paid orders of a mini-program, as the shipping service sees them."""

from typing import Any

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.mini.shipping_state import Shipment, Shipping
from app.simulator.open_platform.reading import calling_app
from app.simulator.pay.state import Order
from app.simulator.settings import App
from app.simulator.world import World


def managed_app(world: World) -> App:
    """The calling mini-program; 48001 when it does not ship through the service. Hold the lock."""
    app = calling_app(world)
    if not world.part(Shipping).trade(app.appid).managed:
        raise OpenRefused(48001)
    return app


def shipments(world: World, app: App) -> list[Shipment]:
    """Every paid order of this app that can be found by now, oldest payment first."""
    shipping = world.part(Shipping)
    latest = world.clock.now() - shipping.lag_seconds
    orders = [
        each
        for each in world.pay.paid.values()
        if each.payer_appid == app.appid and each.paid_at <= latest
    ]
    return [shipping.shipment(each) for each in sorted(orders, key=_paid_at)]


def find(world: World, app: App, *, transaction_id: Any, merchant_id: Any, number: Any) -> Shipment:
    """The order of the platform's number or of the merchant's two; 10060001 when there is none."""
    if transaction_id:
        order = paid_order(world, app, transaction_id)
    else:
        order = world.pay.orders.get((str(merchant_id), str(number)))
    latest = world.clock.now() - world.part(Shipping).lag_seconds
    if order is None or not order.transaction_id or order.paid_at > latest:
        raise OpenRefused(10060001)
    if order.payer_appid != app.appid:
        raise OpenRefused(10060001)
    return world.part(Shipping).shipment(order)


def paid_order(world: World, app: App, transaction_id: Any) -> Order | None:
    """The payment of this number that was made in this app. Hold the lock."""
    for mchid in world.merchants:
        order = world.pay.paid.get((mchid, str(transaction_id)))
        if order is not None and order.payer_appid == app.appid:
            return order
    return None


def find_asked(world: World, app: App, body: dict[str, Any]) -> Shipment:
    """The order that {transaction_id | merchant_id, merchant_trade_no} names."""
    numbers = (body.get("transaction_id"), body.get("merchant_id"), body.get("merchant_trade_no"))
    if not numbers[0] and not (numbers[1] and numbers[2]):
        raise OpenRefused(10060014, "transaction_id or merchant_id and merchant_trade_no")
    return find(world, app, transaction_id=numbers[0], merchant_id=numbers[1], number=numbers[2])


def _paid_at(order: Order) -> float:
    return order.paid_at
