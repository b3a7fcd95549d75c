"""The campaigns' SQL."""

CARD = """
SELECT o.id, o.kind, o.state, o.price_fen,
  coalesce(sum(i.quantity * r.market_value_fen), 0)::bigint, coalesce(sum(i.quantity), 0)::bigint
FROM offers o
LEFT JOIN offer_items i ON i.merchant_id = %(merchant_id)s AND i.offer_id = o.id
LEFT JOIN LATERAL (
  SELECT market_value_fen FROM benefit_revisions
  WHERE merchant_id = %(merchant_id)s AND benefit_id = i.benefit_id AND published_at IS NOT NULL
  ORDER BY revision DESC LIMIT 1) r ON true
WHERE o.merchant_id = %(merchant_id)s AND o.number = %(number)s
GROUP BY o.merchant_id, o.id
"""

# The newest published wording of each benefit; no wording leaves its id empty.
BENEFITS = """
SELECT b.number, b.name, r.id FROM benefits b
LEFT JOIN LATERAL (
  SELECT id FROM benefit_revisions
  WHERE merchant_id = %(merchant_id)s AND benefit_id = b.id AND published_at IS NOT NULL
  ORDER BY revision DESC LIMIT 1) r ON true
WHERE b.merchant_id = %(merchant_id)s AND b.number = ANY(%(numbers)s)
"""

# What was promised when the order was placed counts, also if the campaign has stopped since. A
# killed one is found too: its tasks are settled as its rule for them says.
RUNNING = """
SELECT id, number, offer_id, state, terms, revisions FROM assist_campaigns
WHERE merchant_id = %(merchant_id)s AND offer_id = ANY(%(offer_ids)s)
  AND published_at <= %(ordered_at)s
  AND (stopped_at IS NULL OR stopped_at > %(ordered_at)s)
  AND (killed_at IS NULL OR killed_at > %(ordered_at)s)
ORDER BY id
"""
