"""The SQL of returns. Order of the locks: the order, the return, then payments and vouchers.

It moves an order's state, which only a return changes after it is fulfilled.
"""

_ORDER = """
SELECT o.id, o.number, o.state, o.member_id, o.total_fen, o.paid_at, o.fulfilled_at,
  coalesce(l.refund_policy, f.refund_policy), l.kind, l.terms, l.title, l.quantity, o.has_tenders,
  (SELECT r.number FROM returns r WHERE r.merchant_id = %(merchant_id)s AND r.order_id = o.id
     AND r.state IN ('asked', 'frozen', 'paying', 'paid'))
FROM orders o
JOIN LATERAL (SELECT * FROM order_lines WHERE merchant_id = %(merchant_id)s AND order_id = o.id
  ORDER BY id LIMIT 1) l ON true
JOIN offers f ON f.merchant_id = %(merchant_id)s AND f.id = l.offer_id
WHERE o.merchant_id = %(merchant_id)s
"""
FIND_ORDER = _ORDER + " AND o.number = %(number)s"
LOCK_ORDER = FIND_ORDER + " FOR NO KEY UPDATE OF o"
LOCK_ORDER_BY_ID = _ORDER + " AND o.id = %(order_id)s FOR NO KEY UPDATE OF o"

# What was paid for: cards that friends earned with the order, or unlocked for it, hang on it too.
PAID_FOR = """EXISTS (SELECT FROM voucher_events e WHERE e.merchant_id = v.merchant_id
      AND e.voucher_id = v.id AND e.action = 'issue' AND e.reference = {number})
    AND NOT EXISTS (SELECT FROM assist_tasks t WHERE t.merchant_id = v.merchant_id
      AND t.voucher_id = v.id)"""
_PAID_FOR = PAID_FOR.replace("{number}", "%(order_number)s")

# What the order itself bought: cards that friends earned with it hang on it too, and are theirs.
# Of a monthly card's periods only what never came: the rest of a period has been handed over.
_BOUGHT = """
SELECT v.id, v.number, v.revision_id, v.state, v.allocated_fen, v.valid_until,
  v.holder_id = o.member_id,
  CASE WHEN EXISTS (SELECT FROM gift_vouchers g WHERE g.merchant_id = %(merchant_id)s
         AND g.voucher_id = v.id AND g.is_open) THEN 'gift'
       WHEN EXISTS (SELECT FROM shared_vouchers u
         JOIN shares s ON s.merchant_id = u.merchant_id AND s.id = u.share_id
         WHERE u.merchant_id = %(merchant_id)s AND u.voucher_id = v.id AND s.state = 'waiting')
         THEN 'share'
       WHEN EXISTS (SELECT FROM bookings k WHERE k.merchant_id = %(merchant_id)s
         AND k.voucher_id = v.id AND k.is_open) THEN 'booking' END,
  EXISTS (SELECT FROM returned_vouchers b WHERE b.merchant_id = %(merchant_id)s
    AND b.voucher_id = v.id AND b.counts),
  EXISTS (SELECT FROM assist_tasks t WHERE t.merchant_id = %(merchant_id)s
    AND t.voucher_id = v.id),
  v.state = 'expired' AND EXISTS (SELECT FROM voucher_events e
    WHERE e.merchant_id = %(merchant_id)s AND e.voucher_id = v.id AND e.reason = 'never_issued')
FROM orders o
JOIN cards c ON c.merchant_id = %(merchant_id)s AND c.order_id = o.id
JOIN vouchers v ON v.merchant_id = %(merchant_id)s AND v.card_id = c.id
WHERE o.merchant_id = %(merchant_id)s AND o.id = %(order_id)s
  AND EXISTS (SELECT FROM voucher_events e WHERE e.merchant_id = %(merchant_id)s
    AND e.voucher_id = v.id AND e.action = 'issue' AND (e.reference = o.number
      OR EXISTS (SELECT FROM voucher_events n WHERE n.merchant_id = %(merchant_id)s
          AND n.voucher_id = v.id AND n.reason = 'never_issued')
        AND EXISTS (SELECT FROM subscriptions s WHERE s.merchant_id = %(merchant_id)s
          AND s.order_id = o.id AND s.number = e.reference)))
ORDER BY v.id
"""
FIND_BOUGHT = _BOUGHT
LOCK_BOUGHT = _BOUGHT + " FOR NO KEY UPDATE OF v"

ADD = """
WITH made AS (
  INSERT INTO returns (merchant_id, number, order_id, state, amount_fen, reason, quote, asked_by,
    asked_at, moved_at, looked_at)
  VALUES (%(merchant_id)s, %(number)s, %(order_id)s, %(state)s, %(amount_fen)s, %(reason)s,
    %(quote)s::jsonb, %(actor)s, %(at)s, %(at)s, %(at)s)
  RETURNING id
), inside AS (
  INSERT INTO returned_vouchers (merchant_id, return_id, voucher_id, allocated_fen)
  SELECT %(merchant_id)s, made.id, voucher_id, allocated_fen
  FROM made, unnest(%(vouchers)s::bigint[], %(parts)s::bigint[])
    AS given (voucher_id, allocated_fen)
)
UPDATE orders SET state = 'refunding'
WHERE merchant_id = %(merchant_id)s AND id = %(order_id)s
  AND state IN ('fulfilled', 'partly_refunded')
"""

# Also what still waits for a third party's code: nobody hands it out while its money goes.
FREEZE = """
WITH old AS (
  SELECT id, state FROM vouchers
  WHERE merchant_id = %(merchant_id)s AND id = ANY(%(ids)s)
), frozen AS (
  UPDATE vouchers v SET state = 'frozen', holder_version = holder_version + 1 FROM old
  WHERE v.merchant_id = %(merchant_id)s AND v.id = old.id AND v.state IN ('active', 'issuing')
  RETURNING v.id, old.state
)
INSERT INTO voucher_events
  (merchant_id, voucher_id, at, action, from_state, to_state, actor, reference, reason)
SELECT %(merchant_id)s, id, %(at)s, 'freeze', state, 'frozen', %(actor)s, %(number)s, 'refund'
FROM frozen
"""

UNFREEZE = """
WITH inside AS (
  UPDATE returned_vouchers SET counts = false
  WHERE merchant_id = %(merchant_id)s AND return_id = %(return_id)s RETURNING voucher_id
), thawed AS (
  UPDATE vouchers SET state = 'active'
  FROM inside WHERE merchant_id = %(merchant_id)s AND id = voucher_id AND state = 'frozen'
  RETURNING id
)
INSERT INTO voucher_events
  (merchant_id, voucher_id, at, action, from_state, to_state, actor, reference, reason)
SELECT %(merchant_id)s, id, %(at)s, 'unfreeze', 'frozen', 'active', %(actor)s, %(number)s,
  'refund_off' FROM thawed
"""

CANCEL = """
WITH old AS (
  SELECT v.id, v.state FROM returned_vouchers b
  JOIN vouchers v ON v.merchant_id = b.merchant_id AND v.id = b.voucher_id
  WHERE b.merchant_id = %(merchant_id)s AND b.return_id = %(return_id)s AND b.counts
    AND v.state IN ('frozen', 'expired')
  ORDER BY v.id FOR NO KEY UPDATE OF v
), gone AS (
  UPDATE vouchers v SET state = 'void' FROM old
  WHERE v.merchant_id = %(merchant_id)s AND v.id = old.id RETURNING v.id, old.state
)
INSERT INTO voucher_events
  (merchant_id, voucher_id, at, action, from_state, to_state, actor, reference, reason)
SELECT %(merchant_id)s, id, %(at)s, 'cancel', state, 'void', 'system', %(number)s, 'refunded'
FROM gone
"""

_RETURN = """
SELECT r.id, r.number, r.state, r.order_id, o.number, o.member_id, o.total_fen, o.paid_at,
  r.amount_fen, r.wechat_fen, r.value_fen, r.points, r.reason, r.refund_number,
  r.transfer_number, r.trouble,
  (SELECT count(*) FROM returned_vouchers b
   WHERE b.merchant_id = %(merchant_id)s AND b.return_id = r.id),
  l.kind, l.terms
FROM returns r JOIN orders o ON o.merchant_id = r.merchant_id AND o.id = r.order_id
JOIN LATERAL (SELECT kind, terms FROM order_lines WHERE merchant_id = %(merchant_id)s
  AND order_id = o.id ORDER BY id LIMIT 1) l ON true
WHERE r.merchant_id = %(merchant_id)s
"""
LOCK_RETURN = _RETURN + " AND r.number = %(number)s FOR NO KEY UPDATE OF o, r"
BY_REFUND = """
SELECT number FROM returns WHERE merchant_id = %(merchant_id)s
  AND (refund_number = %(settled)s OR transfer_number = %(settled)s)
"""

MOVE = """
UPDATE returns SET state = %(state)s::text, moved_at = %(at)s::timestamptz,
  looked_at = %(at)s::timestamptz, trouble = NULL, amount_fen = %(amount_fen)s, wechat_fen = %(wechat_fen)s, value_fen = %(value_fen)s,
  points = %(points)s, refund_number = %(refund_number)s,
  transfer_number = %(transfer_number)s,
  done_at = CASE WHEN %(state)s::text = 'done' THEN %(at)s::timestamptz END
WHERE merchant_id = %(merchant_id)s AND id = %(return_id)s
"""
DECIDE = """
UPDATE returns SET state = %(state)s, decided_by = %(actor)s, decision = %(decision)s,
  moved_at = %(at)s, looked_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = %(return_id)s AND state = 'asked'
"""
NOTE_TROUBLE = """
UPDATE returns SET trouble = %(trouble)s
WHERE merchant_id = %(merchant_id)s AND number = %(number)s
  AND state IN ('frozen', 'paying', 'paid')
"""
# Also for a step that always fails: it must not crowd out the others.
NOTE_LOOK = """
UPDATE returns SET looked_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND number = %(number)s
"""
NAME_PAYOUT = """
UPDATE returns SET refund_number = %(refund_number)s, transfer_number = %(transfer_number)s,
  trouble = NULL, moved_at = %(at)s, looked_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = %(return_id)s AND state = 'paying'
"""

_BACK = """(SELECT coalesce(sum(r.amount_fen), 0) FROM returns r
    WHERE r.merchant_id = %(merchant_id)s AND r.order_id = o.id AND r.state = 'done')"""
# Refunded when nothing is left: of its money, and, where more than money paid, of its vouchers.
SETTLE_ORDER = """
UPDATE orders o SET state = CASE
  WHEN NOT EXISTS (SELECT FROM returns r WHERE r.merchant_id = %(merchant_id)s
    AND r.order_id = o.id AND r.state = 'done') THEN 'fulfilled'
  WHEN o.total_fen > 0 AND NOT o.has_tenders AND o.total_fen = {back} THEN 'refunded'
  WHEN (o.total_fen = 0 OR o.has_tenders) AND o.total_fen = {back} AND NOT EXISTS (SELECT FROM cards c
    JOIN vouchers v ON v.merchant_id = c.merchant_id AND v.card_id = c.id
    WHERE c.merchant_id = %(merchant_id)s AND c.order_id = o.id AND v.state <> 'void'
    AND {paid_for})
    THEN 'refunded'
  ELSE 'partly_refunded' END
WHERE o.merchant_id = %(merchant_id)s AND o.id = %(order_id)s AND o.state = 'refunding'
""".replace("{paid_for}", PAID_FOR.replace("{number}", "o.number")).replace("{back}", _BACK)

# Across merchants, without locks; each is looked at again under its own.
RUNNING = """
SELECT merchant_id, number FROM returns
WHERE state IN ('frozen', 'paying', 'paid') AND looked_at <= %(before)s
ORDER BY looked_at LIMIT %(limit)s
"""
# Each ended voucher is judged once, on the terms of that day; then nobody looks at it again.
EXPIRED = """
SELECT DISTINCT v.merchant_id, v.order_id, o.number FROM (
  SELECT v.merchant_id, c.order_id FROM vouchers v
  JOIN cards c ON c.merchant_id = v.merchant_id AND c.id = v.card_id AND c.order_id IS NOT NULL
  WHERE v.state = 'expired' AND v.allocated_fen > 0 AND v.expiry_look_at <= %(at)s
    AND v.valid_until <= %(at)s
  ORDER BY v.expiry_look_at LIMIT %(limit)s) v
JOIN orders o ON o.merchant_id = v.merchant_id AND o.id = v.order_id
ORDER BY v.merchant_id, v.order_id
"""
LOOK_AT_EXPIRED = """
WITH ended AS (
  SELECT v.id FROM orders o
  JOIN cards c ON c.merchant_id = o.merchant_id AND c.order_id = o.id
  JOIN vouchers v ON v.merchant_id = c.merchant_id AND v.card_id = c.id
  WHERE o.merchant_id = %(merchant_id)s AND o.number = %(number)s
    AND v.state = 'expired' AND v.allocated_fen > 0 AND v.expiry_look_at IS NOT NULL
  ORDER BY v.id FOR NO KEY UPDATE OF v
)
UPDATE vouchers v SET expiry_look_at = %(next_at)s FROM ended
WHERE v.merchant_id = %(merchant_id)s AND v.id = ended.id
"""

_VIEW = """
SELECT r.id, r.number, o.number, r.state, r.amount_fen, r.wechat_fen, r.value_fen, r.points,
  r.reason, r.quote, r.asked_by, r.asked_at, r.decision, r.moved_at, r.done_at, r.trouble,
  r.refund_number, r.transfer_number, t.state, t.package_info, f.state,
  CASE WHEN r.transfer_number IS NULL THEN f.trouble ELSE coalesce(t.trouble, t.fail_reason) END
FROM returns r JOIN orders o ON o.merchant_id = r.merchant_id AND o.id = r.order_id
LEFT JOIN transfers t ON t.merchant_id = r.merchant_id AND t.number = r.transfer_number
LEFT JOIN refunds f ON f.merchant_id = r.merchant_id AND f.number = r.refund_number
WHERE r.merchant_id = %(merchant_id)s
"""
VIEW_ONE = _VIEW + " AND r.number = %(number)s"
VIEW_MINE = VIEW_ONE + " AND o.member_id = %(member_id)s"
VIEW_PAGE = (
    _VIEW
    + """ AND o.member_id = %(member_id)s AND r.id < coalesce(%(after)s::bigint, 9223372036854775807)
ORDER BY r.id DESC LIMIT %(limit)s"""
)
# For the merchant: all of an order, and all there are.
VIEW_OF_ORDER = _VIEW + " AND r.order_id = %(order_id)s ORDER BY r.id"
_NEWEST = """ AND r.id < coalesce(%(after)s::bigint, 9223372036854775807)
ORDER BY r.id DESC LIMIT %(limit)s"""
VIEW_ALL = _VIEW + _NEWEST
VIEW_IN_STATE = _VIEW + " AND r.state = %(state)s" + _NEWEST
# For the merchant: what waits for a word, and what has not moved for a while; the oldest first.
VIEW_OPEN = (
    _VIEW
    + """ AND ((%(asked)s AND r.state = 'asked')
    OR (%(stuck)s AND r.state IN ('frozen', 'paying', 'paid') AND r.moved_at <= %(before)s))
  AND r.id > coalesce(%(after)s::bigint, 0)
ORDER BY r.id LIMIT %(limit)s"""
)
STUCK = """
SELECT r.merchant_id, r.number, o.number, r.state, r.amount_fen, r.trouble, r.moved_at
FROM returns r JOIN orders o ON o.merchant_id = r.merchant_id AND o.id = r.order_id
WHERE r.state IN ('frozen', 'paying', 'paid') AND r.moved_at <= %(before)s
ORDER BY r.moved_at LIMIT %(limit)s
"""

SUMS = """
SELECT (SELECT coalesce(sum(r.amount_fen), 0)::bigint FROM returns r
    WHERE r.merchant_id = %(merchant_id)s AND r.order_id = %(order_id)s AND r.state = 'done'),
  (SELECT count(*) FROM cards c
    JOIN vouchers v ON v.merchant_id = c.merchant_id AND v.card_id = c.id
    WHERE c.merchant_id = %(merchant_id)s AND c.order_id = %(order_id)s AND v.state <> 'void'
    AND {paid_for}),
  (SELECT count(*) FROM cards c
    JOIN vouchers v ON v.merchant_id = c.merchant_id AND v.card_id = c.id
    WHERE c.merchant_id = %(merchant_id)s AND c.order_id = %(order_id)s
      AND v.state NOT IN ('void', 'redeemed', 'expired') AND {paid_for}),
  EXISTS (SELECT FROM returns r, jsonb_array_elements(r.quote -> 'lines') AS line
    WHERE r.merchant_id = %(merchant_id)s AND r.id = %(return_id)s
      AND line ->> 'voucher' IS NULL)
""".replace("{paid_for}", _PAID_FOR)
UNDONE = """
SELECT coalesce(sum(r.amount_fen), 0)::bigint, o.total_fen FROM orders o
LEFT JOIN returns r ON r.merchant_id = o.merchant_id AND r.order_id = o.id AND r.state = 'done'
WHERE o.merchant_id = %(merchant_id)s AND o.id = %(order_id)s GROUP BY o.total_fen
"""
INSIDE = """
SELECT voucher_id, allocated_fen FROM returned_vouchers
WHERE merchant_id = %(merchant_id)s AND return_id = %(return_id)s AND counts ORDER BY voucher_id
"""
WORDS = """
SELECT r.number, o.member_id, a.appid, o.id, o.number,
  (SELECT string_agg(l.title, '、' ORDER BY l.id) FROM order_lines l
   WHERE l.merchant_id = %(merchant_id)s AND l.order_id = o.id),
  r.amount_fen, r.wechat_fen, r.value_fen, r.points, r.state, r.asked_at, r.done_at, r.decision
FROM returns r JOIN orders o ON o.merchant_id = r.merchant_id AND o.id = r.order_id
JOIN wechat_apps a ON a.merchant_id = o.merchant_id AND a.id = o.app_id
WHERE r.merchant_id = %(merchant_id)s AND r.number = %(number)s
"""

# By market value: what goes now, of what no return that is done took before; and what of the
# money is in vouchers at all.
WEIGHT = """
SELECT coalesce(sum(b.market_value_fen)
    FILTER (WHERE v.state <> 'void' AND x.return_id = %(return_id)s), 0)::bigint,
  coalesce(sum(b.market_value_fen) FILTER (WHERE v.state <> 'void'), 0)::bigint,
  coalesce(sum(v.allocated_fen), 0)::bigint
FROM cards c
JOIN vouchers v ON v.merchant_id = c.merchant_id AND v.card_id = c.id
JOIN benefit_revisions b ON b.merchant_id = v.merchant_id AND b.id = v.revision_id
LEFT JOIN returned_vouchers x ON x.merchant_id = v.merchant_id AND x.voucher_id = v.id
  AND x.counts
WHERE c.merchant_id = %(merchant_id)s AND c.order_id = %(order_id)s AND {paid_for}
""".replace("{paid_for}", _PAID_FOR)
