"""The purchase with wechatpayv3, by threads or by asyncio, with either way of verifying."""

import asyncio
import gzip
import json
import os
import secrets
import sys
import time
from typing import Any, Self

from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpayv3.async_ import AsyncWeChatPay
from wechatpayv3.async_ import WeChatPayType as AsyncWeChatPayType

from deploy.sdk.python.checking import Stage, expect
from deploy.sdk.python.pay_story import PayStory


class WeChatPayV3:
    """Every call through one client; a coroutine is run to its end."""

    def __init__(self, stage: Stage, merchant: dict[str, Any], *, how: str, mode: str) -> None:
        self._appid = stage.mini["appid"]
        self._runner = asyncio.Runner()
        is_async = how == "async"
        kind = AsyncWeChatPay if is_async else WeChatPay
        # The asynchronous half does not remember what it was made for.
        self._more = {"pay_type": AsyncWeChatPayType.MINIPROG} if is_async else {}
        self._pay = kind(
            wechatpay_type=WeChatPayType.MINIPROG,
            mchid=merchant["mchid"],
            private_key=merchant["private_key"],
            cert_serial_no=merchant["certificate_serial"],
            appid=self._appid,
            apiv3_key=merchant["apiv3_key"],
            notify_url=stage.world["notify_url"],
            **(_public_key(stage) if mode == "public_key" else {}),
            **({"proxy": _proxy()} if is_async else {}),
        )
        self._is_async = is_async

    def __enter__(self) -> Self:
        if self._is_async:
            self._runner.run(self._pay.__aenter__())
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_async:
            self._runner.run(self._pay.__aexit__(None, None, None))
        self._runner.close()

    def order(self, asked: dict[str, Any]) -> dict[str, str]:
        prepay_id = self._told(self._pay.pay(**asked, **self._more))["prepay_id"]
        stamp, nonce = str(int(time.time())), secrets.token_hex(16)
        package = f"prepay_id={prepay_id}"
        return {
            "appId": self._appid,
            "timeStamp": stamp,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": self._pay.sign([self._appid, stamp, nonce, package]),
        }

    def by_number(self, number: str) -> dict[str, Any]:
        return self._told(self._pay.query(out_trade_no=number))

    def by_id(self, transaction_id: str) -> dict[str, Any]:
        return self._told(self._pay.query(transaction_id=transaction_id))

    def refund(self, asked: dict[str, Any]) -> dict[str, Any]:
        return self._told(self._pay.refund(**asked))

    def refund_by_number(self, number: str) -> dict[str, Any]:
        return self._told(self._pay.query_refund(number))

    def bill(self, day: str) -> str:
        url = self._told(self._pay.trade_bill(day))["download_url"]
        _, packed = self._run(self._pay.download_bill(url))
        return gzip.decompress(packed).decode()

    def close(self, number: str) -> None:
        status, _ = self._run(self._pay.close(number))
        expect(status == 204, saw=status)  # noqa: PLR2004  # no content

    def read(self, headers: dict[str, str], body: str) -> Any:
        told = self._pay.callback(headers, body)
        return told and told["resource"]

    def _run(self, call: Any) -> Any:
        return self._runner.run(call) if self._is_async else call

    def _told(self, call: Any) -> dict[str, Any]:
        status, text = self._run(call)
        expect(status == 200, saw=text)  # noqa: PLR2004  # as HTTP says it
        return dict(json.loads(text))


def _public_key(stage: Stage) -> dict[str, str]:
    world = stage.world
    return {"public_key": world["platform_public_key"], "public_key_id": world["public_key_id"]}


def _proxy() -> str:
    return os.environ["HTTPS_PROXY"]


def main() -> None:
    how, mode = sys.argv[2:]
    stage = Stage()
    merchant = stage.world["merchants"][mode]
    with WeChatPayV3(stage, merchant, how=how, mode=mode) as sdk:
        PayStory(sdk, stage, merchant).tell()


if __name__ == "__main__":
    main()
