"""The complaints' SQL, prepared once per connection."""

OPEN = """
WITH ticket AS (
  INSERT INTO complaint_tickets (merchant_id, number, source, kind, state, member_id, order_id,
    voucher_id, awaits_us, opened_at, answer_by, settle_by)
  VALUES (%(merchant_id)s, %(number)s, 'app', %(kind)s, 'open', %(member_id)s, %(order_id)s,
    %(voucher_id)s, true, %(at)s, %(answer_by)s, %(settle_by)s)
  RETURNING id
)
INSERT INTO complaint_lines (merchant_id, ticket_id, at, who, actor, action, text, photos)
SELECT %(merchant_id)s, id, %(at)s, 'member', %(actor)s, 'open', %(text)s, %(photos)s::jsonb
FROM ticket
"""

# What was bought or is held by this member, and nothing else.
FIND_ORDER = """
SELECT id, NULL::bigint FROM orders
WHERE merchant_id = %(merchant_id)s AND number = %(number)s AND member_id = %(member_id)s
"""
FIND_VOUCHER = """
SELECT c.order_id, v.id FROM vouchers v
JOIN cards c ON c.merchant_id = v.merchant_id AND c.id = v.card_id
WHERE v.merchant_id = %(merchant_id)s AND v.number = %(number)s
  AND (v.holder_id = %(member_id)s OR v.buyer_id = %(member_id)s)
"""

ADD_LINE = """
INSERT INTO complaint_lines (merchant_id, ticket_id, at, who, actor, action, text, photos, log_id,
  delivery, body, refund)
VALUES (%(merchant_id)s, %(ticket_id)s, %(at)s, %(who)s, %(actor)s, %(action)s, %(text)s,
  %(photos)s::jsonb, %(log_id)s, %(delivery)s, %(body)s::jsonb, %(refund)s)
ON CONFLICT DO NOTHING RETURNING id
"""

_TICKET = """
SELECT id, number, source, kind, state, platform_id, channel_id, member_id, order_id, awaits_us,
  opened_at, answer_by, settle_by
FROM complaint_tickets WHERE merchant_id = %(merchant_id)s
"""
LOCK = _TICKET + " AND number = %(number)s FOR NO KEY UPDATE"
LOCK_OF_MEMBER = _TICKET + (
    " AND number = %(number)s AND member_id = %(member_id)s FOR NO KEY UPDATE"
)
LOCK_PLATFORM = _TICKET + " AND platform_id = %(platform_id)s FOR NO KEY UPDATE"

MEET = """
INSERT INTO complaint_tickets (merchant_id, number, source, kind, state, platform_id, channel_id,
  member_id, order_id, payment_number, asked_fen, phone_sealed, awaits_us, answer_at_once,
  opened_at, answer_by, settle_by)
SELECT %(merchant_id)s, %(number)s, 'wechat_pay', %(kind)s, 'open', %(platform_id)s,
  %(channel_id)s, found.member_id, found.order_id, %(payment_number)s, %(asked_fen)s,
  %(phone_sealed)s, true, %(answer_at_once)s, %(opened_at)s, %(answer_by)s, %(settle_by)s
FROM (SELECT) AS one LEFT JOIN LATERAL (
  SELECT o.id AS order_id, o.member_id FROM payments p
  JOIN orders o ON o.merchant_id = p.merchant_id AND o.id = p.order_id
  WHERE p.merchant_id = %(merchant_id)s AND p.number = %(payment_number)s) found ON true
ON CONFLICT (merchant_id, platform_id) WHERE platform_id IS NOT NULL DO NOTHING
"""

KNOWN_LOGS = """
SELECT log_id FROM complaint_lines
WHERE merchant_id = %(merchant_id)s AND ticket_id = %(ticket_id)s AND log_id IS NOT NULL
"""

# What we said ourselves comes back with the platform's number.
RECOGNISE = """
UPDATE complaint_lines SET log_id = %(log_id)s, delivery = 'sent', trouble = NULL
WHERE merchant_id = %(merchant_id)s AND id = (
  SELECT id FROM complaint_lines
  WHERE merchant_id = %(merchant_id)s AND ticket_id = %(ticket_id)s AND log_id IS NULL
    AND delivery IN ('waiting', 'sent') AND action = %(action)s
    AND (%(action)s IN ('complete', 'approve') OR text = %(text)s)
  ORDER BY id LIMIT 1)
"""

# WeChat knows nothing of what was said in our app: that word waits for an answer of its own.
FOLLOW = """
UPDATE complaint_tickets t SET state = %(state)s::text,
  awaits_us = CASE WHEN said.waits THEN t.awaits_us ELSE %(awaits_us)s END,
  answer_at_once = %(answer_at_once)s,
  with_platform = %(with_platform)s, is_refunded = %(is_refunded)s, times = %(times)s,
  answer_alarm_at = CASE WHEN said.waits OR t.answer_by IS NOT DISTINCT FROM %(answer_by)s
    THEN t.answer_alarm_at END,
  settle_alarm_at = CASE WHEN t.settle_by = %(settle_by)s THEN t.settle_alarm_at END,
  answer_by = CASE WHEN said.waits THEN t.answer_by ELSE %(answer_by)s END,
  settle_by = %(settle_by)s,
  resolved_at = CASE WHEN %(state)s::text = 'resolved' THEN coalesce(t.resolved_at, %(at)s) END
FROM (SELECT %(state)s::text <> 'resolved' AND EXISTS (
  SELECT FROM complaint_lines l
  WHERE l.merchant_id = %(merchant_id)s AND l.ticket_id = %(ticket_id)s
    AND l.action = 'say' AND l.log_id IS NULL AND NOT EXISTS (
      SELECT FROM complaint_lines o
      WHERE o.merchant_id = l.merchant_id AND o.ticket_id = l.ticket_id AND o.at > l.at
        AND (o.who = 'member' AND o.log_id IS NOT NULL
          OR o.action IN ('reply', 'merchant_response')
            AND coalesce(o.delivery, 'sent') = 'sent'))) AS waits) said
WHERE t.merchant_id = %(merchant_id)s AND t.id = %(ticket_id)s
"""

ASKED = """
UPDATE complaint_tickets SET awaits_us = true, answer_by = %(answer_by)s, answer_alarm_at = NULL
WHERE merchant_id = %(merchant_id)s AND id = %(ticket_id)s
"""
ANSWERED = """
UPDATE complaint_tickets SET awaits_us = false, answer_by = NULL, answer_alarm_at = NULL,
  state = CASE WHEN state = 'open' THEN 'processing' ELSE state END
WHERE merchant_id = %(merchant_id)s AND id = %(ticket_id)s
"""
RESOLVE = """
UPDATE complaint_tickets SET state = 'resolved', resolved_at = %(at)s, awaits_us = false,
  answer_by = NULL, resolution = coalesce(%(resolution)s, resolution)
WHERE merchant_id = %(merchant_id)s AND id = %(ticket_id)s AND state <> 'resolved'
"""
NOTE_RESOLUTION = """
UPDATE complaint_tickets SET resolution = %(resolution)s
WHERE merchant_id = %(merchant_id)s AND id = %(ticket_id)s
"""
RATE = """
UPDATE complaint_tickets SET satisfaction = %(stars)s
WHERE merchant_id = %(merchant_id)s AND id = %(ticket_id)s AND satisfaction IS NULL
"""

TO_SEND = """
SELECT l.id, l.action, l.text, l.photos, l.body, l.delivery, l.at, l.log_id, t.id, t.number,
  t.platform_id, t.channel_id, t.state,
  EXISTS (SELECT FROM complaint_lines e WHERE e.merchant_id = l.merchant_id
    AND e.ticket_id = l.ticket_id AND e.id < l.id AND e.delivery = 'waiting')
FROM complaint_lines l
JOIN complaint_tickets t ON t.merchant_id = l.merchant_id AND t.id = l.ticket_id
WHERE l.merchant_id = %(merchant_id)s AND l.id = %(line_id)s
"""
KEEP_BODY = """
UPDATE complaint_lines SET body = %(body)s::jsonb
WHERE merchant_id = %(merchant_id)s AND id = %(line_id)s AND delivery = 'waiting'
"""
# The ticket before its lines, as everybody else does.
LOCK_OF_LINE = """
SELECT t.id FROM complaint_tickets t
JOIN complaint_lines l ON l.merchant_id = t.merchant_id AND l.ticket_id = t.id
WHERE t.merchant_id = %(merchant_id)s AND l.id = %(line_id)s FOR NO KEY UPDATE OF t
"""
DELIVERED = """
UPDATE complaint_lines SET delivery = %(delivery)s, trouble = %(trouble)s,
  log_id = coalesce(%(log_id)s, log_id)
WHERE merchant_id = %(merchant_id)s AND id = %(line_id)s AND delivery = 'waiting'
RETURNING ticket_id, action
"""

# Across merchants, without locks; ALARM decides.
DUE = """
SELECT merchant_id, id, number,
  (answer_by <= %(soon)s OR answer_at_once) AND awaits_us AND answer_alarm_at IS NULL,
  settle_by <= %(soon)s AND settle_alarm_at IS NULL
FROM complaint_tickets
WHERE state <> 'resolved'
  AND (((answer_by <= %(soon)s OR answer_at_once) AND awaits_us AND answer_alarm_at IS NULL)
    OR (settle_by <= %(soon)s AND settle_alarm_at IS NULL))
ORDER BY settle_by LIMIT %(limit)s
"""
ALARM = """
UPDATE complaint_tickets SET
  answer_alarm_at = CASE WHEN (answer_by <= %(soon)s OR answer_at_once) AND awaits_us
    THEN coalesce(answer_alarm_at, %(at)s) ELSE answer_alarm_at END,
  settle_alarm_at = CASE WHEN settle_by <= %(soon)s
    THEN coalesce(settle_alarm_at, %(at)s) ELSE settle_alarm_at END
WHERE merchant_id = %(merchant_id)s AND id = %(ticket_id)s AND state <> 'resolved'
  AND (((answer_by <= %(soon)s OR answer_at_once) AND awaits_us AND answer_alarm_at IS NULL)
    OR (settle_by <= %(soon)s AND settle_alarm_at IS NULL))
RETURNING number, least(answer_by, settle_by)
"""

SEEN = """
SELECT platform_id, state, awaits_us, answer_at_once, with_platform, is_refunded, times
FROM complaint_tickets
WHERE merchant_id = %(merchant_id)s AND platform_id = ANY(%(platform_ids)s)
"""

TAKE_OVER = (
    """UPDATE complaint_tickets SET member_id = %(winner_id)s
    WHERE merchant_id = %(merchant_id)s AND member_id = %(loser_id)s""",
    """UPDATE goodwill_grants SET member_id = %(winner_id)s
    WHERE merchant_id = %(merchant_id)s AND member_id = %(loser_id)s""",
)

# Whoever waits right now comes first, then what must be done soonest.
_URGENT = """CASE WHEN t.answer_at_once AND t.awaits_us THEN t.opened_at
    ELSE least(t.answer_by, t.settle_by) END"""
# Not EXISTS: that may be answered by reading every line that there is.
_VIEW = f"""
SELECT t.id, t.number, t.source, t.kind, t.state, t.platform_id, t.opened_at, t.answer_by,
  t.settle_by, t.awaits_us, t.with_platform, t.is_refunded, t.times, t.asked_fen,
  t.resolved_at, t.resolution, t.satisfaction, t.phone_sealed, t.order_id, t.member_id, o.number,
  v.number, m.number,
  (SELECT text FROM complaint_lines l WHERE l.merchant_id = t.merchant_id AND l.ticket_id = t.id
   ORDER BY l.id LIMIT 1),
  coalesce((SELECT true FROM complaint_lines l WHERE l.merchant_id = t.merchant_id
    AND l.ticket_id = t.id AND l.delivery = 'refused' LIMIT 1), false),
  {_URGENT}, t.answer_at_once AND t.awaits_us, s.number, s.name,
  coalesce(o.member_id = t.member_id, false)
FROM complaint_tickets t
LEFT JOIN orders o ON o.merchant_id = t.merchant_id AND o.id = t.order_id
LEFT JOIN vouchers v ON v.merchant_id = t.merchant_id AND v.id = t.voucher_id
LEFT JOIN members m ON m.merchant_id = t.merchant_id AND m.id = t.member_id
LEFT JOIN staff s ON s.merchant_id = t.merchant_id AND s.id = t.staff_id
WHERE t.merchant_id = %(merchant_id)s
"""  # noqa: S608 - joined from our own constants
VIEW = _VIEW + " AND t.number = %(number)s"
VIEW_OF_MEMBER = VIEW + " AND t.member_id = %(member_id)s"
LIST_OF_MEMBER = (
    _VIEW
    + """ AND t.member_id = %(member_id)s AND t.id < coalesce(%(after)s::bigint, 9223372036854775807)
ORDER BY t.id DESC LIMIT %(limit)s"""
)
LIST_OF_ORDER = _VIEW + " AND t.order_id = %(order_id)s ORDER BY t.id"
INBOX_OPEN = (
    _VIEW
    + f""" AND t.state <> 'resolved' AND ({_URGENT}, t.id)
    > (coalesce(%(after_time)s::timestamptz, '-infinity'), coalesce(%(after_id)s::bigint, 0))
ORDER BY {_URGENT}, t.id LIMIT %(limit)s"""
)
INBOX_DONE = (
    _VIEW
    + """ AND t.state = 'resolved' AND (t.resolved_at, t.id)
    < (coalesce(%(after_time)s::timestamptz, 'infinity'), coalesce(%(after_id)s::bigint, 0))
ORDER BY t.resolved_at DESC, t.id DESC LIMIT %(limit)s"""
)
LINES = """
SELECT l.at, l.who, l.actor, l.action, l.text, l.photos, l.delivery, l.trouble, l.refund,
  (SELECT count(*) FROM complaint_photos p WHERE p.merchant_id = l.merchant_id
    AND p.line_id = l.id AND p.state = 'waiting'),
  (SELECT count(*) FROM complaint_photos p WHERE p.merchant_id = l.merchant_id
    AND p.line_id = l.id AND p.state = 'given_up')
FROM complaint_lines l
WHERE l.merchant_id = %(merchant_id)s AND l.ticket_id = %(ticket_id)s ORDER BY l.at, l.id
"""
PHOTO_OF_TICKET = """
SELECT p.key FROM complaint_tickets t
JOIN complaint_lines l ON l.merchant_id = t.merchant_id AND l.ticket_id = t.id
CROSS JOIN LATERAL jsonb_array_elements_text(l.photos) p (key)
WHERE t.merchant_id = %(merchant_id)s AND t.number = %(number)s
  AND (%(member_id)s::bigint IS NULL OR t.member_id = %(member_id)s)
  AND split_part(p.key, '/', -1) = %(name)s
LIMIT 1
"""
COUNT_LINES = """
SELECT count(*) FROM complaint_lines
WHERE merchant_id = %(merchant_id)s AND ticket_id = %(ticket_id)s
"""
