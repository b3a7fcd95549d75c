"""Product coupons: make, look up, end; where notices go."""

from typing import Any

from app.simulator.clock import rfc3339
from app.simulator.errors import PayRefused
from app.simulator.pay.addresses import LONGEST, address_in
from app.simulator.pay.fields import Record, Text
from app.simulator.pay.product_coupons.doors import (
    at_both_doors,
    body_of,
    brand,
    is_partner,
    own_product,
)
from app.simulator.pay.product_coupons.product_fields import (
    PRODUCT,
    check_product,
)
from app.simulator.pay.product_coupons.state import Product, ProductCoupons
from app.simulator.pay.product_coupons.stocks import END, asked_once, ended_by, new_stock
from app.simulator.pay.product_coupons.views import product_view, stock_view
from app.simulator.pay.reading import signer
from app.simulator.world import World, here

FIRST_PRODUCT = 1_000_000_001
ADDRESS = Record(fields={"notify_url": Text(longest=LONGEST, required=True)})


@at_both_doors("POST", "/product-coupons")
def make_product() -> dict[str, Any]:
    """{out_request_no (6 to 40), scope, type, usage_mode SINGLE, display_info, stock, …}.

    Also single_usage_info?, out_product_no?. -> the product with its first stock; both are
    effective at once: there is no audit here. EXCHANGE needs scope SINGLE. PARAM_ERROR;
    INVALID_REQUEST for PROGRESSIVE_BUNDLE, which is not covered; RESOURCE_ALREADY_EXISTS.
    """
    body = body_of(PRODUCT)
    world = here()
    at = world.clock.now()
    check_product(body, at=at)
    with world.lock:
        return asked_once(world, "product", body, lambda: _make_product(world, body, at=at))


@at_both_doors("GET", "/product-coupons/<product_id>")
def get_product(product_id: str) -> dict[str, Any]:
    """-> the product without its stocks; RESOURCE_NOT_EXISTS."""
    world = here()
    with world.lock:
        return product_view(own_product(world, product_id))


@at_both_doors("POST", "/product-coupons/<product_id>/deactivate")
def end_product(product_id: str) -> dict[str, Any]:
    """{out_request_no, deactivate_reason (150)} -> the product, DEACTIVATED with its stocks."""
    body = body_of(END)
    world = here()
    with world.lock:
        product = own_product(world, product_id)
        return asked_once(
            world, f"end {product_id}", body, lambda: _end_product(world, product, body)
        )


@at_both_doors("POST", "/notify-configs")
def set_address() -> dict[str, str]:
    """{notify_url (256)} -> {notify_url, update_time}: one address for all coupon events."""
    url = address_in(body_of(ADDRESS), name="notify_url")
    world = here()
    with world.lock:
        at = world.clock.now()
        world.part(ProductCoupons).urls[(signer().mchid, is_partner())] = (url, at)
    return {"notify_url": url, "update_time": rfc3339(at)}


@at_both_doors("GET", "/notify-configs")
def get_address() -> dict[str, str]:
    """-> {notify_url, update_time}; RESOURCE_NOT_EXISTS when there is none."""
    world = here()
    with world.lock:
        place = (signer().mchid, is_partner())
        url, at = world.part(ProductCoupons).urls.get(place, ("", 0.0))
    if not url:
        raise PayRefused("RESOURCE_NOT_EXISTS", "未设置通知地址")
    return {"notify_url": url, "update_time": rfc3339(at)}


def _make_product(world: World, body: dict[str, Any], *, at: float) -> dict[str, Any]:
    products = world.part(ProductCoupons).products
    product = Product(
        id=str(FIRST_PRODUCT + len(products)),
        brand=brand(world),
        owner=signer(),
        by_partner=is_partner(),
        asked=body,
    )
    products[product.id] = product
    stock = new_stock(product, body["stock"])
    return {**product_view(product), "stock": stock_view(stock, at=at)}


def _end_product(world: World, product: Product, body: dict[str, Any]) -> dict[str, Any]:
    if product.ended:
        raise PayRefused("INVALID_REQUEST", "商品券已失效")
    product.ended = ended_by(world, body)
    for stock in product.stocks.values():
        stock.state = "DEACTIVATED"
    return product_view(product)
