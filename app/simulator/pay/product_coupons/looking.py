"""Looking up people's product coupons."""

from typing import Any

from flask import request

from app.simulator.errors import PayRefused
from app.simulator.pay.product_coupons.doors import (
    at_both_doors,
    brand,
    own_stock,
    person,
)
from app.simulator.pay.product_coupons.state import (
    EFFECTIVE,
    STATES,
    Coupon,
    ProductCoupons,
)
from app.simulator.pay.product_coupons.views import coupon_view
from app.simulator.world import World, here

MOST_PER_PAGE = 50


@at_both_doors("GET", "/users/<openid>/coupons")
def list_coupons(openid: str) -> dict[str, Any]:
    """?appid&product_coupon_id?&stock_id?&coupon_state?&page_size? (50)&page_token?.

    -> {total_count, user_coupon_list, next_page_token?}, oldest first (chosen).
    """
    size, start = _number("page_size", MOST_PER_PAGE), _number("page_token", 0)
    if not 0 < size <= MOST_PER_PAGE:
        raise PayRefused("PARAM_ERROR", "page_size应为1到50")
    world = here()
    with world.lock:
        at = world.clock.now()
        user = person(world, openid, appid=request.args.get("appid", ""))
        every = world.part(ProductCoupons).coupons()
        found = [each for each in every if each.user is user and _fits(world, each, at=at)]
        page = [coupon_view(each, at=at) for each in found[start : start + size]]
    told = {"total_count": len(found), "user_coupon_list": page}
    left = start + size < len(found)
    return {**told, "next_page_token": str(start + size)} if left else told


@at_both_doors("GET", "/users/<openid>/coupons/<code>")
def get_coupon(openid: str, code: str) -> dict[str, Any]:
    """?product_coupon_id&stock_id&appid -> the coupon; RESOURCE_NOT_EXISTS."""
    world = here()
    with world.lock:
        coupon = own_coupon(world, openid, code, dict(request.args))
        return coupon_view(coupon, at=world.clock.now())


def own_coupon(world: World, openid: str, code: str, which: dict[str, Any]) -> Coupon:
    """The person's coupon of the stock that `which` names; RESOURCE_NOT_EXISTS. Hold the lock."""
    stock = own_stock(world, which.get("product_coupon_id"), which.get("stock_id"))
    user = person(world, openid, appid=which.get("appid", ""))
    found = (each for each in stock.coupons if each.code == code and each.user is user)
    coupon = next(found, None)
    if coupon is None:
        raise PayRefused("RESOURCE_NOT_EXISTS", "用户商品券不存在")
    return coupon


def _fits(world: World, coupon: Coupon, *, at: float) -> bool:
    asked = request.args
    if asked.get("coupon_state", EFFECTIVE) not in STATES:
        raise PayRefused("PARAM_ERROR", "coupon_state枚举值错误")
    facts = {
        "product_coupon_id": coupon.stock.product.id,
        "stock_id": coupon.stock.id,
        "coupon_state": coupon.state(at),
    }
    own = coupon.stock.product.brand == brand(world)
    return own and all(asked.get(name, fact) == fact for name, fact in facts.items())


def _number(name: str, usual: int) -> int:
    text = request.args.get(name, str(usual))
    if not (text.isascii() and text.isdigit()):
        raise PayRefused("PARAM_ERROR", f"{name}不合法")
    return int(text)
