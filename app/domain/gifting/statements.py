"""The gifts' SQL, prepared once per connection.

Taking a gift is hot: persons, then the gift with its vouchers, each locked in one look; a pure
rule; one statement that writes everything. It names tables of the subjects below (vouchers,
cards, outbox), which is why it lives in the subject on top.
"""

_TO_GIVE = """
SELECT v.id, v.number, v.state, v.revision_id, v.valid_until, v.times_given,
  v.shared_at IS NOT NULL
FROM vouchers v JOIN cards c ON c.merchant_id = v.merchant_id AND c.id = v.card_id
WHERE v.merchant_id = %(merchant_id)s AND v.holder_id = %(member_id)s
"""
_BY_ID = " ORDER BY v.id FOR NO KEY UPDATE OF v"
LOCK_VOUCHERS = _TO_GIVE + " AND v.number = ANY(%(numbers)s)" + _BY_ID
# Of a card, and of an order, what can be used is given; the rest stays.
_USABLE = " AND v.state = 'active' AND v.valid_until > %(at)s"
LOCK_CARD = _TO_GIVE + " AND c.number = %(card)s" + _USABLE + _BY_ID
LOCK_ORDER = _TO_GIVE + " AND c.order_id = %(order_id)s" + _USABLE + _BY_ID

GIVE = """
WITH gift AS (
  INSERT INTO gifts (merchant_id, number, giver_id, order_id, state, fingerprint, message, cover,
    created_at, gives_at, ends_at, notice_at)
  VALUES (%(merchant_id)s, %(number)s, %(member_id)s, %(order_id)s, 'waiting', %(fingerprint)s,
    %(message)s, %(cover)s, %(at)s, %(gives_at)s, %(ends_at)s, %(notice_at)s)
  RETURNING id
), wrapped AS (
  INSERT INTO gift_vouchers (merchant_id, gift_id, voucher_id, is_open)
  SELECT %(merchant_id)s, gift.id, voucher_id, true
  FROM gift, unnest(%(ids)s::bigint[]) AS voucher_id
), held AS (
  UPDATE vouchers SET state = 'held', held_from = state, holder_version = holder_version + 1
  WHERE merchant_id = %(merchant_id)s AND id = ANY(%(ids)s) AND state = 'active'
  RETURNING id
)
INSERT INTO voucher_events
  (merchant_id, voucher_id, at, action, from_state, to_state, actor, reference, reason)
SELECT %(merchant_id)s, id, %(at)s, 'hold', 'active', 'held', %(actor)s, %(number)s, 'gift'
FROM held
"""

# Both persons, the smaller id first, against being joined with somebody meanwhile.
LOCK_PEOPLE = """
SELECT m.id, m.merged_into IS NOT NULL, m.session_epoch, m.state
FROM members m
WHERE m.merchant_id = %(merchant_id)s AND m.id IN (%(member_id)s, (
  SELECT giver_id FROM gifts
  WHERE merchant_id = %(merchant_id)s AND fingerprint = %(fingerprint)s))
ORDER BY m.id FOR KEY SHARE
"""

_WITH_VOUCHERS = """
SELECT g.id, g.number, g.state, g.giver_id, g.receiver_id, g.gives_at, g.ends_at,
  v.id, v.state, v.card_id
FROM gifts g
JOIN gift_vouchers gv ON gv.merchant_id = g.merchant_id AND gv.gift_id = g.id
JOIN vouchers v ON v.merchant_id = gv.merchant_id AND v.id = gv.voucher_id
WHERE g.merchant_id = %(merchant_id)s AND g.fingerprint = %(fingerprint)s ORDER BY v.id
"""
LOCK_TO_CLAIM = _WITH_VOUCHERS + " FOR NO KEY UPDATE OF g, v"

# The receiver's vouchers get cards of his own; the bought one stays with who paid, as does the
# right to a refund.
CLAIM = """
WITH taken AS (
  UPDATE gifts SET state = 'claimed', receiver_id = %(member_id)s, settled_at = %(at)s
  WHERE merchant_id = %(merchant_id)s AND id = %(gift_id)s AND state = 'waiting'
  RETURNING id
), closed AS (
  UPDATE gift_vouchers SET is_open = false
  WHERE merchant_id = %(merchant_id)s AND gift_id = %(gift_id)s AND EXISTS (SELECT FROM taken)
), wanted AS (
  SELECT old_id, number FROM jsonb_to_recordset(%(cards)s::jsonb) AS c (old_id bigint, number text)
), new_cards AS (
  INSERT INTO cards (merchant_id, number, order_id, offer_id, member_id, title, issued_at)
  SELECT %(merchant_id)s, w.number, c.order_id, c.offer_id, %(member_id)s, c.title, %(at)s
  FROM taken, wanted w JOIN cards c ON c.merchant_id = %(merchant_id)s AND c.id = w.old_id
  RETURNING id, number
), moved AS (
  UPDATE vouchers v SET state = 'active', held_from = NULL, holder_id = %(member_id)s,
    card_id = n.id, holder_version = v.holder_version + 1, times_given = v.times_given + 1
  FROM wanted w JOIN new_cards n ON n.number = w.number
  WHERE v.merchant_id = %(merchant_id)s AND v.id = ANY(%(ids)s) AND v.card_id = w.old_id
    AND v.state = 'held'
  RETURNING v.id
), events AS (
  INSERT INTO voucher_events
    (merchant_id, voucher_id, at, action, from_state, to_state, actor, reference, reason)
  SELECT %(merchant_id)s, id, %(at)s, 'hand_over', 'held', 'active', %(actor)s, %(number)s,
    'gift_claimed' FROM moved
), told AS (
  INSERT INTO outbox (merchant_id, job, event, payload, published_at, due_at)
  SELECT %(merchant_id)s, job, %(event)s, %(payload)s::jsonb, %(at)s, %(at)s
  FROM taken, unnest(%(jobs)s::text[]) AS job
)
SELECT EXISTS (SELECT FROM taken), (SELECT count(*) FROM moved)
"""

_ONE = """
SELECT id, number, state, giver_id, receiver_id, gives_at, ends_at FROM gifts
WHERE merchant_id = %(merchant_id)s
"""
LOCK_BY_TOKEN = _ONE + " AND fingerprint = %(fingerprint)s FOR NO KEY UPDATE"
LOCK_BY_NUMBER = _ONE + " AND number = %(number)s AND giver_id = %(member_id)s FOR NO KEY UPDATE"

# Held gifts are skipped: whoever holds one is about to settle it.
SETTLE = """
WITH due AS (
  SELECT id, number FROM gifts
  WHERE merchant_id = %(merchant_id)s AND id = ANY(%(ids)s) AND state = 'waiting'
    AND (%(to_state)s <> 'returned' OR ends_at <= %(at)s)
  ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
), settled AS (
  UPDATE gifts g SET state = %(to_state)s, settled_at = %(at)s FROM due
  WHERE g.merchant_id = %(merchant_id)s AND g.id = due.id RETURNING g.id, g.number
), opened AS (
  UPDATE gift_vouchers gv SET is_open = false FROM settled s
  WHERE gv.merchant_id = %(merchant_id)s AND gv.gift_id = s.id RETURNING gv.voucher_id, s.number
), old AS (
  SELECT v.id, coalesce(v.held_from, 'active') AS back_to, opened.number
  FROM vouchers v JOIN opened ON opened.voucher_id = v.id
  WHERE v.merchant_id = %(merchant_id)s AND v.state = 'held'
  ORDER BY v.id FOR NO KEY UPDATE OF v
), moved AS (
  UPDATE vouchers v SET state = old.back_to, held_from = NULL FROM old
  WHERE v.merchant_id = %(merchant_id)s AND v.id = old.id RETURNING v.id, v.state, old.number
), events AS (
  INSERT INTO voucher_events
    (merchant_id, voucher_id, at, action, from_state, to_state, actor, reference, reason)
  SELECT %(merchant_id)s, id, %(at)s, 'release', 'held', state, %(actor)s, number,
    'gift_' || %(to_state)s FROM moved
)
SELECT s.number, (SELECT array_agg(id) FROM moved m WHERE m.number = s.number) FROM settled s
"""

# Across merchants, without locks; SETTLE and NOTE_NOTICE lock per merchant.
DUE_BACK = """
SELECT merchant_id, id FROM gifts WHERE state = 'waiting' AND ends_at <= %(at)s
ORDER BY ends_at LIMIT %(limit)s
"""
DUE_NOTICES = """
SELECT merchant_id, id FROM gifts
WHERE state = 'waiting' AND notice_at <= %(at)s AND ends_at > %(at)s
ORDER BY notice_at LIMIT %(limit)s
"""
LOCK_NOTICES = """
SELECT id, number, gives_at, ends_at, notice_at FROM gifts
WHERE merchant_id = %(merchant_id)s AND id = ANY(%(ids)s) AND state = 'waiting'
  AND notice_at <= %(at)s
ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
"""
NOTE_NOTICE = """
UPDATE gifts SET notice_at = %(notice_at)s WHERE merchant_id = %(merchant_id)s AND id = %(id)s
"""

WAITING_OF_ORDER = """
SELECT g.number FROM gifts g
JOIN gift_vouchers gv ON gv.merchant_id = g.merchant_id AND gv.gift_id = g.id AND gv.is_open
JOIN vouchers v ON v.merchant_id = gv.merchant_id AND v.id = gv.voucher_id
JOIN cards c ON c.merchant_id = v.merchant_id AND c.id = v.card_id
WHERE g.merchant_id = %(merchant_id)s AND c.order_id = %(order_id)s AND g.state = 'waiting'
LIMIT 1
"""

TAKE_OVER = """
UPDATE gifts SET
  giver_id = CASE WHEN giver_id = %(loser_id)s THEN %(winner_id)s ELSE giver_id END,
  receiver_id = CASE WHEN receiver_id = %(loser_id)s THEN %(winner_id)s ELSE receiver_id END
WHERE merchant_id = %(merchant_id)s
  AND (giver_id = %(loser_id)s OR receiver_id = %(loser_id)s)
"""

_VIEW = """
SELECT g.id, g.number, g.state, g.giver_id, g.receiver_id, w.nickname, r.nickname, g.message,
  g.cover, g.created_at, g.gives_at, g.ends_at, g.settled_at, o.number,
  (SELECT jsonb_agg(jsonb_build_array(v.number, v.revision_id, v.holder_id) ORDER BY v.id)
   FROM gift_vouchers gv
   JOIN vouchers v ON v.merchant_id = gv.merchant_id AND v.id = gv.voucher_id
   WHERE gv.merchant_id = g.merchant_id AND gv.gift_id = g.id),
  (SELECT f.cover FROM gift_vouchers gv
   JOIN vouchers v ON v.merchant_id = gv.merchant_id AND v.id = gv.voucher_id
   JOIN cards c ON c.merchant_id = v.merchant_id AND c.id = v.card_id
   JOIN offers f ON f.merchant_id = c.merchant_id AND f.id = c.offer_id
   WHERE gv.merchant_id = g.merchant_id AND gv.gift_id = g.id ORDER BY v.id LIMIT 1)
FROM gifts g
JOIN members w ON w.merchant_id = g.merchant_id AND w.id = g.giver_id
LEFT JOIN members r ON r.merchant_id = g.merchant_id AND r.id = g.receiver_id
LEFT JOIN orders o ON o.merchant_id = g.merchant_id AND o.id = g.order_id
WHERE g.merchant_id = %(merchant_id)s
"""
VIEW_BY_TOKEN = _VIEW + " AND g.fingerprint = %(fingerprint)s"
VIEW_ONE = (
    _VIEW
    + """ AND g.number = %(number)s
  AND (g.giver_id = %(member_id)s OR g.receiver_id = %(member_id)s)"""
)
_PAGE = """ AND g.id < coalesce(%(after)s::bigint, 9223372036854775807)
ORDER BY g.id DESC LIMIT %(limit)s"""
VIEW_SENT = _VIEW + " AND g.giver_id = %(member_id)s" + _PAGE
VIEW_RECEIVED = _VIEW + " AND g.receiver_id = %(member_id)s" + _PAGE

WORDS = """
SELECT g.number, g.giver_id, g.receiver_id, w.nickname, r.nickname, g.ends_at, g.settled_at,
  x.name, x.count, x.order_id, x.order_number, x.appid
FROM gifts g
JOIN members w ON w.merchant_id = g.merchant_id AND w.id = g.giver_id
LEFT JOIN members r ON r.merchant_id = g.merchant_id AND r.id = g.receiver_id
JOIN LATERAL (
  SELECT b.name, count(*) OVER () AS count, o.id AS order_id, o.number AS order_number,
    coalesce(a.appid, (SELECT appid FROM wechat_apps
      WHERE merchant_id = g.merchant_id AND kind = 'mini_program' ORDER BY id LIMIT 1)) AS appid
  FROM gift_vouchers gv
  JOIN vouchers v ON v.merchant_id = gv.merchant_id AND v.id = gv.voucher_id
  JOIN benefit_revisions b ON b.merchant_id = v.merchant_id AND b.id = v.revision_id
  JOIN cards c ON c.merchant_id = v.merchant_id AND c.id = v.card_id
  LEFT JOIN orders o ON o.merchant_id = c.merchant_id AND o.id = c.order_id
  LEFT JOIN wechat_apps a ON a.merchant_id = o.merchant_id AND a.id = o.app_id
  WHERE gv.merchant_id = g.merchant_id AND gv.gift_id = g.id ORDER BY v.id LIMIT 1) x ON true
WHERE g.merchant_id = %(merchant_id)s AND g.number = %(number)s
"""
