"""JSAPI and mini-program orders: make, look up, close."""

from typing import Any

from flask import Blueprint, Response, request

from app.simulator.errors import PayRefused
from app.simulator.pay.order_fields import check_order
from app.simulator.pay.order_making import (
    check_payer,
    close_order,
    order_of,
    paid_order_of,
    prepay,
)
from app.simulator.pay.order_views import order_view
from app.simulator.pay.reading import json_body, require_own_mchid, signer
from app.simulator.world import World, here

orders = Blueprint("orders", __name__, url_prefix="/v3/pay/transactions")


@orders.post("/jsapi")
def make() -> dict[str, Any]:
    """The fields of order_fields.py: an order and its prepay_id.

    The very same request again is the same order with a fresh prepay_id. PARAM_ERROR by the field
    table, MCH_NOT_EXISTS, APPID_MCHID_NOT_MATCH; for a known number INVALID_REQUEST,
    OUT_TRADE_NO_USED, ORDER_CLOSED, ORDER_PAID.
    """
    body = json_body()
    check_order(body)
    world = here()
    with world.lock:
        _check_parties(world, body)
        return {"prepay_id": prepay(world, body)}


@orders.get("/out-trade-no/<number>")
def by_number(number: str) -> dict[str, Any]:
    """?mchid: the order with the merchant's number; 404 ORDER_NOT_EXIST."""
    require_own_mchid(request.args.get("mchid"))
    world = here()
    with world.lock:
        return order_view(order_of(world, number))


@orders.get("/id/<transaction_id>")
def by_transaction(transaction_id: str) -> dict[str, Any]:
    """?mchid: the paid order with the platform's number; 404 ORDER_NOT_EXIST."""
    require_own_mchid(request.args.get("mchid"))
    world = here()
    with world.lock:
        return order_view(paid_order_of(world, transaction_id))


@orders.post("/out-trade-no/<number>/close")
def close(number: str) -> Response:
    """mchid: close an unpaid order; once more is as good. ORDER_PAID when it was paid."""
    require_own_mchid(json_body().get("mchid"))
    world = here()
    with world.lock:
        close_order(order_of(world, number))
    return Response(status=204)


def _check_parties(world: World, body: dict[str, Any]) -> None:
    if body["mchid"] not in world.merchants:
        raise PayRefused("MCH_NOT_EXISTS")
    require_own_mchid(body["mchid"])
    if body["appid"] not in signer().appids:
        raise PayRefused("APPID_MCHID_NOT_MATCH")
    check_payer(world, body["payer"]["openid"], appid=body["appid"])
