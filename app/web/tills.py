"""A merchant's pay channel and WeChat Pay, put together: the keys are ours, the talking theirs."""

from datetime import datetime
from typing import cast

from flask import current_app

from app.config import Settings
from app.domain import merchants, payments
from app.gateways import PayChannel, gateways
from app.gateways.pay_answers import Payment, PaymentState
from app.gateways.transfers import Transfers
from app.gateways.wechat_pay import WechatPay
from app.kernel.db import transaction
from app.kernel.errors import Invalid, NotFound
from app.web.memory import Memory

PAYMENTS_DOOR = "/wechat/pay/{channel}/payments"
REFUNDS_DOOR = "/wechat/pay/{channel}/refunds"
TRANSFERS_DOOR = "/wechat/pay/{channel}/transfers"
CURRENCY = "CNY"
MONEY_CAME = {PaymentState.PAID, PaymentState.REFUNDED}
# A renewed key or a closed channel is noticed after at most this long.
KEPT_SECONDS = 3.0

_by_id = Memory[merchants.ChannelSecrets](seconds=KEPT_SECONDS)
_by_number = Memory[merchants.ChannelSecrets](seconds=KEPT_SECONDS)
_default = Memory[merchants.ChannelSecrets](seconds=KEPT_SECONDS)


def default_channel_id(merchant_id: int) -> int | None:
    """The channel that collects for new orders; a shop that only gives away may have none."""
    try:
        return _default_channel(merchant_id).channel_id
    except NotFound:
        return None


def _default_channel(merchant_id: int) -> merchants.ChannelSecrets:

    def ask() -> merchants.ChannelSecrets:
        with transaction():
            return merchants.default_pay_channel(merchant_id=merchant_id)

    return _default.recall_or_learn(merchant_id, ask)


def channel_of(channel_id: int, *, merchant_id: int) -> merchants.ChannelSecrets:
    """The channel that an order was placed with, open or closed."""

    def ask() -> merchants.ChannelSecrets:
        with transaction():
            return merchants.get_pay_channel(merchant_id=merchant_id, channel_id=channel_id)

    return _by_id.recall_or_learn((merchant_id, channel_id), ask)


def channel_behind(door: str, *, merchant_id: int) -> merchants.ChannelSecrets:
    """The channel whose number is in the address that a notice came to."""

    def ask() -> merchants.ChannelSecrets:
        with transaction():
            return merchants.get_pay_channel_by_number(merchant_id=merchant_id, number=door)

    return _by_number.recall_or_learn((merchant_id, door), ask)


def till(channel: merchants.ChannelSecrets, *, appid: str = "") -> WechatPay:
    """WeChat Pay as this channel; only opening a bill needs to know for which app."""
    return gateways().pay(_keys_of(channel, appid=appid))


def payout(channel: merchants.ChannelSecrets, *, appid: str = "") -> Transfers:
    """Transfers out of this channel, to a person as that app knows him."""
    return gateways().transfers(_keys_of(channel, appid=appid))


def transfers_door(channel: merchants.ChannelSecrets) -> str:
    """Where WeChat tells how a transfer ended."""
    return _home() + TRANSFERS_DOOR.format(channel=channel.number)


def _keys_of(channel: merchants.ChannelSecrets, *, appid: str) -> PayChannel:
    return PayChannel(
        mchid=channel.mchid,
        sub_mchid=channel.sub_mchid,
        appid=appid,
        serial=channel.serial,
        private_key_pem=channel.private_key_pem,
        apiv3_key=channel.apiv3_key,
        public_key_id=channel.public_key_id,
        public_key_pem=channel.public_key_pem,
        notify_url_payment=_home() + PAYMENTS_DOOR.format(channel=channel.number),
        notify_url_refund=_home() + REFUNDS_DOOR.format(channel=channel.number),
    )


def _home() -> str:
    return cast("Settings", current_app.extensions["settings"]).public_url


def forget() -> None:
    """Ask anew, whatever is remembered."""
    for memory in (_by_id, _by_number, _default):
        memory.forget()


def fact_of(
    payment: Payment, *, merchant_id: int, channel_id: int, fallback_at: datetime
) -> payments.PaidFact:
    """What WeChat answered about a paid bill, as the fact that the domain takes.

    Raises Invalid for an answer that says "paid" and not what or by which transaction.
    """
    if payment.transaction_id is None or payment.amount_fen is None:
        raise Invalid("WeChat's answer about a paid bill is incomplete.")
    return payments.PaidFact(
        merchant_id=merchant_id,
        payment_number=payment.number,
        channel_id=channel_id,
        mchid=payment.mchid,
        appid=payment.appid,
        payer_openid=payment.payer_openid or "",
        transaction_id=payment.transaction_id,
        amount_fen=payment.amount_fen,
        currency=CURRENCY,
        paid_at=payment.paid_at or fallback_at,
        is_returned=payment.state is PaymentState.REFUNDED,
    )
