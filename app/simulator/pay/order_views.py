"""An order as the API and the notices tell it."""

from typing import Any

from app.simulator.clock import rfc3339
from app.simulator.pay.state import Order

STATES = {
    "NOTPAY": "订单未支付",
    "SUCCESS": "支付成功",
    "REFUND": "转入退款",
    "CLOSED": "订单已关闭",
}
BANK = "OTHERS"
CURRENCY = "CNY"


def order_view(order: Order) -> dict[str, Any]:
    """What a query answers."""
    known: dict[str, Any] = {
        **_parties(order),
        "out_trade_no": order.number,
        "trade_state": order.state,
        "trade_state_desc": STATES[order.state],
        "attach": order.asked.get("attach", ""),
        "payer": order.asked["payer"],
    }
    if not order.transaction_id:
        return {**known, "amount": {"total": order.total_fen, "currency": CURRENCY}}
    return {**known, **_paid(order)}


def paid_view(order: Order) -> dict[str, Any]:
    """What TRANSACTION.SUCCESS carries: the order as it was when it was paid."""
    success = {"trade_state": "SUCCESS", "trade_state_desc": STATES["SUCCESS"]}
    return {**order_view(order), **success}


def _parties(order: Order) -> dict[str, str]:
    if not order.sub_mchid:
        return {"appid": order.appid, "mchid": order.merchant.mchid}
    names = ("sp_appid", "sp_mchid", "sub_appid", "sub_mchid")
    return {name: order.asked[name] for name in names if name in order.asked}


def _paid(order: Order) -> dict[str, Any]:
    device = order.asked.get("scene_info", {}).get("device_id")
    paid: dict[str, Any] = {
        "transaction_id": order.transaction_id,
        "trade_type": "JSAPI",
        "bank_type": BANK,
        "success_time": rfc3339(order.paid_at),
        "amount": {
            "total": order.total_fen,
            "payer_total": order.total_fen,
            "currency": CURRENCY,
            "payer_currency": CURRENCY,
        },
        "promotion_detail": [],
    }
    return {**paid, "scene_info": {"device_id": device}} if device else paid
