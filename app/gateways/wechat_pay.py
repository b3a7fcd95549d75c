"""WeChat Pay, in our words: one object per pay channel and process."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from app.gateways import pay_notices
from app.gateways._http import unanswered
from app.gateways._pay_client import Call, ask, connect, fetch_file, understand
from app.gateways._reading import Json, word
from app.gateways.errors import Refused
from app.gateways.pay_answers import (
    Payment,
    PaymentState,
    Refund,
    RefundState,
    read_payment,
    read_refund,
)
from app.gateways.pay_bills import BillKind, BillLine, read_lines, unpack
from app.gateways.pay_channel import PayChannel
from app.gateways.pay_notices import PaymentNotice, RefundNotice
from app.kernel import clock

__all__ = [
    "BankCard",
    "BillKind",
    "BillLine",
    "PayChannel",
    "Payment",
    "PaymentNotice",
    "PaymentState",
    "Refund",
    "RefundNotice",
    "RefundState",
    "WechatPay",
]

LONGEST_TITLE = 127
LONGEST_REASON = 80
BEIJING = ZoneInfo("Asia/Shanghai")
UNKNOWN = {"ORDER_NOT_EXIST", "RESOURCE_NOT_EXISTS"}
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class _Where:
    path: str
    sha1: str


@dataclass(frozen=True, kw_only=True)
class BankCard:
    """Where a payer wants his money whose account takes none. Sealed before it is sent; not kept."""

    bank_type: str
    account: str = field(repr=False)
    name: str = field(repr=False)


class WechatPay:
    """Calls that move money are safe to repeat under the same number and under no other.

    They raise Refused, Unavailable (nothing was done) or OutcomeUnknown (look it up). Calls that
    only read are never of unknown outcome.
    """

    def __init__(self, channel: PayChannel) -> None:
        self._client = connect(channel)
        self._channel = channel

    def prepay(
        self,
        *,
        number: str,
        amount_fen: int,
        openid: str,
        title: str,
        expires_at: datetime,
        attach: str | None = None,
        client_ip: str | None = None,
    ) -> str:
        """Announce the payment; the prepay id (good for two hours) to open the till with.

        While unpaid it may be repeated with the very same values; other values under the same
        number are refused.
        """
        doing = f"prepay {number}"
        answer = ask(
            doing,
            lambda: self._client.pay(
                description=title[:LONGEST_TITLE],
                out_trade_no=number,
                amount={"total": amount_fen, "currency": "CNY"},
                payer={"sp_openid" if self._channel.sub_mchid else "openid": openid},
                time_expire=expires_at.astimezone(BEIJING).isoformat(timespec="seconds"),
                attach=attach,
                scene_info={"payer_client_ip": client_ip} if client_ip else None,
                sub_mchid=self._channel.sub_mchid,
            ),
            changes=True,
        )
        return understand(doing, lambda said: word(said["prepay_id"]), answer, changes=True)

    def sign_for_phone(self, *, prepay_id: str, at: datetime) -> dict[str, str]:
        """What wx.requestPayment wants. The appId is signed whether or not it is passed on."""
        stamp, nonce = str(int(at.timestamp())), secrets.token_hex(16)
        package = f"prepay_id={prepay_id}"
        return {
            "appId": self._channel.appid,
            "timeStamp": stamp,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": self._client.sign([self._channel.appid, stamp, nonce, package]),
        }

    def look_up(self, *, number: str) -> Payment | None:
        """What became of a payment; None when WeChat never heard of it."""
        return _find(
            f"look up {number}",
            lambda: self._client.query(
                out_trade_no=_in_path(number), sub_mchid=self._channel.sub_mchid
            ),
            read_payment,
        )

    def close(self, *, number: str) -> None:
        """See that the payment can no longer be made. Raises AlreadyPaid when it was made.

        May be repeated; an order that WeChat never heard of counts as closed.
        """
        try:
            ask(
                f"close {number}",
                lambda: self._client.close(
                    out_trade_no=_in_path(number), sub_mchid=self._channel.sub_mchid
                ),
                changes=True,
            )
        except Refused as refusal:
            if refusal.code not in UNKNOWN | {"ORDER_CLOSED"}:
                raise

    def refund(
        self,
        *,
        payment_number: str,
        refund_number: str,
        amount_fen: int,
        total_fen: int,
        reason: str,
    ) -> Refund:
        """Ask for the money to go back. `total_fen` is what was paid in all.

        Repeat with the same refund number only: another number is another refund.
        """
        doing = f"refund {refund_number}"
        answer = ask(
            doing,
            lambda: self._client.refund(
                out_refund_no=refund_number,
                out_trade_no=payment_number,
                amount={"refund": amount_fen, "total": total_fen, "currency": "CNY"},
                reason=reason[:LONGEST_REASON],
                notify_url=self._channel.notify_url_refund,
                sub_mchid=self._channel.sub_mchid,
            ),
            changes=True,
        )
        return understand(doing, read_refund, answer, changes=True)

    def pay_out_to_card(self, *, refund_id: str, refund_number: str, card: BankCard) -> Refund:
        """The payer's account took no refund: pay it to a bank card of his. Repeatable."""
        doing = f"pay out abnormal refund {refund_number}"
        answer = ask(
            doing,
            lambda: self._client.abnormal_refund(
                refund_id=_in_path(refund_id),
                out_refund_no=refund_number,
                type="USER_BANK_CARD",
                bank_type=card.bank_type,
                bank_account=card.account,
                real_name=card.name,
                sub_mchid=self._channel.sub_mchid,
            ),
            changes=True,
        )
        return understand(doing, read_refund, answer, changes=True)

    def look_up_refund(self, *, refund_number: str) -> Refund | None:
        """What became of a refund; None when WeChat never heard of it."""
        return _find(
            f"look up refund {refund_number}",
            lambda: self._client.query_refund(
                _in_path(refund_number), sub_mchid=self._channel.sub_mchid
            ),
            read_refund,
        )

    def download_trade_bill(self, *, day: date) -> list[BillLine]:
        """The statement of one Beijing day, there from about ten the next morning.

        Empty when nothing happened; Unavailable while WeChat is still writing it.
        """
        doing = f"statement of {day.isoformat()}"
        try:
            where = self._ask_for_bill(doing, day)
        except Refused as refusal:
            if refusal.code == "NO_STATEMENT_EXIST":
                return []
            if refusal.code == "STATEMENT_CREATING":
                raise unanswered(doing, code=refusal.code, changes=False) from None
            raise
        content = fetch_file(doing, lambda: self._client.download_bill(where.path))
        return read_lines(unpack(content, sha1=where.sha1))

    def _ask_for_bill(self, doing: str, day: date) -> _Where:
        answer = ask(
            doing,
            lambda: self._client.trade_bill(
                bill_date=day.isoformat(), sub_mchid=self._channel.sub_mchid
            ),
            changes=False,
        )
        return understand(doing, _read_where, answer, changes=False)

    def read_payment_notice(
        self, headers: Mapping[str, str], body: bytes, *, received_at: datetime | None = None
    ) -> PaymentNotice:
        """A payment notice, verified; raises ForgedNotice or StaleNotice. `body` as received.

        `received_at` is for one that was kept and is read again; None: it came just now.
        """
        return pay_notices.read_payment(
            self._client,
            headers,
            body,
            public_key_id=self._channel.public_key_id,
            received_at=received_at or clock.now(),
        )

    def read_refund_notice(
        self, headers: Mapping[str, str], body: bytes, *, received_at: datetime | None = None
    ) -> RefundNotice:
        """A refund notice, verified; raises ForgedNotice or StaleNotice. `body` as received.

        `received_at` is for one that was kept and is read again; None: it came just now.
        """
        return pay_notices.read_refund(
            self._client,
            headers,
            body,
            public_key_id=self._channel.public_key_id,
            received_at=received_at or clock.now(),
        )


def _in_path(number: str) -> str:
    # The path is signed as written; what requests would quote must be quoted before.
    return quote(number, safe="")


def _find(doing: str, call: Call, read: Callable[[Json], T]) -> T | None:
    try:
        answer = ask(doing, call, changes=False)
    except Refused as refusal:
        if refusal.code in UNKNOWN:
            return None
        raise
    return understand(doing, read, answer, changes=False)


def _read_where(answer: Json) -> _Where:
    # Statements are fetched from our own base address, whatever host the answer names.
    parts = urlsplit(word(answer["download_url"]))
    return _Where(path=f"{parts.path}?{parts.query}", sha1=word(answer["hash_value"]))
