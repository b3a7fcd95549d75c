"""The SQL of what pays an order beside WeChat. An order without tenders never comes here."""

from app.domain.catalog import SELLING

_OWN = """
SELECT v.id, v.number, v.state, v.revision_id, v.valid_from, v.valid_until, v.allocated_fen
FROM vouchers v WHERE v.merchant_id = %(merchant_id)s AND v.holder_id = %(member_id)s
"""
OWN_VOUCHER = _OWN + " AND v.number = %(number)s"
# The offer's door comes before any voucher, as it does where orders and then vouchers are locked.
LOCK_VOUCHER = f"{OWN_VOUCHER} AND {SELLING} FOR NO KEY UPDATE"

# What could be meant: vouchers that lower a price and are neither used up nor over.
CANDIDATES = (
    _OWN
    + """ AND v.state IN ('issuing', 'active', 'locked', 'held', 'frozen')
  AND v.valid_until > %(at)s
  AND EXISTS (SELECT FROM benefit_revisions r
    WHERE r.merchant_id = %(merchant_id)s AND r.id = v.revision_id AND r.kind = ANY(%(kinds)s))
ORDER BY v.valid_until, v.id LIMIT %(limit)s"""
)

ADD = """
INSERT INTO order_tenders
  (merchant_id, order_id, kind, state, amount_fen, points, voucher_id, payer_member_id)
SELECT %(merchant_id)s, %(order_id)s, kind, 'held', amount_fen, points, voucher_id, payer_member_id
FROM jsonb_to_recordset(%(tenders)s::jsonb) AS t (kind text, amount_fen bigint, points bigint,
  voucher_id bigint, payer_member_id bigint)
"""

# Whoever asks holds the order; its tenders change under that lock only.
OF_ORDER = """
SELECT t.kind, t.state, t.amount_fen, t.points, t.voucher_id, t.payer_member_id, t.returned_fen,
  t.returned_points, coalesce(v.number, ''), coalesce(v.allocated_fen, 0)
FROM order_tenders t
LEFT JOIN vouchers v ON v.merchant_id = t.merchant_id AND v.id = t.voucher_id
WHERE t.merchant_id = %(merchant_id)s AND t.order_id = %(order_id)s ORDER BY t.id
"""

SETTLE = """
UPDATE order_tenders SET state = %(state)s
WHERE merchant_id = %(merchant_id)s AND order_id = %(order_id)s AND state = 'held'
"""

LOCK_TO_RETURN = """
SELECT o.number, o.state, o.total_fen, o.wechat_fen, o.wechat_returned_fen FROM orders o
WHERE o.merchant_id = %(merchant_id)s AND o.id = %(order_id)s FOR NO KEY UPDATE
"""

RETURNED_BEFORE = """
SELECT r.wechat_fen, r.value_fen, r.points, v.number
FROM order_returns r
LEFT JOIN vouchers v ON v.merchant_id = r.merchant_id AND v.id = r.voucher_id
WHERE r.merchant_id = %(merchant_id)s AND r.cause = %(cause)s AND r.order_id = %(order_id)s
"""

RETURN = """
WITH kept AS (
  INSERT INTO order_returns
    (merchant_id, order_id, cause, returned_at, wechat_fen, value_fen, points, voucher_id)
  VALUES (%(merchant_id)s, %(order_id)s, %(cause)s, %(at)s, %(wechat_fen)s, %(value_fen)s,
    %(points)s, %(voucher_id)s)
), billed AS (
  UPDATE orders SET wechat_returned_fen = wechat_returned_fen + %(wechat_fen)s
  WHERE merchant_id = %(merchant_id)s AND id = %(order_id)s
)
UPDATE order_tenders t SET returned_fen = t.returned_fen + back.fen,
  returned_points = t.returned_points + back.points,
  state = CASE WHEN t.returned_points + back.points = t.points
      AND (t.kind = 'points' OR t.returned_fen + back.fen = t.amount_fen)
    THEN 'returned' ELSE t.state END
FROM jsonb_to_recordset(%(tenders)s::jsonb) AS back (kind text, fen bigint, points bigint)
WHERE t.merchant_id = %(merchant_id)s AND t.order_id = %(order_id)s AND t.kind = back.kind
"""

TAKE_OVER = """
UPDATE order_tenders SET payer_member_id = %(winner_id)s
WHERE merchant_id = %(merchant_id)s AND payer_member_id = %(loser_id)s
"""
