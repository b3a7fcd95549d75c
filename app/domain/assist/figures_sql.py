"""The SQL of figures: open tasks and held helps have indexes of their own, the rest is counted."""

FIGURES = """
SELECT c.id, coalesce(k.rewards, 0), coalesce(k.unlocks, 0), t.open, t.begun, h.held
FROM assist_campaigns c
LEFT JOIN assist_counters k ON k.merchant_id = %(merchant_id)s AND k.campaign_id = c.id
CROSS JOIN LATERAL (
  SELECT count(*) AS open, count(b.begun) AS begun
  FROM (SELECT id FROM assist_tasks
    WHERE merchant_id = %(merchant_id)s AND campaign_id = c.id AND state = 'open'
    LIMIT %(most)s) o
  LEFT JOIN LATERAL (SELECT true AS begun FROM assist_helps
    WHERE merchant_id = %(merchant_id)s AND task_id = o.id AND state = 'counted' LIMIT 1) b ON true) t
CROSS JOIN LATERAL (
  SELECT count(*) AS held FROM (SELECT FROM assist_helps
    WHERE merchant_id = %(merchant_id)s AND campaign_id = c.id AND state = 'held'
    LIMIT %(most)s) w) h
WHERE c.merchant_id = %(merchant_id)s AND c.id = ANY(%(ids)s::bigint[])
"""

HELPS_BY_DAY = """
SELECT (at AT TIME ZONE %(zone)s::text)::date AS day, count(*) FROM assist_helps
WHERE merchant_id = %(merchant_id)s AND campaign_id = %(campaign_id)s AND at >= %(since)s
  AND state IN ('counted', 'held')
GROUP BY day ORDER BY day
"""
