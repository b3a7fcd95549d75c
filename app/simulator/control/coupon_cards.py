"""A coupon as the phone draws it."""

from typing import Any

from app.simulator.clock import rfc3339
from app.simulator.pay.busifavor import state as busifavor
from app.simulator.pay.busifavor.stock_fields import RULES
from app.simulator.pay.product_coupons import state as product

GONE = frozenset({"USED", "EXPIRED", "DELETED", "DEACTIVATED"})


def busifavor_card(coupon: busifavor.Coupon, *, at: float) -> dict[str, Any]:
    """A 商家券: title, worth, when and how to use it."""
    asked = coupon.stock.asked
    looks = asked.get("display_pattern_info", {})
    entrance = asked.get("custom_entrance", {})
    rule = coupon.stock.use_rule
    return {
        "kind": "busifavor",
        **_common(coupon, at=at),
        "title": asked["stock_name"],
        "for": asked["goods_name"],
        "type": asked["stock_type"],
        "worth": rule[RULES[asked["stock_type"]]],
        "merchant": looks.get("merchant_name") or coupon.stock.merchant.name,
        "description": looks.get("description", ""),
        "colour": looks.get("background_color", ""),
        "code_shown_as": entrance.get("code_display_mode", "QRCODE"),
        "use_method": rule["use_method"],
        "mini_program": {
            "appid": rule.get("mini_programs_appid", ""),
            "path": rule.get("mini_programs_path", ""),
        },
    }


def product_card(coupon: product.Coupon, *, at: float) -> dict[str, Any]:
    """A 商品券: title, worth, when and how to use it."""
    asked, stock = coupon.stock.product.asked, coupon.stock.asked
    looks, usage = stock["coupon_display_info"], stock["usage_rule_display_info"]
    name = f"{asked['type'].lower()}_coupon"
    rules = {**asked.get("single_usage_info", {}), **stock["single_usage_rule"]}
    return {
        "kind": "product_coupon",
        **_common(coupon, at=at),
        "product_coupon_id": coupon.stock.product.id,
        "title": asked["display_info"]["name"],
        "for": asked["scope"],
        "type": asked["type"],
        "worth": rules.get(name, {}),
        "merchant": coupon.stock.product.brand.name,
        "description": usage.get("usage_description", ""),
        "colour": looks.get("background_color", ""),
        "code_shown_as": looks["code_display_mode"],
        "use_method": ",".join(usage["coupon_usage_method_list"]),
        "mini_program": {
            "appid": usage.get("mini_program_appid", ""),
            "path": usage.get("mini_program_path", ""),
        },
    }


def _common(coupon: busifavor.Coupon | product.Coupon, *, at: float) -> dict[str, Any]:
    received_at = coupon.sent_at if isinstance(coupon, busifavor.Coupon) else coupon.received_at
    state = coupon.state(at)
    return {
        "code": coupon.code,
        "stock_id": coupon.stock.id,
        "state": state,
        "is_gone": state in GONE,
        "received_at": rfc3339(received_at),
        "begins_at": rfc3339(coupon.starts_at),
        "ends_at": rfc3339(coupon.ends_at),
    }
