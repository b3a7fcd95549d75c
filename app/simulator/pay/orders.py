"""JSAPI and mini-program orders: make, look up, close."""

from typing import Any

from flask import Blueprint, Response, request

from app.simulator.errors import SAME_NUMBER_OTHER_PARAMETERS, PayRefused
from app.simulator.pay.order_fields import check_order, expiry
from app.simulator.pay.order_views import order_view
from app.simulator.pay.reading import json_body, require_own_mchid, signer
from app.simulator.pay.state import Order, Prepay
from app.simulator.signing import nonce_text
from app.simulator.world import World, here

orders = Blueprint("orders", __name__, url_prefix="/v3/pay/transactions")


@orders.post("/jsapi")
def make() -> dict[str, Any]:
    """An order, or for the very same request again the same order with a fresh prepay_id."""
    body = json_body()
    world = here()
    at = world.clock.now()
    check_order(body)
    with world.lock:
        _check_parties(world, body)
        order = world.pay.orders.get((body["mchid"], body["out_trade_no"]))
        if order is None:
            order = _new_order(world, body, at=at)
        else:
            _check_same(order, body, at=at)
        return {"prepay_id": _new_prepay(world, order, at=at)}


@orders.get("/out-trade-no/<number>")
def by_number(number: str) -> dict[str, Any]:
    """The order with the merchant's number."""
    require_own_mchid(request.args.get("mchid"))
    world = here()
    with world.lock:
        return order_view(_order(world, number))


@orders.get("/id/<transaction_id>")
def by_transaction(transaction_id: str) -> dict[str, Any]:
    """The paid order with the platform's number."""
    require_own_mchid(request.args.get("mchid"))
    world = here()
    with world.lock:
        order = world.pay.paid.get((signer().mchid, transaction_id))
        if order is None:
            raise PayRefused("ORDER_NOT_EXIST")
        return order_view(order)


@orders.post("/out-trade-no/<number>/close")
def close(number: str) -> Response:
    """Close an unpaid order; once more is as good."""
    require_own_mchid(json_body().get("mchid"))
    world = here()
    with world.lock:
        order = _order(world, number)
        if order.transaction_id:
            raise PayRefused("ORDER_PAID")
        order.state = "CLOSED"
    return Response(status=204)


def _check_parties(world: World, body: dict[str, Any]) -> None:
    if body["mchid"] not in world.merchants:
        raise PayRefused("MCH_NOT_EXISTS")
    require_own_mchid(body["mchid"])
    if body["appid"] not in signer().appids:
        raise PayRefused("APPID_MCHID_NOT_MATCH")
    if world.people.with_openid(body["payer"]["openid"], appid=body["appid"]) is None:
        raise PayRefused("PARAM_ERROR", "无效的openid", number=268501013)


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


def _new_prepay(world: World, order: Order, *, at: float) -> str:
    prepay_id = "wx" + nonce_text(34)
    world.pay.prepays[prepay_id] = Prepay(order=order, made_at=at)
    return prepay_id


def _order(world: World, number: str) -> Order:
    order = world.pay.orders.get((signer().mchid, number))
    if order is None:
        raise PayRefused("ORDER_NOT_EXIST")
    order.close_when_late(world.clock.now())
    return order
