"""What happens in WeChat when the customer pays: wx.requestPayment and the notice after it."""

import secrets
from typing import Any

from app.simulator.clock import beijing
from app.simulator.pay.order_views import paid_view
from app.simulator.pay.state import Order, Prepay
from app.simulator.people import User
from app.simulator.world import World


class PaymentFailed(Exception):
    """The text after `requestPayment:fail`."""


def request_payment(world: World, *, user: User, params: dict[str, Any]) -> Order:
    """Pay as wx.requestPayment would, with the parameters the shop gave the page.

    Checks the paySign against the merchant's key, that the order is this user's, and that it can
    still be paid; then marks it paid and sends TRANSACTION.SUCCESS.
    """
    prepay = _prepay(world, params)
    order = prepay.order
    _check_sign(world, order, params)
    with world.lock:
        at = world.clock.now()
        _check_payable(prepay, user=user, at=at)
        _mark_paid(world, order, at=at)
    world.notices.send(
        merchant=order.merchant,
        url=order.asked["notify_url"],
        event_type="TRANSACTION.SUCCESS",
        original_type="transaction",
        summary="支付成功",
        resource=paid_view(order),
    )
    return order


def _prepay(world: World, params: dict[str, Any]) -> Prepay:
    if any(not isinstance(params.get(name), str) for name in _PARAMETERS):
        raise PaymentFailed("缺少参数或参数不是字符串: " + ",".join(_PARAMETERS))
    if params["signType"] != "RSA":
        raise PaymentFailed("签名方式不正确")
    prefix, _, prepay_id = params["package"].partition("=")
    prepay = world.pay.prepays.get(prepay_id)
    if prefix != "prepay_id" or prepay is None:
        raise PaymentFailed("预支付会话不存在")
    return prepay


def _check_sign(world: World, order: Order, params: dict[str, Any]) -> None:
    appid = params.get("appId", order.asked["appid"])
    lines = (appid, params["timeStamp"], params["nonceStr"], params["package"])
    text = "".join(f"{line}\n" for line in lines).encode()
    signed = world.merchant_keys.has_signed(order.merchant.mchid, text, params["paySign"])
    if appid != order.asked["appid"] or not signed:
        raise PaymentFailed("支付验证签名失败")


def _check_payable(prepay: Prepay, *, user: User, at: float) -> None:
    order = prepay.order
    order.close_when_late(at)
    if user.openids.get(order.asked["appid"]) != order.openid:
        raise PaymentFailed("下单账号与支付账号不一致")
    if order.state == "CLOSED":
        raise PaymentFailed("订单已关闭")
    if order.state != "NOTPAY":
        raise PaymentFailed("该订单已支付")
    if not prepay.is_fresh(at):
        raise PaymentFailed("预支付会话已过期")


def _mark_paid(world: World, order: Order, *, at: float) -> None:
    order.transaction_id = f"42000{beijing(at):%Y%m%d}{secrets.randbelow(10**15):015d}"
    order.paid_at = at
    order.state = "SUCCESS"
    world.pay.paid[(order.merchant.mchid, order.transaction_id)] = order


_PARAMETERS = ("timeStamp", "nonceStr", "package", "signType", "paySign")
