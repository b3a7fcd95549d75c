"""What a merchant owes in points: a month's movements, and how much of it never comes back."""

from dataclasses import dataclass
from datetime import datetime

from app.kernel import money
from app.kernel.db import fetch_one

# Every point is issued once; where it lies tells what became of it.
_MONTH = """
WITH moved AS (
  SELECT a.kind AS source, b.kind AS destination, q.amount, e.posted_at, e.cause
  FROM ledger_postings q
  JOIN ledger_entries e ON e.merchant_id = q.merchant_id AND e.id = q.entry_id
  JOIN ledger_accounts a ON a.merchant_id = q.merchant_id AND a.id = q.source_id
  JOIN ledger_accounts b ON b.merchant_id = q.merchant_id AND b.id = q.destination_id
  WHERE q.merchant_id = %(merchant_id)s AND q.asset = 'point' AND e.posted_at < %(until)s
), flows AS (
  SELECT amount * ((destination IN ('points_issued', 'points_spent', 'points_expired'))::int * -1
    + (source IN ('points_issued', 'points_spent', 'points_expired'))::int) AS owed,
    source, destination, amount, posted_at >= %(since)s AS is_now
  FROM moved
)
SELECT
  coalesce(sum(owed) FILTER (WHERE NOT is_now), 0)::bigint,
  coalesce(sum(amount) FILTER (WHERE is_now AND source = 'points_issued'), 0)::bigint,
  coalesce(sum(amount) FILTER (WHERE is_now AND destination = 'points_issued'), 0)::bigint,
  coalesce(sum(amount) FILTER (WHERE is_now AND destination = 'points_spent'), 0)::bigint,
  coalesce(sum(amount) FILTER (WHERE is_now AND source = 'points_spent'), 0)::bigint,
  coalesce(sum(amount) FILTER (WHERE is_now AND destination = 'points_expired'), 0)::bigint,
  coalesce(sum(owed), 0)::bigint
FROM flows
"""
# Of lots whose time was over before the month ended: what they held, and what expired of it.
_BREAKAGE = """
SELECT coalesce(sum(l.earned), 0)::bigint,
  coalesce(sum((SELECT sum(u.amount - u.returned) FROM point_lot_uses u
    JOIN ledger_entries e ON e.merchant_id = u.merchant_id AND e.id = u.entry_id
    WHERE u.merchant_id = l.merchant_id AND u.lot_id = l.id AND e.cause LIKE 'expiry:%%')),
    0)::bigint
FROM point_lots l
WHERE l.merchant_id = %(merchant_id)s AND l.expires_at <= %(until)s
"""


@dataclass(frozen=True)
class _Flows:
    opening: int
    issued: int
    taken_back: int
    spent: int
    given_back: int
    expired: int
    closing: int


@dataclass(frozen=True)
class _Over:
    earned: int
    expired: int


@dataclass(frozen=True)
class Liability:
    """Points: what was owed when the month began and ended, and what happened between.

    `closing` counts what members can spend, wait for and hold in orders, less what they owe. Of
    it `expected_breakage` will expire if the `breakage_bp` of ended lots says how it goes on.
    """

    opening: int
    issued: int
    taken_back: int
    spent: int
    given_back: int
    expired: int
    closing: int
    breakage_bp: int
    expected_breakage: int


def roll_forward(*, merchant_id: int, since: datetime, until: datetime) -> Liability:
    """The movements of [since, until), by the ledger alone."""
    which: dict[str, object] = {"merchant_id": merchant_id, "since": since, "until": until}
    flows = fetch_one(_Flows, _MONTH, which) or _Flows(0, 0, 0, 0, 0, 0, 0)
    over = fetch_one(_Over, _BREAKAGE, which) or _Over(0, 0)
    rate = over.expired * money.BASIS_POINTS // over.earned if over.earned else 0
    return Liability(
        **vars(flows),
        breakage_bp=rate,
        expected_breakage=money.part(max(flows.closing, 0), bp=rate),
    )
