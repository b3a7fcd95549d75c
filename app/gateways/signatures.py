"""The signatures of WeChat that no library makes, as sums on paper.

Each is checked against a published example in the tests.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence


def push_signature(*parts: str) -> str:
    """Message push: the token, timestamp and nonce (and the Encrypt text in safe mode)."""
    return _sha1("".join(sorted(parts)))


def raw_data_signature(*, raw_data: str, session_key: str) -> str:
    """The open data that a phone passes on, bound to the session it came from."""
    return _sha1(raw_data + session_key)


def jssdk_signature(*, ticket: str, nonce: str, timestamp: int, url: str) -> str:
    """wx.config of a web page; `url` without its fragment."""
    return _sha1(f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url}")


def card_signature(*values: str) -> str:
    """wx.addCard: ticket, timestamp, card id, nonce, and code or openid where there are any."""
    return _sha1("".join(sorted(values)))


def pay_v2_signature(fields: Mapping[str, str], *, key: str) -> str:
    """The old HMAC-SHA256 of WeChat Pay, with the APIv2 key; empty values do not take part."""
    pairs = [f"{name}={fields[name]}" for name in sorted(fields) if fields[name]]
    signed = "&".join([*pairs, f"key={key}"])
    return hmac.new(key.encode(), signed.encode(), hashlib.sha256).hexdigest().upper()


def coupon_plugin_signature(
    coupons: Sequence[Mapping[str, str]], *, merchant: str, key: str
) -> str:
    """The merchant-coupon plugin: each coupon's fields numbered from 0, and who sends them."""
    fields = {
        f"{name}{place}": value
        for place, coupon in enumerate(coupons)
        for name, value in coupon.items()
    }
    return pay_v2_signature(fields | {"send_coupon_merchant": merchant}, key=key)


def is_same(given: str, expected: str) -> bool:
    """Compare in a time that does not tell how much of it was right."""
    return hmac.compare_digest(given.encode(), expected.encode())


def _sha1(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
