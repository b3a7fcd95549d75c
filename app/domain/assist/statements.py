"""The assists' SQL. They name members, vouchers, orders' payments and campaigns beside their own.

Locks are taken in one order: members by id, then the task, then its voucher, then the campaign's
counter. Whoever helps holds himself and the sharer, so that caps and "once per person" are
counted by one at a time; whoever closes a task holds the task alone.
"""

from app.domain.members import SAME_PERSON

LOCK_PEOPLE = """
SELECT m.id FROM members m
WHERE m.merchant_id = %(merchant_id)s AND (m.id = %(member_id)s OR m.id = (
  SELECT t.sharer_id FROM assist_tasks t
  WHERE t.merchant_id = %(merchant_id)s AND t.token_hash = %(token_hash)s))
ORDER BY m.id FOR NO KEY UPDATE
"""

# After the people are ours: what is counted here nobody else changes meanwhile.
LOOK = f"""
WITH RECURSIVE {SAME_PERSON}
SELECT t.id, t.number, t.state, t.helpers_needed, t.ends_at, t.opened_at, t.order_id, c.offer_id,
  t.sharer_id, t.voucher_id, v.state, v.revision_id, c.id, c.state,
  (SELECT count(*) FROM assist_helps h WHERE h.merchant_id = %(merchant_id)s
     AND h.task_id = t.id AND h.state = 'counted'),
  (SELECT count(*) FROM assist_helps h WHERE h.merchant_id = %(merchant_id)s
     AND h.task_id = t.id AND h.state = 'held'),
  t.sharer_id IN (SELECT id FROM same),
  EXISTS (SELECT FROM assist_helps h WHERE h.merchant_id = %(merchant_id)s
     AND h.campaign_id = t.campaign_id AND h.helper_id IN (SELECT id FROM same)
     AND h.state <> 'merged'),
  m.joined_at,
  (SELECT count(*) FROM assist_helps h WHERE h.merchant_id = %(merchant_id)s
     AND h.helper_id IN (SELECT id FROM same) AND h.at >= %(day_began)s
     AND h.state IN ('counted', 'held')),
  (SELECT count(*) FROM assist_tasks o JOIN assist_helps h
     ON h.merchant_id = %(merchant_id)s AND h.task_id = o.id
     WHERE o.merchant_id = %(merchant_id)s AND o.sharer_id = t.sharer_id
     AND h.at >= %(day_began)s AND h.state IN ('counted', 'held')),
  coalesce(t.sharer_device = %(device)s, false),
  EXISTS (SELECT FROM assist_helps h WHERE h.merchant_id = %(merchant_id)s
     AND h.campaign_id = t.campaign_id AND h.device = %(device)s),
  EXISTS (SELECT FROM payments p WHERE p.merchant_id = %(merchant_id)s
     AND p.order_id = t.order_id AND p.payer_openid = %(openid)s AND p.appid = %(appid)s),
  (SELECT count(*) FROM assist_helps h WHERE h.merchant_id = %(merchant_id)s
     AND h.campaign_id = t.campaign_id AND h.address = %(address)s AND h.at >= %(hour_began)s),
  m.state = 'active' AND m.merged_into IS NULL
    AND (%(epoch)s::bigint IS NULL OR m.session_epoch = %(epoch)s)
FROM assist_tasks t
JOIN assist_campaigns c ON c.merchant_id = %(merchant_id)s AND c.id = t.campaign_id
JOIN vouchers v ON v.merchant_id = %(merchant_id)s AND v.id = t.voucher_id
JOIN members m ON m.merchant_id = %(merchant_id)s AND m.id = %(member_id)s
WHERE t.merchant_id = %(merchant_id)s AND t.token_hash = %(token_hash)s
FOR NO KEY UPDATE OF t
"""  # noqa: S608 - composed of our own words

TERMS = """
SELECT terms, revisions FROM assist_campaigns
WHERE merchant_id = %(merchant_id)s AND id = %(campaign_id)s
"""

# The budget goes with the help, or neither happens.
HELP = """
WITH budget AS (
  UPDATE assist_counters SET rewards = rewards + 1, unlocks = unlocks + %(unlocks)s
  WHERE merchant_id = %(merchant_id)s AND campaign_id = %(campaign_id)s
    AND (%(most_rewards)s::bigint IS NULL OR rewards < %(most_rewards)s)
    AND (%(most_unlocks)s::bigint IS NULL OR unlocks + %(unlocks)s <= %(most_unlocks)s)
  RETURNING 1
), help AS (
  INSERT INTO assist_helps (merchant_id, number, task_id, campaign_id, helper_id, state,
    reward_card, reasons, risk_rank, device, address, group_id, at)
  SELECT %(merchant_id)s, %(number)s, %(task_id)s, %(campaign_id)s, %(member_id)s, %(state)s,
    %(reward_card)s, %(reasons)s::jsonb, %(risk_rank)s, %(device)s, %(address)s, %(group_id)s,
    %(at)s FROM budget
  RETURNING id
), task AS (
  UPDATE assist_tasks SET state = 'unlocked', closed_at = %(at)s
  WHERE merchant_id = %(merchant_id)s AND id = %(task_id)s AND state = 'open'
    AND %(unlocks)s = 1 AND EXISTS (SELECT FROM help)
)
SELECT id FROM help
"""

# As the campaigns' own look finds those that an order is promised, with what is used up.
PROMISED = """
SELECT c.terms, c.revisions, coalesce(n.rewards, 0), coalesce(n.unlocks, 0)
FROM assist_campaigns c
LEFT JOIN assist_counters n ON n.merchant_id = c.merchant_id AND n.campaign_id = c.id
WHERE c.merchant_id = %(merchant_id)s AND c.offer_id = %(offer_id)s AND c.published_at <= %(at)s
  AND (c.stopped_at IS NULL OR c.stopped_at > %(at)s)
  AND (c.killed_at IS NULL OR c.killed_at > %(at)s)
ORDER BY c.id LIMIT 1
"""

HELP_OF = """
SELECT h.number, h.state, h.reward_card FROM assist_helps h
JOIN assist_tasks t ON t.merchant_id = %(merchant_id)s AND t.id = h.task_id
WHERE h.merchant_id = %(merchant_id)s AND h.helper_id = %(member_id)s
  AND t.token_hash = %(token_hash)s AND h.state <> 'merged'
"""

HELPERS = """
SELECT helper_id FROM assist_helps
WHERE merchant_id = %(merchant_id)s AND task_id = %(task_id)s AND state = 'counted' ORDER BY id
"""

OPEN = """
WITH counter AS (
  INSERT INTO assist_counters (merchant_id, campaign_id, rewards, unlocks)
  SELECT DISTINCT %(merchant_id)s::bigint, campaign_id, 0, 0
  FROM jsonb_to_recordset(%(tasks)s::jsonb) AS n (campaign_id bigint)
  ON CONFLICT DO NOTHING
)
INSERT INTO assist_tasks (merchant_id, number, campaign_id, order_id, sharer_id, voucher_id,
  helpers_needed, state, token_hash, opened_at, ends_at)
SELECT %(merchant_id)s, n.number, n.campaign_id, %(order_id)s, %(sharer_id)s, v.id,
  n.helpers, 'open', decode(n.token_hash, 'hex'), %(at)s, n.ends_at
FROM jsonb_to_recordset(%(tasks)s::jsonb) AS n (number text, campaign_id bigint, helpers bigint,
  token_hash text, card text, ends_at timestamptz)
JOIN cards c ON c.merchant_id = %(merchant_id)s AND c.number = n.card
JOIN vouchers v ON v.merchant_id = %(merchant_id)s AND v.card_id = c.id
"""

LOCK_OF_ORDER = """
SELECT id, number, voucher_id FROM assist_tasks
WHERE merchant_id = %(merchant_id)s AND order_id = %(order_id)s AND state = 'open'
ORDER BY id FOR NO KEY UPDATE
"""

# Across merchants, without locks; closing locks each task by itself.
DUE = """
SELECT t.merchant_id, t.id FROM assist_tasks t
WHERE t.state = 'open' AND t.ends_at <= %(at)s ORDER BY t.ends_at LIMIT %(limit)s
"""
DUE_BY_KILL = """
SELECT t.merchant_id, t.id FROM assist_campaigns c
JOIN assist_tasks t ON t.merchant_id = c.merchant_id AND t.campaign_id = c.id
WHERE c.state = 'killed' AND t.state = 'open' LIMIT %(limit)s
"""

LOCK_TASK = """
SELECT id FROM assist_tasks
WHERE merchant_id = %(merchant_id)s AND id = %(task_id)s AND state = 'open'
FOR NO KEY UPDATE SKIP LOCKED
"""

# After the task is ours, so that nobody adds a help while we look.
TO_CLOSE = """
SELECT t.id, t.number, t.sharer_id, t.voucher_id, v.state, v.revision_id, t.order_id, o.number,
  c.offer_id, c.state, t.ends_at, c.terms, c.revisions,
  (SELECT count(*) FROM assist_helps h WHERE h.merchant_id = %(merchant_id)s
     AND h.task_id = t.id AND h.state = 'counted')
FROM assist_tasks t
JOIN assist_campaigns c ON c.merchant_id = %(merchant_id)s AND c.id = t.campaign_id
JOIN vouchers v ON v.merchant_id = %(merchant_id)s AND v.id = t.voucher_id
JOIN orders o ON o.merchant_id = %(merchant_id)s AND o.id = t.order_id
WHERE t.merchant_id = %(merchant_id)s AND t.id = %(task_id)s AND t.state = 'open'
"""

CLOSE = """
UPDATE assist_tasks SET state = %(state)s, closed_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = %(task_id)s AND state = 'open'
"""

TO_HURRY = """
SELECT merchant_id, id FROM assist_tasks
WHERE state = 'open' AND ends_at > %(at)s AND ends_at <= %(soon)s AND hurried_at IS NULL
ORDER BY ends_at LIMIT %(limit)s
"""

HURRY = """
UPDATE assist_tasks SET hurried_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = %(task_id)s AND state = 'open'
  AND hurried_at IS NULL
RETURNING id, sharer_id
"""

# Reviews

LOCK_PEOPLE_OF_HELP = """
SELECT m.id FROM members m
WHERE m.merchant_id = %(merchant_id)s AND m.id IN (
  SELECT unnest(ARRAY[h.helper_id, t.sharer_id]) FROM assist_helps h
  JOIN assist_tasks t ON t.merchant_id = %(merchant_id)s AND t.id = h.task_id
  WHERE h.merchant_id = %(merchant_id)s AND h.number = %(number)s)
ORDER BY m.id FOR NO KEY UPDATE
"""

LOCK_TASK_OF_HELP = """
SELECT t.id FROM assist_tasks t WHERE t.merchant_id = %(merchant_id)s AND t.id = (
  SELECT h.task_id FROM assist_helps h
  WHERE h.merchant_id = %(merchant_id)s AND h.number = %(number)s)
FOR NO KEY UPDATE
"""

TO_REVIEW = """
SELECT h.id, h.number, h.state, h.helper_id, h.task_id, h.campaign_id, t.number, t.state,
  t.helpers_needed, t.ends_at, t.sharer_id, t.voucher_id, v.state, v.revision_id, t.order_id,
  o.number, c.offer_id, c.state, c.terms, c.revisions,
  (SELECT count(*) FROM assist_helps x WHERE x.merchant_id = %(merchant_id)s
     AND x.task_id = t.id AND x.state = 'counted')
FROM assist_helps h
JOIN assist_tasks t ON t.merchant_id = %(merchant_id)s AND t.id = h.task_id
JOIN assist_campaigns c ON c.merchant_id = %(merchant_id)s AND c.id = h.campaign_id
JOIN vouchers v ON v.merchant_id = %(merchant_id)s AND v.id = t.voucher_id
JOIN orders o ON o.merchant_id = %(merchant_id)s AND o.id = t.order_id
WHERE h.merchant_id = %(merchant_id)s AND h.number = %(number)s
FOR NO KEY UPDATE OF h
"""

APPROVE = """
WITH budget AS (
  UPDATE assist_counters SET unlocks = unlocks + %(unlocks)s
  WHERE merchant_id = %(merchant_id)s AND campaign_id = %(campaign_id)s
    AND (%(most_unlocks)s::bigint IS NULL OR unlocks + %(unlocks)s <= %(most_unlocks)s)
  RETURNING 1
), task AS (
  UPDATE assist_tasks SET state = 'unlocked', closed_at = %(at)s
  WHERE merchant_id = %(merchant_id)s AND id = %(task_id)s AND state = 'open'
    AND %(unlocks)s = 1 AND EXISTS (SELECT FROM budget)
)
UPDATE assist_helps SET state = 'counted', reward_card = %(reward_card)s,
  reviewed_at = %(at)s, reviewer = %(actor)s, review_reason = %(reason)s
WHERE merchant_id = %(merchant_id)s AND id = %(help_id)s AND state IN ('held', 'rejected')
  AND EXISTS (SELECT FROM budget)
"""

REJECT = """
WITH refused AS (
  UPDATE assist_helps SET state = 'rejected', reviewed_at = %(at)s, reviewer = %(actor)s,
    review_reason = %(reason)s
  WHERE merchant_id = %(merchant_id)s AND id = %(help_id)s AND state = 'held'
  RETURNING campaign_id
)
UPDATE assist_counters k SET rewards = k.rewards - 1 FROM refused
WHERE k.merchant_id = %(merchant_id)s AND k.campaign_id = refused.campaign_id
"""

TAKE_REWARD_AGAIN = """
UPDATE assist_counters SET rewards = rewards + 1
WHERE merchant_id = %(merchant_id)s AND campaign_id = %(campaign_id)s
  AND (%(most_rewards)s::bigint IS NULL OR rewards < %(most_rewards)s)
"""

APPEAL = """
UPDATE assist_helps SET appeal = %(text)s, appealed_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND number = %(number)s AND helper_id = %(member_id)s
  AND state IN ('held', 'rejected') AND appeal IS NULL
"""

REVIEWS = """
SELECT h.id, h.number, h.state, h.reasons, h.risk_rank, h.at, h.appeal, h.appealed_at,
  h.group_id IS NOT NULL,
  m.number, m.nickname, s.number, s.nickname, t.number, t.state, t.helpers_needed,
  (SELECT count(*) FROM assist_helps x WHERE x.merchant_id = %(merchant_id)s
     AND x.task_id = t.id AND x.state = 'counted'),
  t.ends_at, c.number,
  (SELECT count(*) FROM (SELECT FROM assist_helps x WHERE x.merchant_id = %(merchant_id)s
     AND x.campaign_id = h.campaign_id AND x.device = h.device AND x.id <> h.id LIMIT 100) few),
  (SELECT count(*) FROM (SELECT FROM assist_helps x WHERE x.merchant_id = %(merchant_id)s
     AND x.campaign_id = h.campaign_id AND x.address = h.address AND x.id <> h.id LIMIT 100) few)
FROM assist_helps h
JOIN assist_tasks t ON t.merchant_id = %(merchant_id)s AND t.id = h.task_id
JOIN assist_campaigns c ON c.merchant_id = %(merchant_id)s AND c.id = h.campaign_id
JOIN members m ON m.merchant_id = %(merchant_id)s AND m.id = h.helper_id
JOIN members s ON s.merchant_id = %(merchant_id)s AND s.id = t.sharer_id
WHERE h.merchant_id = %(merchant_id)s
  AND (h.state = 'held' OR (h.state = 'rejected' AND h.appeal IS NOT NULL))
  AND h.id > coalesce(%(after)s, 0)
ORDER BY h.id LIMIT %(limit)s
"""

# Views

_TASK = """
SELECT t.id, t.number, t.state, t.helpers_needed, t.opened_at, t.ends_at, t.sharer_id, t.order_id,
  s.nickname, s.number, v.number, v.state, v.revision_id, c.number, c.state, c.terms, c.revisions,
  coalesce(k.rewards, 0), t.activity_id, t.activity_ends_at,
  coalesce((SELECT jsonb_agg(jsonb_build_array(coalesce(m.nickname, ''), h.state) ORDER BY h.id)
   FROM assist_helps h JOIN members m ON m.merchant_id = %(merchant_id)s AND m.id = h.helper_id
   WHERE h.merchant_id = %(merchant_id)s AND h.task_id = t.id
     AND h.state IN ('counted', 'held')), '[]')
FROM assist_tasks t
JOIN assist_campaigns c ON c.merchant_id = %(merchant_id)s AND c.id = t.campaign_id
JOIN vouchers v ON v.merchant_id = %(merchant_id)s AND v.id = t.voucher_id
JOIN members s ON s.merchant_id = %(merchant_id)s AND s.id = t.sharer_id
LEFT JOIN assist_counters k ON k.merchant_id = %(merchant_id)s AND k.campaign_id = c.id
WHERE t.merchant_id = %(merchant_id)s
"""
TASK_BY_TOKEN = _TASK + " AND t.token_hash = %(token_hash)s"
TASK_BY_ID = _TASK + " AND t.id = %(task_id)s"
OWN_TASK = _TASK + " AND t.number = %(number)s AND t.sharer_id = %(member_id)s"
OWN_TASKS = _TASK + (
    " AND t.sharer_id = %(member_id)s AND t.id < coalesce(%(after)s::bigint, 9223372036854775807)"
    " ORDER BY t.id DESC LIMIT %(limit)s"
)

IS_MINE = f"""
WITH RECURSIVE {SAME_PERSON}
SELECT %(sharer_id)s::bigint IN (SELECT id FROM same)
"""  # noqa: S608 - composed of our own words

NOTE_DEVICE = """
UPDATE assist_tasks SET sharer_device = %(device)s
WHERE merchant_id = %(merchant_id)s AND number = %(number)s AND sharer_id = %(member_id)s
"""

KEEP_ACTIVITY = """
UPDATE assist_tasks SET activity_id = %(activity_id)s, activity_ends_at = %(ends_at)s
WHERE merchant_id = %(merchant_id)s AND number = %(number)s AND sharer_id = %(member_id)s
  AND activity_id IS NOT DISTINCT FROM %(instead_of)s
"""

ORDER_OF_TASK = """
SELECT o.id, o.number, a.appid FROM assist_tasks t
JOIN orders o ON o.merchant_id = %(merchant_id)s AND o.id = t.order_id
JOIN wechat_apps a ON a.merchant_id = %(merchant_id)s AND a.id = o.app_id
WHERE t.merchant_id = %(merchant_id)s AND t.id = %(task_id)s
"""

# Joining

TASKS_OF_PEOPLE = """
SELECT t.id FROM assist_tasks t
WHERE t.merchant_id = %(merchant_id)s AND (t.sharer_id IN (%(loser_id)s, %(winner_id)s)
  OR t.id IN (SELECT h.task_id FROM assist_helps h WHERE h.merchant_id = %(merchant_id)s
    AND h.helper_id IN (%(loser_id)s, %(winner_id)s)))
ORDER BY t.id FOR NO KEY UPDATE
"""

TAKE_OVER_TASKS = """
UPDATE assist_tasks SET sharer_id = %(winner_id)s
WHERE merchant_id = %(merchant_id)s AND sharer_id = %(loser_id)s
"""

# Of two helps of one person in one campaign the earlier stays; a help for himself never does.
RETIRE_HELPS = """
UPDATE assist_helps h SET state = 'merged'
WHERE h.merchant_id = %(merchant_id)s AND h.helper_id IN (%(loser_id)s, %(winner_id)s)
  AND h.state <> 'merged' AND (
    EXISTS (SELECT FROM assist_tasks t WHERE t.merchant_id = %(merchant_id)s
      AND t.id = h.task_id AND t.sharer_id IN (%(loser_id)s, %(winner_id)s))
    OR EXISTS (SELECT FROM assist_helps x WHERE x.merchant_id = %(merchant_id)s
      AND x.campaign_id = h.campaign_id AND x.helper_id IN (%(loser_id)s, %(winner_id)s)
      AND x.state <> 'merged' AND x.id < h.id))
RETURNING h.reward_card
"""

TAKE_OVER_HELPS = """
UPDATE assist_helps SET helper_id = %(winner_id)s
WHERE merchant_id = %(merchant_id)s AND helper_id = %(loser_id)s
"""

REWARDS_UNUSED = """
SELECT v.id FROM vouchers v JOIN cards c ON c.merchant_id = %(merchant_id)s AND c.id = v.card_id
WHERE v.merchant_id = %(merchant_id)s AND c.number = ANY(%(cards)s) AND v.state = 'active'
  AND v.holder_id IN (%(loser_id)s, %(winner_id)s)
ORDER BY v.id
"""
