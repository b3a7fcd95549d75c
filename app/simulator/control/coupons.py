"""The card bag's coupons: take some, look at them, throw one away; and change one behind all."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, abort

from app.simulator.control.coupon_cards import busifavor_card, product_card
from app.simulator.control.reading import asked, user_named
from app.simulator.pay.busifavor import state as busifavor
from app.simulator.pay.busifavor.plugin import open_component, open_link
from app.simulator.pay.product_coupons import state as product
from app.simulator.pay.product_coupons.sending import NotReceived, receive
from app.simulator.people import User
from app.simulator.world import World, here

BUSIFAVOR, PRODUCT = "busifavor", "product_coupon"
STATES = {BUSIFAVOR: busifavor.STATES, PRODUCT: product.STATES}

coupons = Blueprint("coupons", __name__, url_prefix="/_sim")


@coupons.post("/users/<name>/send-coupon")
def tap_component(name: str) -> dict[str, Any]:
    """{send_coupon_params, sign, send_coupon_merchant}: tap the send-coupon component.

    -> {errcode, msg, send_coupon_result [{code, message, stock_id, out_request_no, coupon_code?}]}.
    """
    world = here()
    with world.lock:
        return open_component(world, user=user_named(world, name), asked=asked())


@coupons.post("/users/<name>/open-coupon-link")
def open_coupon_link(name: str) -> dict[str, Any]:
    """{url}: open a getcouponinfo link in WeChat; answers like the component."""
    query = dict(parse_qsl(urlsplit(str(asked().get("url", ""))).query))
    world = here()
    with world.lock:
        return open_link(world, user=user_named(world, name), query=query)


@coupons.post("/users/<name>/receive-product-coupon")
def receive_product_coupon(name: str) -> dict[str, Any]:
    """{token}: take a product coupon in the component that wx.openBusinessView opens.

    -> {errMsg, received, coupon_code?, stock_id?}; received is new, already or not.
    """
    world = here()
    with world.lock:
        try:
            token = str(asked().get("token", ""))
            coupon, is_new = receive(world, user=user_named(world, name), token=token)
        except NotReceived as why:
            return {"errMsg": f"openBusinessView:fail {why}", "received": "not"}
    return {
        "errMsg": "openBusinessView:ok",
        "received": "new" if is_new else "already",
        "coupon_code": coupon.code,
        "stock_id": coupon.stock.id,
    }


@coupons.get("/users/<name>/coupons")
def bag(name: str) -> list[dict[str, Any]]:
    """Everything a phone needs to draw this person's coupons, both kinds; newest first."""
    world = here()
    with world.lock:
        user = user_named(world, name)
        return _cards(world, user)


@coupons.post("/users/<name>/coupons/<kind>/<path:code>/delete")
def throw_away(name: str, kind: str, code: str) -> list[dict[str, Any]]:
    """{stock_id?}: the person deletes a coupon that is not used; what is left in the bag."""
    world = here()
    with world.lock:
        user = user_named(world, name)
        coupon = _coupon(world, kind, code)
        if coupon.user is not user:
            abort(404, f"{name} has no {code}")
        if coupon.state(world.clock.now()) == "USED":
            abort(409, "it is used")
        coupon.force("DELETED", at=world.clock.now())
        return _cards(world, user)


@coupons.get("/coupons")
def every() -> list[dict[str, Any]]:
    """All coupons of all people, with the name of each."""
    world = here()
    with world.lock:
        return [
            {"name": user.name, **card}
            for user in world.people.all()
            for card in _cards(world, user)
        ]


@coupons.post("/coupons/<kind>/<path:code>")
def change_silently(kind: str, code: str) -> dict[str, Any]:
    """{stock_id?, state?, drop?}: change a coupon, or let it be lost, and tell nobody."""
    body = asked()
    state = body.get("state")
    if state is not None and state not in STATES.get(kind, ()):
        abort(400, f"one of {', '.join(STATES.get(kind, ()))}")
    world = here()
    with world.lock:
        coupon = _coupon(world, kind, code)
        if body.get("drop"):
            coupon.stock.coupons[:] = [each for each in coupon.stock.coupons if each is not coupon]
            return {"code": code, "dropped": True}
        if state is not None:
            coupon.force(state, at=world.clock.now())
        return {"code": code, "state": coupon.state(world.clock.now())}


@coupons.post("/coupon-stocks/<kind>/<stock_id>")
def change_stock(kind: str, stock_id: str) -> dict[str, Any]:
    """{state}: pause, stop or run a stock, as the merchant's console can."""
    state = asked().get("state")
    states = {BUSIFAVOR: busifavor.STOCK_STATES, PRODUCT: product.STOCK_STATES}.get(kind, ())
    if state not in states:
        abort(400, f"one of {', '.join(states)}")
    world = here()
    with world.lock:
        stock = _stocks(world, kind).get(stock_id)
        if stock is None:
            abort(404, f"no stock {stock_id}")
        stock.state = state
        return {"stock_id": stock.id, "state": stock.state}


def _cards(world: World, user: User) -> list[dict[str, Any]]:
    at = world.clock.now()
    cards = [
        *(busifavor_card(each, at=at) for each in _all(world, BUSIFAVOR) if each.user is user),
        *(product_card(each, at=at) for each in _all(world, PRODUCT) if each.user is user),
    ]
    return sorted(cards, key=lambda card: str(card["received_at"]), reverse=True)


def _coupon(world: World, kind: str, code: str) -> Any:
    if kind not in STATES:
        abort(404, f"one of {', '.join(STATES)}")
    stock_id = asked().get("stock_id")
    found = [
        each
        for each in _all(world, kind)
        if each.code == code and stock_id in {None, each.stock.id}
    ]
    if not found:
        abort(404, f"no coupon {code}")
    return found[0]


def _all(world: World, kind: str) -> list[Any]:
    if kind == BUSIFAVOR:
        return list(world.part(busifavor.Busifavor).coupons())
    return list(world.part(product.ProductCoupons).coupons())


def _stocks(world: World, kind: str) -> dict[str, Any]:
    if kind == BUSIFAVOR:
        return dict(world.part(busifavor.Busifavor).stocks)
    products = world.part(product.ProductCoupons).products.values()
    return {key: stock for each in products for key, stock in each.stocks.items()}
