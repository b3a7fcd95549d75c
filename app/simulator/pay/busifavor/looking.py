"""Finding a merchant's stocks and coupons, refused in the platform's words."""

from typing import Any

from app.simulator.errors import PayRefused
from app.simulator.pay.busifavor.state import Busifavor, Coupon, Stock
from app.simulator.pay.reading import signer
from app.simulator.people import User
from app.simulator.world import World


def own_stock(world: World, stock_id: str) -> Stock:
    """A stock that the signer made or that belongs to the signer; else RESOURCE_NOT_EXISTS."""
    stock = world.part(Busifavor).stocks.get(stock_id)
    if stock is None or not is_own(stock):
        raise PayRefused("RESOURCE_NOT_EXISTS", "批次不存在")
    return stock


def is_own(stock: Stock) -> bool:
    """Whether the signer made it or it belongs to the signer."""
    mchid = signer().mchid
    return mchid in {stock.merchant.mchid, stock.asked["belong_merchant"]}


def own_coupon(world: World, body: dict[str, Any]) -> Coupon:
    """The coupon of {coupon_code, stock_id?} in an own stock.

    Codes of the merchant's making are only unique within their stock, so that it must be named:
    PARAM_ERROR. RESOURCE_NOT_EXISTS when there is none.
    """
    stock_id = body.get("stock_id")
    found = [
        each
        for each in world.part(Busifavor).coupons()
        if each.code == body["coupon_code"]
        and is_own(each.stock)
        and stock_id in {None, each.stock.id}
    ]
    if not found:
        raise PayRefused("RESOURCE_NOT_EXISTS", "券不存在")
    if stock_id is None and found[0].stock.code_mode != "WECHATPAY_MODE":
        raise PayRefused("PARAM_ERROR", "自定义code的批次必须传入stock_id")
    return found[0]


def person(world: World, openid: str, *, appid: str) -> User:
    """Who has this openid in one of the signer's apps; APPID_MCHID_NOT_MATCH, PARAM_ERROR."""
    if appid not in signer().appids:
        raise PayRefused("APPID_MCHID_NOT_MATCH")
    user = world.people.with_openid(openid, appid=appid)
    if user is None:
        raise PayRefused("PARAM_ERROR", "openid与appid不匹配", number=268501013)
    return user
