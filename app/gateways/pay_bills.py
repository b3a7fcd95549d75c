"""The daily statement: what WeChat says was paid and paid back, line by line."""

import gzip
import hashlib
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.gateways._reading import UNREADABLE
from app.gateways.errors import Unavailable

# Statements tell time the way the shops do.
BEIJING = ZoneInfo("Asia/Shanghai")
GZIP_MARK = b"\x1f\x8b"
SUMMARY = "总交易单数"
FEN_DECIMALS, FEE_DECIMALS = 2, 5


class BillKind(StrEnum):
    """Cancelled orders are listed as well, and are neither."""

    PAYMENT = "payment"
    REFUND = "refund"
    REVOKED = "revoked"


KINDS = {"SUCCESS": BillKind.PAYMENT, "REFUND": BillKind.REFUND, "REVOKED": BillKind.REVOKED}


@dataclass(frozen=True, kw_only=True)
class BillLine:
    """`amount_fen` is what was paid, or what was paid back; never negative.

    Fees come in yuan with five decimals, so `fee_milli_fen` counts thousandths of a fen; it is
    negative where WeChat gives a fee back.
    """

    kind: BillKind
    at: datetime
    payment_number: str
    transaction_id: str
    refund_number: str | None
    refund_id: str | None
    amount_fen: int
    fee_milli_fen: int
    payer_openid: str = field(repr=False)


def unpack(content: bytes, *, sha1: str) -> str:
    """The statement's text. Its hash is that of the unpacked file, and it must fit."""
    try:
        plain = gzip.decompress(content) if content.startswith(GZIP_MARK) else content
    except (OSError, EOFError, zlib.error):
        plain = b""
    if hashlib.sha1(plain, usedforsecurity=False).hexdigest() != sha1.lower():
        raise Unavailable("the statement does not fit its hash", code="bill_damaged")
    return plain.decode("utf-8-sig")


def read_lines(text: str) -> list[BillLine]:
    """Every line but the heading and the two of the summary at the end."""
    # Not splitlines: it would also split at the odd separators that names of goods may hold.
    rows = [line.rstrip("\r") for line in text.split("\n") if line.strip()]
    titles = [title.strip() for title in rows[0].split(",")] if rows else []
    lines = []
    for row in rows[1:]:
        if row.startswith(SUMMARY):
            break
        lines.append(_read_line(titles, row))
    return lines


def _read_line(titles: list[str], row: str) -> BillLine:
    # Names of goods may hold commas and nothing is quoted; only comma-backtick parts two cells.
    cells = [cell.strip() for cell in row.removeprefix("`").split(",`")]
    try:
        return _line(dict(zip(titles, cells, strict=True)))
    except UNREADABLE:
        raise Unavailable(
            "the statement has a line that we cannot read", code="bill_unreadable"
        ) from None


def _line(row: dict[str, str]) -> BillLine:
    kind = KINDS[row["交易状态"]]
    is_refund = kind is BillKind.REFUND
    return BillLine(
        kind=kind,
        at=datetime.fromisoformat(row["交易时间"]).replace(tzinfo=BEIJING).astimezone(UTC),
        payment_number=row["商户订单号"],
        transaction_id=row["微信订单号"],
        refund_number=row["商户退款单号"] if is_refund else None,
        refund_id=row["微信退款单号"] if is_refund else None,
        amount_fen=scaled(row["申请退款金额" if is_refund else "订单金额"], decimals=FEN_DECIMALS),
        fee_milli_fen=scaled(row["手续费"], decimals=FEE_DECIMALS),
        payer_openid=row["用户标识"],
    )


def scaled(text: str, *, decimals: int) -> int:
    """With 2 decimals "12.3" is 1230. Digits that would be lost are an error, not a rounding."""
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    units, _, fraction = digits.partition(".")
    kept, lost = fraction[:decimals].ljust(decimals, "0"), fraction[decimals:]
    if not (units.isascii() and units.isdigit()) or lost.strip("0"):
        raise ValueError
    return sign * int(units + kept)
