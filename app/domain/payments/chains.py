"""Refunds and transfers that took each other's place for one cause: only one of them may pay."""

from dataclasses import dataclass

from app.domain.payments.errors import RefundStands
from app.kernel.db import fetch_one

AFTER = ":after:"
ARRIVED_BEFORE = "ARRIVED_BEFORE"
"""Said of a successor that was not sent: the first one paid after all."""
REFUNDED_BY_HAND = "REFUNDED_BY_HAND"
"""Said of a transfer that was not sent: WeChat knows a refund of this payment that is not ours."""
CANNOT_TRANSFER = "CANNOT_TRANSFER"
"""Said of a transfer that was not sent: its amount or its shop is not made for transfers."""
NEEDS_A_PERSON = frozenset({REFUNDED_BY_HAND, CANNOT_TRANSFER})
"""Another transfer would end as the last one did."""

# What begins with a cause, not what contains it: numbers hold neither % nor _.
_ARRIVED = """
SELECT EXISTS (SELECT FROM refunds r WHERE r.merchant_id = %(merchant_id)s
    AND r.state = 'succeeded' AND (r.cause = %(cause)s OR starts_with(r.cause, %(after)s))
    AND r.payment_id = ANY(given.payments))
  OR EXISTS (SELECT FROM transfers t WHERE t.merchant_id = %(merchant_id)s
    AND t.state = 'succeeded' AND (t.cause = %(cause)s OR starts_with(t.cause, %(after)s))
    AND t.payment_id = ANY(given.payments))
FROM (SELECT ARRAY(SELECT payment_id FROM refunds
    WHERE merchant_id = %(merchant_id)s AND cause = %(cause)s
  UNION SELECT payment_id FROM transfers
    WHERE merchant_id = %(merchant_id)s AND cause = %(cause)s) AS payments) given
"""

_BEHIND = """
SELECT p.number, p.channel_id, EXISTS (SELECT FROM refunds r
    WHERE r.merchant_id = %(merchant_id)s AND r.payment_id = p.id
      AND (r.state IN ('processing', 'succeeded', 'abnormal') OR r.wechat_refund_id IS NOT NULL))
FROM payments p WHERE p.merchant_id = %(merchant_id)s AND p.id = %(payment_id)s
"""


@dataclass(frozen=True)
class _Yes:
    yes: bool


@dataclass(frozen=True)
class Behind:
    """The payment behind a transfer.

    `has_refunds`: WeChat took one of ours, and so calls the payment refunded even where it closed
    that refund later.
    """

    number: str
    channel_id: int
    has_refunds: bool


def has_arrived(*, merchant_id: int, cause: str) -> bool:
    """Whether any refund or transfer for this cause, or of what took its place, has paid."""
    first = cause.split(AFTER, maxsplit=1)[0]
    which = {"merchant_id": merchant_id, "cause": first, "after": f"{first}{AFTER}"}
    found = fetch_one(_Yes, _ARRIVED, which)
    return found is not None and found.yes


def refuse_if_arrived(*, merchant_id: int, cause: str) -> None:
    """Raises RefundStands."""
    if has_arrived(merchant_id=merchant_id, cause=cause):
        raise RefundStands("款项已经到账，不能重新发起", state="succeeded")


def is_successor(cause: str) -> bool:
    """Whether it took the place of another refund or transfer."""
    return AFTER in cause


def payment_behind(*, merchant_id: int, payment_id: int) -> Behind | None:
    """The payment, and whether WeChat ever took a refund of ours for it."""
    which = {"merchant_id": merchant_id, "payment_id": payment_id}
    return fetch_one(Behind, _BEHIND, which)
