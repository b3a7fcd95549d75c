"""The bookings' SQL, prepared once per connection."""

from app.domain.vouchers import HOLDER_VERSION

LOOK_AT_TICKET = """
SELECT v.id, v.number, v.state, r.kind, r.benefit_id, v.revision_id, v.valid_from, v.valid_until
FROM vouchers v
JOIN benefit_revisions r ON r.merchant_id = v.merchant_id AND r.id = v.revision_id
WHERE v.merchant_id = %(merchant_id)s AND v.holder_id = %(member_id)s AND v.number = %(voucher)s
"""
LOCK_TICKET = LOOK_AT_TICKET + "FOR NO KEY UPDATE OF v"

LOCK_VOUCHER = """
SELECT id FROM vouchers WHERE merchant_id = %(merchant_id)s AND id = %(voucher_id)s
FOR NO KEY UPDATE
"""

_SEATING = """
SELECT s.id, s.number, s.benefit_id, s.store_id, s.title, s.starts_at, s.ends_at,
  s.changes_until, s.capacity, s.taken, s.hold_hours, s.cancelled_at
FROM booking_sessions s WHERE s.merchant_id = %(merchant_id)s
"""
LOCK_SESSION = _SEATING + " AND s.number = %(session)s FOR NO KEY UPDATE"
LOCK_SESSION_BY_ID = _SEATING + " AND s.id = %(session_id)s FOR NO KEY UPDATE"
SESSIONS_OF_BENEFIT = (
    _SEATING
    + """ AND s.benefit_id = %(benefit_id)s AND s.cancelled_at IS NULL AND s.starts_at > %(at)s
ORDER BY s.starts_at, s.id LIMIT %(limit)s"""
)
SESSIONS = (
    _SEATING
    + """ AND (s.ends_at, s.id) > (coalesce(%(after_time)s::timestamptz, %(since)s),
    coalesce(%(after_id)s::bigint, 9223372036854775807))
  AND (%(store_id)s::bigint IS NULL OR s.store_id IS NULL OR s.store_id = %(store_id)s::bigint)
ORDER BY s.ends_at, s.id LIMIT %(limit)s"""
)
ONE_SESSION = _SEATING + " AND s.number = %(session)s"

ADD_SESSION = """
INSERT INTO booking_sessions (merchant_id, number, benefit_id, store_id, title, starts_at, ends_at,
  changes_until, capacity, hold_hours, created_at)
VALUES (%(merchant_id)s, %(number)s, %(benefit_id)s, %(store_id)s, %(title)s, %(starts_at)s,
  %(ends_at)s, %(changes_until)s, %(capacity)s, %(hold_hours)s, %(at)s)
"""

BENEFIT = """
SELECT b.id, (SELECT r.kind FROM benefit_revisions r
  WHERE r.merchant_id = b.merchant_id AND r.benefit_id = b.id AND r.published_at IS NOT NULL
  ORDER BY r.revision DESC LIMIT 1)
FROM benefits b WHERE b.merchant_id = %(merchant_id)s AND b.number = %(benefit)s
"""

OPEN_OF_VOUCHER = """
SELECT id, session_id FROM bookings
WHERE merchant_id = %(merchant_id)s AND voucher_id = %(voucher_id)s AND is_open
"""

OPEN_BOOKING = """
SELECT b.number, b.state, s.number FROM bookings b
JOIN booking_sessions s ON s.merchant_id = b.merchant_id AND s.id = b.session_id
WHERE b.merchant_id = %(merchant_id)s AND b.voucher_id = %(voucher_id)s AND b.is_open
"""

# A seat while there is one, else a place at the end of the queue.
BOOK = """
WITH seat AS (
  UPDATE booking_sessions SET taken = taken + 1
  WHERE merchant_id = %(merchant_id)s AND id = %(session_id)s AND taken < capacity
  RETURNING 1
)
INSERT INTO bookings (merchant_id, number, session_id, member_id, voucher_id, state, is_open,
  asked_at)
SELECT %(merchant_id)s, %(number)s, %(session_id)s, %(member_id)s, %(voucher_id)s,
  CASE WHEN EXISTS (SELECT FROM seat) THEN 'booked' ELSE 'waiting' END, true, %(at)s
RETURNING id, state
"""

FIND_OWN = """
SELECT b.id, b.session_id, b.voucher_id FROM bookings b
WHERE b.merchant_id = %(merchant_id)s AND b.member_id = %(member_id)s AND b.number = %(booking)s
"""

LOCK_BOOKING = """
SELECT id, number, member_id, voucher_id, state, is_open, offered_until FROM bookings
WHERE merchant_id = %(merchant_id)s AND id = %(booking_id)s FOR NO KEY UPDATE
"""

CLOSE = """
UPDATE bookings SET state = %(state)s, is_open = false, settled_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = %(booking_id)s AND is_open
"""

CONFIRM = """
UPDATE bookings SET state = 'booked'
WHERE merchant_id = %(merchant_id)s AND id = %(booking_id)s AND state = 'offered'
  AND offered_until > %(at)s
"""

# The seat of whoever left goes to whoever waits longest; the session is held meanwhile.
OFFER_SEAT = """
UPDATE bookings SET state = 'offered', offered_until = %(offered_until)s
WHERE merchant_id = %(merchant_id)s AND id = (
  SELECT id FROM bookings
  WHERE merchant_id = %(merchant_id)s AND session_id = %(session_id)s AND state = 'waiting'
  ORDER BY id LIMIT 1 FOR NO KEY UPDATE)
RETURNING number
"""

FREE_SEAT = """
UPDATE booking_sessions SET taken = taken - 1
WHERE merchant_id = %(merchant_id)s AND id = %(session_id)s
"""

TAKE_SEAT = """
UPDATE booking_sessions SET taken = taken + 1
WHERE merchant_id = %(merchant_id)s AND id = %(session_id)s AND taken < capacity
"""

SET_CAPACITY = """
UPDATE booking_sessions SET capacity = %(capacity)s
WHERE merchant_id = %(merchant_id)s AND id = %(session_id)s AND taken <= %(capacity)s
"""

CALL_OFF = """
UPDATE booking_sessions SET cancelled_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = %(session_id)s AND cancelled_at IS NULL
"""

# Across merchants, without locks; settling locks and looks again.
DUE = """
SELECT b.merchant_id, b.id, b.session_id, b.voucher_id FROM bookings b
JOIN booking_sessions s ON s.merchant_id = b.merchant_id AND s.id = b.session_id
WHERE b.is_open AND (s.cancelled_at IS NOT NULL OR s.ends_at <= %(at)s
  OR (b.state = 'offered' AND b.offered_until <= %(at)s))
ORDER BY b.id LIMIT %(limit)s
"""

# The voucher is held by the caller, and with it its booking stays what it is.
BOOKED_WITH = """
SELECT id FROM bookings
WHERE merchant_id = %(merchant_id)s AND voucher_id = %(voucher_id)s AND state = 'booked'
"""
SEAT_OF = _SEATING.replace(
    "WHERE",
    """JOIN bookings b ON b.merchant_id = s.merchant_id AND b.session_id = s.id
  AND b.voucher_id = %(voucher_id)s AND b.state = 'booked'
WHERE""",
)

_VIEW = f"""
SELECT b.id, b.number, b.state, b.asked_at, b.offered_until, b.settled_at,
  v.id, v.number, {HOLDER_VERSION}, s.number, s.title, s.starts_at, s.ends_at,
  s.changes_until, s.store_id,
  CASE WHEN b.state = 'waiting' THEN (SELECT count(*) FROM bookings w
    WHERE w.merchant_id = b.merchant_id AND w.session_id = b.session_id
      AND w.state = 'waiting' AND w.id <= b.id) END
FROM bookings b
JOIN booking_sessions s ON s.merchant_id = b.merchant_id AND s.id = b.session_id
JOIN vouchers v ON v.merchant_id = b.merchant_id AND v.id = b.voucher_id
WHERE b.merchant_id = %(merchant_id)s AND b.member_id = %(member_id)s
"""  # noqa: S608 - joined from our own constants
VIEW_ONE = _VIEW + " AND b.number = %(booking)s"
VIEW_PAGE = (
    _VIEW
    + """ AND b.id < coalesce(%(after)s::bigint, 9223372036854775807)
ORDER BY b.id DESC LIMIT %(limit)s"""
)

GUESTS = """
SELECT b.number, b.state, m.number, m.nickname, b.asked_at, b.settled_at
FROM bookings b
JOIN members m ON m.merchant_id = b.merchant_id AND m.id = b.member_id
WHERE b.merchant_id = %(merchant_id)s AND b.session_id = %(session_id)s
  AND b.state IN ('booked', 'attended', 'offered', 'waiting', 'missed')
ORDER BY b.id LIMIT %(limit)s
"""

WORDS = """
SELECT b.number, b.member_id, b.offered_until, s.title, s.starts_at, o.id, o.number, a.appid
FROM bookings b
JOIN booking_sessions s ON s.merchant_id = b.merchant_id AND s.id = b.session_id
JOIN vouchers v ON v.merchant_id = b.merchant_id AND v.id = b.voucher_id
JOIN cards c ON c.merchant_id = v.merchant_id AND c.id = v.card_id
LEFT JOIN orders o ON o.merchant_id = c.merchant_id AND o.id = c.order_id
LEFT JOIN wechat_apps a ON a.merchant_id = o.merchant_id AND a.id = o.app_id
WHERE b.merchant_id = %(merchant_id)s AND b.number = %(booking)s
"""

TAKE_OVER = """
UPDATE bookings SET member_id = %(winner_id)s
WHERE merchant_id = %(merchant_id)s AND member_id = %(loser_id)s
"""

REPORT_SEATS = """
SELECT count(*) FILTER (WHERE b.state = 'booked'),
  count(*) FILTER (WHERE b.state IN ('waiting', 'offered')),
  count(*) FILTER (WHERE b.state = 'attended'), count(*) FILTER (WHERE b.state = 'missed'),
  count(*) FILTER (WHERE b.state IN ('cancelled', 'called_off')),
  count(*) FILTER (WHERE b.state = 'lapsed'),
  count(*) FILTER (WHERE b.state IN ('booked', 'attended', 'missed') AND EXISTS (
    SELECT FROM vouchers v
    JOIN cards c ON c.merchant_id = %(merchant_id)s AND c.id = v.card_id
    JOIN orders o ON o.merchant_id = %(merchant_id)s AND o.id = c.order_id
    JOIN order_lines l ON l.merchant_id = %(merchant_id)s AND l.order_id = o.id
    JOIN offers f ON f.merchant_id = %(merchant_id)s AND f.id = l.offer_id
    WHERE v.merchant_id = %(merchant_id)s AND v.id = b.voucher_id
      AND o.placed_at < f.sale_starts_at))
FROM bookings b WHERE b.merchant_id = %(merchant_id)s AND b.session_id = %(session_id)s
"""
REPORT_SPEND = """
WITH guests AS MATERIALIZED (
  SELECT DISTINCT b.member_id FROM bookings b
  WHERE b.merchant_id = %(merchant_id)s AND b.session_id = %(session_id)s AND b.state = 'attended'
), bought AS (
  SELECT o.member_id, o.total_fen - coalesce((SELECT sum(r.amount_fen) FROM returns r
    WHERE r.merchant_id = %(merchant_id)s AND r.order_id = o.id AND r.state = 'done'), 0) AS fen
  FROM guests g
  JOIN orders o ON o.merchant_id = %(merchant_id)s AND o.member_id = g.member_id
  WHERE o.paid_at >= %(since)s AND o.paid_at < %(until)s
), used AS (
  SELECT r.value_fen FROM guests g
  JOIN redemptions r ON r.merchant_id = %(merchant_id)s AND r.member_id = g.member_id
  WHERE r.redeemed_at >= %(since)s AND r.redeemed_at < %(until)s AND r.reversed_at IS NULL
    AND (%(store_id)s::bigint IS NULL OR r.store_id = %(store_id)s)
    AND NOT EXISTS (SELECT FROM bookings b WHERE b.merchant_id = %(merchant_id)s
      AND b.voucher_id = r.voucher_id AND b.session_id = %(session_id)s)
)
SELECT (SELECT count(DISTINCT member_id) FROM bought), (SELECT count(*) FROM bought),
  (SELECT coalesce(sum(fen), 0)::bigint FROM bought),
  (SELECT count(*) FROM used), (SELECT coalesce(sum(value_fen), 0)::bigint FROM used)
"""
