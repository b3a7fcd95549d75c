"""What became of a voucher: bought, gifted, used, given back; who, where, when, and what was booked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.vouchers import words_of
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import NotFound

_VOUCHER = """
SELECT v.id, v.number, v.state, b.name, r.number, b.revision, b.market_value_fen, v.allocated_fen,
  v.valid_from, v.valid_until, v.issued_at, v.times_given, v.shared_at IS NOT NULL,
  c.number, c.title, o.number, h.number, h.nickname, y.number, y.nickname
FROM vouchers v
JOIN cards c ON c.merchant_id = v.merchant_id AND c.id = v.card_id
JOIN benefit_revisions b ON b.merchant_id = v.merchant_id AND b.id = v.revision_id
JOIN benefits r ON r.merchant_id = b.merchant_id AND r.id = b.benefit_id
JOIN members h ON h.merchant_id = v.merchant_id AND h.id = v.holder_id
JOIN members y ON y.merchant_id = v.merchant_id AND y.id = v.buyer_id
LEFT JOIN orders o ON o.merchant_id = c.merchant_id AND o.id = c.order_id
WHERE v.merchant_id = %(merchant_id)s AND v.number = %(number)s
"""

# A line of its timeline with the store where it was used, and what the books say under its cause.
_STEPS = """
SELECT e.at, e.action, e.from_state, e.to_state, e.actor, e.reference, e.reason, s.name,
  (SELECT jsonb_agg(jsonb_build_object('cause', l.cause, 'asset', p.asset, 'amount', p.amount,
      'from', a.kind, 'to', z.kind) ORDER BY l.id, p.id)
   FROM ledger_entries l
   JOIN ledger_postings p ON p.merchant_id = l.merchant_id AND p.entry_id = l.id
   JOIN ledger_accounts a ON a.merchant_id = p.merchant_id AND a.id = p.source_id
   JOIN ledger_accounts z ON z.merchant_id = p.merchant_id AND z.id = p.destination_id
   WHERE l.merchant_id = %(merchant_id)s AND l.cause = ANY(CASE e.action
     WHEN 'issue' THEN ARRAY['checkout:' || e.reference] || ARRAY(
       SELECT 'payment:' || b.number FROM orders o
       JOIN payments b ON b.merchant_id = o.merchant_id AND b.order_id = o.id
       WHERE o.merchant_id = %(merchant_id)s AND o.number = e.reference)
     WHEN 'redeem' THEN ARRAY['redemption:' || e.reference]
     WHEN 'reveal' THEN ARRAY['reveal:' || v.number]
     WHEN 'reverse' THEN ARRAY['reversal:' || e.reference || ':value',
       'reversal:' || e.reference || ':points']
     WHEN 'cancel' THEN ARRAY['return:' || e.reference, 'return:' || e.reference || ':value',
       'return:' || e.reference || ':points', 'return:' || e.reference || ':earned'] || ARRAY(
       SELECT unnest(ARRAY['refund:' || t.refund_number, 'transfer:' || t.transfer_number])
       FROM returns t WHERE t.merchant_id = %(merchant_id)s AND t.number = e.reference)
     ELSE ARRAY[]::text[] END))
FROM voucher_events e
JOIN vouchers v ON v.merchant_id = e.merchant_id AND v.id = e.voucher_id
LEFT JOIN redemptions d ON d.merchant_id = e.merchant_id AND d.number = e.reference
  AND d.voucher_id = e.voucher_id
LEFT JOIN stores s ON s.merchant_id = d.acceptor_merchant_id AND s.id = d.store_id
WHERE e.merchant_id = %(merchant_id)s AND e.voucher_id = %(voucher_id)s ORDER BY e.id
"""

# Vouchers are found by what stands on them and by what happened to them.
_NUMBERS = """
SELECT v.number FROM redemptions r
JOIN vouchers v ON v.merchant_id = r.merchant_id AND v.id = r.voucher_id
WHERE r.merchant_id = %(merchant_id)s AND r.number = %(said)s
"""


@dataclass(frozen=True)
class VoucherFile:
    """A voucher as the merchant sees it. Amounts in fen; no order: nobody bought it."""

    id: int
    number: str
    state: str
    name: str
    benefit_number: str
    revision: int
    market_value_fen: int
    allocated_fen: int
    valid_from: datetime
    valid_until: datetime
    issued_at: datetime
    times_given: int
    is_shared: bool
    card_number: str
    card_title: str
    order_number: str | None
    holder_number: str
    holder_nickname: str | None
    buyer_number: str
    buyer_nickname: str | None


@dataclass(frozen=True)
class VoucherStep:
    """A line of the timeline. `booked`: {cause, asset, amount, from, to}, where anything was."""

    at: datetime
    action: str
    from_state: str | None
    to_state: str
    actor: str
    reference: str | None
    reason: str | None
    store_name: str | None
    booked: list[dict[str, Any]] | None

    @property
    def words(self) -> str:
        return words_of(self.action, self.reason)


@dataclass(frozen=True)
class _Number:
    number: str


def voucher_file(*, merchant_id: int, number: str) -> VoucherFile:
    """A voucher, whoever holds it. Raises NotFound."""
    which = {"merchant_id": merchant_id, "number": number}
    found = fetch_one(VoucherFile, _VOUCHER, which)
    if found is None:
        raise NotFound("There is no such voucher.", number=number[:40])
    return found


def voucher_story(*, merchant_id: int, voucher_id: int) -> list[VoucherStep]:
    """Everything that happened to it, the oldest first."""
    which: dict[str, object] = {"merchant_id": merchant_id, "voucher_id": voucher_id}
    return fetch_all(VoucherStep, _STEPS, which)


def voucher_of_redemption(*, merchant_id: int, number: str) -> str | None:
    """The number of the voucher that this redemption used; None for an unknown number."""
    found = fetch_one(_Number, _NUMBERS, {"merchant_id": merchant_id, "said": number})
    return found.number if found else None
