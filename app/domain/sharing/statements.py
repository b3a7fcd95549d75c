"""The SQL of sharing. Order of the locks: the member who acts, the share, its vouchers by id."""

from app.domain.members import SESSION_IS_GOOD
from app.domain.vouchers import MOVES, Move

# Joining two people waits for whoever acts; and one person's own acts wait for each other, so
# that what he may have is counted under this lock.
HOLD_MEMBER = SESSION_IS_GOOD + "FOR NO KEY UPDATE"

_USE = """
SELECT v.id, v.number, v.state, v.revision_id, v.card_id, v.valid_from, v.valid_until,
  v.shared_at IS NOT NULL
FROM vouchers v WHERE v.merchant_id = %(merchant_id)s AND v.holder_id = %(member_id)s
"""
LOCK_ONE_USE = _USE + " AND v.number = %(number)s FOR NO KEY UPDATE OF v"
_OF_CARD = """ AND v.valid_until > %(at)s AND v.card_id =
  (SELECT id FROM cards WHERE merchant_id = %(merchant_id)s AND number = %(number)s)
"""
LOCK_USES_OF_CARD = _USE + _OF_CARD + "ORDER BY v.id FOR NO KEY UPDATE OF v"

# Friends who have, or were offered, a part of the card.
FRIENDS_OF_CARD = """
SELECT count(*) FROM shares WHERE merchant_id = %(merchant_id)s AND card_id = %(card_id)s
  AND kind = 'sub_card' AND state IN ('waiting', 'claimed', 'taken_back')
"""

USES_OF_FRIEND = """
SELECT count(*) FROM shares s
JOIN shared_vouchers u ON u.merchant_id = s.merchant_id AND u.share_id = s.id AND u.counts
WHERE s.merchant_id = %(merchant_id)s AND s.card_id = %(card_id)s AND s.friend_id = %(member_id)s
"""

ADD = """
WITH share AS (
  INSERT INTO shares (merchant_id, number, kind, state, owner_id, card_id, token_hash, made_at,
    ends_at)
  VALUES (%(merchant_id)s, %(number)s, %(kind)s, 'waiting', %(member_id)s, %(card_id)s,
    %(token_hash)s, %(at)s, %(ends_at)s)
  RETURNING id
)
INSERT INTO shared_vouchers (merchant_id, share_id, voucher_id, counts)
SELECT %(merchant_id)s, share.id, voucher_id, true
FROM share, unnest(%(voucher_ids)s::bigint[]) AS voucher_id ORDER BY voucher_id
"""

RENEW = """
UPDATE shares SET token_hash = %(token_hash)s
WHERE merchant_id = %(merchant_id)s AND id = %(share_id)s AND state = 'waiting'
"""

COUNT_USES = """
SELECT count(*) FROM shared_vouchers WHERE merchant_id = %(merchant_id)s AND share_id = %(share_id)s
"""

_STANDING = """
SELECT s.id, s.number, s.kind, s.state, s.owner_id, s.friend_id, s.card_id, s.sub_card_id,
  s.made_at, s.ends_at
FROM shares s WHERE s.merchant_id = %(merchant_id)s
"""
LOOK_BY_TOKEN = _STANDING + " AND s.token_hash = %(token_hash)s"
LOCK_BY_TOKEN = LOOK_BY_TOKEN + " FOR NO KEY UPDATE OF s"
LOCK_OWN = (
    _STANDING + " AND s.owner_id = %(member_id)s AND s.number = %(number)s FOR NO KEY UPDATE OF s"
)
LOCK_DUE = (
    _STANDING
    + """ AND s.id = ANY(%(ids)s) AND s.state = 'waiting' AND s.ends_at <= %(at)s
ORDER BY s.id FOR NO KEY UPDATE OF s SKIP LOCKED"""
)

# Across merchants, without locks; each is locked again per merchant.
DUE = """
SELECT merchant_id, id FROM shares WHERE state = 'waiting' AND ends_at <= %(at)s
ORDER BY ends_at LIMIT %(limit)s
"""

LOCK_VOUCHERS = """
SELECT v.id, v.state, v.holder_id, v.card_id FROM shared_vouchers u
JOIN vouchers v ON v.merchant_id = u.merchant_id AND v.id = u.voucher_id
WHERE u.merchant_id = %(merchant_id)s AND u.share_id = %(share_id)s AND u.counts
ORDER BY v.id FOR NO KEY UPDATE OF v
"""

_LENT_FROM = ", ".join(f"'{state.value}'" for state in MOVES[Move.SHARE])
_TAKEN_FROM = ", ".join(f"'{state.value}'" for state in MOVES[Move.TAKE_BACK])

# The friend's sub-card is cut from the main card, and the uses move onto it.
LEND = """
WITH sub_card AS (
  INSERT INTO cards (merchant_id, number, order_id, offer_id, member_id, parent_id, title,
    issued_at)
  SELECT %(merchant_id)s, %(card_number)s, order_id, offer_id, %(member_id)s, id, title, %(at)s
  FROM cards WHERE merchant_id = %(merchant_id)s AND id = %(card_id)s
  RETURNING id
), share AS (
  UPDATE shares SET state = 'claimed', friend_id = %(member_id)s, claimed_at = %(at)s,
    sub_card_id = sub_card.id
  FROM sub_card
  WHERE shares.merchant_id = %(merchant_id)s AND shares.id = %(share_id)s
    AND shares.state = 'waiting'
), lent AS (
  UPDATE vouchers v SET state = 'active', holder_id = %(member_id)s, card_id = sub_card.id,
    holder_version = v.holder_version + 1, held_from = NULL, shared_at = %(at)s
  FROM sub_card
  WHERE v.merchant_id = %(merchant_id)s AND v.id = ANY(%(voucher_ids)s)
    AND v.state IN ({sources})
  RETURNING v.id
)
INSERT INTO voucher_events
  (merchant_id, voucher_id, at, action, from_state, to_state, actor, reference)
SELECT %(merchant_id)s, id, %(at)s, 'share', 'held', 'active', %(actor)s, %(number)s FROM lent
""".replace("{sources}", _LENT_FROM)

TAKE_BACK = """
WITH taken AS (
  UPDATE vouchers v SET holder_id = %(owner_id)s, card_id = %(card_id)s,
    holder_version = v.holder_version + 1
  WHERE v.merchant_id = %(merchant_id)s AND v.id = ANY(%(voucher_ids)s)
    AND v.state IN ({sources})
  RETURNING v.id
), told AS (
  INSERT INTO voucher_events
    (merchant_id, voucher_id, at, action, from_state, to_state, actor, reference)
  SELECT %(merchant_id)s, id, %(at)s, 'take_back', 'active', 'active', %(actor)s, %(number)s
  FROM taken
)
SELECT count(*) FROM taken
""".replace("{sources}", _TAKEN_FROM)

END = """
UPDATE shares SET state = %(state)s, over_at = coalesce(over_at, %(at)s)
WHERE merchant_id = %(merchant_id)s AND id = %(share_id)s
"""

# Nobody took it: it has not been shared, and may be offered again.
UNCOUNT = """
UPDATE shared_vouchers SET counts = false
WHERE merchant_id = %(merchant_id)s AND share_id = %(share_id)s
"""

# Locked apart, so that the two sides of a share never wait for each other crosswise.
TAKE_OVER = """
WITH mine AS (
  SELECT id FROM shares WHERE merchant_id = %(merchant_id)s
    AND (owner_id = %(loser_id)s OR friend_id = %(loser_id)s)
  ORDER BY id FOR NO KEY UPDATE
)
UPDATE shares s SET
  owner_id = CASE WHEN owner_id = %(loser_id)s THEN %(winner_id)s ELSE owner_id END,
  friend_id = CASE WHEN friend_id = %(loser_id)s THEN %(winner_id)s ELSE friend_id END
FROM mine WHERE s.merchant_id = %(merchant_id)s AND s.id = mine.id
"""

WAITING_OF_ORDER = """
SELECT s.number FROM shares s
JOIN cards c ON c.merchant_id = s.merchant_id AND c.id = s.card_id
WHERE s.merchant_id = %(merchant_id)s AND c.order_id = %(order_id)s AND s.state = 'waiting'
LIMIT 1
"""

WORDS = """
SELECT s.number, s.owner_id, s.friend_id, o.nickname, f.nickname, s.claimed_at, s.over_at,
  c.title, d.id, d.number, a.appid
FROM shares s
JOIN cards c ON c.merchant_id = s.merchant_id AND c.id = s.card_id
JOIN orders d ON d.merchant_id = c.merchant_id AND d.id = c.order_id
JOIN wechat_apps a ON a.merchant_id = d.merchant_id AND a.id = d.app_id
JOIN members o ON o.merchant_id = s.merchant_id AND o.id = s.owner_id
LEFT JOIN members f ON f.merchant_id = s.merchant_id AND f.id = s.friend_id
WHERE s.merchant_id = %(merchant_id)s AND s.number = %(number)s
"""

# A friend sees whose it is and what became of his own; the owner sees who used what, where.
_VIEW = """
SELECT s.id, s.number, s.kind, s.state, c.title, s.owner_id = %(member_id)s, o.nickname,
  f.nickname, s.made_at, s.ends_at, s.claimed_at, s.over_at,
  (SELECT jsonb_agg(jsonb_build_object('voucher', v.number, 'name', b.name,
     'state', v.state, 'is_back', v.card_id = s.card_id, 'valid_until', v.valid_until,
     'used_at', r.redeemed_at, 'store', st.name)
     ORDER BY v.valid_until, v.id)
   FROM shared_vouchers u
   JOIN vouchers v ON v.merchant_id = u.merchant_id AND v.id = u.voucher_id
   JOIN benefit_revisions b ON b.merchant_id = v.merchant_id AND b.id = v.revision_id
   LEFT JOIN redemptions r ON r.merchant_id = v.merchant_id AND r.voucher_id = v.id
     AND r.reversed_at IS NULL
   LEFT JOIN stores st ON st.merchant_id = r.acceptor_merchant_id AND st.id = r.store_id
   WHERE u.merchant_id = s.merchant_id AND u.share_id = s.id)
FROM shares s
JOIN cards c ON c.merchant_id = s.merchant_id AND c.id = s.card_id
JOIN members o ON o.merchant_id = s.merchant_id AND o.id = s.owner_id
LEFT JOIN members f ON f.merchant_id = s.merchant_id AND f.id = s.friend_id
WHERE s.merchant_id = %(merchant_id)s
"""
VIEW_ONE = (
    _VIEW
    + """ AND s.number = %(number)s
  AND (s.owner_id = %(member_id)s OR s.friend_id = %(member_id)s)"""
)
_PAGE = """ AND s.id < coalesce(%(after)s::bigint, 9223372036854775807)
ORDER BY s.id DESC LIMIT %(limit)s"""
VIEW_GIVEN = _VIEW + " AND s.owner_id = %(member_id)s" + _PAGE
VIEW_RECEIVED = _VIEW + " AND s.friend_id = %(member_id)s" + _PAGE
VIEW_BY_TOKEN = _VIEW + " AND s.token_hash = %(token_hash)s"
