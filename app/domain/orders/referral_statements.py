"""Who brought whom, read from the orders themselves.

One level only: an order names its own sharer and nobody behind him. What a person bought through
a link of his own is nobody's referral. A first-time payer is one whose first paid order this is.
"""

_REFERRED = """
FROM orders o
JOIN members s ON s.merchant_id = o.merchant_id AND s.id = o.sharer_member_id
JOIN members b ON b.merchant_id = o.merchant_id AND b.id = o.member_id
CROSS JOIN LATERAL (
  SELECT o.paid_at IS NOT NULL AND o.total_fen > 0 AND o.state <> 'refunded' AS is_paid) p
CROSS JOIN LATERAL (
  SELECT p.is_paid AND NOT EXISTS (
    SELECT FROM orders e WHERE e.merchant_id = %(merchant_id)s AND e.member_id = o.member_id
      AND e.paid_at IS NOT NULL AND e.total_fen > 0
      AND (e.paid_at, e.id) < (o.paid_at, o.id)) AS is_first) f
WHERE o.merchant_id = %(merchant_id)s AND o.sharer_member_id IS NOT NULL
  AND o.sharer_member_id <> o.member_id
  AND o.placed_at >= %(starts_at)s AND o.placed_at < %(ends_at)s
  AND (%(channel)s::text IS NULL OR o.source_channel = %(channel)s)
  AND (%(offer)s::text IS NULL OR EXISTS (
    SELECT FROM order_lines l
    JOIN offers g ON g.merchant_id = l.merchant_id AND g.id = l.offer_id
    WHERE l.merchant_id = %(merchant_id)s AND l.order_id = o.id AND g.number = %(offer)s))
"""
_COUNTS = """count(*), count(*) FILTER (WHERE p.is_paid),
  coalesce(sum(o.total_fen) FILTER (WHERE p.is_paid), 0)::bigint"""

SHARERS = (
    f"SELECT s.number, s.nickname, count(DISTINCT b.id), {_COUNTS},"
    " count(*) FILTER (WHERE f.is_first)"
    + _REFERRED
    + """GROUP BY s.id, s.number, s.nickname
ORDER BY count(*) FILTER (WHERE f.is_first) DESC, s.id LIMIT %(limit)s"""
)

BUYERS = (
    f"SELECT b.number, b.nickname, {_COUNTS},"
    " bool_or(f.is_first), min(o.placed_at)"
    + _REFERRED
    + """ AND s.number = %(sharer)s GROUP BY b.id, b.number, b.nickname
ORDER BY min(o.placed_at), b.id LIMIT %(limit)s"""
)

OF_MEMBER = (
    f"SELECT count(DISTINCT b.id), {_COUNTS},"
    " count(*) FILTER (WHERE f.is_first)" + _REFERRED + " AND o.sharer_member_id = %(member_id)s"
)
