"""The SQL of family cards. Order of the locks: the member who acts, the card, its seats."""

# One person's joining and opening wait for each other, so that he is in one family at most.
HOLD_MEMBER = """
SELECT id FROM members WHERE merchant_id = %(merchant_id)s AND id = %(member_id)s
FOR NO KEY UPDATE
"""

IS_IN_ONE = """
SELECT EXISTS (SELECT FROM family_cards
    WHERE merchant_id = %(merchant_id)s AND owner_id = %(member_id)s AND state = 'open')
  OR EXISTS (SELECT FROM family_seats
    WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s AND state = 'active')
"""

HAS_SEAT = """
SELECT EXISTS (SELECT FROM family_seats s
  JOIN family_cards c ON c.merchant_id = s.merchant_id AND c.id = s.card_id AND c.state = 'open'
  WHERE s.merchant_id = %(merchant_id)s AND s.member_id = %(member_id)s AND s.state = 'active')
"""

OPEN = """
INSERT INTO family_cards (merchant_id, owner_id, state, monthly_cap_fen, made_at)
VALUES (%(merchant_id)s, %(member_id)s, 'open', %(monthly_cap_fen)s::bigint, %(at)s)
"""

_CARD = """
SELECT c.id, c.owner_id, c.monthly_cap_fen FROM family_cards c
WHERE c.merchant_id = %(merchant_id)s AND c.state = 'open'
"""
OWN_CARD = _CARD + " AND c.owner_id = %(member_id)s"
LOCK_OWN_CARD = OWN_CARD + " FOR NO KEY UPDATE"
LOCK_CARD = _CARD + " AND c.id = %(card_id)s FOR NO KEY UPDATE"

CARD_OF_MEMBER = """
SELECT c.id, c.owner_id, c.monthly_cap_fen FROM family_seats s
JOIN family_cards c ON c.merchant_id = s.merchant_id AND c.id = s.card_id
WHERE s.merchant_id = %(merchant_id)s AND s.member_id = %(member_id)s AND s.state = 'active'
  AND c.state = 'open'
"""

_SEAT = """
SELECT s.id, s.number, s.card_id, s.name, s.member_id, s.monthly_cap_fen, s.state, s.ends_at,
  s.joined_at
FROM family_seats s WHERE s.merchant_id = %(merchant_id)s
"""
SEAT_OF_CARD = _SEAT + " AND s.card_id = %(card_id)s AND s.number = %(number)s"
SEAT_OF_MEMBER = (
    _SEAT + " AND s.card_id = %(card_id)s AND s.member_id = %(member_id)s AND s.state = 'active'"
)
SEATS = _SEAT + " AND s.card_id = %(card_id)s AND s.state IN ('invited', 'active') ORDER BY s.id"
FIND_SEAT = _SEAT + " AND s.fingerprint = %(fingerprint)s"
LOCK_SEAT = FIND_SEAT + " FOR NO KEY UPDATE"

# An invitation that nobody took in time makes room.
WITHDRAW_LATE = """
UPDATE family_seats SET state = 'withdrawn', over_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND card_id = %(card_id)s AND state = 'invited'
  AND ends_at <= %(at)s
"""

INVITE = """
INSERT INTO family_seats (merchant_id, number, card_id, name, monthly_cap_fen, state, fingerprint,
  invited_at, ends_at)
VALUES (%(merchant_id)s, %(number)s, %(card_id)s, %(name)s, %(monthly_cap_fen)s, 'invited',
  %(fingerprint)s, %(at)s, %(ends_at)s)
"""

JOIN = """
UPDATE family_seats SET state = 'active', member_id = %(member_id)s, joined_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = %(seat_id)s AND state = 'invited'
"""

SET_CAP = """
UPDATE family_seats SET monthly_cap_fen = %(monthly_cap_fen)s
WHERE merchant_id = %(merchant_id)s AND id = %(seat_id)s
"""

SET_WHOLE_CAP = """
UPDATE family_cards SET monthly_cap_fen = %(monthly_cap_fen)s::bigint
WHERE merchant_id = %(merchant_id)s AND id = %(card_id)s
"""

END_SEATS = """
UPDATE family_seats SET over_at = %(at)s,
  state = CASE WHEN member_id IS NULL THEN 'withdrawn' ELSE %(state)s END
WHERE merchant_id = %(merchant_id)s AND id = ANY(%(ids)s) AND state IN ('invited', 'active')
"""

END_CARD = """
UPDATE family_cards SET state = 'dissolved', over_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = %(card_id)s AND state = 'open'
"""

# Spending

SHAPES = """
SELECT id FROM members
WHERE merchant_id = %(merchant_id)s AND (id = %(member_id)s OR merged_into = %(member_id)s)
"""

ALLOWED = """
SELECT coalesce(sum(r.amount_fen) FILTER (WHERE r.seat_id = %(seat_id)s), 0)::bigint,
  coalesce(sum(r.amount_fen), 0)::bigint
FROM family_requests r
JOIN family_seats s ON s.merchant_id = r.merchant_id AND s.id = r.seat_id
WHERE r.merchant_id = %(merchant_id)s AND s.card_id = %(card_id)s AND r.state = 'approved'
  AND r.decided_at >= %(since)s AND r.decided_at < %(until)s
"""

EXPIRE_REQUEST = """
UPDATE family_requests SET state = 'expired', decided_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND seat_id = %(seat_id)s AND state = 'waiting'
  AND ends_at <= %(at)s
"""

ASK = """
INSERT INTO family_requests (merchant_id, seat_id, amount_fen, note, state, asked_at, ends_at)
VALUES (%(merchant_id)s, %(seat_id)s, %(amount_fen)s, %(note)s::text, 'waiting', %(at)s,
  %(ends_at)s)
ON CONFLICT (merchant_id, seat_id) WHERE state = 'waiting' DO NOTHING
"""

DECIDE = """
UPDATE family_requests SET state = %(state)s, decided_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND seat_id = %(seat_id)s AND state = 'waiting'
  AND ends_at > %(at)s
RETURNING amount_fen
"""

# Looking

REQUESTS = """
SELECT s.number, r.amount_fen, r.note, r.asked_at, r.ends_at FROM family_requests r
JOIN family_seats s ON s.merchant_id = r.merchant_id AND s.id = r.seat_id
WHERE r.merchant_id = %(merchant_id)s AND s.card_id = %(card_id)s AND s.state = 'active'
  AND r.state = 'waiting' AND r.ends_at > %(at)s
ORDER BY r.id
"""

INVITATION = """
SELECT s.name, s.monthly_cap_fen, s.state, s.ends_at, c.state, m.nickname
FROM family_seats s
JOIN family_cards c ON c.merchant_id = s.merchant_id AND c.id = s.card_id
JOIN members m ON m.merchant_id = c.merchant_id AND m.id = c.owner_id
WHERE s.merchant_id = %(merchant_id)s AND s.fingerprint = %(fingerprint)s
"""

# What the family spent of its owner's value, by seat; to a member only his own. Whoever sits there
# may be somebody who spent another owner's before the two members were one.
HISTORY = """
SELECT h.id, h.held_at, s.number, s.name, o.number, h.paid_fen + h.bonus_fen, h.returned_fen,
  h.state
FROM family_seats s
JOIN family_cards c ON c.merchant_id = s.merchant_id AND c.id = s.card_id
JOIN members m ON m.merchant_id = s.merchant_id
  AND (m.id = s.member_id OR m.merged_into = s.member_id)
JOIN value_holds h ON h.merchant_id = m.merchant_id AND h.spender_id = m.id
  AND h.member_id <> h.spender_id AND h.held_at >= s.joined_at
  AND (s.over_at IS NULL OR h.held_at < s.over_at)
JOIN members w ON w.merchant_id = h.merchant_id AND w.id = h.member_id
  AND (w.id = c.owner_id OR w.merged_into = c.owner_id)
JOIN orders o ON o.merchant_id = h.merchant_id AND o.id = h.order_id
WHERE s.merchant_id = %(merchant_id)s AND s.card_id = %(card_id)s
  AND (%(seat_id)s::bigint IS NULL OR s.id = %(seat_id)s)
  AND h.id < coalesce(%(after)s::bigint, 9223372036854775807)
ORDER BY h.id DESC LIMIT %(limit)s
"""

# Joining two people

CARDS_OF_OWNERS = """
SELECT c.id, c.owner_id, c.monthly_cap_fen FROM family_cards c
WHERE c.merchant_id = %(merchant_id)s AND c.owner_id IN (%(loser_id)s, %(winner_id)s)
  AND c.state = 'open'
ORDER BY c.id FOR NO KEY UPDATE
"""

SEATS_OF_MEMBERS = (
    _SEAT
    + """ AND s.member_id IN (%(loser_id)s, %(winner_id)s) AND s.state = 'active'
ORDER BY s.id FOR NO KEY UPDATE"""
)

TAKE_OVER_CARDS = """
UPDATE family_cards SET owner_id = %(winner_id)s
WHERE merchant_id = %(merchant_id)s AND owner_id = %(loser_id)s
"""

TAKE_OVER_SEATS = """
UPDATE family_seats SET member_id = %(winner_id)s
WHERE merchant_id = %(merchant_id)s AND member_id = %(loser_id)s
"""
