"""The SQL of figures: open tasks and held helps have indexes of their own, the rest is counted."""

FIGURES = """
SELECT c.id, coalesce(k.rewards, 0), coalesce(k.unlocks, 0), t.open, t.begun, h.held
FROM assist_campaigns c
LEFT JOIN assist_counters k ON k.merchant_id = %(merchant_id)s AND k.campaign_id = c.id
CROSS JOIN LATERAL (
  SELECT count(*) AS open, count(*) FILTER (WHERE EXISTS (
    SELECT FROM assist_helps b WHERE b.merchant_id = %(merchant_id)s AND b.task_id = o.id
      AND b.state = 'counted')) AS begun
  FROM assist_tasks o
  WHERE o.merchant_id = %(merchant_id)s AND o.campaign_id = c.id AND o.state = 'open') t
CROSS JOIN LATERAL (
  SELECT count(*) AS held FROM assist_helps w
  WHERE w.merchant_id = %(merchant_id)s AND w.campaign_id = c.id AND w.state = 'held') h
WHERE c.merchant_id = %(merchant_id)s AND c.id = ANY(%(ids)s::bigint[])
"""

HELPS_BY_DAY = """
SELECT (at AT TIME ZONE %(zone)s::text)::date AS day, count(*) FROM assist_helps
WHERE merchant_id = %(merchant_id)s AND campaign_id = %(campaign_id)s AND at >= %(since)s
  AND state IN ('counted', 'held')
GROUP BY day ORDER BY day
"""
