"""The SQL of pending points, prepared once per connection."""

ADD = """
INSERT INTO pending_points
  (merchant_id, member_id, cause, reason, earned, earned_at, matures_at, expires_at)
VALUES (%(merchant_id)s, %(member_id)s, %(cause)s, %(reason)s, %(points)s, %(at)s,
  %(matures_at)s, %(expires_at)s)
"""

LOOK = """
SELECT id, member_id, cause, reason, earned, taken_back, taken_bp, earned_at, matures_at,
  expires_at, matured_at
FROM pending_points WHERE merchant_id = %(merchant_id)s AND cause = %(cause)s
"""
LOCK = LOOK + "FOR NO KEY UPDATE"

TAKE = """
UPDATE pending_points SET taken_back = taken_back + %(points)s, taken_bp = %(taken_bp)s
WHERE merchant_id = %(merchant_id)s AND id = %(id)s
"""

MATURE = """
UPDATE pending_points SET matured_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = %(id)s AND matured_at IS NULL
"""

DUE = """
SELECT merchant_id, id, cause FROM pending_points
WHERE matures_at <= %(at)s AND matured_at IS NULL AND taken_back < earned AND id > %(after)s
ORDER BY id LIMIT %(limit)s
"""

LIST = """
SELECT earned - taken_back, reason, earned_at, matures_at FROM pending_points
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s
  AND matured_at IS NULL AND taken_back < earned
ORDER BY matures_at, id LIMIT %(limit)s
"""
