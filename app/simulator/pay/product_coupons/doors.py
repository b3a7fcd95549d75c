"""The two doors: the brand's own APIs, and the service provider's that name the brand_id."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, request

from app.simulator.errors import PayRefused
from app.simulator.pay.fields import Record, Text, check
from app.simulator.pay.product_coupons.state import Product, ProductCoupons, Stock
from app.simulator.pay.reading import json_body, signer
from app.simulator.people import User
from app.simulator.settings import Merchant
from app.simulator.world import World

BRAND = Blueprint("brand_coupons", __name__, url_prefix="/brand/marketing/product-coupon")
PARTNER = Blueprint("partner_coupons", __name__, url_prefix="/v3/marketing/partner/product-coupon")
REQUEST_NO = Text(shortest=6, longest=40, pattern=r"[0-9A-Za-z_\-]+", required=True)
CODE = Text(longest=40, pattern=r"[0-9A-Za-z_\-]+")
BRAND_ID = Text(longest=32)
View = Callable[..., dict[str, Any]]


def at_both_doors(method: str, path: str) -> Callable[[View], View]:
    """Let a view answer at both doors."""

    def decorate(view: View) -> View:
        for door in (BRAND, PARTNER):
            door.add_url_rule(path, view.__name__, view, methods=[method])
        return view

    return decorate


def is_partner() -> bool:
    """Whether this request came through the service provider's door."""
    return request.blueprint == PARTNER.name


def body_of(table: Record) -> dict[str, Any]:
    """The body checked against its table, without the brand_id that partners add."""
    body = json_body()
    rules = {**table.fields, "brand_id": BRAND_ID} if is_partner() else table.fields
    check(body, Record(fields=rules))
    return {key: value for key, value in body.items() if key != "brand_id"}


def brand(world: World) -> Merchant:
    """Whose coupons this is about: the signer, or the brand that a partner names.

    Every partner of this world may act for every brand.
    """
    if not is_partner():
        return signer()
    told = request.args.get("brand_id")
    brand_id = told or (json_body().get("brand_id") if request.get_data() else None)
    brands = (each for each in world.merchants.values() if each.brand_id and brand_id)
    found = next((each for each in brands if each.brand_id == brand_id), None)
    if found is None:
        raise PayRefused("PARAM_ERROR", "brand_id不存在或未授权")
    return found


def own_product(world: World, product_id: Any) -> Product:
    """The brand's product coupon; RESOURCE_NOT_EXISTS otherwise."""
    product = world.part(ProductCoupons).products.get(str(product_id))
    if product is None or product.brand != brand(world):
        raise PayRefused("RESOURCE_NOT_EXISTS", "商品券不存在")
    return product


def own_stock(world: World, product_id: Any, stock_id: Any) -> Stock:
    """A stock of the brand's product coupon; RESOURCE_NOT_EXISTS otherwise."""
    stock = own_product(world, product_id).stocks.get(str(stock_id))
    if stock is None:
        raise PayRefused("RESOURCE_NOT_EXISTS", "批次不存在")
    return stock


def person(world: World, openid: str, *, appid: Any) -> User:
    """Who has this openid in an app of the signer or the brand; APPID_MCHID_NOT_MATCH."""
    if appid not in {*signer().appids, *brand(world).appids}:
        raise PayRefused("APPID_MCHID_NOT_MATCH", "品牌与appid不匹配")
    user = world.people.with_openid(openid, appid=str(appid))
    if user is None:
        raise PayRefused("PARAM_ERROR", "openid与appid不匹配", number=268501013)
    return user
