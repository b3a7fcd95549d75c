"""Telling the brand, or the service provider that made the product, what became of a coupon."""

from typing import Any

from app.simulator.clock import rfc3339
from app.simulator.pay.product_coupons.state import Coupon, ProductCoupons
from app.simulator.world import World

SUMMARIES = {"SEND": "商品券领券通知", "USE": "商品券核销通知", "RETURN": "商品券退券通知"}


def tell(world: World, coupon: Coupon, happened: str, **more: Any) -> None:
    """PRODUCT_COUPON.SEND, .USE or .RETURN; a partner's are PRODUCT_COUPON_SP.*. Hold the lock.

    Who the person is, is told as the app of the stock's notify_config knows them.
    """
    product = coupon.stock.product
    place = (product.owner.mchid, product.by_partner)
    url, _ = world.part(ProductCoupons).urls.get(place, ("", 0.0))
    if not url:
        return
    appid = coupon.stock.asked.get("notify_config", {}).get("notify_appid", coupon.appid)
    told = {
        "brand_id": product.brand.brand_id,
        "coupon_code": coupon.code,
        "product_coupon_id": product.id,
        "stock_id": coupon.stock.id,
        "appid": appid,
        "openid": coupon.user.openids.get(appid, ""),
        "unionid": coupon.user.unionid,
        "receive_time": rfc3339(coupon.received_at),
        "send_request_no": coupon.send_request_no,
        "send_channel": coupon.channel,
    }
    prefix = "PRODUCT_COUPON_SP" if product.by_partner else "PRODUCT_COUPON"
    world.notices.send(
        merchant=product.owner,
        url=url,
        event_type=f"{prefix}.{happened}",
        original_type="product_coupon",
        summary=SUMMARIES[happened],
        resource={**told, **({"attach": coupon.attach} if coupon.attach else {}), **more},
    )
