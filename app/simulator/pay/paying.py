"""What happens in WeChat when the customer pays: wx.requestPayment and the notice after it."""

import secrets
from typing import Any

from app.simulator.clock import beijing
from app.simulator.open_platform.mini.shipping_life import may_take_payments, order_was_paid
from app.simulator.pay.balances import Balances
from app.simulator.pay.bill_day import fee_fen
from app.simulator.pay.combine_views import combined_view
from app.simulator.pay.order_views import paid_view
from app.simulator.pay.sharing.funds import freeze
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
    _check_sign(world, prepay, params)
    with world.lock:
        at = world.clock.now()
        for order in prepay.orders:
            _check_payable(prepay, order, user=user, at=at)
            if not may_take_payments(world, order):
                raise PaymentFailed("支付功能暂时无法使用")
        for order in prepay.orders:
            _mark_paid(world, order, at=at)
            order_was_paid(world, order)
    combined, order = prepay.combined, prepay.order
    world.notices.send(
        merchant=prepay.merchant,
        url=order.asked["notify_url"],
        event_type="TRANSACTION.SUCCESS",
        original_type="transaction",
        summary="支付成功",
        resource=combined_view(combined) if combined else paid_view(order),
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


def _check_sign(world: World, prepay: Prepay, params: dict[str, Any]) -> None:
    order = prepay.order
    appids = {order.appid, order.asked.get("sub_appid", order.appid)}
    appid = params.get("appId", order.payer_appid)
    lines = (appid, params["timeStamp"], params["nonceStr"], params["package"])
    text = "".join(f"{line}\n" for line in lines).encode()
    signed = world.merchant_keys.has_signed(prepay.merchant.mchid, text, params["paySign"])
    if appid not in appids or not signed:
        raise PaymentFailed("支付验证签名失败")


def _check_payable(prepay: Prepay, order: Order, *, user: User, at: float) -> None:
    order.close_when_late(at)
    if user.openids.get(order.payer_appid) != order.openid:
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
    if order.is_shared:
        freeze(world, order)
    else:
        fee = fee_fen(order.total_fen, fee_bp=order.merchant.fee_bp)
        world.part(Balances).put(order.payee_mchid, order.total_fen - fee)


_PARAMETERS = ("timeStamp", "nonceStr", "package", "signType", "paySign")
