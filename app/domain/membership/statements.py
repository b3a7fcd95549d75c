"""The membership's SQL."""

# Rules

LOCK_RULES = "SELECT pg_advisory_xact_lock(hashtextextended('tier_rules:' || %(merchant_id)s, 0))"

NEWEST = "SELECT max(revision) FROM tier_rules WHERE merchant_id = %(merchant_id)s"

RULES = """
SELECT revision, rules, revisions FROM tier_rules
WHERE merchant_id = %(merchant_id)s AND revision = %(revision)s
"""

PUBLISH = """
INSERT INTO tier_rules (merchant_id, revision, rules, revisions, published_by, published_at)
VALUES (%(merchant_id)s, %(revision)s, %(rules)s::jsonb, %(revisions)s::jsonb, %(actor)s, %(at)s)
"""

# Whom the new rules concern is looked at by the next sweep.
LOOK_AGAIN = """
UPDATE member_standings SET next_check_at = %(at)s WHERE merchant_id = %(merchant_id)s
"""

TIERS_IN_USE = """
SELECT tier FROM member_standings WHERE merchant_id = %(merchant_id)s AND tier IS NOT NULL
UNION
SELECT tier FROM membership_terms
WHERE merchant_id = %(merchant_id)s AND tier IS NOT NULL AND ended_at IS NULL
"""

# The newest published wording of each benefit; no wording leaves its id and cost empty.
BENEFITS = """
SELECT b.number, r.id FROM benefits b
LEFT JOIN LATERAL (
  SELECT id FROM benefit_revisions
  WHERE merchant_id = %(merchant_id)s AND benefit_id = b.id AND published_at IS NOT NULL
  ORDER BY revision DESC LIMIT 1) r ON true
WHERE b.merchant_id = %(merchant_id)s AND b.number = ANY(%(numbers)s)
"""

OFFER_TITLES = """
SELECT number, title FROM offers WHERE merchant_id = %(merchant_id)s AND number = ANY(%(numbers)s)
"""

# Growth

# Inserting or not, the row is ours from here on: noting and taking back wait for each other.
HOLD_SOURCE = """
INSERT INTO growth_sources AS s (merchant_id, source, returned_bp)
VALUES (%(merchant_id)s, %(source)s, %(share_bp)s)
ON CONFLICT (merchant_id, source)
DO UPDATE SET returned_bp = greatest(s.returned_bp, EXCLUDED.returned_bp)
RETURNING returned_bp
"""

NOTE = """
INSERT INTO membership_growth
  (merchant_id, member_id, source, kind, offer, amount, at, day, noted_at)
VALUES (%(merchant_id)s, %(member_id)s, %(source)s, %(kind)s, %(offer)s, %(amount)s, %(at)s,
  %(day)s, %(at)s)
ON CONFLICT (merchant_id, source, kind, offer) WHERE amount > 0 DO NOTHING
"""

# As much as is still missing from the share that has to be back.
_MISSING = """sum(amount) FILTER (WHERE amount > 0) * %(share_bp)s / 10000
  + coalesce(sum(amount) FILTER (WHERE amount < 0), 0)"""
TAKE_BACK = f"""
INSERT INTO membership_growth
  (merchant_id, member_id, source, kind, offer, amount, at, day, noted_at)
SELECT merchant_id, member_id, source, kind, offer, -div({_MISSING}, 1), min(at), min(day), %(at)s
FROM membership_growth
WHERE merchant_id = %(merchant_id)s AND source = %(source)s
GROUP BY merchant_id, member_id, source, kind, offer
HAVING div({_MISSING}, 1) > 0
RETURNING member_id
"""  # noqa: S608 - composed of our own words

# Days with a visit count, not the visits of a day. Windows begin at midnight, so days are whole.
SUMS = """
WITH days AS (
  SELECT g.member_id, c.i, c.kind, g.day, sum(g.amount) AS amount
  FROM jsonb_to_recordset(%(conditions)s::jsonb)
    AS c (i bigint, kind text, offer text, starts_at timestamptz)
  JOIN membership_growth g ON g.merchant_id = %(merchant_id)s AND g.kind = c.kind
    AND g.offer = c.offer AND g.at >= c.starts_at AND g.at <= %(at)s
    AND (%(member_id)s::bigint IS NULL OR g.member_id = %(member_id)s)
  GROUP BY g.member_id, c.i, c.kind, g.day
)
SELECT member_id, i, sum(CASE WHEN kind = 'visit' THEN least(amount, 1) ELSE amount END)::bigint
FROM days GROUP BY member_id, i
"""

# Standings

_STANDING = """
SELECT tier, revision, steps, judged_at, anchor, period_ends_at, warn_at, grace_ends_at
FROM member_standings WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s
"""
FIND_STANDING = _STANDING
LOCK_STANDING = _STANDING + " FOR NO KEY UPDATE"

ENSURE_STANDING = """
INSERT INTO member_standings (merchant_id, member_id) VALUES (%(merchant_id)s, %(member_id)s)
ON CONFLICT DO NOTHING
"""

# What was decided holds only for the standing that was looked at.
CHANGE_STANDING = """
UPDATE member_standings SET tier = %(tier)s, revision = %(revision)s, steps = %(steps)s,
  judged_at = %(judged_at)s, anchor = %(anchor)s, period_ends_at = %(period_ends_at)s,
  warn_at = %(warn_at)s, grace_ends_at = %(grace_ends_at)s, next_check_at = %(next_check_at)s
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s AND steps = %(seen_steps)s
"""

MOVE = """
INSERT INTO membership_moves (merchant_id, member_id, step, from_tier, to_tier, why, revision, at)
VALUES (%(merchant_id)s, %(member_id)s, %(step)s, %(from_tier)s, %(to_tier)s, %(why)s,
  %(revision)s, %(at)s)
"""

COUNT_STEP = """
UPDATE member_standings SET steps = steps + 1
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s RETURNING steps
"""

# Across merchants, without locks; each verb locks and looks again.
DUE = """
SELECT merchant_id, member_id FROM member_standings
WHERE next_check_at <= %(at)s ORDER BY next_check_at LIMIT %(limit)s
"""
TO_WARN = """
SELECT merchant_id, member_id FROM member_standings
WHERE warn_at <= %(at)s ORDER BY warn_at LIMIT %(limit)s
"""
TERMS_DUE = """
SELECT merchant_id, order_id FROM membership_terms
WHERE ended_at IS NULL AND ends_at <= %(at)s ORDER BY ends_at LIMIT %(limit)s
"""

# Which tiers count for a member: the one he earned and those he bought.
TIER_OF = """
SELECT (SELECT max(revision) FROM tier_rules WHERE merchant_id = %(merchant_id)s),
  (SELECT tier FROM member_standings
   WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s),
  ARRAY(SELECT tier FROM membership_terms
   WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s AND tier IS NOT NULL
     AND starts_at <= %(at)s AND ends_at > %(at)s AND ended_at IS NULL)
"""

LAST_MOVE = """
SELECT from_tier, to_tier, why, at FROM membership_moves
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s AND step = %(step)s
"""
MOVES = """
SELECT id, from_tier, to_tier, why, at FROM membership_moves
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s
ORDER BY step DESC LIMIT %(limit)s
"""

# Bought terms

LAST_END = """
SELECT max(ends_at) FROM membership_terms
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s
  AND tier IS NOT DISTINCT FROM %(tier)s AND ended_at IS NULL AND ends_at > %(at)s
"""

START_TERM = """
INSERT INTO membership_terms
  (merchant_id, member_id, order_id, tier, starts_at, ends_at, days, fee_fen, earns_at)
VALUES (%(merchant_id)s, %(member_id)s, %(order_id)s, %(tier)s, %(starts_at)s, %(ends_at)s,
  %(days)s, %(fee_fen)s, %(earns_at)s)
ON CONFLICT (merchant_id, order_id) DO NOTHING
"""

FIND_TERM = """
SELECT member_id, tier, starts_at, ends_at FROM membership_terms
WHERE merchant_id = %(merchant_id)s AND order_id = %(order_id)s AND ended_at IS NULL
"""

END_TERM = """
UPDATE membership_terms SET ended_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND order_id = %(order_id)s AND ended_at IS NULL
"""

# What was bought to follow it begins as much earlier.
MOVE_UP_TERMS = """
UPDATE membership_terms SET starts_at = starts_at - %(unserved)s, ends_at = ends_at - %(unserved)s,
  earns_at = earns_at - %(unserved)s
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s
  AND tier IS NOT DISTINCT FROM %(tier)s AND ended_at IS NULL AND starts_at >= %(ends_at)s
"""

_FEE = """
SELECT t.member_id, o.number, t.days, t.fee_fen, t.earned_fen, t.returned_fen, t.starts_at,
  t.ends_at, t.earns_at
FROM membership_terms t JOIN orders o ON o.merchant_id = t.merchant_id AND o.id = t.order_id
WHERE t.merchant_id = %(merchant_id)s AND t.order_id = %(order_id)s
"""
FIND_FEE = _FEE
LOCK_FEE = _FEE + " FOR NO KEY UPDATE OF t"

# Across merchants, without locks.
FEES_DUE = """
SELECT merchant_id, order_id FROM membership_terms
WHERE earns_at <= %(at)s ORDER BY earns_at, merchant_id, id LIMIT %(limit)s
"""

EARN_FEE = """
UPDATE membership_terms SET earned_fen = %(earned_fen)s, returned_fen = %(returned_fen)s,
  earns_at = %(earns_at)s
WHERE merchant_id = %(merchant_id)s AND order_id = %(order_id)s
"""

TERMS = """
SELECT tier, starts_at, ends_at FROM membership_terms
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s AND ended_at IS NULL
  AND ends_at > %(at)s ORDER BY starts_at
"""

# Packs

GRANT = """
INSERT INTO pack_grants
  (merchant_id, member_id, tier, occasion, period, revision, card_number, cost_fen, at)
VALUES (%(merchant_id)s, %(member_id)s, %(tier)s, %(occasion)s, %(period)s, %(revision)s,
  %(card_number)s, %(cost_fen)s, %(at)s)
ON CONFLICT DO NOTHING
"""

# Used at least once, it is not given a second time.
WITHDRAW = """
WITH given AS (
  SELECT g.id, g.card_number, EXISTS (
    SELECT FROM vouchers v JOIN cards c ON c.merchant_id = %(merchant_id)s AND c.id = v.card_id
    WHERE v.merchant_id = %(merchant_id)s AND c.number = g.card_number
      AND v.state NOT IN ('active', 'issuing')) AS is_used
  FROM pack_grants g
  WHERE g.merchant_id = %(merchant_id)s AND g.member_id = %(member_id)s
    AND g.occasion = 'upgrade' AND g.tier = ANY(%(tiers)s) AND g.withdrawn_at IS NULL
), withdrawn AS (
  UPDATE pack_grants p SET withdrawn_at = %(at)s FROM given
  WHERE p.merchant_id = %(merchant_id)s AND p.id = given.id AND NOT given.is_used
)
SELECT card_number FROM given
"""

# What somebody holds is being used this very moment, and is left to him.
UNUSED = """
SELECT v.id FROM vouchers v JOIN cards c ON c.merchant_id = %(merchant_id)s AND c.id = v.card_id
WHERE v.merchant_id = %(merchant_id)s AND c.number = ANY(%(cards)s)
  AND v.state IN ('active', 'issuing') AND v.holder_id = %(member_id)s
ORDER BY v.id FOR NO KEY UPDATE OF v SKIP LOCKED
"""

MERCHANTS_WITH_RULES = "SELECT DISTINCT merchant_id FROM tier_rules ORDER BY merchant_id"

# Members whose tier, as it counts now, has such a pack that they did not get in this period.
_MAY_GET = """
JOIN LATERAL (
  SELECT t.number, t.has_pack
  FROM jsonb_to_recordset(%(tiers)s::jsonb)
    AS t (number text, rank bigint, is_base boolean, has_pack boolean)
  WHERE t.is_base
    OR t.number = (SELECT tier FROM member_standings s
      WHERE s.merchant_id = %(merchant_id)s AND s.member_id = m.id)
    OR t.number IN (SELECT x.tier FROM membership_terms x
      WHERE x.merchant_id = %(merchant_id)s AND x.member_id = m.id AND x.starts_at <= %(at)s
        AND x.ends_at > %(at)s AND x.ended_at IS NULL)
  ORDER BY t.rank DESC LIMIT 1) best ON best.has_pack
"""
_IS_HERE = "m.merchant_id = %(merchant_id)s AND m.state = 'active' AND m.merged_into IS NULL"

MONTHLY_DUE = f"""
SELECT m.id, %(period)s FROM members m {_MAY_GET}
WHERE {_IS_HERE} AND m.id > %(after)s AND NOT EXISTS (SELECT FROM pack_grants g
  WHERE g.merchant_id = %(merchant_id)s AND g.member_id = m.id AND g.tier = best.number
    AND g.occasion = 'monthly' AND g.period = %(period)s AND g.withdrawn_at IS NULL)
ORDER BY m.id LIMIT %(limit)s
"""  # noqa: S608 - composed of our own words

BIRTHDAYS_DUE = f"""
SELECT m.id, d.year::text FROM members m
JOIN birthdays b ON b.merchant_id = %(merchant_id)s AND b.member_id = m.id
JOIN jsonb_to_recordset(%(days)s::jsonb) AS d (month bigint, day bigint, year bigint)
  ON d.month = b.month AND d.day = b.day
{_MAY_GET}
WHERE {_IS_HERE} AND m.id > %(after)s AND NOT EXISTS (SELECT FROM pack_grants g
  WHERE g.merchant_id = %(merchant_id)s AND g.member_id = m.id AND g.occasion = 'birthday'
    AND g.period = d.year::text)
ORDER BY m.id LIMIT %(limit)s
"""  # noqa: S608 - composed of our own words

# Whoever stands at one of these tiers or above is reached in order, page by page.
AT_LEAST = f"""
SELECT m.id FROM members m {_MAY_GET}
WHERE {_IS_HERE} AND m.id > %(after)s ORDER BY m.id LIMIT %(limit)s
"""  # noqa: S608 - composed of our own words

# Birthdays

FIND_BIRTHDAY = """
SELECT month, day, set_on, consent_version FROM birthdays
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s
"""

# In one statement, so that two at once do not both find the year free. The same day again is no
# change.
SET_BIRTHDAY = """
INSERT INTO birthdays AS b
  (merchant_id, member_id, month, day, set_on, consent_version, consented_at)
VALUES (%(merchant_id)s, %(member_id)s, %(month)s, %(day)s, %(today)s, %(version)s, %(at)s)
ON CONFLICT (merchant_id, member_id) DO UPDATE SET month = EXCLUDED.month, day = EXCLUDED.day,
  set_on = EXCLUDED.set_on, consent_version = EXCLUDED.consent_version,
  consented_at = EXCLUDED.consented_at, withdrawn_at = NULL
WHERE extract(year FROM b.set_on) < extract(year FROM EXCLUDED.set_on)
  OR (b.month = EXCLUDED.month AND b.day = EXCLUDED.day)
"""

FORGET_BIRTHDAY = """
UPDATE birthdays SET month = NULL, day = NULL, withdrawn_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s AND month IS NOT NULL
"""

# A dry run: everybody whom a rule can concern.

EVERYBODY = """
SELECT m.id, m.number, s.tier,
  ARRAY(SELECT x.tier FROM membership_terms x WHERE x.merchant_id = %(merchant_id)s
    AND x.member_id = m.id AND x.tier IS NOT NULL AND x.starts_at <= %(at)s AND x.ends_at > %(at)s
    AND x.ended_at IS NULL),
  ARRAY(SELECT g.tier FROM pack_grants g WHERE g.merchant_id = %(merchant_id)s
    AND g.member_id = m.id AND g.occasion = 'upgrade' AND g.withdrawn_at IS NULL),
  EXISTS (SELECT FROM birthdays b WHERE b.merchant_id = %(merchant_id)s AND b.member_id = m.id
    AND b.month IS NOT NULL)
FROM members m LEFT JOIN member_standings s
  ON s.merchant_id = %(merchant_id)s AND s.member_id = m.id
WHERE m.merchant_id = %(merchant_id)s AND m.merged_into IS NULL AND m.state = 'active'
ORDER BY m.id
"""

# Joining

HOLD_SOURCES_OF = """
SELECT source FROM growth_sources WHERE merchant_id = %(merchant_id)s AND source IN (
  SELECT source FROM membership_growth
  WHERE merchant_id = %(merchant_id)s AND member_id = %(loser_id)s)
ORDER BY source FOR UPDATE
"""

LOCK_BOTH = """
SELECT member_id, tier, revision, steps, judged_at, anchor, period_ends_at, warn_at, grace_ends_at
FROM member_standings
WHERE merchant_id = %(merchant_id)s AND member_id IN (%(loser_id)s, %(winner_id)s)
ORDER BY member_id FOR NO KEY UPDATE
"""

TAKE_OVER_GROWTH = """
UPDATE membership_growth SET member_id = %(winner_id)s
WHERE merchant_id = %(merchant_id)s AND member_id = %(loser_id)s
"""

TAKE_OVER_TERMS = """
UPDATE membership_terms SET member_id = %(winner_id)s
WHERE merchant_id = %(merchant_id)s AND member_id = %(loser_id)s
"""

# What both got stays written down twice.
TAKE_OVER_GRANTS = """
UPDATE pack_grants g SET member_id = %(winner_id)s
WHERE g.merchant_id = %(merchant_id)s AND g.member_id = %(loser_id)s AND NOT EXISTS (
  SELECT FROM pack_grants w WHERE w.merchant_id = %(merchant_id)s
    AND w.member_id = %(winner_id)s AND w.occasion = g.occasion AND w.period = g.period
    AND (w.tier = g.tier OR g.occasion = 'birthday'))
"""

TAKE_OVER_BIRTHDAY = """
UPDATE birthdays b SET member_id = %(winner_id)s
WHERE b.merchant_id = %(merchant_id)s AND b.member_id = %(loser_id)s AND NOT EXISTS (
  SELECT FROM birthdays w
  WHERE w.merchant_id = %(merchant_id)s AND w.member_id = %(winner_id)s)
"""

LEAVE_STANDING = """
UPDATE member_standings SET tier = NULL, anchor = NULL, period_ends_at = NULL, warn_at = NULL,
  grace_ends_at = NULL, next_check_at = NULL
WHERE merchant_id = %(merchant_id)s AND member_id = %(loser_id)s
"""

WARNED = """
UPDATE member_standings SET warn_at = NULL
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s
"""
