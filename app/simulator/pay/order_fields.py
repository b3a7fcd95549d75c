"""The field tables of /v3/pay/{,partner/}transactions/jsapi, and the rules no table holds."""

from typing import Any
from urllib.parse import urlsplit

from app.simulator.clock import parse_rfc3339
from app.simulator.pay.fields import Flag, Record, Rows, Rule, Text, Whole, check, wrong
from app.simulator.pay.state import ORDER_SECONDS

SHORTEST_LIFE_SECONDS = 60

_GOODS = Record(
    fields={
        "merchant_goods_id": Text(longest=32, required=True),
        "wechatpay_goods_id": Text(longest=32),
        "goods_name": Text(longest=256),
        "quantity": Whole(least=1, required=True),
        "unit_price": Whole(required=True),
    }
)
_STORE = Record(
    fields={
        "id": Text(longest=32, required=True),
        "name": Text(longest=256),
        "area_code": Text(longest=32),
        "address": Text(longest=512),
    }
)
_OPENID = Text(longest=128)
_COMMON: dict[str, Rule] = {
    "description": Text(longest=127, required=True),
    "out_trade_no": Text(shortest=6, longest=32, pattern=r"[0-9A-Za-z_\-|*]+", required=True),
    "time_expire": Text(longest=64),
    "attach": Text(longest=128),
    "notify_url": Text(longest=255, required=True),
    "goods_tag": Text(longest=32),
    "support_fapiao": Flag(),
    "limit_pay": Rows(of=Text(longest=32)),
    "amount": Record(
        required=True,
        fields={
            "total": Whole(least=1, required=True),
            "currency": Text(longest=16, choices=("CNY",)),
        },
    ),
    "detail": Record(
        fields={
            "cost_price": Whole(),
            "invoice_id": Text(longest=32),
            "goods_detail": Rows(of=_GOODS),
        }
    ),
    "scene_info": Record(
        fields={
            "payer_client_ip": Text(longest=45, required=True),
            "device_id": Text(longest=32),
            "store_info": _STORE,
        }
    ),
    "settle_info": Record(fields={"profit_sharing": Flag()}),
}
ORDER = Record(
    fields={
        "appid": Text(longest=32, required=True),
        "mchid": Text(longest=32, required=True),
        **_COMMON,
        "payer": Record(required=True, fields={"openid": Text(longest=128, required=True)}),
    }
)
PARTNER_ORDER = Record(
    fields={
        "sp_appid": Text(longest=32, required=True),
        "sp_mchid": Text(longest=32, required=True),
        "sub_appid": Text(longest=32),
        "sub_mchid": Text(longest=32),
        **_COMMON,
        "payer": Record(required=True, fields={"sp_openid": _OPENID, "sub_openid": _OPENID}),
    }
)


def check_order(body: dict[str, Any]) -> None:
    """Refuse an order whose fields break the table."""
    check(body, ORDER)
    check_notify_url(body["notify_url"])


def check_partner_order(body: dict[str, Any]) -> None:
    """The same for a service provider's order."""
    check(body, PARTNER_ORDER)
    check_notify_url(body["notify_url"])


def expiry(body: dict[str, Any], *, at: float) -> float:
    """When a new order ends: its time_expire, a minute from now at least, or in seven days."""
    text = body.get("time_expire")
    if text is None:
        return at + ORDER_SECONDS
    try:
        expires_at = parse_rfc3339(text)
    except ValueError:
        raise wrong("/time_expire", text, "应为rfc3339格式") from None
    if expires_at <= at:
        raise wrong("/time_expire", text, "不能早于当前时间")
    return max(expires_at, at + SHORTEST_LIFE_SECONDS)


def check_notify_url(url: str) -> None:
    """A full http(s) address without a query. Loopback is let through here, as nowhere else."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise wrong("/notify_url", url, "应为完整的http(s)地址")
    if parts.query or parts.fragment:
        raise wrong("/notify_url", url, "不能携带参数")
