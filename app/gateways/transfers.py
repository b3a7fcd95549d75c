"""商家转账 of WeChat Pay: money from the shop to a person, who confirms it on his phone.

A transfer is safe to repeat under its own number. After any other answer than a yes, look it up
first: only one that has definitely failed may get a successor.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from urllib.parse import quote

from app.gateways._pay_client import ask, connect, understand
from app.gateways._reading import UNREADABLE, Json, whole, word, word_or_none
from app.gateways.errors import CannotTransfer, Refused
from app.gateways.pay_channel import PayChannel
from app.gateways.pay_notices import expect, open_notice, unexpected

# What the shop applies for at the platform, and what has to be reported with each transfer.
SCENE = "1011"
REPORT = "赔付原因"
LONGEST_REMARK = 32
LEAST_FEN = 10
NAMED_FROM_FEN = 2_000_00
UNKNOWN = {"RESOURCE_NOT_EXISTS", "NOT_FOUND"}


class TransferState(StrEnum):
    ACCEPTED = "ACCEPTED"
    PROCESSING = "PROCESSING"
    WAIT_USER_CONFIRM = "WAIT_USER_CONFIRM"
    TRANSFERING = "TRANSFERING"
    SUCCESS = "SUCCESS"
    FAIL = "FAIL"
    CANCELING = "CANCELING"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """A transfer that WeChat knows. `package_info` opens the sheet on the phone, while it waits."""

    number: str
    bill_no: str
    state: TransferState
    package_info: str | None = field(default=None, repr=False)
    fail_reason: str | None
    amount_fen: int | None


@dataclass(frozen=True, kw_only=True)
class TransferNotice:
    """Verified, but not yet believed: compare mchid and amount with the transfer."""

    reference: str
    event_type: str
    mchid: str
    sub_mchid: str | None
    transfer: Transfer


class Transfers:
    """Raises as WechatPay does; CannotTransfer for an amount or a channel that it is not made for."""

    def __init__(self, channel: PayChannel) -> None:
        self._client = connect(channel)
        self._channel = channel

    def make(
        self,
        *,
        number: str,
        openid: str,
        amount_fen: int,
        remark: str,
        notify_url: str,
    ) -> Transfer:
        """Have it wait for the person. The same number with the same content is the same one."""
        self._check(amount_fen)
        doing = f"transfer {number}"
        short = remark[:LONGEST_REMARK]
        answer = ask(
            doing,
            lambda: self._client.mch_transfer_bills(
                out_bill_no=number,
                transfer_scene_id=SCENE,
                openid=openid,
                transfer_amount=amount_fen,
                transfer_remark=short,
                transfer_scene_report_infos=[{"info_type": REPORT, "info_content": short}],
                notify_url=notify_url,
            ),
            changes=True,
        )
        return understand(doing, _read, answer, changes=True)

    def look_up(self, *, number: str) -> Transfer | None:
        """What became of a transfer; None when WeChat never heard of it."""
        doing = f"look up transfer {number}"
        path = quote(number, safe="")
        try:
            answer = ask(
                doing,
                lambda: self._client.mch_transfer_bills_query(out_bill_no=path),
                changes=False,
            )
        except Refused as refusal:
            if refusal.code in UNKNOWN:
                return None
            raise
        return understand(doing, _read, answer, changes=False)

    def cancel(self, *, number: str) -> None:
        """Take back what nobody confirmed yet. Refused once it is on its way."""
        path = quote(number, safe="")
        ask(
            f"cancel transfer {number}",
            lambda: self._client.mch_transfer_bills_cancel(out_bill_no=path),
            changes=True,
        )

    def read_notice(
        self, headers: Mapping[str, str], body: bytes, *, received_at: datetime
    ) -> TransferNotice:
        """The end of a transfer, verified; raises ForgedNotice or StaleNotice."""
        opened = open_notice(
            self._client,
            headers,
            body,
            public_key_id=self._channel.public_key_id,
            received_at=received_at,
        )
        expect(opened, original_type="mch_payment", events={"MCHTRANSFER.BILL.FINISHED"})
        try:
            said = opened.content
            return TransferNotice(
                reference=opened.reference,
                event_type=opened.event_type,
                mchid=word(said["mch_id"]),
                sub_mchid=None,
                transfer=_read(said),
            )
        except UNREADABLE:
            raise unexpected(opened) from None

    def _check(self, amount_fen: int) -> None:
        """What the platform would refuse, and what we could not answer: nobody gave us a name."""
        if self._channel.sub_mchid:
            raise CannotTransfer("a provider's shop cannot transfer in its own name")
        if not LEAST_FEN <= amount_fen < NAMED_FROM_FEN:
            raise CannotTransfer("transfers run from 0.1 to 2000 yuan without a name")


def _read(answer: Json) -> Transfer:
    amount = answer.get("transfer_amount")
    return Transfer(
        number=word(answer["out_bill_no"]),
        bill_no=word(answer["transfer_bill_no"]),
        state=TransferState(word(answer["state"])),
        package_info=word_or_none(answer.get("package_info")),
        fail_reason=word_or_none(answer.get("fail_reason")),
        amount_fen=None if amount is None else whole(amount),
    )
