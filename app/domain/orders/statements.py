"""The orders' SQL, prepared once per connection.

Placing and paying are hot: each is one locked look and one statement that writes everything.
They name tables of the subjects below (stock, payments, ledger), which is why they live in the
subject on top.
"""

from app.domain.catalog import UNCHANGED
from app.domain.members import SESSION_IS_GOOD

# The offer must be as it was read, and the request key goes first: with an offer that changed, or
# a key that was used before, the gate stays shut and nothing is taken.
PLACE = """
WITH offer AS (
  {unchanged}
), key AS (
  INSERT INTO request_keys (merchant_id, actor, key, body_hash, status, answer, created_at)
  SELECT %(merchant_id)s, %(key_actor)s, %(key)s, %(key_hash)s, 201, %(answer)s::jsonb, %(at)s
  FROM offer WHERE %(key)s::text IS NOT NULL
  ON CONFLICT DO NOTHING RETURNING 1
), gate AS (
  SELECT 1 FROM offer WHERE %(key)s::text IS NULL OR EXISTS (SELECT FROM key)
), stock AS (
  UPDATE offer_stock SET taken = taken + %(quantity)s
  WHERE merchant_id = %(merchant_id)s AND offer_id = %(offer_id)s AND slot = 0
    AND taken + %(quantity)s <= quota AND EXISTS (SELECT FROM gate)
  RETURNING 1
), taker AS (
  INSERT INTO offer_takers AS t (merchant_id, offer_id, member_id, taken)
  SELECT %(merchant_id)s, %(offer_id)s, %(member_id)s, %(quantity)s FROM gate
  WHERE %(per_member)s::bigint IS NOT NULL
    AND (NOT %(has_stock)s OR EXISTS (SELECT FROM stock))
  ON CONFLICT (merchant_id, offer_id, member_id) DO UPDATE SET taken = t.taken + EXCLUDED.taken
    WHERE t.taken + EXCLUDED.taken <= %(per_member)s
  RETURNING 1
), placed AS (
  INSERT INTO orders (merchant_id, number, member_id, state, total_fen, wechat_fen, has_tenders,
    app_id, channel_id, source_channel, source_scene, source_referrer, sharer_member_id, gift,
    placed_at, expires_at)
  SELECT %(merchant_id)s, %(number)s, %(member_id)s, 'pending', %(total_fen)s, %(wechat_fen)s,
    %(has_tenders)s, %(app_id)s, %(channel_id)s, %(source_channel)s, %(source_scene)s,
    %(source_referrer)s, %(sharer_member_id)s, %(gift)s::jsonb, %(at)s, %(expires_at)s
  FROM gate
  WHERE (NOT %(has_stock)s OR EXISTS (SELECT FROM stock))
    AND (%(per_member)s::bigint IS NULL OR EXISTS (SELECT FROM taker))
  RETURNING id
), line AS (
  INSERT INTO order_lines (merchant_id, order_id, offer_id, title, quantity, unit_price_fen,
    amount_fen, discount_fen, contents, from_stock, is_counted, kind, terms, goods_kind,
    refund_policy)
  SELECT %(merchant_id)s, id, %(offer_id)s, %(title)s, %(quantity)s, %(unit_price_fen)s,
    %(list_fen)s, %(discount_fen)s, %(contents)s::jsonb, %(has_stock)s,
    %(per_member)s::bigint IS NOT NULL, %(kind)s, %(terms)s::jsonb, %(goods_kind)s,
    %(refund_policy)s
  FROM placed
), bill AS (
  INSERT INTO payments (merchant_id, number, order_id, channel_id, appid, payer_openid,
    amount_fen, state, asked_at, look_at)
  SELECT %(merchant_id)s, %(payment_number)s, id, %(channel_id)s, %(appid)s, %(openid)s,
    %(wechat_fen)s, 'waiting', %(at)s, %(look_at)s FROM placed
  WHERE %(payment_number)s::text IS NOT NULL
)
SELECT EXISTS (SELECT FROM offer), EXISTS (SELECT FROM gate), NOT %(has_stock)s OR EXISTS (SELECT FROM stock),
  (SELECT id FROM placed),
  EXISTS ({session})
""".replace("{session}", SESSION_IS_GOOD).replace("{unchanged}", UNCHANGED)

# A merchant's own figures; nothing that was decided hangs on it.
NOTE_CHAT = """
UPDATE orders SET source_group = %(group)s
WHERE merchant_id = %(merchant_id)s AND id = %(order_id)s AND source_group IS NULL
"""

# Order and payment are locked together, the order first; a waiter gets the newest of both.
LOCK_FOR_PAYMENT = """
SELECT p.id, p.channel_id, p.appid, p.payer_openid, p.amount_fen, p.state, p.transaction_id,
  o.id, o.number, o.member_id, o.state,
  (SELECT jsonb_agg(jsonb_build_array(l.offer_id, l.title, l.quantity,
     l.amount_fen - l.discount_fen, l.contents, l.kind, l.terms) ORDER BY l.id)
   FROM order_lines l WHERE l.merchant_id = %(merchant_id)s AND l.order_id = o.id),
  EXISTS (SELECT FROM members m WHERE m.merchant_id = %(merchant_id)s AND m.id = o.member_id
    AND m.merged_into IS NOT NULL),
  o.gift,
  CASE WHEN EXISTS (SELECT FROM order_lines l JOIN assist_campaigns c
    ON c.merchant_id = %(merchant_id)s AND c.offer_id = l.offer_id
    WHERE l.merchant_id = %(merchant_id)s AND l.order_id = o.id
      AND c.published_at <= o.placed_at) THEN o.placed_at END,
  o.has_tenders
FROM payments p JOIN orders o ON o.merchant_id = p.merchant_id AND o.id = p.order_id
WHERE p.merchant_id = %(merchant_id)s AND p.number = %(number)s
FOR NO KEY UPDATE OF o, p
"""

RECEIVE = """
WITH money AS (
  UPDATE payments SET state = 'received', transaction_id = %(transaction_id)s,
    received_at = %(paid_at)s
  WHERE merchant_id = %(merchant_id)s AND id = %(payment_id)s AND state <> 'received'
  RETURNING id
), settled AS (
  UPDATE orders SET state = 'fulfilled', paid_at = %(paid_at)s, fulfilled_at = %(at)s
  WHERE merchant_id = %(merchant_id)s AND id = %(order_id)s AND state = 'pending'
    AND %(in_time)s AND EXISTS (SELECT FROM money)
), entry AS (
  INSERT INTO ledger_entries (merchant_id, cause, posted_at)
  SELECT %(merchant_id)s, %(cause)s, %(at)s FROM money RETURNING id
), posting AS (
  INSERT INTO ledger_postings (merchant_id, entry_id, source_id, destination_id, asset, amount)
  SELECT %(merchant_id)s, entry.id, payers.id, kept.id, 'cny', %(amount_fen)s
  FROM entry, ledger_accounts payers, ledger_accounts kept
  WHERE payers.merchant_id = %(merchant_id)s AND payers.kind = 'payers' AND payers.owner = 0
    AND payers.asset = 'cny'
    AND kept.merchant_id = %(merchant_id)s AND kept.kind = %(kept_as)s AND kept.owner = 0
    AND kept.asset = 'cny'
)
INSERT INTO outbox (merchant_id, job, event, payload, published_at, due_at)
SELECT %(merchant_id)s, job, %(event)s, %(payload)s::jsonb, %(at)s, %(at)s
FROM money, unnest(%(jobs)s::text[]) AS job
"""

FULFIL_FREE = """
UPDATE orders SET state = 'fulfilled', paid_at = %(at)s, fulfilled_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = %(order_id)s AND state = 'pending'
"""

LOCK_TO_CLOSE = """
SELECT o.id, o.member_id, o.state, o.has_tenders, o.number
FROM orders o WHERE o.merchant_id = %(merchant_id)s AND o.id = %(order_id)s
FOR NO KEY UPDATE
"""
# Asked after the lock: beside it they would be as old as the question, and somebody who gave the
# offer a limit meanwhile has counted them.
LINES_TO_PUT_BACK = """
SELECT offer_id, quantity, from_stock, is_counted FROM order_lines
WHERE merchant_id = %(merchant_id)s AND order_id = %(order_id)s
ORDER BY offer_id, id
"""

CLOSE = """
WITH bill AS (
  UPDATE payments SET state = 'closed', closed_at = %(at)s
  WHERE merchant_id = %(merchant_id)s AND order_id = %(order_id)s AND state = 'waiting'
)
UPDATE orders SET state = 'closed', closed_at = %(at)s, close_reason = %(reason)s
WHERE merchant_id = %(merchant_id)s AND id = %(order_id)s AND state = 'pending'
"""

# Across merchants, without locks; closing locks per merchant. What could not be closed comes last.
OVERDUE = """
SELECT o.merchant_id, o.id, p.number, o.channel_id FROM orders o
LEFT JOIN payments p ON p.merchant_id = o.merchant_id AND p.order_id = o.id
  AND p.state = 'waiting'
WHERE o.state = 'pending' AND o.expires_at <= %(at)s
ORDER BY o.close_tried_at NULLS FIRST, o.expires_at LIMIT %(limit)s
"""

TAKE_OVER = """
UPDATE orders SET member_id = %(winner_id)s
WHERE merchant_id = %(merchant_id)s AND member_id = %(loser_id)s
"""

# Whom he brought, the winner brought; but nobody brings himself.
TAKE_OVER_BROUGHT = """
UPDATE orders SET sharer_member_id = nullif(%(winner_id)s, member_id)
WHERE merchant_id = %(merchant_id)s
  AND (sharer_member_id = %(loser_id)s
    OR (sharer_member_id = %(winner_id)s AND member_id = %(winner_id)s))
"""

# What both took counts together against the limit, so that closing an order gives it back there.
TAKE_OVER_SHARES = """
WITH gone AS (
  DELETE FROM offer_takers WHERE merchant_id = %(merchant_id)s AND member_id = %(loser_id)s
  RETURNING offer_id, taken
)
INSERT INTO offer_takers AS t (merchant_id, offer_id, member_id, taken)
SELECT %(merchant_id)s, offer_id, %(winner_id)s, taken FROM gone ORDER BY offer_id
ON CONFLICT (merchant_id, offer_id, member_id) DO UPDATE SET taken = t.taken + EXCLUDED.taken
"""

NOTE_CLOSE_TRY = """
UPDATE orders SET close_tried_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = %(order_id)s AND state = 'pending'
"""

VIEW = """
SELECT o.id, o.number, o.state, o.total_fen, o.wechat_fen, o.wechat_returned_fen, o.placed_at, o.expires_at, o.paid_at, o.closed_at,
  o.close_reason,
  (SELECT jsonb_agg(jsonb_build_object('title', l.title, 'quantity', l.quantity,
     'unit_price_fen', l.unit_price_fen, 'amount_fen', l.amount_fen,
     'discount_fen', l.discount_fen) ORDER BY l.id)
   FROM order_lines l WHERE l.merchant_id = o.merchant_id AND l.order_id = o.id),
  (SELECT g.number FROM gifts g WHERE g.merchant_id = o.merchant_id AND g.order_id = o.id),
  CASE WHEN o.has_tenders THEN (
    SELECT jsonb_agg(jsonb_build_object('kind', t.kind, 'state', t.state,
      'amount_fen', t.amount_fen, 'points', t.points, 'voucher',
      (SELECT v.number FROM vouchers v WHERE v.merchant_id = t.merchant_id AND v.id = t.voucher_id),
      'returned_fen', t.returned_fen, 'returned_points', t.returned_points) ORDER BY t.id)
    FROM order_tenders t WHERE t.merchant_id = o.merchant_id AND t.order_id = o.id) END
FROM orders o WHERE o.merchant_id = %(merchant_id)s AND o.member_id = %(member_id)s
"""
VIEW_ONE = VIEW + " AND o.number = %(number)s"
VIEW_PAGE = (
    VIEW
    + """ AND o.id < coalesce(%(after)s::bigint, 9223372036854775807)
ORDER BY o.id DESC LIMIT %(limit)s"""
)

GOODS = """
SELECT coalesce(l.goods_kind, g.goods_kind) FROM order_lines l
JOIN offers g ON g.merchant_id = l.merchant_id AND g.id = l.offer_id
WHERE l.merchant_id = %(merchant_id)s AND l.order_id = %(order_id)s
"""

WORDS = """
SELECT o.member_id, a.appid, string_agg(l.title, '、' ORDER BY l.id), o.total_fen, o.number,
  o.paid_at,
  vouchers.here, vouchers.locked
FROM orders o
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE v.state <> 'locked') AS here,
    count(*) FILTER (WHERE v.state = 'locked') AS locked
  FROM cards c JOIN vouchers v ON v.merchant_id = c.merchant_id AND v.card_id = c.id
  WHERE c.merchant_id = o.merchant_id AND c.order_id = o.id) vouchers
JOIN wechat_apps a ON a.merchant_id = o.merchant_id AND a.id = o.app_id
JOIN order_lines l ON l.merchant_id = o.merchant_id AND l.order_id = o.id
WHERE o.merchant_id = %(merchant_id)s AND o.id = %(order_id)s
GROUP BY o.merchant_id, o.id, o.member_id, a.appid, o.total_fen, o.number, o.paid_at,
  vouchers.here, vouchers.locked
"""

GROWTH = """
SELECT o.number, o.member_id, f.number, l.kind, l.quantity, l.amount_fen - l.discount_fen,
  coalesce(o.paid_at, o.fulfilled_at, o.placed_at)
FROM orders o
JOIN order_lines l ON l.merchant_id = o.merchant_id AND l.order_id = o.id
JOIN offers f ON f.merchant_id = l.merchant_id AND f.id = l.offer_id
WHERE o.merchant_id = %(merchant_id)s AND o.id = %(order_id)s
ORDER BY l.id
"""

# Unpaid orders are few: they have fifteen minutes.
HURRY = """
WITH waiting AS (
  SELECT o.id FROM orders o
  WHERE o.merchant_id = %(merchant_id)s AND o.state = 'pending' AND o.expires_at > %(at)s
    AND EXISTS (SELECT FROM order_lines l WHERE l.merchant_id = %(merchant_id)s
                AND l.order_id = o.id AND l.offer_id = %(offer_id)s)
  ORDER BY o.id FOR NO KEY UPDATE
)
UPDATE orders o SET expires_at = %(at)s FROM waiting
WHERE o.merchant_id = %(merchant_id)s AND o.id = waiting.id
"""
