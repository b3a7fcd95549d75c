"""The SQL of worked-out earnings, prepared once per connection."""

# Limits are per member and rule: what he earned by it since the day began, ever, and when last.
USED = """
SELECT rule_id,
  coalesce(sum(points) FILTER (WHERE at >= %(day_began)s), 0)::bigint,
  sum(points)::bigint, max(at)
FROM point_earnings
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s AND rule_id = ANY(%(rules)s)
  AND undone_at IS NULL AND points > 0
GROUP BY rule_id
"""

PAID_BEFORE = """
SELECT member_id, points FROM point_earnings
WHERE merchant_id = %(merchant_id)s AND cause = %(source)s LIMIT 1
"""

ADD = """
INSERT INTO point_earnings
  (merchant_id, member_id, rule_id, source, cause, name, base, points, factors, at)
SELECT %(merchant_id)s, %(member_id)s, rule_id, %(source)s, %(cause)s, name, base, points, factors,
  %(at)s
FROM jsonb_to_recordset(%(workings)s::jsonb)
  AS w (rule_id bigint, name text, base bigint, points bigint, factors jsonb)
ON CONFLICT (merchant_id, rule_id, source) WHERE rule_id IS NOT NULL DO NOTHING
"""

UNDO = """
UPDATE point_earnings SET undone_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND cause = %(cause)s AND undone_at IS NULL
"""

OF_CAUSE = """
SELECT e.member_id, e.points FROM point_earnings e
WHERE e.merchant_id = %(merchant_id)s AND e.cause = %(cause)s AND e.undone_at IS NULL
ORDER BY e.id
"""

OF_CAUSES = """
SELECT cause, name, base, points, factors FROM point_earnings
WHERE merchant_id = %(merchant_id)s AND cause = ANY(%(causes)s) ORDER BY id
"""

OPEN_ACCOUNT = """
INSERT INTO ledger_accounts (merchant_id, kind, owner, asset, balance)
VALUES (%(merchant_id)s, 'points', %(member_id)s, 'point', 0)
ON CONFLICT (merchant_id, kind, owner, asset) DO NOTHING
"""
