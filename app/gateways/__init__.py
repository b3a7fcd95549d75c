"""The outside world, in our words. One file per vendor surface; none of it knows our domain."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import cast

from flask import current_app
from redis import Redis

from app.gateways._http import checked_base_url
from app.gateways.files import Files, LocalFiles
from app.gateways.mini_program import MiniProgram
from app.gateways.open_platform import App
from app.gateways.pay_channel import PayChannel
from app.gateways.tokens import AccessTokens
from app.gateways.wechat_pay import WechatPay

__all__ = ["App", "Gateways", "PayChannel", "build", "gateways"]

# Clients kept per process; keys are loaded once for as long as they do not change.
KEPT = 256


@dataclass(frozen=True, kw_only=True)
class Gateways:
    """`pay` and `mini_program` answer the same keys with the same object."""

    pay: Callable[[PayChannel], WechatPay]
    mini_program: Callable[[App], MiniProgram]
    files: Files


def gateways() -> Gateways:
    """The gateways of the running application."""
    return cast("Gateways", current_app.extensions["gateways"])


def build(
    *, redis: Redis, wechat_base_url: str, pay_base_url: str, files_root: str | Path
) -> Gateways:
    """One set for one process. Base addresses are https, or http on this machine."""
    wechat_base_url, pay_base_url = map(checked_base_url, (wechat_base_url, pay_base_url))

    @lru_cache(maxsize=KEPT)
    def pay(channel: PayChannel) -> WechatPay:
        return WechatPay(replace(channel, base_url=channel.base_url or pay_base_url))

    @lru_cache(maxsize=KEPT)
    def mini_program(app: App) -> MiniProgram:
        app = replace(app, base_url=app.base_url or wechat_base_url)
        return MiniProgram(app, AccessTokens(redis=redis, base_url=str(app.base_url)))

    return Gateways(pay=pay, mini_program=mini_program, files=LocalFiles(files_root))
