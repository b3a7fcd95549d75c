"""The outside world, in our words. One file per vendor surface; none of it knows our domain."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TypeVar, cast

from flask import current_app
from redis import Redis

from app.gateways._http import checked_base_url
from app.gateways.busifavor import Busifavor
from app.gateways.card_bag import CardBag
from app.gateways.complaints import Complaints
from app.gateways.content import ContentCheck
from app.gateways.counting import counter
from app.gateways.files import Files, LocalFiles
from app.gateways.mini_program import MiniProgram
from app.gateways.official_account import OfficialAccount
from app.gateways.official_desk import OfficialDesk
from app.gateways.official_web import OfficialWeb
from app.gateways.open_platform import App
from app.gateways.pay_channel import PayChannel
from app.gateways.product_coupon import ProductCoupon
from app.gateways.result_files import ResultFiles
from app.gateways.service_card import ServiceCard
from app.gateways.shipping import Shipping
from app.gateways.social import Social
from app.gateways.tokens import AccessTokens
from app.gateways.transfers import Transfers
from app.gateways.wechat_pay import WechatPay

__all__ = ["App", "Gateways", "PayChannel", "build", "gateways"]

# Clients kept per process; keys are loaded once for as long as they do not change.
KEPT = 256

Gateway = TypeVar("Gateway")


@dataclass(frozen=True, kw_only=True)
class Gateways:
    """Each answers the same keys with the same object."""

    pay: Callable[[PayChannel], WechatPay]
    busifavor: Callable[[PayChannel], Busifavor]
    product_coupon: Callable[[PayChannel], ProductCoupon]
    transfers: Callable[[PayChannel], Transfers]
    complaints: Callable[[PayChannel], Complaints]
    card_bag: Callable[[App], CardBag]
    content: Callable[[App], ContentCheck]
    mini_program: Callable[[App], MiniProgram]
    official_account: Callable[[App], OfficialAccount]
    official_desk: Callable[[App], OfficialDesk]
    official_web: Callable[[App], OfficialWeb]
    service_card: Callable[[App], ServiceCard]
    shipping: Callable[[App], Shipping]
    social: Callable[[App], Social]
    files: Files
    results: ResultFiles


def gateways() -> Gateways:
    """The gateways of the running application."""
    return cast("Gateways", current_app.extensions["gateways"])


def build(
    *,
    redis: Redis,
    wechat_base_url: str,
    pay_base_url: str,
    open_base_url: str,
    files_root: str | Path,
) -> Gateways:
    """One set for one process. Base addresses are https, or http on this machine."""
    counter.redis = redis
    wechat_base_url, pay_base_url = map(checked_base_url, (wechat_base_url, pay_base_url))
    open_base_url = checked_base_url(open_base_url)

    @lru_cache(maxsize=KEPT)
    def pay(channel: PayChannel) -> WechatPay:
        return WechatPay(replace(channel, base_url=channel.base_url or pay_base_url))

    @lru_cache(maxsize=KEPT)
    def busifavor(channel: PayChannel) -> Busifavor:
        return Busifavor(replace(channel, base_url=channel.base_url or pay_base_url))

    @lru_cache(maxsize=KEPT)
    def product_coupon(channel: PayChannel) -> ProductCoupon:
        return ProductCoupon(replace(channel, base_url=channel.base_url or pay_base_url))

    @lru_cache(maxsize=KEPT)
    def complaints(channel: PayChannel) -> Complaints:
        return Complaints(replace(channel, base_url=channel.base_url or pay_base_url))

    @lru_cache(maxsize=KEPT)
    def transfers(channel: PayChannel) -> Transfers:
        return Transfers(replace(channel, base_url=channel.base_url or pay_base_url))

    @lru_cache(maxsize=KEPT)
    def tokens_at(base_url: str) -> AccessTokens:
        return AccessTokens(redis=redis, base_url=base_url)

    def for_app(make: Callable[[App, AccessTokens], Gateway]) -> Callable[[App], Gateway]:
        @lru_cache(maxsize=KEPT)
        def made(app: App) -> Gateway:
            app = replace(app, base_url=app.base_url or wechat_base_url)
            return make(app, tokens_at(str(app.base_url)))

        return made

    return Gateways(
        pay=pay,
        busifavor=busifavor,
        product_coupon=product_coupon,
        transfers=transfers,
        complaints=complaints,
        card_bag=for_app(partial(CardBag, redis=redis)),
        content=for_app(ContentCheck),
        mini_program=for_app(MiniProgram),
        official_account=for_app(OfficialAccount),
        service_card=for_app(ServiceCard),
        official_desk=for_app(OfficialDesk),
        official_web=for_app(partial(OfficialWeb, redis=redis, open_url=open_base_url)),
        shipping=for_app(Shipping),
        social=for_app(Social),
        files=LocalFiles(files_root),
        results=ResultFiles(files_root),
    )
