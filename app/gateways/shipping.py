"""Telling WeChat that an order is delivered (小程序发货信息管理服务)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.gateways._http import unanswered
from app.gateways._reading import UNREADABLE, Json, mapping, whole
from app.gateways.errors import Refused, Unavailable
from app.gateways.open_platform import App, OpenPlatform
from app.gateways.tokens import AccessTokens

BEIJING = ZoneInfo("Asia/Shanghai")
BY_TRANSACTION = 2
UNIFIED, SPLIT = 1, 2
EXPRESS, VIRTUAL = 1, 3

# Paid a moment ago and not known there yet; two system errors.
LATER = {"10060001", "10060012", "10060019"}
# Delivered already, reported twice before, or nothing new to tell.
KNOWN_ALREADY = {"10060002", "10060003", "10060023"}
# Refunded, closed, or the money was let go.
CANNOT_BE_SHIPPED = "10060004"
TO_SHIP = 1


class Answer(StrEnum):
    TAKEN = "taken"
    KNOWN_ALREADY = "known_already"
    CANNOT_BE_SHIPPED = "cannot_be_shipped"


@dataclass(frozen=True, kw_only=True)
class Package:
    """One of several parcels; `item` says what is in it, in at most 120 characters."""

    item: str
    company: str
    tracking_number: str
    contact: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Shipment:
    """One paid order; with `company` and `tracking_number` a parcel, without them virtual.

    `item` says what was bought, in at most 120 characters. An order in several parcels names each
    of those sent so far (at most 15), and with the last one that it `is_all_sent`.
    """

    transaction_id: str
    openid: str = field(repr=False)
    item: str
    company: str | None = None
    tracking_number: str | None = None
    contact: str | None = field(default=None, repr=False)
    packages: Sequence[Package] = ()
    is_all_sent: bool = True


class Shipping:
    """Raises Refused with WeChat's code, Unavailable (nothing was done) or OutcomeUnknown."""

    def __init__(self, app: App, tokens: AccessTokens) -> None:
        self._appid = app.appid
        self._platform = OpenPlatform(app, tokens)

    def is_managed(self) -> bool:
        """Whether WeChat keeps this app's money until it knows of the delivery."""
        doing = "is trade managed"
        path = "/wxa/sec/order/is_trade_managed"
        answer = self._platform.call(doing, path, {"appid": self._appid}, changes=False)
        try:
            return mapping(answer)["is_trade_managed"] is True
        except UNREADABLE:
            raise unanswered(doing, code="unreadable_answer", changes=False) from None

    def is_shipped(self, transaction_id: str) -> bool:
        """Whether WeChat knows of the delivery. Unavailable while it does not know the order."""
        doing = "look up shipping"
        path = "/wxa/sec/order/get_order"
        question = {"transaction_id": transaction_id}
        try:
            answer = self._platform.call(doing, path, question, changes=False)
            return whole(mapping(mapping(answer)["order"])["order_state"]) != TO_SHIP
        except Refused as refusal:
            raise _later(refusal) from None
        except UNREADABLE:
            raise unanswered(doing, code="unreadable_answer", changes=False) from None

    def report(self, shipment: Shipment, *, at: datetime) -> Answer:
        """Tell of a delivery. WeChat takes a second report as the only correction it allows.

        So after OutcomeUnknown ask `is_shipped` first.
        """
        try:
            self._platform.call(
                "report shipping", "/wxa/sec/order/upload_shipping_info", _body(shipment, at)
            )
        except Refused as refusal:
            if refusal.code in KNOWN_ALREADY:
                return Answer.KNOWN_ALREADY
            if refusal.code == CANNOT_BE_SHIPPED:
                return Answer.CANNOT_BE_SHIPPED
            raise _later(refusal) from None
        return Answer.TAKEN


def _later(refusal: Refused) -> Refused | Unavailable:
    return Unavailable(str(refusal), code=refusal.code) if refusal.code in LATER else refusal


def _body(shipment: Shipment, at: datetime) -> Json:
    return {
        "order_key": {
            "order_number_type": BY_TRANSACTION,
            "transaction_id": shipment.transaction_id,
        },
        **_parcels(shipment),
        "upload_time": at.astimezone(BEIJING).isoformat(timespec="milliseconds"),
        "payer": {"openid": shipment.openid},
    }


def _parcels(shipment: Shipment) -> Json:
    if shipment.packages:
        return {
            "logistics_type": EXPRESS,
            "delivery_mode": SPLIT,
            "is_all_delivered": shipment.is_all_sent,
            "shipping_list": [_item(package) for package in shipment.packages],
        }
    is_parcel = shipment.tracking_number is not None
    return {
        "logistics_type": EXPRESS if is_parcel else VIRTUAL,
        "delivery_mode": UNIFIED,
        "shipping_list": [_item(shipment)],
    }


def _item(packed: Shipment | Package) -> Json:
    item: Json = {"item_desc": packed.item}
    if packed.tracking_number is not None:
        item |= {"tracking_no": packed.tracking_number, "express_company": packed.company}
    if packed.contact:
        item["contact"] = {"receiver_contact": packed.contact}
    return item
