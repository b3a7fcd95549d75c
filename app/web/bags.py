"""A merchant's card bag and the platform's product behind it, put together."""

from app.domain import card_bag, merchants
from app.domain.card_bag import BagKeys, Capability, Offered
from app.gateways import App, PayChannel, gateways
from app.gateways.busifavor import Busifavor
from app.gateways.card_bag import CardBag
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import Invalid
from app.web import tills


def mirror_of(*, merchant_id: int, capability: Capability) -> CardBag | Busifavor:
    """The product as the merchant's account uses it; call it outside any transaction.

    Raises NoCardBag when it is off.
    """
    keys = keys_of(merchant_id=merchant_id, capability=capability)
    if capability is Capability.WECHAT_CARD:
        return wechat_card(merchant_id=merchant_id, keys=keys)
    return busifavor(merchant_id=merchant_id, keys=keys)


def wechat_card(*, merchant_id: int, keys: BagKeys) -> CardBag:
    """The card bag of the official account that owns the cards."""
    with transaction():
        app = merchants.get_app(merchant_id=merchant_id, appid=keys.appid)
    return gateways().card_bag(App(appid=app.appid, secret=app.secret))


def busifavor(*, merchant_id: int, keys: BagKeys) -> Busifavor:
    """Merchant coupons, as the pay channel that owns the stocks."""
    if keys.channel_id is None:
        raise Invalid("Coupons belong to a pay channel.")
    channel = tills.channel_of(keys.channel_id, merchant_id=merchant_id)
    return coupons_of(channel, appid=keys.appid)


def coupons_of(channel: merchants.ChannelSecrets, *, appid: str = "") -> Busifavor:
    """The channel's coupons; only giving and using one needs to know for which app."""
    return gateways().busifavor(
        PayChannel(
            mchid=channel.mchid,
            sub_mchid=channel.sub_mchid,
            appid=appid,
            serial=channel.serial,
            private_key_pem=channel.private_key_pem,
            apiv3_key=channel.apiv3_key,
            public_key_id=channel.public_key_id,
            public_key_pem=channel.public_key_pem,
            notify_url_payment="",
            notify_url_refund="",
        )
    )


def keys_of(*, merchant_id: int, capability: Capability) -> BagKeys:
    """Raises NoCardBag when it is off."""
    with transaction():
        return card_bag.keys_of(merchant_id=merchant_id, capability=capability)


def sign(offered: Offered, *, merchant_id: int) -> dict[str, object]:
    """What the phone needs to put the card into the bag. Raises GatewayError, NoCardBag."""
    keys = keys_of(merchant_id=merchant_id, capability=offered.capability)
    if offered.capability is Capability.WECHAT_CARD:
        item = wechat_card(merchant_id=merchant_id, keys=keys).sign_offer(
            platform_id=offered.platform_id,
            code=offered.code,
            reference=offered.reference,
            at=clock.now(),
        )
        return {"card_list": [item]}
    if keys.secret is None:
        raise Invalid("The old key that signs coupons is not set.")
    return busifavor(merchant_id=merchant_id, keys=keys).sign_offer(
        platform_id=offered.platform_id,
        code=offered.code,
        reference=offered.reference,
        secret=keys.secret,
    )
