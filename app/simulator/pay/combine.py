"""Combined payments: several merchants' orders, paid at once. Refunds are per sub order."""

from typing import Any

from flask import Blueprint, Response

from app.simulator.errors import SAME_NUMBER_OTHER_PARAMETERS, PayRefused
from app.simulator.pay.combine_fields import CLOSING, check_combined
from app.simulator.pay.combine_views import combined_view
from app.simulator.pay.fields import check
from app.simulator.pay.order_fields import expiry
from app.simulator.pay.order_making import check_payer, close_order
from app.simulator.pay.reading import json_body, require_own_mchid, signer
from app.simulator.pay.state import Combined, Order, Prepay
from app.simulator.signing import nonce_text
from app.simulator.world import World, here

combine = Blueprint("combine", __name__, url_prefix="/v3/combine-transactions")


@combine.post("/jsapi")
def make() -> dict[str, Any]:
    """The fields of combine_fields.py: sub orders and one prepay_id for all of them.

    The very same request again gets a fresh prepay_id. PARAM_ERROR by the field table,
    APPID_MCHID_NOT_MATCH, MCH_NOT_EXISTS, NO_AUTH for a shop that is not its provider's;
    OUT_TRADE_NO_USED for a sub order's known number, INVALID_REQUEST for other content.
    """
    body = json_body()
    check_combined(body)
    world = here()
    with world.lock:
        _check_parties(world, body)
        number = (signer().mchid, body["combine_out_trade_no"])
        combined = world.pay.combined.get(number) or _new(world, body)
        _check_same(combined, body, at=world.clock.now())
        return {"prepay_id": _prepay(world, combined)}


@combine.get("/out-trade-no/<number>")
def by_number(number: str) -> dict[str, Any]:
    """The combined payment with all its sub orders; 404 ORDER_NOT_EXIST."""
    world = here()
    with world.lock:
        combined = _combined(world, number)
        for order in combined.orders:
            order.close_when_late(world.clock.now())
        return combined_view(combined)


@combine.post("/out-trade-no/<number>/close")
def close(number: str) -> Response:
    """combine_appid, sub_orders (all of them): close what is unpaid. ORDER_PAID after payment."""
    body = json_body()
    check(body, CLOSING)
    world = here()
    with world.lock:
        combined = _combined(world, number)
        named = {(each["mchid"], each["out_trade_no"]) for each in body["sub_orders"]}
        if named != {(each.merchant.mchid, each.number) for each in combined.orders}:
            raise PayRefused("PARAM_ERROR", "子单信息与下单时不一致")
        for order in combined.orders:
            close_order(order)
    return Response(status=204)


def _combined(world: World, number: str) -> Combined:
    combined = world.pay.combined.get((signer().mchid, number))
    if combined is None:
        raise PayRefused("ORDER_NOT_EXIST")
    return combined


def _check_parties(world: World, body: dict[str, Any]) -> None:
    require_own_mchid(body["combine_mchid"])
    if body["combine_appid"] not in signer().appids:
        raise PayRefused("APPID_MCHID_NOT_MATCH")
    check_payer(world, body["combine_payer_info"]["openid"], appid=body["combine_appid"])
    for each in body["sub_orders"]:
        merchant = world.merchants.get(each["mchid"])
        if merchant is None:
            raise PayRefused("MCH_NOT_EXISTS")
        if each.get("sub_mchid") and each["sub_mchid"] not in merchant.sub_mchids:
            raise PayRefused("NO_AUTH", "特约商户与服务商无受理关系", number=268443701)


def _check_same(combined: Combined, body: dict[str, Any], *, at: float) -> None:
    for order in combined.orders:
        order.close_when_late(at)
    if combined.asked != body:
        raise PayRefused(
            "INVALID_REQUEST", "请求重入时,参数与首次不一致", number=SAME_NUMBER_OTHER_PARAMETERS
        )
    if any(each.transaction_id for each in combined.orders):
        raise PayRefused("ORDER_PAID")
    if any(each.state == "CLOSED" for each in combined.orders):
        raise PayRefused("ORDER_CLOSED")


def _new(world: World, body: dict[str, Any]) -> Combined:
    orders = tuple(_sub_order(world, body, each) for each in body["sub_orders"])
    if any((each.merchant.mchid, each.number) in world.pay.orders for each in orders):
        raise PayRefused("OUT_TRADE_NO_USED")
    world.pay.orders.update({(each.merchant.mchid, each.number): each for each in orders})
    combined = Combined(merchant=signer(), asked=body, orders=orders)
    world.pay.combined[(signer().mchid, body["combine_out_trade_no"])] = combined
    return combined


def _sub_order(world: World, body: dict[str, Any], sub: dict[str, Any]) -> Order:
    at = world.clock.now()
    return Order(
        merchant=world.merchants[sub["mchid"]],
        asked=_as_asked(body, sub),
        made_at=at,
        expires_at=expiry(body, at=at),
    )


def _as_asked(body: dict[str, Any], sub: dict[str, Any]) -> dict[str, Any]:
    """The sub order as if it had been asked for by itself."""
    amount = {"total": sub["amount"]["total_amount"], "currency": sub["amount"]["currency"]}
    appid, openid = body["combine_appid"], body["combine_payer_info"]["openid"]
    own = {"appid": appid, "mchid": sub["mchid"], "payer": {"openid": openid}}
    shops = {"sp_appid": appid, "sp_mchid": sub["mchid"], "payer": {"sp_openid": openid}}
    parties = shops if sub.get("sub_mchid") else own
    rest = {key: value for key, value in sub.items() if key not in {"mchid", "amount"}}
    return {**rest, **parties, "amount": amount, "notify_url": body["notify_url"]}


def _prepay(world: World, combined: Combined) -> str:
    prepay_id = "wx" + nonce_text(34)
    world.pay.prepays[prepay_id] = Prepay(
        order=combined.orders[0], made_at=world.clock.now(), combined=combined
    )
    return prepay_id
