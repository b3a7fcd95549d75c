"""The monthly cards' SQL. Whoever changes a card locks its row first, then its periods."""

# The newest published wording of what the plan names, and what the order calls the card.
WORDINGS = """
SELECT DISTINCT ON (benefit_id) benefit_id, id FROM benefit_revisions
WHERE merchant_id = %(merchant_id)s AND benefit_id = ANY(%(ids)s) AND published_at IS NOT NULL
ORDER BY benefit_id, revision DESC
"""

BOUGHT = """
SELECT l.offer_id, l.title FROM order_lines l
WHERE l.merchant_id = %(merchant_id)s AND l.order_id = %(order_id)s AND l.kind = 'subscription'
ORDER BY l.id LIMIT 1
"""

# The card of the same kind that a new one may go on from, held against skipping.
LOCK_LATEST = """
SELECT s.id, s.anchor_on, s.address_id,
  (SELECT max(p.month) FROM subscription_periods p
   WHERE p.merchant_id = s.merchant_id AND p.subscription_id = s.id)
FROM subscriptions s
WHERE s.merchant_id = %(merchant_id)s AND s.member_id = %(member_id)s
  AND s.offer_id = %(offer_id)s AND s.state <> 'stopped'
ORDER BY s.id DESC LIMIT 1 FOR NO KEY UPDATE
"""

DEFAULT_ADDRESS = """
SELECT id FROM member_addresses
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s
ORDER BY is_default DESC, changed_at DESC, id DESC LIMIT 1
"""

START = """
WITH card AS (
  INSERT INTO subscriptions (merchant_id, number, member_id, order_id, offer_id, title, plan,
    paid_fen, state, anchor_on, address_id, follows_id, started_at)
  VALUES (%(merchant_id)s, %(number)s, %(member_id)s, %(order_id)s, %(offer_id)s, %(title)s,
    %(plan)s::jsonb, %(paid_fen)s, 'active', %(anchor_on)s, %(address_id)s, %(follows_id)s, %(at)s)
  RETURNING id
)
INSERT INTO subscription_periods (merchant_id, subscription_id, n, month, starts_on, locks_at,
  amount_fen, state)
SELECT %(merchant_id)s, card.id, given.n, given.month, given.starts_on, given.locks_at,
  given.amount_fen, 'waiting'
FROM card, unnest(%(ns)s::bigint[], %(months)s::bigint[], %(days)s::date[],
  %(locks)s::timestamptz[], %(amounts)s::bigint[])
  AS given (n, month, starts_on, locks_at, amount_fen)
"""

_CARD = """
SELECT s.id, s.number, s.member_id, s.order_id, s.offer_id, s.title, s.plan, s.paid_fen, s.state,
  s.anchor_on, s.address_id, s.skips, s.paused_by
FROM subscriptions s
WHERE s.merchant_id = %(merchant_id)s
"""
CARD = _CARD
LOCK_BY_NUMBER = _CARD + " AND s.number = %(number)s FOR NO KEY UPDATE"
LOCK_OWN = _CARD + " AND s.member_id = %(member_id)s AND s.number = %(number)s FOR NO KEY UPDATE"
LOCK_BY_ID = _CARD + " AND s.id = %(id)s FOR NO KEY UPDATE SKIP LOCKED"
LOCK_BY_ORDER = _CARD + " AND s.order_id = %(order_id)s FOR NO KEY UPDATE"
FIND_BY_ORDER = _CARD + " AND s.order_id = %(order_id)s"

# Read after the card is locked, so as it is then.
PERIODS = """
SELECT id, n, month, starts_on, locks_at, amount_fen, choices, state, asked_at, opened_at
FROM subscription_periods
WHERE merchant_id = %(merchant_id)s AND subscription_id = %(subscription_id)s ORDER BY n
"""

FOLLOWERS = """
WITH RECURSIVE chain AS (
  SELECT id, anchor_on FROM subscriptions
  WHERE merchant_id = %(merchant_id)s AND follows_id = %(subscription_id)s AND state <> 'stopped'
  UNION ALL
  SELECT s.id, s.anchor_on FROM subscriptions s JOIN chain ON s.follows_id = chain.id
  WHERE s.merchant_id = %(merchant_id)s AND s.state <> 'stopped'
)
SELECT id FROM chain ORDER BY id
"""
LOCK_FOLLOWERS = _CARD + " AND s.id = ANY(%(ids)s) ORDER BY s.id FOR NO KEY UPDATE"

MOVE = """
UPDATE subscription_periods p
SET month = given.month, starts_on = given.starts_on, locks_at = given.locks_at,
  asked_at = NULL, reminded_at = NULL
FROM unnest(%(ids)s::bigint[], %(months)s::bigint[], %(days)s::date[], %(locks)s::timestamptz[])
  AS given (id, month, starts_on, locks_at)
WHERE p.merchant_id = %(merchant_id)s AND p.id = given.id AND p.state = 'waiting'
"""

PAUSE = """
UPDATE subscriptions SET state = 'paused', paused_at = %(at)s, paused_by = %(actor)s
WHERE merchant_id = %(merchant_id)s AND id = %(id)s AND state IN ('active', 'paused')
"""

RESUME = """
UPDATE subscriptions SET state = 'active', paused_at = NULL, paused_by = NULL
WHERE merchant_id = %(merchant_id)s AND id = %(id)s AND state = 'paused'
"""

COUNT_SKIP = """
UPDATE subscriptions SET skips = skips + 1
WHERE merchant_id = %(merchant_id)s AND id = %(id)s AND skips < %(most)s
"""

CHOOSE = """
UPDATE subscription_periods SET choices = choices || %(chosen)s::jsonb
WHERE merchant_id = %(merchant_id)s AND id = %(id)s AND state = 'waiting'
"""

SEND_TO = """
UPDATE subscriptions SET address_id = %(address_id)s
WHERE merchant_id = %(merchant_id)s AND id = %(id)s
"""

STOP = """
WITH card AS (
  UPDATE subscriptions SET state = 'stopped', ended_at = %(at)s, paused_at = NULL,
    paused_by = NULL
  WHERE merchant_id = %(merchant_id)s AND id = %(id)s AND state <> 'stopped' RETURNING id
)
UPDATE subscription_periods p SET state = 'cancelled' FROM card
WHERE p.merchant_id = %(merchant_id)s AND p.subscription_id = card.id AND p.state = 'waiting'
"""

# Cards whose next period is to begin, over every merchant. Without an address a card is asked for
# it once per period, and then left until there is one.
DUE = """
SELECT s.merchant_id, s.id
FROM subscription_periods p JOIN subscriptions s
  ON s.merchant_id = p.merchant_id AND s.id = p.subscription_id
WHERE p.state = 'waiting' AND p.locks_at <= %(at)s AND s.state = 'active'
  AND (s.address_id IS NOT NULL OR p.asked_at IS NULL)
  AND NOT EXISTS (SELECT FROM subscription_periods e WHERE e.merchant_id = p.merchant_id
    AND e.subscription_id = p.subscription_id AND e.n < p.n AND e.state = 'waiting')
ORDER BY s.merchant_id, s.id LIMIT %(limit)s
"""

# What is fixed soon. Who bought or moved it since knows the day.
TO_REMIND = """
SELECT p.merchant_id, p.id FROM subscription_periods p JOIN subscriptions s
  ON s.merchant_id = p.merchant_id AND s.id = p.subscription_id
WHERE p.state = 'waiting' AND p.reminded_at IS NULL AND p.locks_at > %(at)s
  AND p.locks_at <= %(until)s AND s.state = 'active' AND s.started_at <= p.locks_at - %(before)s
ORDER BY p.locks_at, p.merchant_id, p.id LIMIT %(limit)s
"""

REMIND = """
UPDATE subscription_periods p SET reminded_at = %(at)s
FROM subscriptions s
WHERE p.merchant_id = %(merchant_id)s AND p.id = %(id)s AND s.merchant_id = p.merchant_id
  AND s.id = p.subscription_id AND s.state = 'active' AND p.state = 'waiting'
  AND p.reminded_at IS NULL AND p.locks_at > %(at)s
RETURNING s.number, p.n, p.locks_at
"""

OPEN = """
UPDATE subscription_periods
SET state = 'opened', opened_at = %(at)s, vouchers_fen = %(vouchers_fen)s
WHERE merchant_id = %(merchant_id)s AND id = %(id)s AND state = 'waiting'
RETURNING id
"""

ASKED = """
UPDATE subscription_periods SET asked_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = %(id)s AND state = 'waiting' AND asked_at IS NULL
RETURNING id
"""

DONE = """
UPDATE subscriptions s SET state = 'done', ended_at = %(at)s
WHERE s.merchant_id = %(merchant_id)s AND s.id = %(id)s AND s.state = 'active'
  AND NOT EXISTS (SELECT FROM subscription_periods p WHERE p.merchant_id = %(merchant_id)s
    AND p.subscription_id = s.id AND p.state = 'waiting')
"""

ADD_PARCEL = """
INSERT INTO parcels (merchant_id, number, subscription_id, period_id, member_id, benefit_id,
  revision_id, quantity, allocated_fen, address_sealed, send_on, state, created_at)
VALUES (%(merchant_id)s, %(number)s, %(subscription_id)s, %(period_id)s, %(member_id)s,
  %(benefit_id)s, %(revision_id)s, %(quantity)s, %(allocated_fen)s, %(address_sealed)s,
  %(send_on)s, 'to_send', %(at)s)
"""

TAKE_OVER = """
WITH addresses AS (
  UPDATE member_addresses SET member_id = %(winner_id)s, is_default = false
  WHERE merchant_id = %(merchant_id)s AND member_id = %(loser_id)s RETURNING 1
), boxes AS (
  UPDATE parcels SET member_id = %(winner_id)s
  WHERE merchant_id = %(merchant_id)s AND member_id = %(loser_id)s RETURNING 1
)
UPDATE subscriptions SET member_id = %(winner_id)s
WHERE merchant_id = %(merchant_id)s AND member_id = %(loser_id)s
"""
