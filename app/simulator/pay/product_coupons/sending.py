"""Giving a product coupon: from the server, or by a token that the phone's component takes."""

import secrets
from typing import Any

from app.simulator.errors import PayRefused
from app.simulator.pay.busifavor.validity import validity
from app.simulator.pay.fields import Record, Text
from app.simulator.pay.product_coupons.doors import (
    CODE,
    REQUEST_NO,
    at_both_doors,
    body_of,
    own_stock,
    person,
)
from app.simulator.pay.product_coupons.notices import tell
from app.simulator.pay.product_coupons.state import (
    SENDING,
    TOKEN_SECONDS,
    Coupon,
    ProductCoupons,
    Stock,
    Wanted,
)
from app.simulator.pay.product_coupons.views import coupon_view
from app.simulator.people import User
from app.simulator.signing import nonce_text
from app.simulator.world import World, here

BUDGET, DAY, USER = "批次预算不足", "达到每日发放上限", "达到用户领取上限"
SEND = Record(
    fields={
        "product_coupon_id": Text(longest=40, required=True),
        "stock_id": Text(longest=40, required=True),
        "coupon_code": CODE,
        "appid": Text(longest=32, required=True),
        "send_request_no": REQUEST_NO,
        "attach": Text(longest=150),
    }
)


class NotReceived(Exception):
    """What the component says instead."""


@at_both_doors("POST", "/users/<openid>/pre-send-coupon")
def pre_send(openid: str) -> dict[str, Any]:
    """{product_coupon_id, stock_id, coupon_code?, appid, send_request_no (6 to 40), attach?}.

    -> {token}, good for five minutes in the mini-program's component, where the limits of the
    stock are looked at again. coupon_code for API_ASSIGN only. PARAM_ERROR, RESOURCE_NOT_EXISTS,
    INVALID_REQUEST when the stock is not SENDING, RULE_LIMIT.
    """
    body = body_of(SEND)
    world = here()
    with world.lock:
        wanted = _wanted(world, body, openid=openid, channel="RECEIVE_COMPONENT")
        if _given_before(world, wanted) is None:
            _require_room(wanted.stock, wanted.user, at=world.clock.now())
        token = nonce_text(40)
        world.part(ProductCoupons).tokens[token] = (wanted, world.clock.now())
    return {"token": token}


@at_both_doors("POST", "/users/<openid>/coupons")
def send(openid: str) -> dict[str, Any]:
    """The same fields -> the person's coupon, CONFIRMING; again for the same send_request_no."""
    body = body_of(SEND)
    world = here()
    with world.lock:
        wanted = _wanted(world, body, openid=openid, channel="API")
        coupon = _given_before(world, wanted) or _give(world, wanted)
        return coupon_view(coupon, at=world.clock.now())


def receive(world: World, *, user: User, token: str) -> tuple[Coupon, bool]:
    """The person takes it in the component: the coupon, and whether it is new. Hold the lock."""
    wanted, made_at = world.part(ProductCoupons).tokens.get(token, (None, 0.0))
    if wanted is None or wanted.user is not user:
        raise NotReceived("token无效")
    if world.clock.now() - made_at > TOKEN_SECONDS:
        raise NotReceived("token已过期")
    before = _given_before(world, wanted)
    if before is not None:
        return before, False
    try:
        return _give(world, wanted), True
    except PayRefused as why:
        raise NotReceived(why.message) from None


def _wanted(world: World, body: dict[str, Any], *, openid: str, channel: str) -> Wanted:
    stock = own_stock(world, body["product_coupon_id"], body["stock_id"])
    assigned = stock.asked["coupon_code_mode"] == "API_ASSIGN"
    if assigned != ("coupon_code" in body):
        raise PayRefused("PARAM_ERROR", "coupon_code当且仅当API_ASSIGN模式时必传")
    return Wanted(
        stock=stock,
        user=person(world, openid, appid=body["appid"]),
        appid=body["appid"],
        send_request_no=body["send_request_no"],
        code=body.get("coupon_code", ""),
        attach=body.get("attach", ""),
        channel=channel,
    )


def _given_before(world: World, wanted: Wanted) -> Coupon | None:
    owner = wanted.stock.product.owner
    for each in world.part(ProductCoupons).coupons():
        same_number = each.send_request_no == wanted.send_request_no
        if same_number and each.stock.product.owner == owner:
            if (each.stock, each.user) != (wanted.stock, wanted.user):
                raise PayRefused("RESOURCE_ALREADY_EXISTS", "发券请求单号已使用")
            return each
    return None


def _give(world: World, wanted: Wanted) -> Coupon:
    at = world.clock.now()
    _require_room(wanted.stock, wanted.user, at=at)
    starts_at, ends_at = validity(_times(wanted.stock), received_at=at)
    coupon = Coupon(
        code=_new_code(world, wanted),
        stock=wanted.stock,
        user=wanted.user,
        appid=wanted.appid,
        received_at=at,
        starts_at=starts_at,
        ends_at=ends_at,
        send_request_no=wanted.send_request_no,
        channel=wanted.channel,
        attach=wanted.attach,
    )
    wanted.stock.coupons.append(coupon)
    tell(world, coupon, "SEND")
    return coupon


def _require_room(stock: Stock, user: User, *, at: float) -> None:
    rule = stock.send_rule
    _, ends_at = validity(_times(stock), received_at=at)
    if stock.state != SENDING or at >= ends_at:
        raise PayRefused("INVALID_REQUEST", "批次不可发放")
    if len(stock.coupons) >= rule["max_count"]:
        raise PayRefused("RULE_LIMIT", BUDGET)
    if stock.given_on_the_day_of(at) >= rule.get("max_count_per_day", 10**9):
        raise PayRefused("RULE_LIMIT", DAY)
    own = sum(each.user is user for each in stock.coupons)
    if own >= rule.get("max_count_per_user", 10**9):
        raise PayRefused("RULE_LIMIT", USER)


def _new_code(world: World, wanted: Wanted) -> str:
    mode = wanted.stock.asked["coupon_code_mode"]
    taken = {each.code for each in world.part(ProductCoupons).coupons()}
    if mode == "API_ASSIGN":
        if wanted.code in taken:
            raise PayRefused("RESOURCE_ALREADY_EXISTS", "券Code已使用")
        return wanted.code
    if mode == "UPLOAD":
        free = wanted.stock.free_codes()
        if not free:
            raise PayRefused("RULE_LIMIT", "没有可用的预上传券Code")
        return secrets.choice(free)
    return nonce_text(16)


# The same rules as those of merchants' coupons, under other names.
def _times(stock: Stock) -> dict[str, Any]:
    period = stock.period
    return {
        **period,
        **(
            {"available_day_after_receive": period["available_days"]}
            if "available_days" in period
            else {}
        ),
    }
