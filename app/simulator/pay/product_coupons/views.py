"""Products, stocks and people's coupons as the brand reads them."""

from typing import Any

from app.simulator.clock import rfc3339
from app.simulator.pay.product_coupons.state import Coupon, Ended, Product, Stock


def product_view(product: Product) -> dict[str, Any]:
    """A product coupon without its stocks."""
    hidden = {"out_request_no", "stock"}
    told = {key: value for key, value in product.asked.items() if key not in hidden}
    state = "DEACTIVATED" if product.ended else "EFFECTIVE"
    head = {"product_coupon_id": product.id, "brand_id": product.brand.brand_id, "state": state}
    return {**head, **told, **_ended(product.ended)}


def stock_view(stock: Stock, *, at: float) -> dict[str, Any]:
    """A stock with how many were given."""
    told = {
        "product_coupon_id": stock.product.id,
        "stock_id": stock.id,
        "brand_id": stock.product.brand.brand_id,
        **stock.asked,
        "sent_count_info": {
            "total_count": len(stock.coupons),
            "today_count": stock.given_on_the_day_of(at),
        },
        "state": stock.state,
    }
    if stock.asked["coupon_code_mode"] == "UPLOAD":
        told["coupon_code_count_info"] = {
            "total_count": len(stock.uploaded),
            "available_count": len(stock.free_codes()),
        }
    return {**told, **_ended(stock.ended)}


def coupon_view(coupon: Coupon, *, at: float) -> dict[str, Any]:
    """A person's coupon, with its product and its stock."""
    told: dict[str, Any] = {
        "brand_id": coupon.stock.product.brand.brand_id,
        "coupon_code": coupon.code,
        "coupon_state": coupon.state(at),
        "valid_begin_time": rfc3339(coupon.starts_at),
        "valid_end_time": rfc3339(coupon.ends_at),
        "receive_time": rfc3339(coupon.received_at),
        "send_request_no": coupon.send_request_no,
        "send_channel": coupon.channel,
        "product_coupon": product_view(coupon.stock.product),
        "stock": stock_view(coupon.stock, at=at),
    }
    if coupon.confirmed_at:
        told |= {
            "confirm_request_no": coupon.confirm_request_no,
            "confirm_time": rfc3339(coupon.confirmed_at),
        }
    if coupon.usage:
        told["single_usage_detail"] = coupon.usage
    if coupon.attach:
        told["attach"] = coupon.attach
    return {**told, **_ended(coupon.ended)}


def _ended(ended: Ended | None) -> dict[str, str]:
    if ended is None:
        return {}
    return {
        "deactivate_request_no": ended.request_no,
        "deactivate_time": rfc3339(ended.at),
        "deactivate_reason": ended.reason,
    }
