from dataclasses import dataclass, field
from datetime import datetime

from app.domain.shipping.errors import NotReportable
from app.domain.shipping.rules import (
    NOT_MANAGED,
    TAKEN_FOR,
    WITHIN,
    Delivery,
    Parcel,
    delivery_of,
    item_words,
    next_try,
)
from app.kernel import audit, strict
from app.kernel.db import execute, fetch_one

LONGEST = 128

_PAID = """
SELECT p.id, p.transaction_id, p.amount_fen, p.received_at,
  (SELECT jsonb_agg(jsonb_build_array(l.title, l.quantity, coalesce(l.goods_kind, f.goods_kind))
     ORDER BY l.id)
   FROM order_lines l JOIN offers f ON f.merchant_id = l.merchant_id AND f.id = l.offer_id
   WHERE l.merchant_id = o.merchant_id AND l.order_id = o.id)
FROM orders o
JOIN payments p ON p.merchant_id = o.merchant_id AND p.order_id = o.id AND p.state = 'received'
JOIN wechat_apps a ON a.merchant_id = o.merchant_id AND a.id = o.app_id
WHERE o.merchant_id = %(merchant_id)s AND o.id = %(order_id)s AND a.kind = 'mini_program'
  AND o.state <> 'closed'
"""

_START = """
INSERT INTO shipping_reports (merchant_id, order_id, payment_id, transaction_id, delivery, item,
  amount_fen, state, paid_at, due_at, next_at)
VALUES (%(merchant_id)s, %(order_id)s, %(payment_id)s, %(transaction_id)s, %(delivery)s, %(item)s,
  %(amount_fen)s, 'waiting', %(paid_at)s, %(due_at)s, %(next_at)s)
ON CONFLICT (merchant_id, order_id) DO NOTHING
"""

_FIND_BY_ORDER = """
SELECT id FROM shipping_reports
WHERE merchant_id = %(merchant_id)s AND order_id = %(order_id)s AND next_at IS NOT NULL
  AND state = 'waiting'
"""

# Whoever takes it has two minutes; then it counts as tried, and somebody else may ask and try.
_TAKE = """
UPDATE shipping_reports s SET tries = s.tries + 1, next_at = %(until)s
FROM payments p
WHERE s.merchant_id = %(merchant_id)s AND s.id = %(report_id)s AND s.state = 'waiting'
  AND s.next_at <= %(at)s AND p.merchant_id = s.merchant_id AND p.id = s.payment_id
RETURNING s.id, p.appid, s.transaction_id, p.payer_openid, s.item, s.company, s.tracking_number,
  s.contact, s.tries, s.is_split, s.is_all_sent
"""

_SETTLE = """
UPDATE shipping_reports
SET state = %(state)s, trouble = %(trouble)s, next_at = NULL,
  sent_at = coalesce(%(sent_at)s, sent_at)
WHERE merchant_id = %(merchant_id)s AND id = %(report_id)s AND state = 'waiting'
"""

_POSTPONE = """
UPDATE shipping_reports SET trouble = %(trouble)s, next_at = %(next_at)s
WHERE merchant_id = %(merchant_id)s AND id = %(report_id)s AND state = 'waiting'
"""

# WeChat may let the money go without us: a customer who confirms, a report made by hand.
_LET_GO = """
UPDATE shipping_reports SET state = 'settled', settled_at = %(at)s, next_at = NULL
WHERE merchant_id = %(merchant_id)s AND transaction_id = %(transaction_id)s
  AND state IN ('waiting', 'sent', 'refused')
"""

# A reminder is the proof that WeChat keeps this app's money, whatever it said of that before.
_HURRY = """
UPDATE shipping_reports SET reminded_at = %(at)s, state = 'waiting',
  next_at = CASE WHEN delivery = 'express' AND tracking_number IS NULL THEN NULL ELSE %(at)s END
WHERE merchant_id = %(merchant_id)s AND transaction_id = %(transaction_id)s
  AND (state = 'waiting' OR state = 'not_needed' AND trouble = %(not_managed)s)
"""

_AGAIN = """
UPDATE shipping_reports s SET state = 'waiting', next_at = %(at)s
FROM orders o
WHERE o.merchant_id = %(merchant_id)s AND o.number = %(order_number)s
  AND s.merchant_id = o.merchant_id AND s.order_id = o.id
  AND (s.state = 'refused' OR s.state = 'waiting' AND s.next_at IS NOT NULL)
"""

_PARCEL = """
UPDATE shipping_reports s SET company = %(company)s, tracking_number = %(tracking_number)s,
  contact = %(contact)s, state = 'waiting', next_at = %(at)s
FROM orders o
WHERE o.merchant_id = %(merchant_id)s AND o.number = %(order_number)s
  AND s.merchant_id = o.merchant_id AND s.order_id = o.id
  AND s.delivery = 'express' AND s.state IN ('waiting', 'refused')
"""


@dataclass(frozen=True)
class _Paid:
    payment_id: int
    transaction_id: str
    amount_fen: int
    paid_at: datetime
    lines: list[tuple[str, int, str]]


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True)
class Report:
    """What to tell WeChat; `tries` counts this attempt too."""

    id: int
    appid: str
    transaction_id: str
    openid: str = field(repr=False)
    item: str
    company: str | None
    tracking_number: str | None
    contact: str | None
    tries: int
    is_split: bool
    is_all_sent: bool


def start(*, merchant_id: int, order_id: int, at: datetime) -> int | None:
    """The report of an order paid through a mini-program, to be sent now; None when there is none.

    A parcel waits until `set_parcel` tells its number. Orders that cost nothing, or were paid on
    an official account's page, need no report. Safe to repeat.
    """
    which = {"merchant_id": merchant_id, "order_id": order_id}
    paid = fetch_one(_Paid, _PAID, which)
    if paid is None:
        return None
    delivery = delivery_of({kind for _, _, kind in paid.lines})
    execute(
        _START,
        {
            **which,
            "payment_id": paid.payment_id,
            "transaction_id": paid.transaction_id,
            "delivery": delivery.value,
            "item": item_words([(title, quantity) for title, quantity, _ in paid.lines]),
            "amount_fen": paid.amount_fen,
            "paid_at": paid.paid_at,
            "due_at": paid.paid_at + WITHIN,
            "next_at": None if delivery is Delivery.EXPRESS else at,
        },
    )
    found = fetch_one(_Id, _FIND_BY_ORDER, which)
    return found.id if found else None


def take(*, merchant_id: int, report_id: int, at: datetime) -> Report | None:
    """The right to tell WeChat, for two minutes; None when somebody else has it or it is done."""
    which = {"merchant_id": merchant_id, "report_id": report_id}
    return fetch_one(Report, _TAKE, {**which, "at": at, "until": at + TAKEN_FOR})


def mark_sent(*, merchant_id: int, report_id: int, at: datetime) -> None:
    """WeChat knows."""
    _settle(merchant_id, report_id, "sent", sent_at=at)


def mark_not_needed(*, merchant_id: int, report_id: int, why: str) -> None:
    """There is nothing to tell any more: refunded, or the app is not under this rule."""
    _settle(merchant_id, report_id, "not_needed", why=why)


def mark_refused(*, merchant_id: int, report_id: int, why: str) -> None:
    """WeChat does not take it; a person must look. `why` is WeChat's code."""
    _settle(merchant_id, report_id, "refused", why=why)


def postpone(*, merchant_id: int, report_id: int, tries: int, why: str, at: datetime) -> None:
    """It did not come through, or nobody knows: try again later and later."""
    values = {"merchant_id": merchant_id, "report_id": report_id, "trouble": why}
    execute(_POSTPONE, {**values, "next_at": next_try(tries, at=at)})


def settle(*, merchant_id: int, transaction_id: str, at: datetime) -> bool:
    """WeChat let the money go; False when it was known or is none of ours."""
    which = {"merchant_id": merchant_id, "transaction_id": transaction_id, "at": at}
    return bool(execute(_LET_GO, which))


def hurry(*, merchant_id: int, transaction_id: str, at: datetime) -> bool:
    """WeChat reminds us of an order: try at once. False when there is nothing to hurry.

    One that was left alone because the app was not under this rule is told after all.
    """
    which = {"merchant_id": merchant_id, "transaction_id": transaction_id, "at": at}
    return bool(execute(_HURRY, {**which, "not_managed": NOT_MANAGED}))


def try_again(*, merchant_id: int, order_number: str, actor: str, at: datetime) -> None:
    """Send again what was refused, or send now what waits. Raises NotReportable."""
    which = {"merchant_id": merchant_id, "order_number": order_number, "at": at}
    if not execute(_AGAIN, which):
        raise NotReportable("There is nothing to report about this order.", number=order_number)
    _note(merchant_id, order_number, "shipping.try_again", actor, at)


def set_parcel(
    *, merchant_id: int, order_number: str, parcel: Parcel, actor: str, at: datetime
) -> None:
    """The parcel is on its way: tell WeChat. Raises Invalid, NotReportable."""
    strict.require(0 < len(parcel.company) <= LONGEST, field="company")
    strict.require(0 < len(parcel.tracking_number) <= LONGEST, field="tracking_number")
    which = {"merchant_id": merchant_id, "order_number": order_number, "at": at}
    if not execute(_PARCEL, {**which, **vars(parcel)}):
        raise NotReportable("No parcel of this order waits for a number.", number=order_number)
    _note(merchant_id, order_number, "shipping.set_parcel", actor, at)


def _settle(
    merchant_id: int,
    report_id: int,
    state: str,
    *,
    why: str | None = None,
    sent_at: datetime | None = None,
) -> None:
    which = {"merchant_id": merchant_id, "report_id": report_id}
    execute(_SETTLE, {**which, "state": state, "trouble": why, "sent_at": sent_at})


def _note(merchant_id: int, order_number: str, action: str, actor: str, at: datetime) -> None:
    audit.record(merchant_id=merchant_id, actor=actor, action=action, subject=order_number, at=at)
