"""Orders as the merchant looks at them: found by filters, one with all that belongs to it."""

_SEEN = """
SELECT o.id, o.number, o.state, o.total_fen, o.wechat_fen, o.wechat_returned_fen, o.has_tenders,
  o.placed_at, o.paid_at, m.number, m.nickname,
  (SELECT string_agg(l.title || CASE WHEN l.quantity > 1 THEN ' ×' || l.quantity ELSE '' END, '、'
     ORDER BY l.id)
   FROM order_lines l WHERE l.merchant_id = o.merchant_id AND l.order_id = o.id),
  o.source_channel
"""
# The page is cut first; what is shown beside each order is looked up for that page alone. Only
# conditions that were asked for are there: one that may be off serves no index.
_FOUND = """FROM (
  SELECT * FROM {orders} o WHERE o.merchant_id = %(merchant_id)s{conditions}
  ORDER BY o.placed_at DESC, o.id DESC LIMIT %(limit)s
) o JOIN members m ON m.merchant_id = o.merchant_id AND m.id = o.member_id
ORDER BY o.placed_at DESC, o.id DESC"""
PAGE = _SEEN + _FOUND
ALL = "orders"
# A member's own first, however few they are: never through everybody's in search of them.
OF_MEMBER = """(WITH own AS MATERIALIZED (SELECT * FROM orders
    WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s) SELECT * FROM own)"""
SINCE = " AND o.placed_at >= %(since)s"
UNTIL = " AND o.placed_at < %(until)s"
AFTER = " AND (o.placed_at, o.id) < (%(after_time)s, %(after_id)s)"

ONE = """
SELECT o.id, o.number, o.state, o.total_fen, o.wechat_fen, o.wechat_returned_fen, o.placed_at,
  o.expires_at, o.paid_at, o.fulfilled_at, o.closed_at, o.close_reason, m.id, m.number, m.nickname,
  a.appid, o.source_channel, o.source_scene, o.source_group, o.source_referrer,
  (SELECT s.number FROM members s WHERE s.merchant_id = o.merchant_id
     AND s.id = o.sharer_member_id),
  (SELECT g.number FROM gifts g WHERE g.merchant_id = o.merchant_id AND g.order_id = o.id),
  (SELECT jsonb_agg(jsonb_build_object('title', l.title, 'quantity', l.quantity, 'kind', l.kind,
     'unit_price_fen', l.unit_price_fen, 'amount_fen', l.amount_fen,
     'discount_fen', l.discount_fen, 'returned_pieces', l.returned_pieces) ORDER BY l.id)
   FROM order_lines l WHERE l.merchant_id = o.merchant_id AND l.order_id = o.id)
FROM orders o
JOIN members m ON m.merchant_id = o.merchant_id AND m.id = o.member_id
JOIN wechat_apps a ON a.merchant_id = o.merchant_id AND a.id = o.app_id
WHERE o.merchant_id = %(merchant_id)s AND o.number = %(number)s
"""

PAYMENTS = """
SELECT p.number, p.state, p.amount_fen, p.returned_fen, p.transaction_id, p.asked_at,
  p.received_at, p.closed_at, c.mchid
FROM payments p JOIN pay_channels c ON c.merchant_id = p.merchant_id AND c.id = p.channel_id
WHERE p.merchant_id = %(merchant_id)s AND p.order_id = %(order_id)s ORDER BY p.id
"""

VOUCHERS = """
SELECT v.number, b.name, v.state, v.allocated_fen, b.market_value_fen, v.valid_until,
  v.holder_id <> v.buyer_id, c.number
FROM cards c
JOIN vouchers v ON v.merchant_id = c.merchant_id AND v.card_id = c.id
JOIN benefit_revisions b ON b.merchant_id = v.merchant_id AND b.id = v.revision_id
WHERE c.merchant_id = %(merchant_id)s AND c.order_id = %(order_id)s
ORDER BY c.id, v.id LIMIT %(limit)s
"""

# What happened to its vouchers after they were issued, the newest first.
MOVES = """
SELECT e.at, e.action, e.reason, e.actor, e.reference, v.number, b.name
FROM cards c
JOIN vouchers v ON v.merchant_id = c.merchant_id AND v.card_id = c.id
JOIN benefit_revisions b ON b.merchant_id = v.merchant_id AND b.id = v.revision_id
JOIN voucher_events e ON e.merchant_id = v.merchant_id AND e.voucher_id = v.id
WHERE c.merchant_id = %(merchant_id)s AND c.order_id = %(order_id)s AND e.action <> 'issue'
ORDER BY e.at DESC, e.id DESC LIMIT %(limit)s
"""

BY_PAYMENT = """
SELECT o.number FROM payments p
JOIN orders o ON o.merchant_id = p.merchant_id AND o.id = p.order_id
WHERE p.merchant_id = %(merchant_id)s AND (p.number = %(said)s OR p.transaction_id = %(said)s)
LIMIT 1
"""
