"""The books of one shop, added up anew from the rows that people see, never from the ledger's own."""

from dataclasses import dataclass

from app.kernel.db import fetch_all, fetch_one


@dataclass
class Account:
    kind: str
    least: int
    most: int
    total: int


@dataclass
class Numbers:
    """Fen and points of one shop, from its payments, vouchers, lots and orders."""

    received: int
    returned: int
    redeemed: int
    paid_by_voucher: int
    parcels_sent: int
    points_paid: int
    points_held: int
    points_redeemed: int
    points_bought: int
    points_of_periods: int
    bonus: int


@dataclass
class Promise:
    vouchers: int
    periods: int
    parcels: int
    terms: int


@dataclass
class Line:
    number: str


# Negative by nature: where money, bonus and points come from, and what a member owes.
SOURCES = {"payers", "bonus_issued", "points_issued", "points_debt"}


def accounts(shop):
    found = fetch_all(Account, ACCOUNTS, {"m": shop.id})
    return {each.kind: each for each in found}


def numbers(shop):
    return fetch_one(Numbers, NUMBERS, {"m": shop.id})


def check_always(shop, *, given_points):
    """What holds after each step, whatever is under way."""
    books, rows = accounts(shop), numbers(shop)
    has = {kind: books[kind].total if kind in books else 0 for kind in KINDS}
    for each in books.values():
        lowest = each.most <= 0 if each.kind in SOURCES else each.least >= 0
        assert lowest, each
    held = sum(has[kind] for kind in HELD)
    assert rows.received + rows.bonus == held + has["earned"] + rows.returned, (rows, has)
    assert -has["bonus_issued"] == rows.bonus
    assert has["earned"] == rows.redeemed + rows.paid_by_voucher + rows.parcels_sent
    assert (has["points_spent"], has["points_held"]) == (rows.points_paid, rows.points_held)
    issued = given_points + rows.points_redeemed + rows.points_bought + rows.points_of_periods
    assert issued == sum(has[kind] for kind in POINTS), (rows, has)
    assert fetch_all(Line, MORE_THAN_PAID, {"m": shop.id}) == []
    assert fetch_all(Line, BONUS_PAID_OUT, {"m": shop.id}) == []


def check_settled(shop):
    """What holds when nothing is under way any more: every fen is promised, spent or back."""
    books = accounts(shop)
    promised = fetch_one(Promise, PROMISED, {"m": shop.id})
    assert books["prepaid"].total == sum(vars(promised).values()), promised
    for kind in ("late_money", "value_held", "points_held"):
        assert kind not in books or books[kind].total == 0
    assert fetch_all(Line, EARNED_BY_NOTHING, {"m": shop.id}) == []


HELD = ("prepaid", "late_money", "value_paid", "value_bonus", "value_held", "gift_cards")
POINTS = (
    "points",
    "points_pending",
    "points_held",
    "points_spent",
    "points_expired",
    "points_debt",
)
KINDS = {*HELD, *POINTS, *SOURCES, "earned"}

ACCOUNTS = """
SELECT kind, min(total)::bigint, max(total)::bigint, sum(total)::bigint FROM (
  SELECT a.kind, a.id, sum(CASE WHEN p.destination_id = a.id THEN p.amount ELSE -p.amount END)
    AS total
  FROM ledger_accounts a JOIN ledger_postings p
    ON p.merchant_id = a.merchant_id AND a.id IN (p.source_id, p.destination_id)
  WHERE a.merchant_id = %(m)s GROUP BY a.kind, a.id) each_account
GROUP BY kind
"""

NUMBERS = """
SELECT
  (SELECT coalesce(sum(amount_fen), 0)::bigint FROM payments
   WHERE merchant_id = %(m)s AND received_at IS NOT NULL),
  (SELECT coalesce(sum(amount_fen), 0)::bigint FROM refunds
   WHERE merchant_id = %(m)s AND state = 'succeeded'),
  (SELECT coalesce(sum(value_fen), 0)::bigint FROM redemptions
   WHERE merchant_id = %(m)s AND reversed_at IS NULL),
  (SELECT coalesce(sum(v.allocated_fen), 0)::bigint FROM order_tenders t
   JOIN vouchers v ON v.merchant_id = t.merchant_id AND v.id = t.voucher_id
   WHERE t.merchant_id = %(m)s AND t.state = 'captured'),
  (SELECT coalesce(sum(allocated_fen), 0)::bigint FROM parcels
   WHERE merchant_id = %(m)s AND sent_at IS NOT NULL),
  (SELECT coalesce(sum(points - returned_points), 0)::bigint FROM order_tenders
   WHERE merchant_id = %(m)s AND kind = 'points' AND state IN ('captured', 'returned')),
  (SELECT coalesce(sum(points), 0)::bigint FROM order_tenders
   WHERE merchant_id = %(m)s AND kind = 'points' AND state = 'held'),
  (SELECT coalesce(sum(points), 0)::bigint FROM redemptions
   WHERE merchant_id = %(m)s AND reversed_at IS NULL),
  (SELECT coalesce(sum(earned - taken_back), 0)::bigint FROM pending_points
   WHERE merchant_id = %(m)s),
  (SELECT coalesce(sum((l.terms ->> 'points_per_period')::int), 0)::bigint
   FROM subscription_periods d
   JOIN subscriptions s ON s.merchant_id = d.merchant_id AND s.id = d.subscription_id
   JOIN order_lines l ON l.merchant_id = s.merchant_id AND l.order_id = s.order_id
   WHERE d.merchant_id = %(m)s AND d.state = 'opened'),
  (SELECT coalesce(sum(l.amount_fen), 0)::bigint FROM value_lots l
   WHERE l.merchant_id = %(m)s AND l.kind = 'bonus')
  + (SELECT coalesce(sum(m.change_fen), 0)::bigint FROM value_lot_moves m
   JOIN value_lots l ON l.merchant_id = m.merchant_id AND l.id = m.lot_id
   WHERE m.merchant_id = %(m)s AND l.kind = 'bonus' AND m.kind = 'claw')
"""

# An order gives back no more than was paid for it: money, points, each.
MORE_THAN_PAID = """
SELECT o.number FROM orders o JOIN order_returns r
  ON r.merchant_id = o.merchant_id AND r.order_id = o.id
WHERE o.merchant_id = %(m)s GROUP BY o.merchant_id, o.id, o.number, o.total_fen, o.wechat_fen
HAVING sum(r.wechat_fen) > o.wechat_fen OR sum(r.wechat_fen + r.value_fen) > o.total_fen
  OR sum(r.points) > coalesce((SELECT sum(t.points) FROM order_tenders t
    WHERE t.merchant_id = o.merchant_id AND t.order_id = o.id), 0)
"""

# A top-up gives back what was paid for it, less what of that was spent; nothing else.
BONUS_PAID_OUT = """
SELECT o.number FROM orders o
JOIN value_credits c ON c.merchant_id = o.merchant_id AND c.order_id = o.id AND c.kind = 'topup'
JOIN value_lots l ON l.merchant_id = c.merchant_id AND l.credit_id = c.id AND l.kind = 'paid'
LEFT JOIN LATERAL (SELECT -sum(m.change_fen) AS spent FROM value_lot_moves m
  WHERE m.merchant_id = l.merchant_id AND m.lot_id = l.id AND m.kind <> 'refund') used ON true
LEFT JOIN LATERAL (SELECT sum(r.wechat_fen + r.value_fen) AS back FROM order_returns r
  WHERE r.merchant_id = o.merchant_id AND r.order_id = o.id) gone ON true
WHERE o.merchant_id = %(m)s AND coalesce(gone.back, 0) + coalesce(used.spent, 0) > l.amount_fen
"""

PROMISED = """
SELECT
  (SELECT coalesce(sum(allocated_fen), 0)::bigint FROM vouchers
   WHERE merchant_id = %(m)s AND state NOT IN ('redeemed', 'void')),
  (SELECT coalesce(sum(amount_fen), 0)::bigint FROM subscription_periods
   WHERE merchant_id = %(m)s AND state = 'waiting'),
  (SELECT coalesce(sum(allocated_fen), 0)::bigint FROM parcels
   WHERE merchant_id = %(m)s AND sent_at IS NULL),
  (SELECT coalesce(sum(o.total_fen - coalesce(b.back, 0)), 0)::bigint FROM orders o
   LEFT JOIN (SELECT merchant_id, order_id, sum(wechat_fen + value_fen) AS back
     FROM order_returns GROUP BY merchant_id, order_id) b
     ON b.merchant_id = o.merchant_id AND b.order_id = o.id
   WHERE o.merchant_id = %(m)s AND o.fulfilled_at IS NOT NULL AND EXISTS (
     SELECT FROM order_lines l WHERE l.merchant_id = o.merchant_id AND l.order_id = o.id
       AND l.kind = 'membership'))
"""

# What went back whole has earned nobody anything.
EARNED_BY_NOTHING = """
SELECT o.number FROM orders o JOIN pending_points p
  ON p.merchant_id = o.merchant_id AND p.cause = 'purchase:' || o.number
WHERE o.merchant_id = %(m)s AND o.state = 'refunded' AND p.earned <> p.taken_back
"""
