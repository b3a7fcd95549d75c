"""Stocks of a product coupon: make, look up, end; their budgets and codes."""

from typing import Any

from flask import request

from app.simulator.errors import PayRefused
from app.simulator.pay.fields import Record, Rows, Text, Whole, wrong
from app.simulator.pay.product_coupons.doors import (
    CODE,
    REQUEST_NO,
    at_both_doors,
    body_of,
    own_product,
    own_stock,
)
from app.simulator.pay.product_coupons.product_fields import (
    NEW_STOCK,
    check_stock,
)
from app.simulator.pay.product_coupons.state import Ended, Product, Stock
from app.simulator.pay.product_coupons.views import stock_view
from app.simulator.pay.reading import signer
from app.simulator.pay.repeats import once
from app.simulator.world import World, here

MOST_CODES = 200
END = Record(
    fields={"out_request_no": REQUEST_NO, "deactivate_reason": Text(longest=150, required=True)}
)
BUDGET = Record(
    fields={
        "out_request_no": REQUEST_NO,
        "target_max_count": Whole(least=1),
        "current_max_count": Whole(least=1),
        "target_max_count_per_day": Whole(least=1),
        "current_max_count_per_day": Whole(least=1),
    }
)
CODES = Record(fields={"out_request_no": REQUEST_NO, "code_list": Rows(of=CODE, required=True)})


@at_both_doors("POST", "/product-coupons/<product_id>/stocks")
def make_stock(product_id: str) -> dict[str, Any]:
    """{out_request_no, stock} -> one more stock; INVALID_REQUEST when the product has ended."""
    body = body_of(NEW_STOCK)
    world = here()
    at = world.clock.now()
    with world.lock:
        product = own_product(world, product_id)
        if product.ended:
            raise PayRefused("INVALID_REQUEST", "商品券已失效")
        check_stock(body["stock"], product=product.asked, at=at)
        return asked_once(
            world,
            f"stock {product_id}",
            body,
            lambda: stock_view(new_stock(product, body["stock"]), at=at),
        )


@at_both_doors("GET", "/product-coupons/<product_id>/stocks")
def list_stocks(product_id: str) -> dict[str, Any]:
    """?state? -> {total_count, stock_list}: all on one page."""
    state = request.args.get("state")
    world = here()
    with world.lock:
        at = world.clock.now()
        stocks = own_product(world, product_id).stocks.values()
        told = [stock_view(each, at=at) for each in stocks if state in {None, each.state}]
    return {"total_count": len(told), "stock_list": told}


@at_both_doors("GET", "/product-coupons/<product_id>/stocks/<stock_id>")
def get_stock(product_id: str, stock_id: str) -> dict[str, Any]:
    """-> the stock; RESOURCE_NOT_EXISTS."""
    world = here()
    with world.lock:
        return stock_view(own_stock(world, product_id, stock_id), at=world.clock.now())


@at_both_doors("POST", "/product-coupons/<product_id>/stocks/<stock_id>/deactivate")
def end_stock(product_id: str, stock_id: str) -> dict[str, Any]:
    """{out_request_no, deactivate_reason (150)} -> the stock, DEACTIVATED; coupons stay good."""
    body = body_of(END)
    world = here()
    with world.lock:
        stock = own_stock(world, product_id, stock_id)
        return asked_once(world, f"end {stock_id}", body, lambda: _end_stock(world, stock, body))


@at_both_doors("POST", "/product-coupons/<product_id>/stocks/<stock_id>/update-budget")
def change_budget(product_id: str, stock_id: str) -> dict[str, Any]:
    """{out_request_no, target_max_count?, current_max_count?, …_per_day?} -> the stock.

    INVALID_REQUEST when `current_…` is not what it is now or the target is less.
    """
    body = body_of(BUDGET)
    world = here()
    with world.lock:
        stock = own_stock(world, product_id, stock_id)
        return asked_once(
            world, f"budget {stock_id}", body, lambda: _change_budget(world, stock, body)
        )


@at_both_doors("POST", "/product-coupons/<product_id>/stocks/<stock_id>/upload-coupon-codes")
def upload_codes(product_id: str, stock_id: str) -> dict[str, Any]:
    """{out_request_no, code_list (1 to 200, each 40)} for an UPLOAD stock.

    -> {total_count, success_count, success_code_list, already_exists_code_list,
    duplicate_code_list, …}; INVALID_REQUEST for a stock of another mode.
    """
    body = body_of(CODES)
    if not 0 < len(body["code_list"]) <= MOST_CODES:
        raise wrong("/code_list", len(body["code_list"]), "单次最多可上传200个券Code")
    world = here()
    with world.lock:
        stock = own_stock(world, product_id, stock_id)
        if stock.asked["coupon_code_mode"] != "UPLOAD":
            raise PayRefused("INVALID_REQUEST", "批次不是预上传券Code模式")
        return asked_once(
            world, f"codes {stock_id}", body, lambda: _upload(stock, body["code_list"])
        )


def asked_once(world: World, kind: str, body: dict[str, Any], work: Any) -> dict[str, Any]:
    """The answer to this out_request_no. Hold the lock."""
    return once(
        world,
        merchant=signer(),
        kind=f"product coupon {kind}",
        number=body["out_request_no"],
        asked=body,
        work=work,
    )


def new_stock(product: Product, asked: dict[str, Any]) -> Stock:
    """One more stock, which gives coupons at once. Hold the lock."""
    stock = Stock(id=f"{product.id}{len(product.stocks) + 1:03d}", product=product, asked=asked)
    product.stocks[stock.id] = stock
    return stock


def ended_by(world: World, body: dict[str, Any]) -> Ended:
    """Why and when, as the request says."""
    return Ended(
        request_no=body["out_request_no"],
        reason=body["deactivate_reason"],
        at=world.clock.now(),
    )


def _end_stock(world: World, stock: Stock, body: dict[str, Any]) -> dict[str, Any]:
    if stock.ended:
        raise PayRefused("INVALID_REQUEST", "批次已失效")
    stock.ended = ended_by(world, body)
    stock.state = "DEACTIVATED"
    return stock_view(stock, at=world.clock.now())


def _change_budget(world: World, stock: Stock, body: dict[str, Any]) -> dict[str, Any]:
    rule = stock.send_rule
    for name in ("max_count", "max_count_per_day"):
        current = rule.get(name, 0)
        if body.get(f"current_{name}", current) != current:
            raise PayRefused("INVALID_REQUEST", f"current_{name}与当前值不一致")
        if body.get(f"target_{name}", current) < current:
            raise PayRefused("INVALID_REQUEST", f"target_{name}不能小于当前值")
        if f"target_{name}" in body:
            rule[name] = body[f"target_{name}"]
    stock.asked = {**stock.asked, "stock_send_rule": rule}
    return stock_view(stock, at=world.clock.now())


def _upload(stock: Stock, wanted: list[str]) -> dict[str, Any]:
    distinct = list(dict.fromkeys(wanted))
    known = [code for code in distinct if code in stock.uploaded]
    new = [code for code in distinct if code not in known]
    stock.uploaded.extend(new)
    return {
        "total_count": len(distinct),
        "success_count": len(new),
        "success_code_list": new,
        "already_exists_code_list": known,
        "duplicate_code_list": sorted({code for code in wanted if wanted.count(code) > 1}),
        "failed_count": len(known),
    }
