"""A shipment as the API and the controls tell it."""

from typing import Any

from app.simulator.open_platform.mini.shipping_state import Shipment

DESCRIPTION_LONGEST = 120


def shipment_view(shipment: Shipment) -> dict[str, Any]:
    """What get_order and get_order_list answer for one order."""
    order = shipment.order
    return {
        "transaction_id": order.transaction_id,
        "merchant_id": order.merchant.mchid,
        "sub_merchant_id": order.sub_mchid,
        "merchant_trade_no": order.number,
        "description": _description(shipment),
        "paid_amount": order.total_fen,
        "openid": order.openid,
        "trade_create_time": int(order.made_at),
        "pay_time": int(order.paid_at),
        "order_state": shipment.state,
        "in_complaint": shipment.in_complaint,
        "shipping": _shipping(shipment),
    }


def _shipping(shipment: Shipment) -> dict[str, Any]:
    if not shipment.parcels:
        return {"finish_shipping": False, "finish_shipping_count": 0, "shipping_list": []}
    return {
        "delivery_mode": shipment.delivery_mode,
        "logistics_type": shipment.logistics_type,
        "finish_shipping": shipment.finished,
        "goods_desc": "",
        "finish_shipping_count": shipment.finish_count,
        "shipping_list": [_parcel(each, shipment) for each in shipment.parcels],
    }


def _parcel(parcel: dict[str, Any], shipment: Shipment) -> dict[str, Any]:
    return {
        "tracking_no": parcel.get("tracking_no", ""),
        "express_company": parcel.get("express_company", ""),
        "goods_desc": parcel["item_desc"],
        "upload_time": int(shipment.upload_time),
        "contact": parcel.get("contact", {}),
    }


def _description(shipment: Shipment) -> str:
    parcels = ";".join(each["item_desc"] for each in shipment.parcels)
    text = parcels or str(shipment.order.asked.get("description", ""))
    if len(text) <= DESCRIPTION_LONGEST:
        return text
    return text[: DESCRIPTION_LONGEST - 3] + "..."
