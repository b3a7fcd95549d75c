"""The SQL of holds, prepared once per connection."""

ADD = """
INSERT INTO point_holds (merchant_id, order_id, member_id, entry_id, points, state, held_at)
VALUES (%(merchant_id)s, %(order_id)s, %(member_id)s, %(entry_id)s, %(points)s, 'held', %(at)s)
"""

LOOK = """
SELECT id, member_id, entry_id, points, returned, state FROM point_holds
WHERE merchant_id = %(merchant_id)s AND order_id = %(order_id)s
"""
LOCK = LOOK + "FOR NO KEY UPDATE"

SETTLE = """
UPDATE point_holds SET state = %(state)s, returned = %(returned)s,
  settled_at = coalesce(settled_at, %(at)s)
WHERE merchant_id = %(merchant_id)s AND id = %(id)s
"""
