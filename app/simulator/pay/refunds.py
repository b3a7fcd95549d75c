"""Refunds: ask for one, look it up."""

import secrets
from typing import Any

from flask import Blueprint

from app.simulator.clock import beijing
from app.simulator.errors import PayRefused
from app.simulator.pay.fields import Record, Rows, Text, Whole, check
from app.simulator.pay.order_fields import check_notify_url
from app.simulator.pay.reading import json_body, signer
from app.simulator.pay.refund_outcomes import decide
from app.simulator.pay.refund_views import refund_view
from app.simulator.pay.state import Order, Refund
from app.simulator.world import World, here

REFUNDABLE_SECONDS = 365 * 86_400
APART_SECONDS = 60
REFUNDS_PER_ORDER = 50

REFUND = Record(
    fields={
        "transaction_id": Text(longest=32),
        "out_trade_no": Text(shortest=6, longest=32),
        "out_refund_no": Text(longest=64, pattern=r"[0-9A-Za-z_\-|*@]+", required=True),
        "reason": Text(longest=80),
        "notify_url": Text(longest=256),
        "funds_account": Text(longest=32, choices=("AVAILABLE",)),
        "amount": Record(
            required=True,
            fields={
                "refund": Whole(least=1, required=True),
                "total": Whole(least=1, required=True),
                "currency": Text(longest=16, choices=("CNY",), required=True),
                "from": Rows(
                    of=Record(
                        fields={
                            "account": Text(longest=32, required=True),
                            "amount": Whole(least=1, required=True),
                        }
                    )
                ),
            },
        ),
        "goods_detail": Rows(
            of=Record(
                fields={
                    "merchant_goods_id": Text(longest=32, required=True),
                    "wechatpay_goods_id": Text(longest=32),
                    "goods_name": Text(longest=256),
                    "unit_price": Whole(required=True),
                    "refund_amount": Whole(required=True),
                    "refund_quantity": Whole(least=1, required=True),
                }
            )
        ),
    }
)

refunds = Blueprint("refunds", __name__, url_prefix="/v3/refund/domestic/refunds")


@refunds.post("")
def ask() -> dict[str, Any]:
    """Accept a refund; the same out_refund_no with the same request is the same refund."""
    body = json_body()
    check(body, REFUND)
    if "notify_url" in body:
        check_notify_url(body["notify_url"])
    world = here()
    with world.lock:
        refund = world.pay.refunds.get((signer().mchid, body["out_refund_no"]))
        if refund is None:
            refund = _accept(world, body)
        elif refund.asked != body:
            raise PayRefused("INVALID_REQUEST", "退款单号重复,且请求参数与首次不一致")
        return refund_view(refund)


@refunds.get("/<number>")
def by_number(number: str) -> dict[str, Any]:
    """The refund with the merchant's number."""
    world = here()
    with world.lock:
        refund = world.pay.refunds.get((signer().mchid, number))
        if refund is None:
            raise PayRefused("RESOURCE_NOT_EXISTS", "退款单不存在")
        return refund_view(refund)


def _accept(world: World, body: dict[str, Any]) -> Refund:
    order = _paid_order(world, body)
    at = world.clock.now()
    _check_time(world, order, at=at)
    _check_amount(order, body)
    refund = Refund(
        order=order,
        asked=body,
        refund_id=f"50300{beijing(at):%Y%m%d}{secrets.randbelow(10**16):016d}",
        made_at=at,
    )
    order.refunds.append(refund)
    order.state = "REFUND"
    world.pay.refunds[(order.merchant.mchid, refund.number)] = refund
    decide(world, refund)
    return refund


def _paid_order(world: World, body: dict[str, Any]) -> Order:
    mchid = signer().mchid
    if "transaction_id" in body:
        order = world.pay.paid.get((mchid, body["transaction_id"]))
    elif "out_trade_no" in body:
        order = world.pay.orders.get((mchid, body["out_trade_no"]))
    else:
        raise PayRefused("PARAM_ERROR", "transaction_id和out_trade_no必须二选一")
    if order is None or not order.transaction_id:
        raise PayRefused("RESOURCE_NOT_EXISTS", "订单不存在或未支付")
    if body.get("out_trade_no", order.number) != order.number:
        raise PayRefused("INVALID_REQUEST", "transaction_id与out_trade_no不是同一订单")
    return order


def _check_time(world: World, order: Order, *, at: float) -> None:
    if at - order.paid_at > REFUNDABLE_SECONDS:
        raise PayRefused("INVALID_REQUEST", "订单已超过可退款的最大期限")
    if len(order.refunds) >= REFUNDS_PER_ORDER:
        raise PayRefused("INVALID_REQUEST", "部分退款次数超过50次")
    hasty = order.refunds and at - order.refunds[-1].made_at < APART_SECONDS
    if hasty and world.settings.one_minute_between_refunds:
        raise PayRefused("FREQUENCY_LIMITED", "同一订单两次退款需间隔1分钟")


def _check_amount(order: Order, body: dict[str, Any]) -> None:
    if body["amount"]["total"] != order.total_fen:
        raise PayRefused("INVALID_REQUEST", "订单金额与原订单不一致")
    if order.refunded_fen + body["amount"]["refund"] > order.total_fen:
        raise PayRefused("INVALID_REQUEST", "申请退款金额超过可退金额")
