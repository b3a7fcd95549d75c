"""The rows of what was said to whom."""

# Who finds it waiting may try again; who finds it in any other state keeps away.
TAKE = """
INSERT INTO sent_messages (merchant_id, event_key, member_id, message, channel, template_id, state,
  at)
VALUES (%(merchant_id)s, %(event_key)s, %(member_id)s, %(message)s, %(channel)s, %(template_id)s,
  'sending', %(at)s)
ON CONFLICT (merchant_id, event_key, member_id, message) DO UPDATE
SET state = 'sending', at = EXCLUDED.at WHERE sent_messages.state = 'waiting'
RETURNING id, member_id, channel, template_id, attempts
"""

HOLD = """
SELECT id, member_id, channel, template_id, attempts FROM sent_messages
WHERE merchant_id = %(merchant_id)s AND id = %(sent_id)s AND state = 'sending' FOR UPDATE
"""

GO_BY = """
UPDATE sent_messages SET channel = %(channel)s, template_id = %(template_id)s,
  attempts = %(attempts)s::jsonb, at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = %(sent_id)s AND state = 'sending'
"""

WAIT = """
UPDATE sent_messages SET state = 'waiting', attempts = %(attempts)s::jsonb
WHERE merchant_id = %(merchant_id)s AND id = %(sent_id)s AND state = 'sending'
"""

SETTLE = """
UPDATE sent_messages SET state = %(state)s, reason = %(reason)s, platform_id = %(platform_id)s,
  attempts = coalesce(%(attempts)s::jsonb, attempts), settled_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = %(sent_id)s AND state = 'sending'
"""

# Goes through every merchant on purpose: a sweep over what crashed senders left behind.
SETTLE_LOST = """
UPDATE sent_messages s SET state = 'unknown', reason = 'sender_lost', settled_at = %(at)s
FROM (
  SELECT merchant_id, id FROM sent_messages
  WHERE state = 'sending' AND at < %(before)s ORDER BY at LIMIT %(limit)s
  FOR UPDATE SKIP LOCKED
) lost
WHERE s.merchant_id = lost.merchant_id AND s.id = lost.id
"""

CARD_OPENED = """
SELECT settled_at FROM sent_messages
WHERE merchant_id = %(merchant_id)s AND event_key = %(event_key)s AND member_id = %(member_id)s
  AND channel = 'service_card' AND state = 'sent'
ORDER BY settled_at LIMIT 1
"""
