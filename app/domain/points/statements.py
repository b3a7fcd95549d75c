"""The points' SQL, prepared once per connection."""

ADD_LOT = """
INSERT INTO point_lots
  (merchant_id, member_id, entry_id, earned, remaining, earned_at, expires_at, reason)
VALUES (%(merchant_id)s, %(member_id)s, %(entry_id)s, %(points)s, %(points)s, %(at)s,
  %(expires_at)s, %(reason)s)
"""

LOCK_LOTS = """
SELECT id, remaining FROM point_lots
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s AND remaining > 0
ORDER BY expires_at, id FOR NO KEY UPDATE
"""

LOCK_LOTS_EARNED_FIRST = """
SELECT l.id, l.remaining FROM point_lots l
LEFT JOIN ledger_entries e ON e.merchant_id = l.merchant_id AND e.id = l.entry_id
  AND e.cause = %(earned_by)s
WHERE l.merchant_id = %(merchant_id)s AND l.member_id = %(member_id)s AND l.remaining > 0
ORDER BY e.id IS NULL, l.expires_at, l.id FOR NO KEY UPDATE OF l
"""

USE_LOTS = """
WITH used AS (
  INSERT INTO point_lot_uses (merchant_id, lot_id, entry_id, amount)
  SELECT %(merchant_id)s, lot_id, %(entry_id)s, amount
  FROM unnest(%(lots)s::bigint[], %(amounts)s::bigint[]) AS given (lot_id, amount)
)
UPDATE point_lots SET remaining = remaining - given.amount
FROM unnest(%(lots)s::bigint[], %(amounts)s::bigint[]) AS given (lot_id, amount)
WHERE merchant_id = %(merchant_id)s AND id = given.lot_id
"""

# Points, debt, what is pending; then pending rows, holds, lots: locked in this order everywhere.
# The debt keeps no balance of its own, so without its row two earnings at once would both repay it.
LOCK_ACCOUNT = """
SELECT kind, balance FROM ledger_accounts
WHERE merchant_id = %(merchant_id)s AND kind IN ('points', 'points_debt', 'points_pending')
  AND owner = %(member_id)s AND asset = 'point'
ORDER BY kind FOR NO KEY UPDATE
"""

DUE_MEMBERS = """
SELECT DISTINCT merchant_id, member_id FROM point_lots
WHERE expires_at <= %(at)s AND remaining > 0
  AND (merchant_id, member_id) > (%(after_merchant)s, %(after_member)s)
ORDER BY merchant_id, member_id LIMIT %(limit)s
"""

# Whoever uses a lot holds the member's accounts, so nobody adds a use meanwhile.
LOCK_DUE_LOTS = """
SELECT l.id, l.remaining, (SELECT count(*) FROM point_lot_uses u
  WHERE u.merchant_id = l.merchant_id AND u.lot_id = l.id)
FROM point_lots l
WHERE l.merchant_id = %(merchant_id)s AND l.member_id = %(member_id)s AND l.remaining > 0
  AND l.expires_at <= %(at)s
ORDER BY l.expires_at, l.id FOR NO KEY UPDATE
"""

LOTS_AHEAD = """
SELECT l.points, l.first_at, p.points, p.first_at
FROM (
  SELECT coalesce(sum(remaining), 0)::bigint AS points, min(expires_at) AS first_at
  FROM point_lots
  WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s AND remaining > 0
    AND expires_at < %(before)s) l,
(
  SELECT coalesce(sum(earned - taken_back), 0)::bigint AS points, min(matures_at) AS first_at
  FROM pending_points
  WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s AND matured_at IS NULL
    AND taken_back < earned) p
"""

LOTS_TO_MOVE = """
SELECT remaining, earned_at, expires_at, reason FROM point_lots
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s AND remaining > 0
ORDER BY expires_at, id
"""

# What came back is taken off the uses in turn: the running sum says how much is left for each.
PUT_BACK = """
WITH uses AS (
  SELECT u.id, u.lot_id, u.amount - u.returned AS gone,
    sum(u.amount - u.returned) OVER (ORDER BY l.expires_at DESC, u.id DESC) AS sofar
  FROM point_lot_uses u
  JOIN point_lots l ON l.merchant_id = u.merchant_id AND l.id = u.lot_id
  WHERE u.merchant_id = %(merchant_id)s AND u.entry_id = %(entry_id)s
), back AS (
  SELECT id, lot_id, least(gone, %(amount)s - (sofar - gone)) AS part
  FROM uses WHERE sofar - gone < %(amount)s AND gone > 0
), marked AS (
  UPDATE point_lot_uses u SET returned = u.returned + back.part
  FROM back WHERE u.merchant_id = %(merchant_id)s AND u.id = back.id
)
UPDATE point_lots l SET remaining = l.remaining + back.part
FROM back WHERE l.merchant_id = %(merchant_id)s AND l.id = back.lot_id
"""

TAKE_OVER_PENDING = """
UPDATE pending_points SET member_id = %(winner)s
WHERE merchant_id = %(merchant_id)s AND member_id = %(loser)s
"""

TAKE_OVER_EARNINGS = """
UPDATE point_earnings SET member_id = %(winner)s
WHERE merchant_id = %(merchant_id)s AND member_id = %(loser)s
"""
