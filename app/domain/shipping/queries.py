from dataclasses import dataclass
from datetime import datetime

from app.domain.shipping.models import ReportState
from app.domain.shipping.rules import Delivery
from app.kernel.db import fetch_all, fetch_one

# Goes through every merchant on purpose: a sweep over what is due now.
_DUE = """
SELECT merchant_id, id FROM shipping_reports
WHERE state = 'waiting' AND next_at <= %(at)s ORDER BY next_at LIMIT %(limit)s
"""

_OPEN = """
SELECT o.number, s.state, s.delivery, s.amount_fen, s.paid_at, s.due_at, s.tries, s.trouble
FROM shipping_reports s JOIN orders o ON o.merchant_id = s.merchant_id AND o.id = s.order_id
WHERE s.merchant_id = %(merchant_id)s AND s.state IN ('waiting', 'refused')
ORDER BY s.due_at, s.id LIMIT %(limit)s
"""

# Money that came too late goes back, and is never reported.
_TO_COME = """
SELECT p.id FROM payments p JOIN orders o ON o.merchant_id = p.merchant_id AND o.id = p.order_id
WHERE p.merchant_id = %(merchant_id)s AND p.number = %(payment_number)s AND o.state <> 'closed'
  AND NOT EXISTS (SELECT FROM shipping_reports s
    WHERE s.merchant_id = p.merchant_id AND s.order_id = p.order_id)
"""

_SUMS = """
SELECT coalesce(sum(amount_fen) FILTER (WHERE state = 'waiting'), 0)::bigint,
  count(*) FILTER (WHERE state = 'waiting'),
  coalesce(sum(amount_fen) FILTER (WHERE state = 'refused'), 0)::bigint,
  count(*) FILTER (WHERE state = 'refused'),
  coalesce(sum(amount_fen) FILTER (WHERE state = 'sent'), 0)::bigint,
  count(*) FILTER (WHERE state = 'sent'),
  count(*) FILTER (WHERE state IN ('waiting', 'refused') AND due_at <= %(at)s)
FROM shipping_reports WHERE state IN ('waiting', 'sent', 'refused')
"""
_STUCK = _SUMS + " AND merchant_id = %(merchant_id)s"


@dataclass(frozen=True)
class DueReport:
    merchant_id: int
    id: int


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True)
class OpenReport:
    """An order that WeChat does not know to be delivered."""

    order_number: str
    state: ReportState
    delivery: Delivery
    amount_fen: int
    paid_at: datetime
    due_at: datetime
    tries: int
    trouble: str | None


@dataclass(frozen=True)
class Stuck:
    """Money that WeChat keeps, in fen: not reported yet, refused, or reported and not let go.

    `overdue` orders should have been reported by now.
    """

    waiting_fen: int
    waiting: int
    refused_fen: int
    refused: int
    unsettled_fen: int
    unsettled: int
    overdue: int

    @property
    def fen(self) -> int:
        return self.waiting_fen + self.refused_fen + self.unsettled_fen


def list_due(*, at: datetime, limit: int) -> list[DueReport]:
    """Reports to try now, of every merchant; without locks."""
    return fetch_all(DueReport, _DUE, {"at": at, "limit": limit})


def list_open(*, merchant_id: int, limit: int) -> list[OpenReport]:
    """What is still to be told, the most urgent first."""
    return fetch_all(OpenReport, _OPEN, {"merchant_id": merchant_id, "limit": limit})


def is_to_come(*, merchant_id: int, payment_number: str) -> bool:
    """Whether this bill of ours will have a report and has none yet."""
    which = {"merchant_id": merchant_id, "payment_number": payment_number}
    return fetch_one(_Id, _TO_COME, which) is not None


def stuck(*, merchant_id: int, at: datetime) -> Stuck:
    """What WeChat keeps of this merchant's money."""
    found = fetch_one(Stuck, _STUCK, {"merchant_id": merchant_id, "at": at})
    assert found is not None  # noqa: S101 - sums without GROUP BY are one row
    return found


def stuck_everywhere(*, at: datetime) -> Stuck:
    """The same over all merchants, for the operator's figures."""
    found = fetch_one(Stuck, _SUMS, {"at": at})
    assert found is not None  # noqa: S101 - sums without GROUP BY are one row
    return found
