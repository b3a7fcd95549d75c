"""The vouchers' SQL, prepared once per connection."""

from app.domain.members import SESSION_IS_GOOD

# What the codes of voucher `v` are made with: its own count of holders, and, above that, the
# version of its holder's codes, which ends all of them at once.
HOLDER_VERSION = """v.holder_version + 4294967296 * (SELECT code_version FROM members
    WHERE merchant_id = v.merchant_id AND id = v.holder_id)"""

# Nothing goes to a member who has turned out to be another one. Who is being joined is waited for.
ISSUE = """
WITH holder AS MATERIALIZED (
  SELECT id FROM members
  WHERE merchant_id = %(merchant_id)s AND id = %(member_id)s AND merged_into IS NULL
  FOR KEY SHARE
), new_cards AS (
  INSERT INTO cards (merchant_id, number, order_id, offer_id, member_id, title, issued_at)
  SELECT %(merchant_id)s, c.number, %(order_id)s::bigint, c.offer_id, holder.id, c.title, %(at)s
  FROM jsonb_to_recordset(%(cards)s::jsonb) AS c (number text, offer_id bigint, title text)
  CROSS JOIN holder
  RETURNING id, number
), new_vouchers AS (
  INSERT INTO vouchers (merchant_id, number, card_id, revision_id, holder_id, buyer_id, state,
    allocated_fen, valid_from, valid_until, issued_at)
  SELECT %(merchant_id)s, v.number, c.id, v.revision_id, %(member_id)s, %(member_id)s, v.state,
    v.allocated_fen, v.valid_from, v.valid_until, %(at)s
  FROM jsonb_to_recordset(%(vouchers)s::jsonb) AS v (number text, card_number text,
    revision_id bigint, allocated_fen bigint, valid_from timestamptz, valid_until timestamptz,
    state text)
  JOIN new_cards c ON c.number = v.card_number
  RETURNING id, state
)
INSERT INTO voucher_events (merchant_id, voucher_id, at, action, to_state, actor, reference)
SELECT %(merchant_id)s, id, %(at)s, 'issue', state, %(actor)s, %(reference)s FROM new_vouchers
"""

MOVE = """
WITH old AS (
  SELECT id, state FROM vouchers
  WHERE merchant_id = %(merchant_id)s AND id = %(voucher_id)s AND state = ANY(%(sources)s)
  FOR NO KEY UPDATE
), moved AS (
  UPDATE vouchers v SET
    state = CASE WHEN %(action)s = 'release' THEN coalesce(held_from, %(to_state)s)
      ELSE %(to_state)s END,
    held_from = CASE WHEN %(action)s = 'hold' THEN old.state END,
    holder_version = holder_version + %(new_version)s
  FROM old WHERE v.merchant_id = %(merchant_id)s AND v.id = old.id
  RETURNING v.id, old.state AS from_state, v.state AS to_state
)
INSERT INTO voucher_events
  (merchant_id, voucher_id, at, action, from_state, to_state, actor, reference, reason)
SELECT %(merchant_id)s, id, %(at)s, %(action)s, from_state, to_state, %(actor)s,
  %(reference)s, %(reason)s FROM moved
"""

# Its validity begins now, whatever stood there while it was locked.
UNLOCK = """
WITH moved AS (
  UPDATE vouchers SET state = 'active', valid_from = %(valid_from)s,
    valid_until = %(valid_until)s
  WHERE merchant_id = %(merchant_id)s AND id = %(voucher_id)s AND state = ANY(%(sources)s)
  RETURNING id
)
INSERT INTO voucher_events
  (merchant_id, voucher_id, at, action, from_state, to_state, actor, reference)
SELECT %(merchant_id)s, id, %(at)s, 'unlock', 'locked', 'active', %(actor)s, %(reference)s
FROM moved
"""

# A voucher that another merchant's member cannot take: the foreign key sees to that.
HAND_OVER = """
WITH old AS (
  SELECT id, state FROM vouchers
  WHERE merchant_id = %(merchant_id)s AND id = %(voucher_id)s AND state = ANY(%(sources)s)
  FOR NO KEY UPDATE
), moved AS (
  UPDATE vouchers v SET state = 'active', holder_id = %(to_member)s,
    holder_version = holder_version + 1, times_given = times_given + 1
  FROM old WHERE v.merchant_id = %(merchant_id)s AND v.id = old.id
  RETURNING v.id, old.state AS from_state
)
INSERT INTO voucher_events
  (merchant_id, voucher_id, at, action, from_state, to_state, actor, reason)
SELECT %(merchant_id)s, id, %(at)s, 'hand_over', from_state, 'active', %(actor)s, %(reason)s
FROM moved
"""

EXPIRE = """
WITH due AS (
  SELECT id, state FROM vouchers
  WHERE merchant_id = %(merchant_id)s AND id = ANY(%(ids)s) AND state = ANY(%(sources)s)
    AND valid_until <= %(at)s
  ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
), moved AS (
  UPDATE vouchers v SET state = 'expired' FROM due
  WHERE v.merchant_id = %(merchant_id)s AND v.id = due.id RETURNING v.id, due.state AS from_state
)
INSERT INTO voucher_events
  (merchant_id, voucher_id, at, action, from_state, to_state, actor, reason)
SELECT %(merchant_id)s, id, %(at)s, 'expire', from_state, 'expired', 'system',
  CASE WHEN from_state = 'issuing' THEN 'never_issued' END FROM moved
"""

# Across merchants, without locks; EXPIRE locks per merchant.
DUE = """
(SELECT merchant_id, id FROM vouchers WHERE state = 'active' AND valid_until <= %(at)s
 ORDER BY valid_until LIMIT %(limit)s)
UNION ALL
(SELECT merchant_id, id FROM vouchers WHERE state = 'issuing' AND valid_until <= %(at)s
 ORDER BY valid_until LIMIT %(limit)s)
"""

TAKE_OVER = """
WITH moved AS (
  UPDATE vouchers SET holder_id = %(winner_id)s, holder_version = holder_version + 1
  WHERE merchant_id = %(merchant_id)s AND holder_id = %(loser_id)s RETURNING id, state
), cards AS (
  UPDATE cards SET member_id = %(winner_id)s
  WHERE merchant_id = %(merchant_id)s AND member_id = %(loser_id)s
)
INSERT INTO voucher_events
  (merchant_id, voucher_id, at, action, from_state, to_state, actor, reason)
SELECT %(merchant_id)s, id, %(at)s, 'hand_over', state, state, 'system', 'account_merged'
FROM moved
"""

# One row at least while the member's session stands, with nothing in it for an empty wallet.
_WALLET = f"""
SELECT coalesce(w.id, 0), w.number, w.state, w.revision_id, w.valid_from, w.valid_until,
  w.card_number, w.title
FROM ({SESSION_IS_GOOD}) s LEFT JOIN LATERAL (
SELECT v.id, v.number, v.state, v.revision_id, v.valid_from, v.valid_until, c.number AS card_number,
  c.title
FROM vouchers v JOIN cards c ON c.merchant_id = v.merchant_id AND c.id = v.card_id
WHERE v.merchant_id = %(merchant_id)s AND v.holder_id = %(member_id)s
"""  # noqa: S608 - joined from our own constants
_USABLE = """ AND v.state IN ('issuing', 'active', 'locked', 'held', 'frozen')
  AND v.valid_until > %(at)s"""
_USED = " AND v.state = 'redeemed'"
_OVER = """ AND (v.state IN ('expired', 'void')
    OR (v.state <> 'redeemed' AND v.valid_until <= %(at)s))"""
_SOONEST = """ ORDER BY v.valid_until, v.id LIMIT %(limit)s) w ON true
ORDER BY w.valid_until, w.id"""
_LATEST = """ ORDER BY v.valid_until DESC, v.id DESC LIMIT %(limit)s) w ON true
ORDER BY w.valid_until DESC, w.id DESC"""
_BEYOND = " AND (v.valid_until, v.id) > (%(after_time)s, %(after_id)s)"
_BEFORE = " AND (v.valid_until, v.id) < (%(after_time)s, %(after_id)s)"

# The first page and the pages after it are statements of their own: with the key left open in
# one statement it would be planned anew each time.
WALLET_USABLE = (_WALLET + _USABLE + _SOONEST, _WALLET + _USABLE + _BEYOND + _SOONEST)
WALLET_USED = (_WALLET + _USED + _LATEST, _WALLET + _USED + _BEFORE + _LATEST)
WALLET_OVER = (_WALLET + _OVER + _LATEST, _WALLET + _OVER + _BEFORE + _LATEST)

# What points or a coupon paid for holds no money. What friends earn or unlock hangs on an order too.
HELD = """
SELECT v.id, v.number, v.state, v.revision_id, v.valid_from, v.valid_until, c.number, c.title,
  v.holder_version, v.allocated_fen,
  v.allocated_fen > 0 OR EXISTS (SELECT FROM orders o
    JOIN voucher_events e ON e.merchant_id = o.merchant_id AND e.voucher_id = v.id
      AND e.action = 'issue' AND e.reference = o.number
    WHERE o.merchant_id = %(merchant_id)s AND o.id = c.order_id
      AND (o.total_fen > 0 OR o.has_tenders)
      AND NOT EXISTS (SELECT FROM assist_tasks t
        WHERE t.merchant_id = %(merchant_id)s AND t.voucher_id = v.id)),
  v.issued_at, v.card_id, v.times_given, v.shared_at IS NOT NULL,
  (SELECT codes_frozen_at IS NOT NULL FROM members
   WHERE merchant_id = %(merchant_id)s AND id = %(member_id)s)
FROM vouchers v JOIN cards c ON c.merchant_id = v.merchant_id AND c.id = v.card_id
WHERE v.merchant_id = %(merchant_id)s AND v.holder_id = %(member_id)s AND v.number = %(number)s
"""

SHOWABLE = f"""
SELECT v.id, v.state, {HOLDER_VERSION},
  (SELECT codes_frozen_at FROM members
   WHERE merchant_id = %(merchant_id)s AND id = %(member_id)s)
FROM ({SESSION_IS_GOOD}) s LEFT JOIN vouchers v
ON v.merchant_id = %(merchant_id)s AND v.holder_id = %(member_id)s AND v.number = %(number)s
"""  # noqa: S608 - joined from our own constants

# What another holder's order or redemption is called, and where he was, is for nobody else: not for
# whom it was given to, and not for whoever gets it back.
TIMELINE = """
SELECT e.at, e.action, e.actor,
  CASE WHEN his.is_so THEN e.reference END, e.reason, CASE WHEN his.is_so THEN s.name END
FROM voucher_events e
JOIN vouchers v ON v.merchant_id = e.merchant_id AND v.id = e.voucher_id
LEFT JOIN LATERAL (
  SELECT max(id) AS id FROM voucher_events
  WHERE merchant_id = %(merchant_id)s AND voucher_id = %(voucher_id)s
    AND action IN ('hand_over', 'share', 'take_back')
    AND reason IS DISTINCT FROM 'account_merged') came ON true
LEFT JOIN LATERAL (
  SELECT action, reference FROM voucher_events
  WHERE merchant_id = %(merchant_id)s AND voucher_id = %(voucher_id)s AND id <= e.id
    AND action IN ('hand_over', 'share', 'take_back')
    AND reason IS DISTINCT FROM 'account_merged'
  ORDER BY id DESC LIMIT 1) moved ON true
LEFT JOIN gifts g ON g.merchant_id = e.merchant_id AND g.number = moved.reference
LEFT JOIN shares h ON h.merchant_id = e.merchant_id AND h.number = moved.reference
CROSS JOIN LATERAL (
  SELECT e.id >= coalesce(came.id, 0) OR v.holder_id = CASE moved.action
    WHEN 'hand_over' THEN g.receiver_id WHEN 'share' THEN h.friend_id
    WHEN 'take_back' THEN h.owner_id ELSE v.buyer_id END AS is_so) his
LEFT JOIN redemptions r ON r.merchant_id = e.merchant_id AND r.number = e.reference
LEFT JOIN stores s ON s.merchant_id = r.acceptor_merchant_id AND s.id = r.store_id
WHERE e.merchant_id = %(merchant_id)s AND e.voucher_id = %(voucher_id)s ORDER BY e.id
"""

OUTSTANDING = """
SELECT
  count(*) FILTER (WHERE v.state NOT IN ('redeemed', 'expired', 'void')
    AND v.valid_until > %(at)s),
  count(DISTINCT v.holder_id) FILTER (WHERE v.state NOT IN ('redeemed', 'expired', 'void')
    AND v.valid_until > %(at)s),
  count(*) FILTER (WHERE v.state = 'redeemed'),
  max(v.valid_until) FILTER (WHERE v.state NOT IN ('redeemed', 'expired', 'void'))
FROM cards c
JOIN vouchers v ON v.merchant_id = %(merchant_id)s AND v.card_id = c.id
WHERE c.merchant_id = %(merchant_id)s AND c.offer_id = %(offer_id)s
"""
