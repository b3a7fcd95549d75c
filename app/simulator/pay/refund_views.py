"""A refund as the API and the notices tell it."""

from typing import Any

from app.simulator.clock import rfc3339
from app.simulator.pay.state import Order, Refund


def refund_view(refund: Refund) -> dict[str, Any]:
    """What asking and querying answer; the state is called `status` here."""
    told = {
        "refund_id": refund.refund_id,
        "out_refund_no": refund.number,
        "transaction_id": refund.order.transaction_id,
        "out_trade_no": refund.order.number,
        "channel": "ORIGINAL",
        "user_received_account": refund.to_account,
        "create_time": rfc3339(refund.made_at),
        "status": refund.status,
        "funds_account": refund.asked.get("funds_account", "UNSETTLED"),
        "amount": {
            **_amount(refund),
            **_sources(refund),
            "settlement_total": refund.order.total_fen,
            "settlement_refund": refund.fen,
            "discount_refund": 0,
            "currency": "CNY",
            "refund_fee": 0,
        },
        "promotion_detail": [],
    }
    return {**told, **_success_time(refund)}


def refund_notice(refund: Refund) -> dict[str, Any]:
    """What REFUND.* notices carry; the state is called `refund_status` here."""
    told = {
        **_parties(refund.order),
        "out_trade_no": refund.order.number,
        "transaction_id": refund.order.transaction_id,
        "out_refund_no": refund.number,
        "refund_id": refund.refund_id,
        "refund_status": refund.status,
        "user_received_account": refund.to_account,
        "amount": _amount(refund),
    }
    return {**told, **_success_time(refund)}


def _parties(order: Order) -> dict[str, str]:
    if order.sub_mchid:
        return {"sp_mchid": order.merchant.mchid, "sub_mchid": order.sub_mchid}
    return {"mchid": order.merchant.mchid}


def _sources(refund: Refund) -> dict[str, Any]:
    sources = refund.asked["amount"].get("from")
    return {"from": sources} if sources else {}


def _amount(refund: Refund) -> dict[str, int]:
    total = refund.order.total_fen
    return {
        "total": total,
        "refund": refund.fen,
        "payer_total": total,
        "payer_refund": refund.fen,
    }


def _success_time(refund: Refund) -> dict[str, str]:
    return {"success_time": rfc3339(refund.succeeded_at)} if refund.succeeded_at else {}
