"""A merchant's card bag and the platform's product behind it, put together."""

from typing import cast

from flask import current_app

from app.config import Settings
from app.domain import card_bag, members, merchants
from app.domain.card_bag import BagKeys, Capability, NotForCardBag, Offered
from app.gateways import App, PayChannel, gateways
from app.gateways.busifavor import Busifavor
from app.gateways.card_bag import CardBag
from app.gateways.product_coupon import ProductCoupon
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import Invalid
from app.web import tills

COUPONS_DOOR = "/wechat/pay/{channel}/coupons"
Mirror = CardBag | Busifavor | ProductCoupon


def mirror_of(*, merchant_id: int, capability: Capability) -> Mirror:
    """The product as the merchant's account uses it; call it outside any transaction.

    Raises NoCardBag when it is off.
    """
    keys = keys_of(merchant_id=merchant_id, capability=capability)
    if capability is Capability.WECHAT_CARD:
        return wechat_card(merchant_id=merchant_id, keys=keys)
    if capability is Capability.PRODUCT_COUPON:
        return product_coupon(merchant_id=merchant_id, keys=keys)
    return busifavor(merchant_id=merchant_id, keys=keys)


def wechat_card(*, merchant_id: int, keys: BagKeys) -> CardBag:
    """The card bag of the official account that owns the cards."""
    with transaction():
        app = merchants.get_app(merchant_id=merchant_id, appid=keys.appid)
    return gateways().card_bag(App(appid=app.appid, secret=app.secret))


def busifavor(*, merchant_id: int, keys: BagKeys) -> Busifavor:
    """Merchant coupons, as the pay channel that owns the stocks."""
    return coupons_of(_channel(keys, merchant_id=merchant_id), appid=keys.appid)


def product_coupon(*, merchant_id: int, keys: BagKeys) -> ProductCoupon:
    """A brand's product coupons; the brand signs with the keys of the pay channel."""
    channel = _channel(keys, merchant_id=merchant_id)
    return gateways().product_coupon(_account(channel, appid=keys.appid, brand_id=keys.brand_id))


def coupons_of(channel: merchants.ChannelSecrets, *, appid: str = "") -> Busifavor:
    """The channel's coupons; only giving and using one needs to know for which app."""
    return gateways().busifavor(_account(channel, appid=appid))


def keys_of(*, merchant_id: int, capability: Capability) -> BagKeys:
    """Raises NoCardBag when it is off."""
    with transaction():
        return card_bag.keys_of(merchant_id=merchant_id, capability=capability)


def be_told(*, merchant_id: int, capability: Capability) -> str | None:
    """Have notices about coupons sent to our door; its address, None where there are none.

    Cards of an official account are told of at its message door. Raises NoCardBag, GatewayError.
    """
    mirror = mirror_of(merchant_id=merchant_id, capability=capability)
    if isinstance(mirror, CardBag):
        return None
    keys = keys_of(merchant_id=merchant_id, capability=capability)
    home = cast("Settings", current_app.extensions["settings"]).public_url
    channel = _channel(keys, merchant_id=merchant_id)
    url = home + COUPONS_DOOR.format(channel=channel.number)
    mirror.be_told_at(url)
    return url


def sign(offered: Offered, *, merchant_id: int) -> dict[str, object]:
    """What the phone needs to put the card into the bag.

    Raises GatewayError, NoCardBag; NotForCardBag for a member whom the coupons' app does not know.
    """
    keys = keys_of(merchant_id=merchant_id, capability=offered.capability)
    if offered.capability is Capability.WECHAT_CARD:
        return {"card_list": [_card(offered, keys, merchant_id=merchant_id)]}
    if offered.capability is Capability.PRODUCT_COUPON:
        return {"token": _token(offered, keys, merchant_id=merchant_id)}
    if keys.secret is None:
        raise Invalid("The old key that signs coupons is not set.")
    return busifavor(merchant_id=merchant_id, keys=keys).sign_offer(
        platform_id=offered.platform_id,
        code=offered.code,
        reference=offered.reference,
        secret=keys.secret,
    )


def _card(offered: Offered, keys: BagKeys, *, merchant_id: int) -> dict[str, str]:
    return wechat_card(merchant_id=merchant_id, keys=keys).sign_offer(
        platform_id=offered.platform_id,
        code=offered.code,
        reference=offered.reference,
        at=clock.now(),
    )


def _token(offered: Offered, keys: BagKeys, *, merchant_id: int) -> str:
    with transaction():
        openid = members.find_openid(
            merchant_id=merchant_id, member_id=offered.member_id, appid=keys.appid
        )
    if openid is None:
        raise NotForCardBag("请先在小程序中登录", reason="unknown_in_app")
    return product_coupon(merchant_id=merchant_id, keys=keys).offer(
        platform_id=offered.platform_id,
        code=offered.code,
        reference=offered.reference,
        openid=openid,
    )


def _channel(keys: BagKeys, *, merchant_id: int) -> merchants.ChannelSecrets:
    if keys.channel_id is None:
        raise Invalid("Coupons belong to a pay channel.")
    return tills.channel_of(keys.channel_id, merchant_id=merchant_id)


def _account(
    channel: merchants.ChannelSecrets, *, appid: str, brand_id: str | None = None
) -> PayChannel:
    return PayChannel(
        mchid=channel.mchid,
        sub_mchid=channel.sub_mchid,
        brand_id=brand_id,
        appid=appid,
        serial=channel.serial,
        private_key_pem=channel.private_key_pem,
        apiv3_key=channel.apiv3_key,
        public_key_id=channel.public_key_id,
        public_key_pem=channel.public_key_pem,
        notify_url_payment="",
        notify_url_refund="",
    )
