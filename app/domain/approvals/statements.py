"""The SQL of dear actions that wait for a second person."""

BUYER = """
SELECT member_id FROM orders WHERE merchant_id = %(merchant_id)s AND number = %(number)s
"""
COMPLAINER = """
SELECT member_id FROM complaint_tickets
WHERE merchant_id = %(merchant_id)s AND number = %(number)s
"""
COST_OF_BENEFIT = """
SELECT r.cost_fen FROM benefit_revisions r
JOIN benefits b ON b.merchant_id = r.merchant_id AND b.id = r.benefit_id
WHERE r.merchant_id = %(merchant_id)s AND b.number = %(number)s AND r.published_at IS NOT NULL
ORDER BY r.revision DESC LIMIT 1
"""

LIMITS = """
SELECT kind, above_fen FROM approval_limits WHERE merchant_id = %(merchant_id)s
"""
SET_LIMIT = """
INSERT INTO approval_limits (merchant_id, kind, above_fen)
VALUES (%(merchant_id)s, %(kind)s, %(above_fen)s)
ON CONFLICT (merchant_id, kind) DO UPDATE SET above_fen = EXCLUDED.above_fen
"""

ASK = """
INSERT INTO approvals (merchant_id, kind, subject, payload, amount_fen, member_id, reason, state,
  asked_by, asked_at, ends_at)
VALUES (%(merchant_id)s, %(kind)s, %(subject)s, %(payload)s::jsonb, %(amount_fen)s, %(member_id)s,
  %(reason)s, 'asked', %(by)s, %(at)s, %(ends_at)s)
ON CONFLICT (merchant_id, kind, subject) WHERE state = 'asked' DO NOTHING RETURNING id
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
  AND (%(after)s::bigint IS NULL OR a.id > %(after)s)
ORDER BY a.id LIMIT %(limit)s"""
)
VIEW_SETTLED = (
    VIEW
    + """ AND a.state = ANY(ARRAY['approved', 'declined', 'expired'])
  AND (%(after)s::bigint IS NULL OR a.id < %(after)s)
ORDER BY a.id DESC LIMIT %(limit)s"""
)
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
# Whether whoever decides is the very member who gains.
IS_HIMSELF = """
SELECT m.id FROM staff s JOIN members m ON m.merchant_id = s.merchant_id AND m.user_id = s.user_id
WHERE s.merchant_id = %(merchant_id)s AND 'staff:' || s.id = %(by)s AND m.id = %(member_id)s
"""
