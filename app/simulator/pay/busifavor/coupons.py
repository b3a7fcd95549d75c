"""What the merchant does with people's coupons: give, use, return, invalidate."""

from typing import Any

from flask import Blueprint

from app.simulator.clock import parse_rfc3339, rfc3339
from app.simulator.errors import PayRefused
from app.simulator.pay.busifavor.looking import own_coupon, own_stock, person
from app.simulator.pay.busifavor.sending import API, LONGEST_CODE, MESSAGES, Wanted, give
from app.simulator.pay.busifavor.state import DEACTIVATED, EXPIRED, SENDED, USED, Coupon
from app.simulator.pay.busifavor.validity import is_open
from app.simulator.pay.fields import Record, Text, check, wrong
from app.simulator.pay.reading import json_body, signer
from app.simulator.pay.repeats import once
from app.simulator.world import World, here

APPID = Text(longest=32, required=True)
OPENID = Text(longest=128)
STOCK_ID = Text(longest=20, required=True)
CODE = Text(longest=LONGEST_CODE, required=True)
REQUEST_NO = Text(longest=128, required=True)
SEND = Record(
    fields={
        "openid": Text(longest=128, required=True),
        "appid": APPID,
        "stock_id": STOCK_ID,
        "out_request_no": REQUEST_NO,
        "coupon_code": Text(longest=LONGEST_CODE),
    }
)
USE = Record(
    fields={
        "coupon_code": CODE,
        "stock_id": Text(longest=20),
        "appid": APPID,
        "use_time": Text(longest=32, required=True),
        "use_request_no": REQUEST_NO,
        "openid": OPENID,
        "out_trade_no": Text(longest=32),
        "mch_id": Text(longest=32),
        "transaction_id": Text(longest=32),
    }
)
RETURN = Record(fields={"coupon_code": CODE, "stock_id": STOCK_ID, "return_request_no": REQUEST_NO})
DEACTIVATE = Record(
    fields={
        "coupon_code": CODE,
        "stock_id": STOCK_ID,
        "deactivate_request_no": REQUEST_NO,
        "deactivate_reason": Text(longest=64),
    }
)
STATE_TEXTS = {
    SENDED: "券未核销",
    USED: "券已核销",
    EXPIRED: "券已过期",
    "DELETED": "券已被用户删除",
    DEACTIVATED: "券已失效",
}

busifavor_coupons = Blueprint(
    "busifavor_coupons", __name__, url_prefix="/v3/marketing/busifavor/coupons"
)


@busifavor_coupons.post("/send")
def send() -> dict[str, Any]:
    """{openid, appid, stock_id, out_request_no (128), coupon_code?}: give one from the server.

    -> {stock_id, coupon_code, out_request_no}. RULE_LIMIT for what the component calls NOTENOUGH,
    DAYLIMIT, NATURELIMIT, MAXQUOTA; INVALID_REQUEST for NOTRUNNING and FAILED; the platform opens
    this call to few merchants, here to all.
    """
    body = json_body()
    check(body, SEND)
    world = here()
    with world.lock:
        own_stock(world, body["stock_id"])
        return once(
            world,
            merchant=signer(),
            kind="busifavor send",
            number=body["out_request_no"],
            asked=body,
            work=lambda: _send(world, body),
        )


@busifavor_coupons.post("/use")
def use() -> dict[str, Any]:
    """{coupon_code (32), stock_id?, appid, use_time, use_request_no (128), openid?, …}.

    Also out_trade_no?, mch_id?, transaction_id? of a paid order. stock_id is needed for codes of
    the merchant's making. -> {stock_id, openid, wechatpay_use_time}; again for the same request.
    INVALID_REQUEST when it is not SENDED or not usable now; RESOURCE_NOT_EXISTS,
    APPID_MCHID_NOT_MATCH, RESOURCE_ALREADY_EXISTS.
    """
    body = json_body()
    check(body, USE)
    _check_moment(body)
    return _once(body, kind="use", work=_use)


@busifavor_coupons.post("/return")
def give_back() -> dict[str, Any]:
    """{coupon_code, stock_id, return_request_no (128)} -> {wechatpay_return_time}.

    A USED coupon is SENDED again; INVALID_REQUEST when it is not USED or its time is over.
    """
    body = json_body()
    check(body, RETURN)
    return _once(body, kind="return", work=_return)


@busifavor_coupons.post("/deactivate")
def deactivate() -> dict[str, Any]:
    """{coupon_code, stock_id, deactivate_request_no (128), deactivate_reason? (64)}.

    -> {wechatpay_deactivate_time}. INVALID_REQUEST when it is not SENDED.
    """
    body = json_body()
    check(body, DEACTIVATE)
    return _once(body, kind="deactivate", work=_deactivate)


def _once(body: dict[str, Any], *, kind: str, work: Any) -> dict[str, Any]:
    world = here()
    with world.lock:
        return once(
            world,
            merchant=signer(),
            kind=f"busifavor {kind}",
            number=body[f"{kind}_request_no"],
            asked=body,
            work=lambda: work(world, body, own_coupon(world, body)),
        )


def _send(world: World, body: dict[str, Any]) -> dict[str, Any]:
    wish = Wanted(
        stock_id=body["stock_id"],
        out_request_no=body["out_request_no"],
        coupon_code=body.get("coupon_code", ""),
        sender=signer(),
        user=person(world, body["openid"], appid=body["appid"]),
        channel=API,
    )
    code, coupon = give(world, wish)
    if code == "DUPREQUEST":
        raise PayRefused("RESOURCE_ALREADY_EXISTS", MESSAGES[code])
    if coupon is None:
        limits = {"NOTENOUGH", "DAYLIMIT", "NATURELIMIT", "MAXQUOTA"}
        raise PayRefused("RULE_LIMIT" if code in limits else "INVALID_REQUEST", MESSAGES[code])
    return {
        "stock_id": body["stock_id"],
        "coupon_code": coupon.code,
        "out_request_no": body["out_request_no"],
    }


def _use(world: World, body: dict[str, Any], coupon: Coupon) -> dict[str, Any]:
    at = world.clock.now()
    appid = body["appid"]
    if appid not in signer().appids:
        raise PayRefused("APPID_MCHID_NOT_MATCH")
    if body.get("openid", coupon.user.openids[appid]) != coupon.user.openids[appid]:
        raise PayRefused("INVALID_REQUEST", "券不属于该用户")
    _require_state(coupon, SENDED, at=at)
    times = coupon.stock.use_rule["coupon_available_time"]
    if at < coupon.starts_at or not is_open(times, at=at):
        raise PayRefused("INVALID_REQUEST", "未到券可用时间")
    _require_order(world, body)
    coupon.recorded_state = USED
    coupon.used_at = at
    coupon.use_request_no = body["use_request_no"]
    coupon.out_trade_no = body.get("out_trade_no", "")
    return {
        "stock_id": coupon.stock.id,
        "openid": coupon.user.openids[appid],
        "wechatpay_use_time": rfc3339(at),
    }


def _return(world: World, body: dict[str, Any], coupon: Coupon) -> dict[str, Any]:
    at = world.clock.now()
    _require_state(coupon, USED, at=at)
    if at >= coupon.ends_at:
        raise PayRefused("INVALID_REQUEST", STATE_TEXTS[EXPIRED])
    coupon.recorded_state = SENDED
    coupon.used_at = 0.0
    coupon.out_trade_no = ""
    coupon.returned_at = at
    coupon.return_request_no = body["return_request_no"]
    return {"wechatpay_return_time": rfc3339(at)}


def _deactivate(world: World, body: dict[str, Any], coupon: Coupon) -> dict[str, Any]:
    at = world.clock.now()
    _require_state(coupon, SENDED, at=at)
    coupon.recorded_state = DEACTIVATED
    coupon.deactivated_at = at
    coupon.deactivate_request_no = body["deactivate_request_no"]
    coupon.deactivate_reason = body.get("deactivate_reason", "")
    return {"wechatpay_deactivate_time": rfc3339(at)}


def _require_state(coupon: Coupon, state: str, *, at: float) -> None:
    now = coupon.state(at)
    if now != state:
        raise PayRefused("INVALID_REQUEST", STATE_TEXTS[now])


def _require_order(world: World, body: dict[str, Any]) -> None:
    number = body.get("transaction_id")
    payee = body.get("mch_id", signer().mchid)
    if number is not None and (payee, number) not in world.pay.paid:
        raise PayRefused("RESOURCE_NOT_EXISTS", "支付单不存在")


def _check_moment(body: dict[str, Any]) -> None:
    try:
        parse_rfc3339(body["use_time"])
    except ValueError:
        raise wrong("/use_time", body["use_time"], "应为rfc3339格式") from None
