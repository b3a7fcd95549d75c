"""What the phone does with the parameters of the send-coupon component or of the H5 link."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from app.simulator.pay.busifavor.sending import H5, MESSAGES, MINI_PROGRAM, Wanted, give
from app.simulator.people import User
from app.simulator.world import World

MOST_COUPONS = 10
ITEM = ("stock_id", "out_request_no", "coupon_code")
LINK = ("stock_id", "out_request_no", "coupon_code", "send_coupon_merchant", "open_id")


def apiv2_sign(values: Mapping[str, str], *, key: str) -> str:
    """HMAC-SHA256 as APIv2 signs: without empty values, sorted by name, the key at the end."""
    given = sorted((name, text) for name, text in values.items() if text)
    text = "&".join(f"{name}={value}" for name, value in given) + f"&key={key}"
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest().upper()


def component_values(params: list[dict[str, str]], *, merchant: str) -> dict[str, str]:
    """The values that are signed: each coupon's with its index, and who sends."""
    values = {
        f"{name}{index}": each.get(name, "") for index, each in enumerate(params) for name in ITEM
    }
    return {**values, "send_coupon_merchant": merchant}


def open_component(world: World, *, user: User, asked: dict[str, Any]) -> dict[str, Any]:
    """Tap the component: {errcode, msg, send_coupon_result} as its event tells. Hold the lock."""
    params, mchid = asked.get("send_coupon_params"), asked.get("send_coupon_merchant")
    if not isinstance(params, list) or not isinstance(mchid, str) or not _are_texts(params):
        return _outer("PARAM_ERROR", "参数错误")
    sender = world.merchants.get(mchid)
    if sender is None or not sender.apiv2_key:
        return _outer("PARAM_ERROR", "发券商户号不存在")
    expected = apiv2_sign(component_values(params, merchant=mchid), key=sender.apiv2_key)
    if not hmac.compare_digest(expected, str(asked.get("sign", ""))):
        return _outer("SIGN_ERROR", "签名错误")
    wishes = [
        Wanted(
            stock_id=each.get("stock_id", ""),
            out_request_no=each.get("out_request_no", ""),
            coupon_code=each.get("coupon_code", ""),
            sender=sender,
            user=user,
            channel=MINI_PROGRAM,
        )
        for each in params
    ]
    return {**_outer("OK", "SUCCESS"), "send_coupon_result": [_given(world, w) for w in wishes]}


def open_link(world: World, *, user: User, query: dict[str, str]) -> dict[str, Any]:
    """Open getcouponinfo in WeChat: the same rules, one coupon, the link's own open_id."""
    sender = world.merchants.get(query.get("send_coupon_merchant", ""))
    if sender is None or not sender.apiv2_key:
        return _outer("PARAM_ERROR", "发券商户号不存在")
    values = {name: query.get(name, "") for name in LINK}
    expected = apiv2_sign(values, key=sender.apiv2_key)
    if not hmac.compare_digest(expected, query.get("sign", "")):
        return _outer("SIGN_ERROR", "签名错误")
    if query.get("open_id") not in user.openids.values():
        return _outer("USER_NOT_EXISTS", "用户与链接不一致")
    wish = Wanted(
        stock_id=values["stock_id"],
        out_request_no=values["out_request_no"],
        coupon_code=values["coupon_code"],
        sender=sender,
        user=user,
        channel=H5,
    )
    return {**_outer("OK", "SUCCESS"), "send_coupon_result": [_given(world, wish)]}


def _given(world: World, wanted: Wanted) -> dict[str, str]:
    code, coupon = give(world, wanted)
    told = {
        "code": code,
        "message": MESSAGES[code],
        "stock_id": wanted.stock_id,
        "out_request_no": wanted.out_request_no,
    }
    return {**told, "coupon_code": coupon.code} if coupon else told


def _outer(errcode: str, message: str) -> dict[str, Any]:
    return {"errcode": errcode, "msg": message, "send_coupon_result": []}


def _are_texts(params: list[Any]) -> bool:
    return 0 < len(params) <= MOST_COUPONS and all(
        isinstance(each, dict) and all(isinstance(text, str) for text in each.values())
        for each in params
    )
