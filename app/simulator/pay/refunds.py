"""Refunds: ask for one, look it up, find another way for one that did not arrive."""

import secrets
from typing import Any

from flask import Blueprint, request

from app.simulator.clock import beijing
from app.simulator.errors import PayRefused
from app.simulator.pay.reading import json_body, signer
from app.simulator.pay.refund_fields import BANK_CARD, check_abnormal, check_refund
from app.simulator.pay.refund_money import take
from app.simulator.pay.refund_outcomes import decide, settle_later
from app.simulator.pay.refund_views import refund_view
from app.simulator.pay.sealed_fields import opened
from app.simulator.pay.state import Order, Refund
from app.simulator.pay.sub_merchants import check_sub_mchid
from app.simulator.world import World, here

REFUNDABLE_SECONDS = 365 * 86_400
APART_SECONDS = 60
REFUNDS_PER_ORDER = 50
CARD_END = 4

refunds = Blueprint("refunds", __name__, url_prefix="/v3/refund/domestic/refunds")


@refunds.post("")
def ask() -> dict[str, Any]:
    """The fields of refund_fields.py; the same out_refund_no with the same request is the same.

    PARAM_ERROR by the field table, RESOURCE_NOT_EXISTS for an order that is not paid,
    INVALID_REQUEST by its sums, after 365 days and 50 refunds, FREQUENCY_LIMITED within a minute
    of the last, NOT_ENOUGH when neither frozen money nor the account suffice.
    """
    body = json_body()
    check_refund(body)
    world = here()
    with world.lock:
        check_sub_mchid(body)
        refund = world.pay.refunds.get((signer().mchid, body["out_refund_no"]))
        if refund is None:
            refund = _accept(world, body)
        elif refund.asked != body:
            raise PayRefused("INVALID_REQUEST", "退款单号重复,且请求参数与首次不一致")
        return refund_view(refund)


@refunds.get("/<number>")
def by_number(number: str) -> dict[str, Any]:
    """?sub_mchid for a provider's shop: the refund; 404 RESOURCE_NOT_EXISTS."""
    world = here()
    with world.lock:
        return refund_view(_refund(world, number, request.args.get("sub_mchid", "")))


@refunds.post("/<refund_id>/apply-abnormal-refund")
def mend(refund_id: str) -> dict[str, Any]:
    """out_refund_no, type, and for a person's card bank_type, bank_account and real_name (sealed).

    The refund is under way once more. INVALID_REQUEST unless it is ABNORMAL.
    """
    body = json_body()
    check_abnormal(body)
    world = here()
    with world.lock:
        refund = _refund(world, body["out_refund_no"], body.get("sub_mchid", ""))
        if refund.refund_id != refund_id:
            raise PayRefused("RESOURCE_NOT_EXISTS", "退款单不存在")
        to_account = _to_account(world, body)
        if refund.status != "ABNORMAL":
            raise PayRefused("INVALID_REQUEST", "退款单状态不是退款异常")
        refund.to_account, refund.status = to_account, "PROCESSING"
        settle_later(world, refund, at=world.clock.now(), outcome="SUCCESS")
        return refund_view(refund)


def _refund(world: World, number: str, sub_mchid: str) -> Refund:
    refund = world.pay.refunds.get((signer().mchid, number))
    if refund is None or refund.order.sub_mchid != sub_mchid:
        raise PayRefused("RESOURCE_NOT_EXISTS", "退款单不存在")
    return refund


def _to_account(world: World, body: dict[str, Any]) -> str:
    if body["type"] != BANK_CARD:
        return "商户银行账户"
    card = opened(world, body["bank_account"], at="/bank_account")
    opened(world, body["real_name"], at="/real_name")
    return f"{body['bank_type']}{card[-CARD_END:]}"


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
    take(world, refund)
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
    if order.sub_mchid != body.get("sub_mchid", ""):
        raise PayRefused("RESOURCE_NOT_EXISTS", "订单不存在或不属于该特约商户")
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
