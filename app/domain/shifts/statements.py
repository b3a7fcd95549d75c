"""The shifts' SQL.

A redemption counts when it was made; one that was taken in without network counts when it was
uploaded, since the shift in which it was scanned may be closed by then.
"""

LAST = """
SELECT ends_at FROM shift_closings
WHERE merchant_id = %(merchant_id)s AND staff_id = %(staff_id)s AND store_id = %(store_id)s
ORDER BY starts_at DESC LIMIT 1
"""

# 720 minutes is the longest that a scan without network may wait (the rules' own check).
_COUNTED = """
FROM redemptions r
LEFT JOIN offline_scans o ON o.merchant_id = r.merchant_id AND o.redemption = r.number
  AND NOT o.is_replay
JOIN vouchers v ON v.merchant_id = r.merchant_id AND v.id = r.voucher_id
JOIN benefit_revisions b ON b.merchant_id = v.merchant_id AND b.id = v.revision_id
WHERE r.merchant_id = %(merchant_id)s AND r.acceptor_merchant_id = %(merchant_id)s
  AND r.store_id = %(store_id)s AND r.actor = %(actor)s
  AND r.redeemed_at >= %(starts_at)s::timestamptz - interval '720 minutes'
  AND r.redeemed_at < %(ends_at)s
  AND coalesce(o.uploaded_at, r.redeemed_at) >= %(starts_at)s
  AND coalesce(o.uploaded_at, r.redeemed_at) < %(ends_at)s
"""
LINES = (
    """
SELECT b.name, count(*) FILTER (WHERE r.reversed_at IS NULL),
  count(*) FILTER (WHERE r.reversed_at IS NOT NULL),
  coalesce(sum(r.value_fen) FILTER (WHERE r.reversed_at IS NULL), 0)::bigint,
  coalesce(sum(r.points) FILTER (WHERE r.reversed_at IS NULL), 0)::bigint
"""
    + _COUNTED
    + "GROUP BY b.name ORDER BY 2 DESC, b.name"
)

# Two closings of one shift meet at the unique key; the later one writes nothing.
CLOSE = """
INSERT INTO shift_closings (merchant_id, staff_id, store_id, starts_at, ends_at, redeemed,
  reversed, value_fen, points, counted, note)
VALUES (%(merchant_id)s, %(staff_id)s, %(store_id)s, %(starts_at)s, %(ends_at)s, %(redeemed)s,
  %(reversed)s, %(value_fen)s, %(points)s, %(counted)s, %(note)s)
ON CONFLICT DO NOTHING
"""

CLOSINGS = """
SELECT c.id, t.name, s.name, c.starts_at, c.ends_at, c.redeemed, c.reversed, c.value_fen,
  c.points, c.counted, c.note
FROM shift_closings c
JOIN staff t ON t.merchant_id = c.merchant_id AND t.id = c.staff_id
JOIN stores s ON s.merchant_id = c.merchant_id AND s.id = c.store_id
WHERE c.merchant_id = %(merchant_id)s
  AND (%(staff_id)s::bigint IS NULL OR c.staff_id = %(staff_id)s)
  AND (%(after)s::bigint IS NULL OR c.id < %(after)s)
ORDER BY c.id DESC LIMIT %(limit)s
"""
