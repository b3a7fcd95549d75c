"""The SQL of dear actions that wait for a second person."""

BUYER = """
SELECT member_id FROM orders WHERE merchant_id = %(merchant_id)s AND number = %(number)s
"""
COMPLAINER = """
SELECT member_id FROM complaint_tickets
WHERE merchant_id = %(merchant_id)s AND number = %(number)s
"""
# By the wording that is sold now: what it costs the shop, or what it is sold for if that is more.
WORTH_OF_BENEFIT = """
SELECT greatest(r.cost_fen, r.market_value_fen) FROM benefit_revisions r
JOIN benefits b ON b.merchant_id = r.merchant_id AND b.id = r.benefit_id
WHERE r.merchant_id = %(merchant_id)s AND b.number = %(number)s AND r.published_at IS NOT NULL
ORDER BY r.revision DESC LIMIT 1
"""
WORTHS = """
SELECT DISTINCT ON (b.id) b.number, greatest(r.cost_fen, r.market_value_fen)
FROM benefits b JOIN benefit_revisions r ON r.merchant_id = b.merchant_id AND r.benefit_id = b.id
WHERE b.merchant_id = %(merchant_id)s AND b.number = ANY(%(numbers)s::text[])
  AND r.published_at IS NOT NULL
ORDER BY b.id, r.revision DESC
"""
# A card of a list may say for itself how often its batch's one benefit is on it, and its points.
WORTH_OF_BATCH = """
WITH pack AS (
  SELECT coalesce(sum((p->>'quantity')::bigint * w.fen), 0) AS fen, coalesce(max(w.fen), 0) AS one
  FROM card_batches b CROSS JOIN jsonb_array_elements(b.pack) p
  JOIN LATERAL (SELECT greatest(r.cost_fen, r.market_value_fen) AS fen FROM benefit_revisions r
    WHERE r.merchant_id = b.merchant_id AND r.id = (p->>'revision_id')::bigint) w ON true
  WHERE b.merchant_id = %(merchant_id)s AND b.number = %(number)s
)
SELECT coalesce(sum(CASE WHEN c.uses IS NULL THEN pack.fen ELSE c.uses * pack.one END), 0)::bigint,
  coalesce(sum(coalesce(c.points, b.points)), 0)::bigint
FROM card_batches b CROSS JOIN pack
LEFT JOIN paper_cards c ON c.merchant_id = b.merchant_id AND c.batch_id = b.id
WHERE b.merchant_id = %(merchant_id)s AND b.number = %(number)s
GROUP BY b.id
"""

LIMITS = """
SELECT kind, above_fen FROM approval_limits WHERE merchant_id = %(merchant_id)s
"""
SET_LIMIT = """
INSERT INTO approval_limits (merchant_id, kind, above_fen)
VALUES (%(merchant_id)s, %(kind)s, %(above_fen)s)
ON CONFLICT (merchant_id, kind) DO UPDATE SET above_fen = EXCLUDED.above_fen
"""

LOCK_ACTOR = """
SELECT pg_advisory_xact_lock(
  hashtextextended('alone:' || %(merchant_id)s || ':' || %(kind)s || ':' || %(actor)s, 0))
"""
DONE_ALONE = """
SELECT greatest(
  coalesce(sum(amount_fen) FILTER (WHERE day = %(day)s), 0),
  coalesce(sum(amount_fen) FILTER (WHERE subject = %(subject)s), 0),
  coalesce(sum(amount_fen) FILTER (WHERE member_id = %(member_id)s), 0))::bigint
FROM approvals_alone
WHERE merchant_id = %(merchant_id)s AND kind = %(kind)s AND actor = %(actor)s AND at > %(since)s
"""
NOTE_ALONE = """
INSERT INTO approvals_alone (merchant_id, kind, actor, subject, member_id, amount_fen, day, at)
VALUES (%(merchant_id)s, %(kind)s, %(actor)s, %(subject)s, %(member_id)s, %(amount_fen)s, %(day)s,
  %(at)s)
"""

ASK = """
INSERT INTO approvals (merchant_id, kind, subject, payload, amount_fen, member_id, reason, state,
  asked_by, asked_at, ends_at)
VALUES (%(merchant_id)s, %(kind)s, %(subject)s, %(payload)s::jsonb, %(amount_fen)s, %(member_id)s,
  %(reason)s, 'asked', %(by)s, %(at)s, %(ends_at)s)
ON CONFLICT (merchant_id, kind, subject) WHERE state = 'asked' DO NOTHING RETURNING id
"""
# Whatever it is that waits: it is about the same order, return, parcel or campaign.
WAITS = """
SELECT id FROM approvals
WHERE merchant_id = %(merchant_id)s AND subject = ANY(%(about)s::text[]) AND state = 'asked'
  AND ends_at > %(at)s LIMIT 1
"""
# What nobody decided in time makes room for the same question.
LAPSE = """
UPDATE approvals SET state = 'expired', decided_at = ends_at
WHERE merchant_id = %(merchant_id)s AND kind = %(kind)s AND subject = %(subject)s
  AND state = 'asked' AND ends_at <= %(at)s
"""
EXPIRE_DUE = """
UPDATE approvals a SET state = 'expired', decided_at = a.ends_at
FROM (SELECT merchant_id, id FROM approvals WHERE state = 'asked' AND ends_at <= %(at)s
  ORDER BY ends_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED) due
WHERE a.merchant_id = due.merchant_id AND a.id = due.id
RETURNING a.merchant_id, a.id, a.asked_by, a.subject
"""

VIEW = """
SELECT a.id, a.kind, a.subject, a.payload, a.amount_fen, m.number, a.reason,
  CASE WHEN a.state = 'asked' AND a.ends_at <= %(at)s THEN 'expired' ELSE a.state END,
  a.asked_by, coalesce(s.name, a.asked_by), a.asked_at, a.ends_at, a.decided_by, d.name,
  a.decided_at, a.decision, a.result
FROM approvals a
LEFT JOIN members m ON m.merchant_id = a.merchant_id AND m.id = a.member_id
LEFT JOIN staff s ON s.merchant_id = a.merchant_id AND 'staff:' || s.id = a.asked_by
LEFT JOIN staff d ON d.merchant_id = a.merchant_id AND 'staff:' || d.id = a.decided_by
WHERE a.merchant_id = %(merchant_id)s
"""
VIEW_ONE = VIEW + " AND a.id = %(approval_id)s"
VIEW_WAITING = (
    VIEW
    + """ AND a.state = 'asked' AND a.ends_at > %(at)s
  AND a.id > coalesce(%(after)s::bigint, 0)
ORDER BY a.id LIMIT %(limit)s"""
)
VIEW_SETTLED = (
    VIEW
    + """ AND a.state = ANY(ARRAY['approved', 'declined', 'expired', 'withdrawn'])
  AND a.id < coalesce(%(after)s::bigint, 9223372036854775807)
ORDER BY a.id DESC LIMIT %(limit)s"""
)
# One look into the index for each subject, however often somebody asked about it.
NEWEST = """
SELECT s.subject, newest.id, newest.state
FROM unnest(%(subjects)s::text[]) s(subject) CROSS JOIN LATERAL (
  SELECT id, CASE WHEN state = 'asked' AND ends_at <= %(at)s THEN 'expired' ELSE state END AS state
  FROM approvals
  WHERE merchant_id = %(merchant_id)s AND kind = %(kind)s AND subject = s.subject
  ORDER BY id DESC LIMIT 1) newest
"""
COUNT_WAITING = """
SELECT count(*) FROM (SELECT FROM approvals
  WHERE merchant_id = %(merchant_id)s AND state = 'asked' AND ends_at > %(at)s LIMIT 100) each
"""

LOCK = """
SELECT id, kind, subject, payload, amount_fen, member_id, reason, asked_by FROM approvals
WHERE merchant_id = %(merchant_id)s AND id = %(approval_id)s AND state = 'asked'
  AND ends_at > %(at)s
FOR NO KEY UPDATE
"""
EXISTS = """
SELECT id FROM approvals WHERE merchant_id = %(merchant_id)s AND id = %(approval_id)s
"""
DECIDE = """
UPDATE approvals SET state = %(state)s, decided_by = %(by)s, decided_at = %(at)s,
  decision = %(decision)s, result = %(result)s
WHERE merchant_id = %(merchant_id)s AND id = %(approval_id)s AND state = 'asked'
"""
# Whether both are one person: he left and came back, or has two names.
IS_SAME_PERSON = """
SELECT a.id FROM staff a JOIN staff b ON b.merchant_id = a.merchant_id AND b.user_id = a.user_id
WHERE a.merchant_id = %(merchant_id)s AND 'staff:' || a.id = %(by)s
  AND 'staff:' || b.id = %(asked_by)s
"""
# Whether whoever decides, or does it alone, is the very member who gains.
IS_HIMSELF = """
SELECT m.id FROM staff s JOIN members m ON m.merchant_id = s.merchant_id AND m.user_id = s.user_id
WHERE s.merchant_id = %(merchant_id)s AND 'staff:' || s.id = %(by)s AND m.id = %(member_id)s
"""
