"""Orders that go in several parcels: WeChat hears of each, and which is the last."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.shipping.actions import LONGEST, Report, start
from app.domain.shipping.rules import LONGEST_ITEM, Parcel
from app.kernel import strict
from app.kernel.db import execute, fetch_all

MOST_PARCELS = 15
"""WeChat takes no more of one order. What goes beyond is not shown to the customer there."""
# Monthly parcels come a month apart. Who has not sent the next one after two has forgotten it.
NEXT_WITHIN = timedelta(days=62)

_ADD = """
INSERT INTO shipping_parcels (merchant_id, order_id, reference, item, company, tracking_number,
  contact, created_at)
VALUES (%(merchant_id)s, %(order_id)s, %(reference)s, %(item)s, %(company)s, %(tracking_number)s,
  %(contact)s, %(at)s)
ON CONFLICT (merchant_id, order_id, reference) DO UPDATE
SET company = excluded.company, tracking_number = excluded.tracking_number
"""

# Tries begin anew, so that a sender who is on his way with the old list does not settle the new.
_TELL = """
UPDATE shipping_reports SET state = 'waiting', is_split = true, is_all_sent = %(is_last)s,
  company = %(company)s, tracking_number = %(tracking_number)s, contact = %(contact)s,
  next_at = %(at)s, tries = 0
WHERE merchant_id = %(merchant_id)s AND order_id = %(order_id)s AND delivery = 'express'
  AND state IN ('waiting', 'sent', 'refused')
"""

_CLOSE = """
UPDATE shipping_reports SET is_all_sent = true, next_at = %(at)s, tries = 0
WHERE merchant_id = %(merchant_id)s AND order_id = %(order_id)s AND is_split
  AND NOT is_all_sent AND state = 'waiting'
"""

# Things in one box are one parcel.
_LIST = """
SELECT string_agg(p.item, '、' ORDER BY p.id), p.company, p.tracking_number, min(p.contact)
FROM shipping_parcels p JOIN shipping_reports s
  ON s.merchant_id = p.merchant_id AND s.order_id = p.order_id
WHERE p.merchant_id = %(merchant_id)s AND s.id = %(report_id)s
GROUP BY p.company, p.tracking_number ORDER BY min(p.id) LIMIT %(most)s
"""

_PARTLY = """
UPDATE shipping_reports SET next_at = NULL, trouble = NULL, due_at = %(due_at)s, sent_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = %(report_id)s AND state = 'waiting'
  AND tries = %(tries)s AND NOT is_all_sent
"""


@dataclass(frozen=True)
class Packed:
    """One parcel as WeChat is told of it."""

    item: str
    company: str
    tracking_number: str
    contact: str | None = field(repr=False)


def add_parcel(
    *,
    merchant_id: int,
    order_id: int,
    reference: str,
    item: str,
    parcel: Parcel,
    is_last: bool,
    at: datetime,
) -> bool:
    """One more parcel of this order is on its way; whether WeChat is to hear of it.

    Safe to repeat. With another number under the same reference it was sent anew. Orders that
    cost nothing, or were paid on an official account's page, are not told. Raises Invalid.
    """
    strict.require(0 < len(parcel.company) <= LONGEST, field="company")
    strict.require(0 < len(parcel.tracking_number) <= LONGEST, field="tracking_number")
    which = {"merchant_id": merchant_id, "order_id": order_id, "at": at}
    start(merchant_id=merchant_id, order_id=order_id, at=at)
    execute(_ADD, {**which, "reference": reference, "item": item, **vars(parcel)})
    return bool(execute(_TELL, {**which, "is_last": is_last, **vars(parcel)}))


def close_parcels(*, merchant_id: int, order_id: int, at: datetime) -> bool:
    """No more parcels of this order will come; whether WeChat is to hear that."""
    which = {"merchant_id": merchant_id, "order_id": order_id, "at": at}
    return bool(execute(_CLOSE, which))


def list_packed(*, merchant_id: int, report_id: int) -> list[Packed]:
    """The parcels of a report, the first ones first."""
    which = {"merchant_id": merchant_id, "report_id": report_id, "most": MOST_PARCELS}
    return [
        Packed(_cut(row.item), row.company, row.tracking_number, row.contact)
        for row in fetch_all(Packed, _LIST, which)
    ]


def mark_partly_sent(*, merchant_id: int, report: Report, at: datetime) -> None:
    """WeChat knows these; more are to come."""
    which = {"merchant_id": merchant_id, "report_id": report.id, "tries": report.tries}
    execute(_PARTLY, {**which, "at": at, "due_at": at + NEXT_WITHIN})


def _cut(item: str) -> str:
    return item if len(item) <= LONGEST_ITEM else item[: LONGEST_ITEM - 1] + "…"
