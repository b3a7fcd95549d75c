"""The SQL that adds up days. Each SELECT gives figure, slice, day, count, amount.

The instants [starts_at, ends_at) are whole business days of the zone. Orders are found by when
they were placed: one that is paid was placed at most two days before.
"""

_DAY = "AT TIME ZONE %(zone)s::text"

# Ledger entries are never edited, so a day that is over adds up to the same for ever.
MONEY = f"""
SELECT f.figure, f.slice, m.day, count(*), sum(f.amount)::bigint
FROM (
  SELECT (e.posted_at {_DAY})::date AS day, q.amount, a.kind AS source, b.kind AS destination
  FROM ledger_entries e
  JOIN ledger_postings q ON q.merchant_id = e.merchant_id AND q.entry_id = e.id
  JOIN ledger_accounts a ON a.merchant_id = q.merchant_id AND a.id = q.source_id
  JOIN ledger_accounts b ON b.merchant_id = q.merchant_id AND b.id = q.destination_id
  WHERE e.merchant_id = %(merchant_id)s
    AND e.posted_at >= %(starts_at)s AND e.posted_at < %(ends_at)s
) m
CROSS JOIN LATERAL (VALUES
  ('received', '', m.source = 'payers', m.amount),
  ('returned', '', m.destination = 'payers', m.amount),
  ('owed', m.destination, m.destination = ANY(%(owed)s::text[]), m.amount),
  ('owed', m.source, m.source = ANY(%(owed)s::text[]), -m.amount),
  ('points', '', m.source = ANY(%(no_points)s::text[]), m.amount),
  ('points', '', m.destination = ANY(%(no_points)s::text[]), -m.amount)
) f (figure, slice, holds, amount)
WHERE f.holds GROUP BY f.figure, f.slice, m.day
"""  # noqa: S608 - only words of this file

# Store by store, as the index of redemptions lies.
REDEEMED = f"""
SELECT 'redeemed', s.id::text, (r.redeemed_at {_DAY})::date, count(*), sum(r.value_fen)::bigint
FROM stores s
JOIN redemptions r ON r.acceptor_merchant_id = s.merchant_id AND r.store_id = s.id
WHERE s.merchant_id = %(merchant_id)s AND r.merchant_id = %(merchant_id)s
  AND r.redeemed_at >= %(starts_at)s AND r.redeemed_at < %(ends_at)s AND r.reversed_at IS NULL
GROUP BY 2, 3
"""  # noqa: S608 - only words of this file

# Order by order: how many came lately is what no statistics know, and a wrong guess reads all cards.
SOLD = f"""
SELECT 'sold', '', (v.issued_at {_DAY})::date, count(*), sum(v.allocated_fen)::bigint
FROM orders o
CROSS JOIN LATERAL (
  SELECT id FROM cards WHERE merchant_id = %(merchant_id)s AND order_id = o.id OFFSET 0) c
JOIN vouchers v ON v.merchant_id = o.merchant_id AND v.card_id = c.id
WHERE o.merchant_id = %(merchant_id)s
  AND o.placed_at >= %(starts_at)s - interval '2 days' AND o.placed_at < %(ends_at)s
  AND v.issued_at >= %(starts_at)s AND v.issued_at < %(ends_at)s
  AND v.issued_at < o.placed_at + interval '2 days' AND v.allocated_fen > 0
GROUP BY 3
"""  # noqa: S608 - only words of this file

# What became of the same vouchers, by the month in which they were sold.
BECAME = f"""
SELECT 'became', to_char(v.issued_at {_DAY}, 'YYYY-MM') || ':' || f.state, (e.at {_DAY})::date,
  sum(f.sign)::bigint, sum(f.sign * v.allocated_fen)::bigint
FROM voucher_events e
CROSS JOIN LATERAL (VALUES (e.to_state, 1), (e.from_state, -1)) f (state, sign)
JOIN vouchers v ON v.merchant_id = e.merchant_id AND v.id = e.voucher_id
JOIN cards c ON c.merchant_id = v.merchant_id AND c.id = v.card_id
JOIN orders o ON o.merchant_id = c.merchant_id AND o.id = c.order_id
WHERE e.merchant_id = %(merchant_id)s AND e.at >= %(starts_at)s AND e.at < %(ends_at)s
  AND e.from_state IS DISTINCT FROM e.to_state
  AND (e.to_state IN ('redeemed', 'void', 'expired')
    OR e.from_state IN ('redeemed', 'void', 'expired'))
  AND f.state IN ('redeemed', 'void', 'expired')
  AND v.issued_at < o.placed_at + interval '2 days' AND v.allocated_fen > 0
GROUP BY 2, 3
"""  # noqa: S608 - only words of this file

ORDERS = f"""
SELECT f.figure, f.slice, o.day, count(*), sum(o.total_fen)::bigint
FROM (
  SELECT (placed_at {_DAY})::date AS day, total_fen, paid_at IS NOT NULL AS is_paid,
    'channel:' || coalesce(source_channel, '') AS channel, 'group:' || source_group AS community
  FROM orders WHERE merchant_id = %(merchant_id)s AND total_fen > 0
    AND placed_at >= %(starts_at)s AND placed_at < %(ends_at)s
) o
CROSS JOIN LATERAL (VALUES
  ('placed', 'all', true), ('placed', o.channel, true), ('placed', o.community, true),
  ('bought', 'all', o.is_paid), ('bought', o.channel, o.is_paid),
  ('bought', o.community, o.is_paid)
) f (figure, slice, holds)
WHERE f.holds AND f.slice IS NOT NULL GROUP BY f.figure, f.slice, o.day
"""  # noqa: S608 - only words of this file

PURCHASES = f"""
SELECT f.figure, f.slice, o.day, count(*), sum(o.total_fen)::bigint
FROM (
  SELECT (p.paid_at {_DAY})::date AS day, p.total_fen, p.paid_at, b.times, b.first_at
  FROM orders p
  CROSS JOIN LATERAL (
    SELECT count(*) AS times, min(e.paid_at) AS first_at FROM (
      SELECT paid_at FROM orders
      WHERE merchant_id = %(merchant_id)s AND member_id = p.member_id AND total_fen > 0
        AND paid_at IS NOT NULL AND (paid_at, id) < (p.paid_at, p.id) LIMIT 2) e
  ) b
  WHERE p.merchant_id = %(merchant_id)s AND p.total_fen > 0
    AND p.placed_at >= %(starts_at)s - interval '2 days' AND p.placed_at < %(ends_at)s
    AND p.paid_at >= %(starts_at)s AND p.paid_at < %(ends_at)s
) o
CROSS JOIN LATERAL (VALUES
  ('purchases', 'new', o.times = 0), ('purchases', 'again', o.times > 0),
  ('second', to_char(o.first_at {_DAY}, 'YYYY-MM'),
    o.times = 1 AND o.paid_at < o.first_at + interval '90 days')
) f (figure, slice, holds)
WHERE f.holds GROUP BY f.figure, f.slice, o.day
"""  # noqa: S608 - only words of this file

# By the figures that each of them gives.
SELECTS = {
    frozenset({"received", "returned", "owed", "points"}): MONEY,
    frozenset({"redeemed"}): REDEEMED,
    frozenset({"sold"}): SOLD,
    frozenset({"became"}): BECAME,
    frozenset({"placed", "bought"}): ORDERS,
    frozenset({"purchases", "second"}): PURCHASES,
}

BEGIN = """
INSERT INTO figures_through (merchant_id, day, counted_at)
VALUES (%(merchant_id)s, %(before)s, %(at)s) ON CONFLICT (merchant_id) DO NOTHING
"""
LOCK = """
SELECT day FROM figures_through WHERE merchant_id = %(merchant_id)s FOR UPDATE
"""
CLEAR = """
DELETE FROM day_figures WHERE merchant_id = %(merchant_id)s AND day >= %(since)s
  AND day <= %(until)s AND figure = ANY(%(figures)s::text[])
"""
KEEP = """
INSERT INTO day_figures (merchant_id, figure, slice, day, count, amount)
SELECT %(merchant_id)s, * FROM ({select}) each
"""
MOVE_ON = """
UPDATE figures_through SET day = greatest(day, %(until)s), counted_at = %(at)s
WHERE merchant_id = %(merchant_id)s
"""
MOVE_BACK = """
UPDATE figures_through SET day = %(before)s
WHERE merchant_id = %(merchant_id)s AND day >= %(since)s
"""
CLEAR_SINCE = "DELETE FROM day_figures WHERE merchant_id = %(merchant_id)s AND day >= %(since)s"
THROUGH = "SELECT day FROM figures_through WHERE merchant_id = %(merchant_id)s"
# Across merchants on purpose: each whose yesterday is over and not added up yet.
LIST_DUE = """
SELECT m.id, m.zone, (m.created_at AT TIME ZONE m.zone)::date, t.day,
  ((%(at)s::timestamptz - interval '10 minutes') AT TIME ZONE m.zone)::date - 1
FROM merchants m LEFT JOIN figures_through t ON t.merchant_id = m.id
WHERE m.id > %(after)s
  AND coalesce(t.day, (m.created_at AT TIME ZONE m.zone)::date - 1)
    < ((%(at)s::timestamptz - interval '10 minutes') AT TIME ZONE m.zone)::date - 1
ORDER BY m.id LIMIT %(limit)s
"""
