"""Stocks and coupons as the merchant reads them."""

from typing import Any

from app.simulator.clock import rfc3339
from app.simulator.pay.busifavor.state import Coupon, Stock

_OF_THE_STOCK = (
    "belong_merchant",
    "stock_name",
    "comment",
    "goods_name",
    "stock_type",
    "coupon_use_rule",
    "custom_entrance",
    "display_pattern_info",
)


def stock_view(stock: Stock, *, at: float) -> dict[str, Any]:
    """What a query of the stock answers."""
    hidden = {"out_request_no"}
    told = {key: value for key, value in stock.asked.items() if key not in hidden}
    counts = {
        "total_send_num": len(stock.coupons),
        "today_send_num": stock.given_on_the_day_of(at),
    }
    told |= {
        "stock_id": stock.id,
        "stock_state": stock.state,
        "send_count_information": counts,
    }
    if stock.code_mode == "MERCHANT_UPLOAD":
        told["coupon_code_count"] = {
            "total_count": len(stock.uploaded),
            "available_count": len(stock.free_codes()),
        }
    return told


def coupon_view(coupon: Coupon, *, at: float) -> dict[str, Any]:
    """What the queries of people's coupons answer."""
    asked = coupon.stock.asked
    told = {key: asked[key] for key in _OF_THE_STOCK if key in asked}
    told |= {
        "transferable": False,
        "shareable": False,
        "coupon_state": coupon.state(at),
        "coupon_code": coupon.code,
        "stock_id": coupon.stock.id,
        "available_start_time": rfc3339(coupon.starts_at),
        "expire_time": rfc3339(coupon.ends_at),
        "receive_time": rfc3339(coupon.sent_at),
        "send_request_no": coupon.send_request_no,
    }
    return {**told, **_happened(coupon)}


def _happened(coupon: Coupon) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if coupon.used_at:
        told |= {"use_request_no": coupon.use_request_no, "use_time": rfc3339(coupon.used_at)}
    if coupon.out_trade_no:
        told["associate_out_trade_no"] = coupon.out_trade_no
    if coupon.returned_at:
        told |= {
            "return_request_no": coupon.return_request_no,
            "return_time": rfc3339(coupon.returned_at),
        }
    if coupon.deactivated_at:
        told |= {
            "deactivate_request_no": coupon.deactivate_request_no,
            "deactivate_time": rfc3339(coupon.deactivated_at),
            "deactivate_reason": coupon.deactivate_reason,
        }
    return told
