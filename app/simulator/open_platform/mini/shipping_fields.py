"""How shipping information is read: which field is wrong, told by the platform's code for it."""

import re
from typing import Any

from app.simulator.clock import parse_rfc3339
from app.simulator.errors import OpenRefused
from app.simulator.open_platform.mini.shipping_state import (
    CITY,
    EXPRESS,
    PICK_UP,
    SPLIT,
    UNIFIED,
    VIRTUAL,
)

BY_MERCHANT_NUMBER, BY_TRANSACTION = 1, 2
ITEM_DESC_LONGEST = 120
PARCELS_MOST = 15
TEXT_LONGEST = 128
NEEDS_CONTACT = "SF"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def check_shapes(body: dict[str, Any]) -> None:
    """Objects are objects and lists are lists, or 47001."""
    shapes = {"order_key": dict, "shipping_list": list, "payer": dict}
    if any(not isinstance(body.get(name), shape) for name, shape in shapes.items()):
        raise OpenRefused(47001)
    if any(not isinstance(each, dict) for each in body["shipping_list"]):
        raise OpenRefused(47001)


def check_order_key(key: dict[str, Any]) -> None:
    """Both numbers of the merchant, or the platform's own number."""
    kind = key.get("order_number_type")
    if kind not in (BY_MERCHANT_NUMBER, BY_TRANSACTION):
        raise OpenRefused(268485194)
    if kind == BY_TRANSACTION and not key.get("transaction_id"):
        raise OpenRefused(268485195)
    if kind == BY_MERCHANT_NUMBER and not key.get("mchid"):
        raise OpenRefused(268485196)
    if kind == BY_MERCHANT_NUMBER and not key.get("out_trade_no"):
        raise OpenRefused(268485197)


def check_delivery(body: dict[str, Any]) -> None:
    """Logistics, mode and list fit each other; each parcel has what its logistics need."""
    if body.get("logistics_type") not in (EXPRESS, CITY, VIRTUAL, PICK_UP):
        raise OpenRefused(10060005)
    mode = body.get("delivery_mode")
    if mode not in (UNIFIED, SPLIT):
        raise OpenRefused(268485224)
    if mode == SPLIT and body["logistics_type"] != EXPRESS:
        raise OpenRefused(10060006)
    if mode == SPLIT and not isinstance(body.get("is_all_delivered"), bool):
        raise OpenRefused(10060007)
    _check_count(body["shipping_list"], mode=mode)
    for parcel in body["shipping_list"]:
        _check_parcel(parcel, express=body["logistics_type"] == EXPRESS)


def upload_time(body: dict[str, Any]) -> float:
    """Unix seconds of upload_time, RFC 3339 with or without milliseconds."""
    text = body.get("upload_time")
    if not isinstance(text, str) or not RFC3339.fullmatch(text):
        raise OpenRefused(268485216)
    try:
        return parse_rfc3339(text)
    except ValueError:
        raise OpenRefused(268485216) from None


def _check_count(parcels: list[Any], *, mode: int) -> None:
    if mode == UNIFIED and len(parcels) != 1:
        raise OpenRefused(268485228)
    if not parcels:
        raise OpenRefused(10060014, "shipping_list")
    if len(parcels) > PARCELS_MOST:
        raise OpenRefused(10060024)


def _check_parcel(parcel: dict[str, Any], *, express: bool) -> None:
    desc = parcel.get("item_desc")
    if not isinstance(desc, str) or not desc:
        raise OpenRefused(10060008)
    if len(desc) > ITEM_DESC_LONGEST:
        raise OpenRefused(10060009)
    if express:
        _check_express(parcel)


def _check_express(parcel: dict[str, Any]) -> None:
    if not parcel.get("tracking_no"):
        raise OpenRefused(268485226)
    if not parcel.get("express_company"):
        raise OpenRefused(268485227)
    if len(str(parcel["express_company"]).encode()) > TEXT_LONGEST:
        raise OpenRefused(10060025)
    if len(str(parcel["tracking_no"]).encode()) > TEXT_LONGEST:
        raise OpenRefused(10060026)
    if parcel["express_company"] == NEEDS_CONTACT and not parcel.get("contact"):
        raise OpenRefused(10060014, "contact")
