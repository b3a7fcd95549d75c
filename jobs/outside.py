"""The application's own connections, and WeChat spoken to with a merchant's keys."""

from typing import cast

from flask import current_app
from redis import Redis

from app.config import Settings
from app.domain import merchants
from app.gateways import App, gateways
from app.gateways.mini_program import MiniProgram
from app.gateways.wechat_pay import WechatPay
from app.web import tills


def settings() -> Settings:
    return cast("Settings", current_app.extensions["settings"])


def redis() -> Redis:
    return cast("Redis", current_app.extensions["redis"])


def till(*, merchant_id: int, channel_id: int) -> WechatPay:
    """WeChat Pay as one of the merchant's channels. Call it outside any transaction."""
    return tills.till(tills.channel_of(channel_id, merchant_id=merchant_id))


def mini_program(*, merchant_id: int, appid: str) -> MiniProgram:
    """The sender of an app's messages; asking for it asks nobody outside."""
    keys = merchants.get_app(merchant_id=merchant_id, appid=appid)
    return gateways().mini_program(App(appid=keys.appid, secret=keys.secret))
