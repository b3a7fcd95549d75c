"""Making an order, or the same order again with a fresh prepay_id. Hold the world's lock."""

from typing import Any

from app.simulator.errors import SAME_NUMBER_OTHER_PARAMETERS, PayRefused
from app.simulator.pay.order_fields import expiry
from app.simulator.pay.reading import signer
from app.simulator.pay.state import Order, Prepay
from app.simulator.signing import nonce_text
from app.simulator.world import World


def prepay(world: World, body: dict[str, Any]) -> str:
    """A prepay_id for the signer's order; what was asked before must be asked the same way."""
    at = world.clock.now()
    order = world.pay.orders.get((signer().mchid, body["out_trade_no"]))
    if order is None:
        order = _new_order(world, body, at=at)
    else:
        _check_same(order, body, at=at)
    prepay_id = "wx" + nonce_text(34)
    world.pay.prepays[prepay_id] = Prepay(order=order, made_at=at)
    return prepay_id


def check_payer(world: World, openid: str, *, appid: str) -> None:
    """Refuse an openid that nobody has in this app."""
    if world.people.with_openid(openid, appid=appid) is None:
        raise PayRefused("PARAM_ERROR", "无效的openid", number=268501013)


def order_of(world: World, number: str, *, sub_mchid: str = "") -> Order:
    """The signer's order with the merchant's number, closed when its time is over."""
    order = world.pay.orders.get((signer().mchid, number))
    if order is None or order.sub_mchid != sub_mchid:
        raise PayRefused("ORDER_NOT_EXIST")
    order.close_when_late(world.clock.now())
    return order


def paid_order_of(world: World, transaction_id: str, *, sub_mchid: str = "") -> Order:
    """The signer's paid order with the platform's number."""
    order = world.pay.paid.get((signer().mchid, transaction_id))
    if order is None or order.sub_mchid != sub_mchid:
        raise PayRefused("ORDER_NOT_EXIST")
    return order


def close_order(order: Order) -> None:
    """Close an unpaid order; once more is as good."""
    if order.transaction_id:
        raise PayRefused("ORDER_PAID")
    order.state = "CLOSED"


def _check_same(order: Order, body: dict[str, Any], *, at: float) -> None:
    order.close_when_late(at)
    same = order.asked == body
    if order.state == "NOTPAY" and not same:
        raise PayRefused(
            "INVALID_REQUEST", "请求重入时,参数与首次不一致", number=SAME_NUMBER_OTHER_PARAMETERS
        )
    if order.state != "NOTPAY" and not same:
        raise PayRefused("OUT_TRADE_NO_USED")
    if order.state == "CLOSED":
        raise PayRefused("ORDER_CLOSED")
    if order.state != "NOTPAY":
        raise PayRefused("ORDER_PAID")


def _new_order(world: World, body: dict[str, Any], *, at: float) -> Order:
    order = Order(merchant=signer(), asked=body, made_at=at, expires_at=expiry(body, at=at))
    world.pay.orders[(order.merchant.mchid, order.number)] = order
    return order
