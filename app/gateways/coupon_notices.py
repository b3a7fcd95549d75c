"""WeChat Pay's notices about coupons: both kinds come to one door."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.gateways._reading import UNREADABLE, instant, word, word_or_none
from app.gateways.pay_notices import Opened, expect, open_notice, unexpected

COUPON_SEND = "COUPON.SEND"


class Happened(StrEnum):
    """What became of a product coupon."""

    SEND = "PRODUCT_COUPON.SEND"
    USE = "PRODUCT_COUPON.USE"
    RETURN = "PRODUCT_COUPON.RETURN"


# When it happened, and the number of the request by which somebody did it.
_TIMES = {
    Happened.SEND: "receive_time",
    Happened.USE: "use_time",
    Happened.RETURN: "return_time",
}
_NUMBERS = {Happened.USE: "use_request_no", Happened.RETURN: "return_request_no"}


@dataclass(frozen=True, kw_only=True)
class CouponNotice:
    """Somebody was given a merchant coupon. Who it is stays open unless the stock says an app."""

    reference: str
    event_type: str
    stock_id: str
    code: str = field(repr=False)
    openid: str | None = field(repr=False)
    unionid: str | None = field(repr=False)
    sent_at: datetime


@dataclass(frozen=True, kw_only=True)
class ProductCouponNotice:
    """A product coupon was given, used or returned. `openid` is of `appid`, which may be another's.

    `send_number` is the number under which we offered it, `request_number` that of the request
    which used or returned it.
    """

    reference: str
    happened: Happened
    brand_id: str
    platform_id: str
    code: str = field(repr=False)
    appid: str
    openid: str | None = field(repr=False)
    unionid: str | None = field(repr=False)
    send_number: str | None
    request_number: str | None
    at: datetime


AnyCouponNotice = CouponNotice | ProductCouponNotice


def read_coupon_notice(
    client: Any,
    headers: Mapping[str, str],
    body: bytes,
    *,
    public_key_id: str,
    received_at: datetime,
) -> AnyCouponNotice:
    """Verified; raises ForgedNotice or StaleNotice. `body` as received."""
    opened = open_notice(
        client, headers, body, public_key_id=public_key_id, received_at=received_at
    )
    is_product = opened.original_type == "product_coupon"
    if is_product:
        expect(opened, original_type="product_coupon", events=set(Happened))
    else:
        expect(opened, original_type="coupon", events={COUPON_SEND})
    try:
        return _product_coupon(opened) if is_product else _coupon(opened)
    except UNREADABLE:
        raise unexpected(opened) from None


def _coupon(opened: Opened) -> CouponNotice:
    said = opened.content
    return CouponNotice(
        reference=opened.reference,
        event_type=opened.event_type,
        stock_id=word(said["stock_id"]),
        code=word(said["coupon_code"]),
        openid=word_or_none(said.get("openid")),
        unionid=word_or_none(said.get("unionid")),
        sent_at=instant(said["send_time"]),
    )


def _product_coupon(opened: Opened) -> ProductCouponNotice:
    said, happened = opened.content, Happened(opened.event_type)
    return ProductCouponNotice(
        reference=opened.reference,
        happened=happened,
        brand_id=word(said["brand_id"]),
        platform_id=f"{word(said['product_coupon_id'])}/{word(said['stock_id'])}",
        code=word(said["coupon_code"]),
        appid=word(said["appid"]),
        openid=word_or_none(said.get("openid")),
        unionid=word_or_none(said.get("unionid")),
        send_number=word_or_none(said.get("send_request_no")),
        request_number=word_or_none(said.get(_NUMBERS.get(happened, ""))),
        at=instant(said[_TIMES[happened]]),
    )
