"""A service provider's orders for its shops: make, look up, close. The provider signs."""

from typing import Any

from flask import Blueprint, Response, request

from app.simulator.errors import PayRefused
from app.simulator.pay.fields import wrong
from app.simulator.pay.order_fields import check_partner_order
from app.simulator.pay.order_making import (
    check_payer,
    close_order,
    order_of,
    paid_order_of,
    prepay,
)
from app.simulator.pay.order_views import order_view
from app.simulator.pay.reading import json_body, require_own_mchid, signer
from app.simulator.pay.sub_merchants import check_sub_mchid
from app.simulator.world import World, here

partner_orders = Blueprint("partner_orders", __name__, url_prefix="/v3/pay/partner/transactions")


@partner_orders.post("/jsapi")
def make() -> dict[str, Any]:
    """sp_appid, sp_mchid, sub_mchid, sub_appid?, payer {sp_openid or sub_openid} and the rest.

    As the merchant's own orders, and: PARAM_ERROR for a sub_mchid that is missing or the
    provider's own, NO_AUTH for a shop that is not the provider's.
    """
    body = json_body()
    check_partner_order(body)
    world = here()
    with world.lock:
        _check_parties(world, body)
        return {"prepay_id": prepay(world, body)}


@partner_orders.get("/out-trade-no/<number>")
def by_number(number: str) -> dict[str, Any]:
    """?sp_mchid, sub_mchid: the order with the merchant's number; 404 ORDER_NOT_EXIST."""
    sub_mchid = _shop(request.args.to_dict())
    world = here()
    with world.lock:
        return order_view(order_of(world, number, sub_mchid=sub_mchid))


@partner_orders.get("/id/<transaction_id>")
def by_transaction(transaction_id: str) -> dict[str, Any]:
    """?sp_mchid, sub_mchid: the paid order with the platform's number; 404 ORDER_NOT_EXIST."""
    sub_mchid = _shop(request.args.to_dict())
    world = here()
    with world.lock:
        return order_view(paid_order_of(world, transaction_id, sub_mchid=sub_mchid))


@partner_orders.post("/out-trade-no/<number>/close")
def close(number: str) -> Response:
    """sp_mchid, sub_mchid: close an unpaid order; ORDER_PAID when it was paid."""
    sub_mchid = _shop(json_body())
    world = here()
    with world.lock:
        close_order(order_of(world, number, sub_mchid=sub_mchid))
    return Response(status=204)


def _shop(asked: dict[str, Any]) -> str:
    require_own_mchid(asked.get("sp_mchid"))
    check_sub_mchid(asked, required=True)
    return str(asked["sub_mchid"])


def _check_parties(world: World, body: dict[str, Any]) -> None:
    _shop(body)
    if body["sp_appid"] not in signer().appids:
        raise PayRefused("APPID_MCHID_NOT_MATCH")
    payer = body["payer"]
    if payer.get("sp_openid"):
        check_payer(world, payer["sp_openid"], appid=body["sp_appid"])
        return
    if not payer.get("sub_openid"):
        raise wrong("/payer", payer, "sp_openid和sub_openid必须二选一")
    if body.get("sub_appid") not in world.apps:
        raise PayRefused("PARAM_ERROR", "sub_appid与sub_mchid不匹配", number=268447845)
    check_payer(world, payer["sub_openid"], appid=body["sub_appid"])
