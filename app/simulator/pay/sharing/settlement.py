"""Whether an order's money was settled to the merchant."""

from app.simulator.open_platform.mini.shipping_state import Shipping
from app.simulator.pay.state import Order
from app.simulator.world import World


def is_settled(world: World, order: Order) -> bool:
    """Orders under shipping management are settled some time after their receipt, others at once.

    Hold the world's lock.
    """
    shipping = world.part(Shipping)
    app = world.apps.get(order.payer_appid)
    if app is None or app.kind != "mp" or not shipping.trade(app.appid).managed:
        return True
    return bool(shipping.shipment(order).settled_at)
