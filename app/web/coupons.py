"""What WeChat Pay tells of coupons, in the domain's words."""

from collections.abc import Mapping
from datetime import datetime

from app.domain import card_bag, merchants
from app.domain.card_bag import BagEvent, Capability, Kind, Outcome
from app.gateways.coupon_notices import (
    AnyCouponNotice,
    CouponNotice,
    Happened,
    ProductCouponNotice,
)
from app.kernel.errors import Invalid
from app.web import bags

KINDS = {
    Happened.SEND: Kind.SENT,
    Happened.USE: Kind.CONSUMED,
    Happened.RETURN: Kind.GIVEN_BACK,
}


def read(
    keys: merchants.ChannelSecrets,
    headers: Mapping[str, str],
    body: bytes,
    *,
    received_at: datetime,
) -> AnyCouponNotice:
    """Verified; raises ForgedNotice or StaleNotice."""
    return bags.coupons_of(keys).read_notice(headers, body, received_at=received_at)


def apply(keys: merchants.ChannelSecrets, told: AnyCouponNotice, *, at: datetime) -> Outcome:
    """Join it to what is known of the coupon, inside a transaction. Raises Invalid."""
    if isinstance(told, ProductCouponNotice):
        event = _product_coupon(keys, told)
    else:
        event = _merchant_coupon(told)
    return card_bag.apply_event(merchant_id=keys.merchant_id, event=event, at=at)


def _merchant_coupon(told: CouponNotice) -> BagEvent:
    return BagEvent(
        kind=Kind.GOT,
        platform_id=told.stock_id,
        code=told.code,
        at=told.sent_at,
        openid=told.openid,
        unionid=told.unionid,
    )


def _product_coupon(keys: merchants.ChannelSecrets, told: ProductCouponNotice) -> BagEvent:
    brand, appid = _brand_and_app(keys.merchant_id)
    if brand is not None and brand != told.brand_id:
        raise Invalid("The coupon is another brand's.", brand_id=told.brand_id)
    return BagEvent(
        kind=KINDS[told.happened],
        platform_id=told.platform_id,
        code=told.code,
        at=told.at,
        # Another app's openid would be nobody here.
        openid=told.openid if told.appid == appid else None,
        unionid=told.unionid,
        outer=told.send_number,
        request_number=told.request_number,
    )


def _brand_and_app(merchant_id: int) -> tuple[str | None, str | None]:
    try:
        keys = card_bag.keys_of(merchant_id=merchant_id, capability=Capability.PRODUCT_COUPON)
    except card_bag.NoCardBag:
        return None, None
    return keys.brand_id, keys.appid
