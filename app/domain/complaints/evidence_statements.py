"""What is known of one order: a statement for each section, a JSON object for each row.

Of people only the buyer is in it. Who else came to hold a voucher, and what he said, is not.
"""

_OF_ORDER = """
WHERE x.merchant_id = %(merchant_id)s AND x.order_id = %(order_id)s ORDER BY x.id
"""
_VOUCHERS_OF_ORDER = """
FROM cards c JOIN vouchers v ON v.merchant_id = c.merchant_id AND v.card_id = c.id
"""
_HERE = "WHERE c.merchant_id = %(merchant_id)s AND c.order_id = %(order_id)s"

ORDER = """
SELECT jsonb_build_object('number', o.number, 'state', o.state, 'total_fen', o.total_fen,
  'member', m.number, 'placed_at', o.placed_at, 'paid_at', o.paid_at,
  'fulfilled_at', o.fulfilled_at, 'closed_at', o.closed_at, 'close_reason', o.close_reason,
  'channel', o.source_channel, 'scene', o.source_scene,
  'lines', (SELECT jsonb_agg(jsonb_build_object('title', l.title, 'quantity', l.quantity,
      'unit_price_fen', l.unit_price_fen, 'amount_fen', l.amount_fen, 'contents', l.contents)
      ORDER BY l.id)
    FROM order_lines l WHERE l.merchant_id = o.merchant_id AND l.order_id = o.id))
FROM orders o JOIN members m ON m.merchant_id = o.merchant_id AND m.id = o.member_id
WHERE o.merchant_id = %(merchant_id)s AND o.id = %(order_id)s
"""
PAYMENTS = f"""
SELECT jsonb_build_object('number', x.number, 'state', x.state, 'amount_fen', x.amount_fen,
  'transaction_id', x.transaction_id, 'asked_at', x.asked_at, 'received_at', x.received_at,
  'closed_at', x.closed_at)
FROM payments x {_OF_ORDER}
"""  # noqa: S608 - joined from our own constants
REFUNDS = """
SELECT jsonb_build_object('number', r.number, 'payment', p.number, 'cause', r.cause,
  'amount_fen', r.amount_fen, 'reason', r.reason, 'state', r.state, 'asked_at', r.asked_at,
  'settled_at', r.settled_at, 'wechat_refund_id', r.wechat_refund_id, 'trouble', r.trouble)
FROM refunds r JOIN payments p ON p.merchant_id = r.merchant_id AND p.id = r.payment_id
WHERE r.merchant_id = %(merchant_id)s AND p.order_id = %(order_id)s ORDER BY r.id
"""
VOUCHERS = f"""
SELECT jsonb_build_object('number', v.number, 'card', c.number, 'name', b.name,
  'state', v.state, 'allocated_fen', v.allocated_fen, 'valid_from', v.valid_from,
  'valid_until', v.valid_until, 'is_given_away', v.holder_id <> v.buyer_id,
  'terms', jsonb_build_object('revision', b.revision, 'kind', b.kind,
    'market_value_fen', b.market_value_fen, 'face', b.face, 'conditions', b.conditions,
    'hand_over', b.hand_over, 'published_at', b.published_at),
  'timeline', (SELECT jsonb_agg(jsonb_build_object('at', e.at, 'action', e.action,
      'from', e.from_state, 'to', e.to_state, 'reference', e.reference, 'reason', e.reason)
      ORDER BY e.id)
    FROM voucher_events e WHERE e.merchant_id = v.merchant_id AND e.voucher_id = v.id))
{_VOUCHERS_OF_ORDER}
JOIN benefit_revisions b ON b.merchant_id = v.merchant_id AND b.id = v.revision_id
{_HERE} ORDER BY v.id
"""  # noqa: S608 - joined from our own constants
REDEMPTIONS = f"""
SELECT jsonb_build_object('number', r.number, 'voucher', v.number, 'store', s.name,
  'redeemed_at', r.redeemed_at, 'actor', r.actor, 'value_fen', r.value_fen, 'points', r.points,
  'reversed_at', r.reversed_at, 'reversed_by', r.reversed_by, 'reverse_reason', r.reverse_reason)
{_VOUCHERS_OF_ORDER}
JOIN redemptions r ON r.merchant_id = v.merchant_id AND r.voucher_id = v.id
LEFT JOIN stores s ON s.merchant_id = r.acceptor_merchant_id AND s.id = r.store_id
{_HERE} ORDER BY r.id
"""

_MESSAGES = """
SELECT jsonb_build_object('message', x.message, 'by', x.channel, 'state', x.state,
  'reason', x.reason, 'at', x.at, 'settled_at', x.settled_at)
FROM sent_messages x
WHERE x.merchant_id = %(merchant_id)s AND x.member_id = %(member_id)s AND x.event_key IN (
  SELECT 'order:' || number FROM orders
  WHERE merchant_id = %(merchant_id)s AND id = %(order_id)s
  UNION ALL
  SELECT moment || number FROM returns,
    unnest(ARRAY['refund_asked:', 'refund_done:', 'refund_declined:']) moment
  WHERE merchant_id = %(merchant_id)s AND order_id = %(order_id)s
  UNION ALL
  SELECT 'redemption:' || r.number FROM redemptions r
  JOIN vouchers v ON v.merchant_id = r.merchant_id AND v.id = r.voucher_id
  JOIN cards c ON c.merchant_id = v.merchant_id AND c.id = v.card_id
  WHERE r.merchant_id = %(merchant_id)s AND c.order_id = %(order_id)s)
ORDER BY x.id
"""
_TENDERS = f"""
SELECT jsonb_build_object('kind', x.kind, 'state', x.state, 'amount_fen', x.amount_fen,
  'points', x.points)
FROM order_tenders x {_OF_ORDER}
"""  # noqa: S608 - joined from our own constants
_RETURNS = f"""
SELECT to_jsonb(x) - ARRAY['merchant_id', 'id', 'order_id', 'member_id']
  || jsonb_build_object('asked_by', regexp_replace(x.asked_by, '^member:.*', 'member'))
FROM returns x {_OF_ORDER}
"""  # noqa: S608 - joined from our own constants
_GOODWILL = """
SELECT jsonb_build_object('at', g.at, 'actor', g.actor, 'card', g.card_number,
  'cost_fen', g.cost_fen, 'reason', g.reason)
FROM goodwill_grants g
JOIN complaint_tickets t ON t.merchant_id = g.merchant_id AND t.id = g.ticket_id
WHERE g.merchant_id = %(merchant_id)s AND t.order_id = %(order_id)s
  AND g.member_id = %(member_id)s ORDER BY g.id
"""
# Everything that was booked because of it, under the causes that its course can have.
_LEDGER = """
WITH stems AS (
  SELECT unnest(ARRAY['checkout:' || number, 'topup:' || number, 'purchase:' || number,
    'maturing:purchase:' || number, 'value_hold:' || id, 'value_capture:' || id,
    'value_release:' || id, 'points_hold:' || id, 'points_capture:' || id,
    'points_release:' || id]) AS stem
  FROM orders WHERE merchant_id = %(merchant_id)s AND id = %(order_id)s
  UNION ALL
  SELECT unnest(ARRAY['payment:' || number, 'late:' || id]) FROM payments
  WHERE merchant_id = %(merchant_id)s AND order_id = %(order_id)s
  UNION ALL
  SELECT 'refund:' || r.number FROM refunds r
  JOIN payments p ON p.merchant_id = r.merchant_id AND p.id = r.payment_id
  WHERE r.merchant_id = %(merchant_id)s AND p.order_id = %(order_id)s
  UNION ALL
  SELECT 'transfer:' || transfer_number FROM returns
  WHERE merchant_id = %(merchant_id)s AND order_id = %(order_id)s AND transfer_number IS NOT NULL
  UNION ALL
  SELECT 'return:' || number || part FROM returns,
    unnest(ARRAY['', ':value', ':points', ':topup', ':earned']) part
  WHERE merchant_id = %(merchant_id)s AND order_id = %(order_id)s
  UNION ALL
  SELECT unnest(ARRAY['redemption:' || r.number, 'reversal:' || r.number || ':value',
    'reversal:' || r.number || ':points'])
  FROM redemptions r
  JOIN vouchers v ON v.merchant_id = r.merchant_id AND v.id = r.voucher_id
  JOIN cards c ON c.merchant_id = v.merchant_id AND c.id = v.card_id
  WHERE r.merchant_id = %(merchant_id)s AND c.order_id = %(order_id)s
)
SELECT jsonb_build_object('cause', e.cause, 'at', e.posted_at, 'asset', p.asset,
  'amount', p.amount, 'from', a.kind, 'to', b.kind)
FROM stems
JOIN ledger_entries e ON e.merchant_id = %(merchant_id)s AND e.cause = stems.stem
JOIN ledger_postings p ON p.merchant_id = e.merchant_id AND p.entry_id = e.id
JOIN ledger_accounts a ON a.merchant_id = p.merchant_id AND a.id = p.source_id
JOIN ledger_accounts b ON b.merchant_id = p.merchant_id AND b.id = p.destination_id
ORDER BY e.id, p.id
"""
# Details may name people; who acted is told by what he is.
_AUDIT = """
WITH subjects AS (
  SELECT number FROM orders WHERE merchant_id = %(merchant_id)s AND id = %(order_id)s
  UNION ALL
  SELECT number FROM returns WHERE merchant_id = %(merchant_id)s AND order_id = %(order_id)s
  UNION ALL
  SELECT number FROM complaint_tickets WHERE merchant_id = %(merchant_id)s
    AND order_id = %(order_id)s AND (member_id IS NULL OR member_id = %(member_id)s)
  UNION ALL
  SELECT v.number FROM vouchers v
  JOIN cards c ON c.merchant_id = v.merchant_id AND c.id = v.card_id
  WHERE v.merchant_id = %(merchant_id)s AND c.order_id = %(order_id)s
)
SELECT jsonb_build_object('at', x.at, 'action', x.action, 'subject', x.subject,
  'actor', CASE WHEN x.actor = 'member:' || %(member_id)s::bigint THEN 'buyer'
    ELSE regexp_replace(x.actor, '^member:.*', 'somebody else') END)
FROM subjects s JOIN audit x ON x.merchant_id = %(merchant_id)s AND x.subject = s.number
WHERE x.action <> 'order.evidence'
ORDER BY x.id
"""
MORE = {
    "messages": _MESSAGES,
    "tenders": _TENDERS,
    "after_sales": _RETURNS,
    "goodwill": _GOODWILL,
    "ledger": _LEDGER,
    "audit": _AUDIT,
}
