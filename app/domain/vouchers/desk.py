"""Vouchers as the merchant lists them, the newest first."""

from dataclasses import dataclass
from datetime import datetime

from app.kernel import paging
from app.kernel.db import fetch_all
from app.kernel.paging import Page

# The page is cut first; what is shown beside each voucher is looked up for that page alone.
_PAGE = """
SELECT v.id, v.number, v.state, b.name, v.allocated_fen, v.valid_until, v.issued_at,
  h.number, h.nickname, v.holder_id <> v.buyer_id, c.number, c.title
FROM (
  SELECT * FROM {vouchers} v WHERE v.merchant_id = %(merchant_id)s
    AND v.id < coalesce(%(after)s::bigint, 9223372036854775807)
  ORDER BY v.id DESC LIMIT %(limit)s
) v
JOIN cards c ON c.merchant_id = v.merchant_id AND c.id = v.card_id
JOIN benefit_revisions b ON b.merchant_id = v.merchant_id AND b.id = v.revision_id
JOIN members h ON h.merchant_id = v.merchant_id AND h.id = v.holder_id
ORDER BY v.id DESC
"""
# A holder's or a card's own first, however few: never through everybody's in search of them.
_OWN = """(WITH own AS MATERIALIZED (SELECT * FROM vouchers
    WHERE merchant_id = %(merchant_id)s AND {which}) SELECT * FROM own)"""
_ALL = _PAGE.format(vouchers="vouchers")
_OF_HOLDER = _PAGE.format(vouchers=_OWN.format(which="holder_id = %(holder_id)s"))
_OF_CARD = _PAGE.format(
    vouchers=_OWN.format(
        which="""card_id = (SELECT id FROM cards
      WHERE merchant_id = %(merchant_id)s AND number = %(card)s)"""
    )
)


@dataclass(frozen=True)
class VoucherRow:
    """One line of a list. Amount in fen: its part of what was paid."""

    id: int
    number: str
    state: str
    name: str
    allocated_fen: int
    valid_until: datetime
    issued_at: datetime
    holder_number: str
    holder_nickname: str | None
    is_given_away: bool
    card_number: str
    card_title: str


def list_for_desk(
    *,
    merchant_id: int,
    holder_id: int | None = None,
    card_number: str | None = None,
    cursor: str | None,
    limit: int,
) -> Page[VoucherRow]:
    """All of the merchant, or of one holder, or of one card. Raises Invalid for a cursor."""
    sql = _OF_CARD if card_number else _OF_HOLDER if holder_id is not None else _ALL
    which = {
        "merchant_id": merchant_id,
        "holder_id": holder_id,
        "card": card_number,
        "after": paging.after(cursor),
        "limit": limit + 1,
    }
    rows = fetch_all(VoucherRow, sql, which)
    return paging.cut(rows, limit=limit, key=lambda row: row.id)
