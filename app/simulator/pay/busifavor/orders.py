"""A used coupon and the order it was used for; what one merchant pays another for that."""

import secrets
from typing import Any

from flask import Blueprint

from app.simulator.clock import beijing, rfc3339
from app.simulator.errors import PayRefused
from app.simulator.pay.busifavor.coupons import CODE, REQUEST_NO, STOCK_ID
from app.simulator.pay.busifavor.looking import own_coupon
from app.simulator.pay.busifavor.state import USED, Busifavor, Coupon
from app.simulator.pay.fields import Record, Text, Whole, check
from app.simulator.pay.reading import json_body, require_own_mchid, signer
from app.simulator.pay.repeats import once
from app.simulator.world import World, here

LARGEST_SUBSIDY_FEN = 500_000
ASSOCIATE = Record(
    fields={
        "stock_id": STOCK_ID,
        "coupon_code": CODE,
        "out_trade_no": Text(longest=32, required=True),
        "out_request_no": REQUEST_NO,
    }
)
SUBSIDY = Record(
    fields={
        "stock_id": STOCK_ID,
        "coupon_code": CODE,
        "transaction_id": Text(longest=32, required=True),
        "payer_merchant": Text(longest=32, required=True),
        "payee_merchant": Text(longest=32, required=True),
        "amount": Whole(least=1, required=True),
        "description": Text(longest=1024, required=True),
        "out_subsidy_no": REQUEST_NO,
    }
)

busifavor_orders = Blueprint("busifavor_orders", __name__, url_prefix="/v3/marketing/busifavor")


@busifavor_orders.post("/coupons/associate")
def associate() -> dict[str, Any]:
    """{stock_id, coupon_code, out_trade_no, out_request_no} -> {wechatpay_associate_time}.

    INVALID_REQUEST when the coupon is not USED or has another order.
    """
    return _once("associate", _associate)


@busifavor_orders.post("/coupons/disassociate")
def disassociate() -> dict[str, Any]:
    """The same fields -> {wechatpay_disassociate_time}; INVALID_REQUEST for another order."""
    return _once("disassociate", _disassociate)


@busifavor_orders.post("/subsidy/pay-receipts")
def subsidise() -> dict[str, Any]:
    """{stock_id, coupon_code, transaction_id, payer_merchant, payee_merchant, amount, …}.

    Also description, out_subsidy_no. -> the receipt, SUCCESS at once. At most what the coupon is
    worth and 5000 yuan; the coupon must be USED and its stock made with `subsidy`, the order paid
    to the payee: INVALID_REQUEST, RESOURCE_NOT_EXISTS.
    """
    body = json_body()
    check(body, SUBSIDY)
    require_own_mchid(body["payer_merchant"])
    world = here()
    with world.lock:
        return once(
            world,
            merchant=signer(),
            kind="busifavor subsidy",
            number=body["out_subsidy_no"],
            asked=body,
            work=lambda: _subsidise(world, body, own_coupon(world, body)),
        )


@busifavor_orders.get("/subsidy/pay-receipts/<receipt_id>")
def receipt(receipt_id: str) -> dict[str, Any]:
    """-> the receipt that the signer paid; RESOURCE_NOT_EXISTS otherwise."""
    world = here()
    with world.lock:
        found = world.part(Busifavor).receipts.get(receipt_id)
    if found is None or found["payer_merchant"] != signer().mchid:
        raise PayRefused("RESOURCE_NOT_EXISTS", "补差付款单不存在")
    return found


def _once(kind: str, work: Any) -> dict[str, Any]:
    body = json_body()
    check(body, ASSOCIATE)
    world = here()
    with world.lock:
        return once(
            world,
            merchant=signer(),
            kind=f"busifavor {kind}",
            number=body["out_request_no"],
            asked=body,
            work=lambda: work(world, body, own_coupon(world, body)),
        )


def _associate(world: World, body: dict[str, Any], coupon: Coupon) -> dict[str, Any]:
    at = world.clock.now()
    _require_used(coupon, at=at)
    if coupon.out_trade_no not in {"", body["out_trade_no"]}:
        raise PayRefused("INVALID_REQUEST", "券已关联其他订单")
    coupon.out_trade_no = body["out_trade_no"]
    return {"wechatpay_associate_time": rfc3339(at)}


def _disassociate(world: World, body: dict[str, Any], coupon: Coupon) -> dict[str, Any]:
    if coupon.out_trade_no != body["out_trade_no"]:
        raise PayRefused("INVALID_REQUEST", "券未关联该订单")
    coupon.out_trade_no = ""
    return {"wechatpay_disassociate_time": rfc3339(world.clock.now())}


def _subsidise(world: World, body: dict[str, Any], coupon: Coupon) -> dict[str, Any]:
    at = world.clock.now()
    _require_used(coupon, at=at)
    if not coupon.stock.asked.get("subsidy"):
        raise PayRefused("INVALID_REQUEST", "批次不允许营销补差")
    if (body["payee_merchant"], body["transaction_id"]) not in world.pay.paid:
        raise PayRefused("RESOURCE_NOT_EXISTS", "支付单不存在")
    if body["amount"] > _most_fen(coupon):
        raise PayRefused("INVALID_REQUEST", "补差金额超过上限")
    receipt_id = f"1120{beijing(at):%Y%m%d}{secrets.randbelow(10**16):016d}"
    moments = {"success_time": rfc3339(at), "create_time": rfc3339(at)}
    told = {"subsidy_receipt_id": receipt_id, **body, "status": "SUCCESS", **moments}
    world.part(Busifavor).receipts[receipt_id] = told
    return told


def _require_used(coupon: Coupon, *, at: float) -> None:
    if coupon.state(at) != USED:
        raise PayRefused("INVALID_REQUEST", "券未核销")


def _most_fen(coupon: Coupon) -> int:
    rule = coupon.stock.use_rule.get("fixed_normal_coupon", {})
    return min(int(rule.get("discount_amount", LARGEST_SUBSIDY_FEN)), LARGEST_SUBSIDY_FEN)
