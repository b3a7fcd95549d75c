"""Everything we know about the inside of wechatpayv3 2.0.4, and nothing about orders.

The library has no way to be told a base address or to keep a connection, verifies only the
signature of an answer, and says nearly everything by a bare Exception. What it needs is put
right here, once.
"""

import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
import wechatpayv3
from wechatpayv3 import core

from app.gateways._http import TIMEOUTS, PooledSession, checked_base_url, failure, unanswered
from app.gateways._reading import UNREADABLE, Json, mapping, word
from app.gateways.errors import AlreadyPaid, GatewayError, Misconfigured, Refused, Unavailable
from app.gateways.pay_channel import PayChannel

BASE_URL = "https://api.mch.weixin.qq.com"
APIV3_KEY_BYTES = 32
KEYS_KEPT = 256

BRAND_APIS = "/brand/"
UNSIGNED = ("/v3/billdownload/", "/v3/merchant-service/images/")
SIGNED_BY_MERCHANT_OR_BRAND = (
    "WECHATPAY2-SHA256-RSA2048 mchid=",
    "WECHATPAY-BRAND-SHA256-RSA2048 brand_id=",
)

OK, NO_CONTENT, REQUEST_TIMEOUT, TOO_MANY = 200, 204, 408, 429
REFUSALS = frozenset(range(400, 500)) - {REQUEST_TIMEOUT}
TURNED_AWAY = {"FREQUENCY_LIMITED", "RATELIMIT_EXCEED"}
# Said with status 500, yet a plain no: the order cannot have been made.
PLAIN_NO = {"OPENID_MISMATCH", "INVALID_TRANSACTIONID"}
# A refund without funds is repeated under the same number once the account is topped up.
LATER = {"NOT_ENOUGH"}
CODE = re.compile(r"[0-9A-Za-z_]{1,64}")
FIELD = re.compile(r"[0-9A-Za-z_/.\[\]-]{1,64}")


class _Unverifiable(Exception):
    """The answer names a key that is not ours to check with."""


class _PaySession(PooledSession):
    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        if urlsplit(str(request.url)).path.startswith(BRAND_APIS):
            _sign_as_brand(request)
        answer = super().send(request, **kwargs)
        # Faced with a key it does not know, the library goes to fetch certificates; we rather
        # say at once that the answer proves nothing. Statements and pictures come unsigned.
        is_file = request.method == "GET" and any(path in str(request.url) for path in UNSIGNED)
        expected = request.headers.get("Wechatpay-Serial")
        if answer.ok and not is_file and answer.headers.get("Wechatpay-Serial") != expected:
            raise _Unverifiable
        return answer


def _sign_as_brand(request: requests.PreparedRequest) -> None:
    """Neither the scheme nor who signs is part of what is signed; the library knows one scheme."""
    signed = str(request.headers["Authorization"])
    request.headers["Authorization"] = signed.replace(*SIGNED_BY_MERCHANT_OR_BRAND, 1)


# The library opens a connection per call through the `requests` it imported; a session with the
# same verbs in that place keeps them alive.
core.requests = _PaySession()
# A private key is checked for some fifty milliseconds of CPU when it is read. A shop has a client
# for each product of WeChat Pay, and all of them sign with the same key.
core.load_private_key = lru_cache(maxsize=KEYS_KEPT)(core.load_private_key)


def connect(channel: PayChannel) -> Any:
    """The library's client for a channel, in public-key mode: building it asks nobody.

    Refuses unusable keys here rather than at the first payment.
    """
    if len(channel.apiv3_key.encode()) != APIV3_KEY_BYTES or not channel.public_key_id:
        raise Misconfigured(
            f"pay channel {channel.mchid}: the APIv3 key or the public key id is unusable"
        )
    base_url = checked_base_url(channel.base_url or BASE_URL)
    try:
        client = _build(channel)
    except Exception:  # noqa: BLE001 - the library says "bad key" by a bare Exception
        raise Misconfigured(f"pay channel {channel.mchid}: a key does not load") from None
    client._core._gate_way = base_url  # noqa: SLF001 - there is no other way to say where
    return client


def _build(channel: PayChannel) -> Any:
    if not channel.public_key_pem or not channel.private_key_pem:
        raise ValueError
    return wechatpayv3.WeChatPay(
        wechatpay_type=wechatpayv3.WeChatPayType.MINIPROG,
        mchid=channel.brand_id or channel.mchid,
        private_key=channel.private_key_pem,
        cert_serial_no=channel.serial,
        appid=channel.appid,
        apiv3_key=channel.apiv3_key,
        notify_url=channel.notify_url_payment,
        partner_mode=channel.sub_mchid is not None,
        timeout=TIMEOUTS,
        public_key=channel.public_key_pem,
        public_key_id=channel.public_key_id,
    )


Call = Callable[[], tuple[int, str | bytes]]
T = TypeVar("T")


def ask(doing: str, call: Call, *, changes: bool) -> Json:
    """The verified JSON answer, {} when there is none to give; or the failure by its outcome.

    `changes` tells a call that may have done something from one that only reads.
    """
    status, body = _converse(doing, call, changes=changes)
    if status == NO_CONTENT:
        return {}
    if status != OK:
        raise _refusal(doing, status, body, changes=changes)
    try:
        return mapping(json.loads(body))
    except UNREADABLE:
        raise unanswered(doing, code="unreadable_answer", changes=changes) from None


def understand(doing: str, read: Callable[[Json], T], answer: Json, *, changes: bool) -> T:
    """The answer in our words; one that has another shape than expected says nothing."""
    try:
        return read(answer)
    except UNREADABLE:
        raise unanswered(doing, code="unreadable_answer", changes=changes) from None


def fetch_file(doing: str, call: Call) -> bytes:
    """A statement file as it came. Nobody signs those; check the hash."""
    status, body = _converse(doing, call, changes=False)
    if status != OK:
        raise _refusal(doing, status, body, changes=False)
    return body if isinstance(body, bytes) else body.encode()


def _converse(doing: str, call: Call, *, changes: bool) -> tuple[int, str | bytes]:
    try:
        return call()
    except requests.RequestException as error:
        raise failure(error, doing=doing, changes=changes) from None
    except Exception:  # noqa: BLE001 - the library says "unverifiable" by a bare Exception
        raise unanswered(doing, code="unverifiable_answer", changes=changes) from None


def _refusal(doing: str, status: int, body: str | bytes, *, changes: bool) -> GatewayError:
    code, field = _read_refusal(status, body)
    message = f"{doing}: {code} ({status}){field}"
    if code == "ORDER_PAID":
        return AlreadyPaid(message, code=code, status=status)
    if status == TOO_MANY or code in TURNED_AWAY:
        return Unavailable(message, code=code)
    if status not in REFUSALS and code not in PLAIN_NO:
        return unanswered(doing, code=code, changes=changes)
    return Refused(message, code=code, status=status, retryable=code in LATER)


def _read_refusal(status: int, body: str | bytes) -> tuple[str, str]:
    """WeChat's code, and the field it complains about; never its value."""
    try:
        answer = mapping(json.loads(body))
        code, detail = word(answer["code"]), mapping(answer.get("detail") or {})
    except UNREADABLE:
        return f"HTTP_{status}", ""
    field = str(detail.get("field", ""))
    # Refusals come unverified; what does not look like a code or a path is not repeated.
    return (
        code if CODE.fullmatch(code) else f"HTTP_{status}",
        f" at {field}" if FIELD.fullmatch(field) else "",
    )
