"""Stocks: make one, look it up, change it; where notices go."""

from typing import Any

from flask import Blueprint, Response, request

from app.simulator.clock import rfc3339
from app.simulator.errors import PayRefused
from app.simulator.pay.addresses import address_in
from app.simulator.pay.busifavor.looking import own_stock
from app.simulator.pay.busifavor.state import Busifavor, Stock
from app.simulator.pay.busifavor.stock_fields import BUDGET, CHANGE, check_stock
from app.simulator.pay.busifavor.views import stock_view
from app.simulator.pay.fields import check
from app.simulator.pay.reading import json_body, require_own_mchid, signer
from app.simulator.pay.repeats import once
from app.simulator.world import World, here

FIRST_STOCK = 15_000_001
MERGED = ("coupon_use_rule", "stock_send_rule", "custom_entrance", "display_pattern_info")

busifavor_stocks = Blueprint("busifavor_stocks", __name__, url_prefix="/v3/marketing/busifavor")


@busifavor_stocks.post("/stocks")
def make() -> dict[str, Any]:
    """{stock_name (21), belong_merchant, goods_name (15), stock_type, …} -> {stock_id, create_time}.

    Also comment? (20), coupon_use_rule, stock_send_rule (1 to 10^9 coupons, 100 per person),
    out_request_no, coupon_code_mode, custom_entrance?, display_pattern_info?, notify_config?,
    subsidy?; transferable and shareable are not open. PARAM_ERROR; RESOURCE_ALREADY_EXISTS for
    another stock under a used number. A stock runs at once: there is no audit here.
    """
    body = json_body()
    world = here()
    at = world.clock.now()
    check_stock(body, at=at)
    if body["belong_merchant"] not in world.merchants:
        raise PayRefused("PARAM_ERROR", "归属商户号不存在")
    with world.lock:
        return once(
            world,
            merchant=signer(),
            kind="busifavor stock",
            number=body["out_request_no"],
            asked=body,
            work=lambda: _make(world, body, at=at),
        )


@busifavor_stocks.get("/stocks/<stock_id>")
def details(stock_id: str) -> dict[str, Any]:
    """-> the stock with stock_state, send_count_information, coupon_code_count of uploaded codes."""
    world = here()
    with world.lock:
        return stock_view(own_stock(world, stock_id), at=world.clock.now())


@busifavor_stocks.patch("/stocks/<stock_id>")
def change(stock_id: str) -> Response:
    """{out_request_no, names, looks, use_method, natural_person_limit, …} -> 204."""
    body = json_body()
    check(body, CHANGE)
    world = here()
    with world.lock:
        stock = own_stock(world, stock_id)
        once(
            world,
            merchant=signer(),
            kind=f"busifavor change {stock_id}",
            number=body["out_request_no"],
            asked=body,
            work=lambda: _change(stock, body),
        )
    return Response(status=204)


@busifavor_stocks.patch("/stocks/<stock_id>/budget")
def change_budget(stock_id: str) -> dict[str, Any]:
    """{modify_budget_request_no, target_max_coupons | target_max_coupons_by_day, current_…?}.

    -> {max_coupons, max_coupons_by_day?}. INVALID_REQUEST when `current_…` is not what it is now,
    or when the target is less: budgets only grow.
    """
    body = json_body()
    check(body, BUDGET)
    if not any(f"target_{each}" in body for each in ("max_coupons", "max_coupons_by_day")):
        raise PayRefused("PARAM_ERROR", "target_max_coupons、target_max_coupons_by_day至少传一个")
    world = here()
    with world.lock:
        stock = own_stock(world, stock_id)
        return once(
            world,
            merchant=signer(),
            kind=f"busifavor budget {stock_id}",
            number=body["modify_budget_request_no"],
            asked=body,
            work=lambda: _change_budget(stock, body),
        )


@busifavor_stocks.post("/callbacks")
def set_address() -> dict[str, str]:
    """{mchid?, notify_url (256)} -> {update_time, notify_url, mchid}."""
    body = json_body()
    url = address_in(body, name="notify_url", others=("mchid",))
    require_own_mchid(body.get("mchid", signer().mchid))
    world = here()
    with world.lock:
        at = world.clock.now()
        world.part(Busifavor).urls[signer().mchid] = (url, at)
    return {"update_time": rfc3339(at), "notify_url": url, "mchid": signer().mchid}


@busifavor_stocks.get("/callbacks")
def address() -> dict[str, str]:
    """?mchid -> {notify_url, mchid}; RESOURCE_NOT_EXISTS when there is none."""
    require_own_mchid(request.args.get("mchid", signer().mchid))
    world = here()
    with world.lock:
        url, _ = world.part(Busifavor).urls.get(signer().mchid, ("", 0.0))
    if not url:
        raise PayRefused("RESOURCE_NOT_EXISTS", "未设置通知地址")
    return {"notify_url": url, "mchid": signer().mchid}


def _make(world: World, body: dict[str, Any], *, at: float) -> dict[str, Any]:
    stocks = world.part(Busifavor).stocks
    stock = Stock(id=str(FIRST_STOCK + len(stocks)), merchant=signer(), asked=body, made_at=at)
    stocks[stock.id] = stock
    return {"stock_id": stock.id, "create_time": rfc3339(at)}


def _change(stock: Stock, body: dict[str, Any]) -> dict[str, Any]:
    changes = {key: value for key, value in body.items() if key != "out_request_no"}
    merged = {key: {**stock.asked.get(key, {}), **changes[key]} for key in MERGED if key in changes}
    stock.asked = {**stock.asked, **changes, **merged}
    return {}


def _change_budget(stock: Stock, body: dict[str, Any]) -> dict[str, Any]:
    rule = stock.send_rule
    for name in ("max_coupons", "max_coupons_by_day"):
        if f"target_{name}" in body:
            _require_growth(rule, body, name)
            rule[name] = body[f"target_{name}"]
    stock.asked = {**stock.asked, "stock_send_rule": rule}
    names = ("max_coupons", "max_coupons_by_day")
    return {name: rule[name] for name in names if name in rule}


def _require_growth(rule: dict[str, Any], body: dict[str, Any], name: str) -> None:
    current = rule.get(name, 0)
    if body.get(f"current_{name}", current) != current:
        raise PayRefused("INVALID_REQUEST", f"current_{name}与当前值不一致")
    if body[f"target_{name}"] < current:
        raise PayRefused("INVALID_REQUEST", f"target_{name}不能小于当前值")
