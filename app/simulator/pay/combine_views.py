"""A combined payment as the API and the notice tell it."""

from typing import Any

from app.simulator.clock import rfc3339
from app.simulator.pay.order_views import BANK, CURRENCY
from app.simulator.pay.state import Combined, Order


def combined_view(combined: Combined) -> dict[str, Any]:
    """What a query answers and TRANSACTION.SUCCESS carries."""
    device = combined.asked.get("scene_info", {}).get("device_id")
    told = {
        "combine_appid": combined.asked["combine_appid"],
        "combine_mchid": combined.merchant.mchid,
        "combine_out_trade_no": combined.asked["combine_out_trade_no"],
        "sub_orders": [_sub_order(each) for each in combined.orders],
        "combine_payer_info": combined.asked["combine_payer_info"],
    }
    return {**told, "scene_info": {"device_id": device}} if device else told


def _sub_order(order: Order) -> dict[str, Any]:
    shop = {"sub_mchid": order.sub_mchid} if order.sub_mchid else {}
    known: dict[str, Any] = {
        "mchid": order.merchant.mchid,
        **shop,
        "out_trade_no": order.number,
        "trade_state": order.state,
        "attach": order.asked.get("attach", ""),
        "amount": {"total_amount": order.total_fen, "currency": CURRENCY},
    }
    if not order.transaction_id:
        return known
    paid = {"payer_amount": order.total_fen, "payer_currency": CURRENCY}
    return {
        **known,
        "trade_type": "JSAPI",
        "bank_type": BANK,
        "transaction_id": order.transaction_id,
        "success_time": rfc3339(order.paid_at),
        "amount": {**known["amount"], **paid},
    }
