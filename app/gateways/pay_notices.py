"""WeChat Pay's notices: who brought them is settled before what they say.

The library checks the signature and opens the envelope. It does not look at the clock, it goes
out to fetch certificates when a notice names an unknown key, and it tells a forgery by None or
by any exception; so everything that can be seen from outside is looked at before it is called.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.gateways._reading import (
    UNREADABLE,
    Json,
    instant,
    instant_or_none,
    mapping,
    whole,
    word,
    word_or_none,
)
from app.gateways.errors import ForgedNotice, StaleNotice
from app.gateways.pay_answers import RefundState, appid, mchid, payer_openid

LARGEST = 64 * 1024
# WeChat's own limit, for requests as for notices.
FRESH_FOR_SECONDS = 300
SIGNED_BY = ("Timestamp", "Nonce", "Signature", "Serial", "Signature-Type")
ALGORITHM = "WECHATPAY2-SHA256-RSA2048"
PROBE = "WECHATPAY/SIGNTEST/"
SECONDS = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, kw_only=True)
class PaymentNotice:
    """Verified, but not yet believed: compare mchid, appid and amount with the order."""

    reference: str
    event_type: str
    payment_number: str
    transaction_id: str
    trade_state: str
    amount_fen: int
    currency: str
    payer_openid: str | None = field(repr=False)
    mchid: str
    sub_mchid: str | None
    appid: str
    paid_at: datetime


@dataclass(frozen=True, kw_only=True)
class RefundNotice:
    """Verified, but not yet believed: compare mchid and amount with the refund."""

    reference: str
    event_type: str
    refund_number: str
    refund_id: str
    payment_number: str
    transaction_id: str
    state: RefundState
    amount_fen: int
    total_fen: int
    mchid: str
    sub_mchid: str | None
    finished_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A letter that was sealed for us, and what it says it is."""

    reference: str
    event_type: str
    original_type: str
    content: Json


def read_payment(
    client: Any,
    headers: Mapping[str, str],
    body: bytes,
    *,
    public_key_id: str,
    received_at: datetime,
) -> PaymentNotice:
    opened = open_notice(
        client, headers, body, public_key_id=public_key_id, received_at=received_at
    )
    expect(opened, original_type="transaction", events={"TRANSACTION.SUCCESS"})
    try:
        return _payment(opened, opened.content)
    except UNREADABLE:
        raise unexpected(opened) from None


def read_refund(
    client: Any,
    headers: Mapping[str, str],
    body: bytes,
    *,
    public_key_id: str,
    received_at: datetime,
) -> RefundNotice:
    opened = open_notice(
        client, headers, body, public_key_id=public_key_id, received_at=received_at
    )
    events = {"REFUND.SUCCESS", "REFUND.ABNORMAL", "REFUND.CLOSED"}
    expect(opened, original_type="refund", events=events)
    try:
        return _refund(opened, opened.content)
    except UNREADABLE:
        raise unexpected(opened) from None


def _payment(opened: Opened, said: Json) -> PaymentNotice:
    amount = mapping(said["amount"])
    return PaymentNotice(
        reference=opened.reference,
        event_type=opened.event_type,
        payment_number=word(said["out_trade_no"]),
        transaction_id=word(said["transaction_id"]),
        trade_state=word(said["trade_state"]),
        amount_fen=whole(amount["total"]),
        currency=word(amount.get("currency", "CNY")),
        payer_openid=payer_openid(said),
        mchid=mchid(said),
        sub_mchid=word_or_none(said.get("sub_mchid")),
        appid=appid(said),
        paid_at=instant(said["success_time"]),
    )


def _refund(opened: Opened, said: Json) -> RefundNotice:
    amount = mapping(said["amount"])
    return RefundNotice(
        reference=opened.reference,
        event_type=opened.event_type,
        refund_number=word(said["out_refund_no"]),
        refund_id=word(said["refund_id"]),
        payment_number=word(said["out_trade_no"]),
        transaction_id=word(said["transaction_id"]),
        # The answer to a question says `status` here; a notice says `refund_status`.
        state=RefundState(word(said["refund_status"]).lower()),
        amount_fen=whole(amount["refund"]),
        total_fen=whole(amount["total"]),
        mchid=mchid(said),
        sub_mchid=word_or_none(said.get("sub_mchid")),
        finished_at=instant_or_none(said.get("success_time")),
    )


def open_notice(
    client: Any,
    headers: Mapping[str, str],
    body: bytes,
    *,
    public_key_id: str,
    received_at: datetime,
) -> Opened:
    """Verified and opened; raises ForgedNotice or StaleNotice. `body` as received."""
    if len(body) > LARGEST:
        raise ForgedNotice("a notice is never this long", code="notice_too_long")
    signed_by = _signed_by(headers)
    _look_at_outside(signed_by, public_key_id=public_key_id, received_at=received_at)
    try:
        notice = client.callback(signed_by, body)
        return _read_envelope(json.loads(body), notice)
    except Exception:  # noqa: BLE001 - the library tells a forgery by whatever exception comes
        raise ForgedNotice("the notice does not verify") from None


def _signed_by(headers: Mapping[str, str]) -> dict[str, str]:
    """Only the five that count. The library would prefer other spellings an outsider may add."""
    given = {name.lower(): value for name, value in headers.items()}
    try:
        return {f"Wechatpay-{name}": given[f"wechatpay-{name.lower()}"] for name in SIGNED_BY}
    except KeyError as missing:
        raise ForgedNotice(f"the notice is unsigned: {missing.args[0]}") from None


def _look_at_outside(
    signed_by: Mapping[str, str], *, public_key_id: str, received_at: datetime
) -> None:
    if signed_by["Wechatpay-Signature"].startswith(PROBE):
        raise ForgedNotice("WeChat tests whether signatures are checked", code="signtest")
    if signed_by["Wechatpay-Serial"] != public_key_id:
        raise ForgedNotice("the notice names a key that is not the channel's")
    if signed_by["Wechatpay-Signature-Type"] != ALGORITHM:
        raise ForgedNotice("the notice is signed in an unknown way")
    _look_at_clock(signed_by["Wechatpay-Timestamp"], received_at=received_at)


def _look_at_clock(timestamp: str, *, received_at: datetime) -> None:
    if not SECONDS.fullmatch(timestamp):
        raise ForgedNotice("the notice has no time")
    if abs(received_at.timestamp() - int(timestamp)) > FRESH_FOR_SECONDS:
        raise StaleNotice("the notice was not signed just now")


def _read_envelope(envelope: Json, notice: Json) -> Opened:
    return Opened(
        reference=word(notice["id"]),
        event_type=word(notice["event_type"]),
        # The library puts the opened letter in place of the envelope that says what it is.
        original_type=word(envelope["resource"]["original_type"]),
        content=mapping(notice["resource"]),
    )


def expect(opened: Opened, *, original_type: str, events: set[str]) -> None:
    """Raises ForgedNotice for one that is meant for another door."""
    if opened.original_type != original_type or opened.event_type not in events:
        raise unexpected(opened)


def unexpected(opened: Opened) -> ForgedNotice:
    """It is genuine and not for this door, or of another shape than we know."""
    message = f"notice {opened.reference} is not for this door: {opened.event_type}"
    return ForgedNotice(message, code="unexpected_notice")
