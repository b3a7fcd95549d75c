"""What the brand does with people's coupons: confirm, use, return, invalidate."""

from typing import Any

from app.simulator.clock import parse_rfc3339, rfc3339
from app.simulator.errors import PayRefused
from app.simulator.pay.fields import Record, Text, Whole, wrong
from app.simulator.pay.product_coupons.doors import (
    REQUEST_NO,
    at_both_doors,
    body_of,
)
from app.simulator.pay.product_coupons.hours import is_open
from app.simulator.pay.product_coupons.looking import own_coupon
from app.simulator.pay.product_coupons.notices import tell
from app.simulator.pay.product_coupons.state import (
    CONFIRMING,
    DEACTIVATED,
    EFFECTIVE,
    PENDING,
    USED,
    Coupon,
    Ended,
)
from app.simulator.pay.product_coupons.views import coupon_view
from app.simulator.pay.reading import signer
from app.simulator.pay.repeats import once
from app.simulator.world import World, here

WHICH = {
    "product_coupon_id": Text(longest=40, required=True),
    "stock_id": Text(longest=40, required=True),
    "appid": Text(longest=32, required=True),
    "out_request_no": REQUEST_NO,
}
CONFIRM = Record(fields=WHICH)
RETURN = CONFIRM
DEACTIVATE = Record(fields={**WHICH, "deactivate_reason": Text(longest=150, required=True)})
ORDER = Record(
    fields={
        "transaction_id": Text(longest=64),
        "out_trade_no": Text(longest=64),
        "mchid": Text(longest=32),
        "sub_mchid": Text(longest=32),
    }
)
USE = Record(
    fields={
        **WHICH,
        "use_time": Text(longest=64, required=True),
        "associated_order_info": ORDER,
        "associated_pay_score_order_info": Record(
            fields={name: Text(longest=64) for name in ("order_id", "out_order_no", "mchid")}
        ),
        "store_id": Text(longest=64),
        "saved_amount": Whole(),
    }
)


@at_both_doors("POST", "/users/<openid>/coupons/<code>/confirm")
def confirm(openid: str, code: str) -> dict[str, Any]:
    """{product_coupon_id, stock_id, appid, out_request_no (6 to 40)} -> the coupon.

    It is EFFECTIVE (or PENDING) from then on; INVALID_REQUEST when it is not CONFIRMING.
    """
    return _once("confirm", openid, code, body_of(CONFIRM))


@at_both_doors("POST", "/users/<openid>/coupons/<code>/use")
def use(openid: str, code: str) -> dict[str, Any]:
    """The same fields, use_time and associated_order_info of a paid order -> the coupon, USED.

    The order is {transaction_id} or {out_trade_no, mchid}; store_id?, saved_amount?. PARAM_ERROR
    without an order, RESOURCE_NOT_EXISTS when nobody paid it, INVALID_REQUEST when the coupon is
    not EFFECTIVE or not usable now. Orders of pay score are not covered.
    """
    body = body_of(USE)
    try:
        parse_rfc3339(body["use_time"])
    except ValueError:
        raise wrong("/use_time", body["use_time"], "应为rfc3339格式") from None
    return _once("use", openid, code, body)


@at_both_doors("POST", "/users/<openid>/coupons/<code>/return")
def give_back(openid: str, code: str) -> dict[str, Any]:
    """{product_coupon_id, stock_id, appid, out_request_no} -> the coupon, as before its use.

    INVALID_REQUEST when it is not USED.
    """
    return _once("return", openid, code, body_of(RETURN))


@at_both_doors("POST", "/users/<openid>/coupons/<code>/deactivate")
def deactivate(openid: str, code: str) -> dict[str, Any]:
    """The same and deactivate_reason (150) -> the coupon, DEACTIVATED.

    INVALID_REQUEST when it is none of CONFIRMING, PENDING, EFFECTIVE.
    """
    return _once("deactivate", openid, code, body_of(DEACTIVATE))


def _once(kind: str, openid: str, code: str, body: dict[str, Any]) -> dict[str, Any]:
    world = here()
    with world.lock:
        coupon = own_coupon(world, openid, code, body)
        return once(
            world,
            merchant=signer(),
            kind=f"product coupon {kind}",
            number=body["out_request_no"],
            asked={**body, "code": code},
            work=lambda: _done(world, kind, coupon, body),
        )


def _done(world: World, kind: str, coupon: Coupon, body: dict[str, Any]) -> dict[str, Any]:
    WORK[kind](world, coupon, body, world.clock.now())
    return coupon_view(coupon, at=world.clock.now())


def _confirm(_: World, coupon: Coupon, body: dict[str, Any], at: float) -> None:
    _require(coupon, CONFIRMING, at=at)
    coupon.confirmed_at = at
    coupon.confirm_request_no = body["out_request_no"]


def _use(world: World, coupon: Coupon, body: dict[str, Any], at: float) -> None:
    order = _paid_order(world, body)
    _require(coupon, EFFECTIVE, at=at)
    if not is_open(coupon.stock, at=at):
        raise PayRefused("INVALID_REQUEST", "未到券可用时间")
    coupon.fate = USED
    coupon.usage = {
        "use_request_no": body["out_request_no"],
        "use_time": rfc3339(at),
        "associated_order_info": order,
    }
    tell(world, coupon, "USE", **coupon.usage)


def _return(world: World, coupon: Coupon, body: dict[str, Any], at: float) -> None:
    _require(coupon, USED, at=at)
    coupon.fate = ""
    told = {"return_request_no": body["out_request_no"], "return_time": rfc3339(at)}
    coupon.usage = {**coupon.usage, **told}
    tell(world, coupon, "RETURN", **told)


def _deactivate(_: World, coupon: Coupon, body: dict[str, Any], at: float) -> None:
    _require(coupon, CONFIRMING, PENDING, EFFECTIVE, at=at)
    coupon.fate = DEACTIVATED
    number, reason = body["out_request_no"], body["deactivate_reason"]
    coupon.ended = Ended(request_no=number, reason=reason, at=at)


WORK = {"confirm": _confirm, "use": _use, "return": _return, "deactivate": _deactivate}


def _paid_order(world: World, body: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = body.get("associated_order_info", {})
    if "associated_pay_score_order_info" in body:
        raise PayRefused("INVALID_REQUEST", "模拟平台未覆盖支付分订单")
    number, own = told.get("transaction_id"), told.get("out_trade_no")
    if number is None and (own is None or "mchid" not in told):
        raise wrong("/associated_order_info", told, "transaction_id或out_trade_no和mchid必填")
    for (mchid, transaction_id), order in world.pay.paid.items():
        if number == transaction_id or (
            number is None and (own, told["mchid"]) == (order.number, mchid)
        ):
            return told
    raise PayRefused("RESOURCE_NOT_EXISTS", "关联的微信支付订单不存在或未支付")


def _require(coupon: Coupon, *states: str, at: float) -> None:
    now = coupon.state(at)
    if now not in states:
        raise PayRefused("INVALID_REQUEST", f"用户商品券状态为{now}")
