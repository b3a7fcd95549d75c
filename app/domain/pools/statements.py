"""The pools' SQL, prepared once per connection."""

from app.domain.vouchers import MOVES, Move

BENEFIT = """
SELECT b.id, b.number, b.name, (
  SELECT r.kind FROM benefit_revisions r
  WHERE r.merchant_id = %(merchant_id)s AND r.benefit_id = b.id AND r.published_at IS NOT NULL
  ORDER BY r.revision DESC LIMIT 1)
FROM benefits b WHERE b.merchant_id = %(merchant_id)s AND b.number = %(number)s
"""

OPEN = """
INSERT INTO code_pools AS p (merchant_id, benefit_id, low_at)
VALUES (%(merchant_id)s, %(benefit_id)s, coalesce(%(low_at)s::bigint, 20))
ON CONFLICT (merchant_id, benefit_id)
  DO UPDATE SET low_at = coalesce(%(low_at)s::bigint, p.low_at)
"""

KNOWN = """
SELECT code_index FROM pool_codes WHERE merchant_id = %(merchant_id)s
  AND benefit_id = %(benefit_id)s AND code_index = ANY(%(indexes)s::bytea[])
"""

# By index, so that two imports of the same file wait for one another and never in a ring.
IMPORT = """
INSERT INTO pool_codes
  (merchant_id, benefit_id, code_sealed, code_index, expires_at, imported_at)
SELECT %(merchant_id)s, %(benefit_id)s, sealed, index, expires_at, %(at)s
FROM unnest(%(sealed)s::bytea[], %(indexes)s::bytea[], %(expires)s::timestamptz[])
  AS c (sealed, index, expires_at)
ORDER BY index
ON CONFLICT DO NOTHING RETURNING code_index
"""

_ISSUING = ", ".join(f"'{state.value}'" for state in MOVES[Move.ISSUE])

# Whoever waits longest gets the code that ends soonest. A validity that is counted in days was
# counted from the day of the sale: the days of waiting are added to it.
FILL = f"""
WITH waiting AS (
  SELECT id, late, row_number() OVER (ORDER BY id) AS nth FROM (
    SELECT v.id, CASE WHEN r.conditions -> 'validity' ->> 'kind' = 'days'
      THEN ceil(extract(epoch FROM greatest(%(at)s - v.issued_at, interval '0')) / 86400)::int
      ELSE 0 END AS late
    FROM vouchers v
    JOIN benefit_revisions r ON r.merchant_id = %(merchant_id)s AND r.id = v.revision_id
      AND r.benefit_id = %(benefit_id)s
    WHERE v.merchant_id = %(merchant_id)s AND v.state IN ({_ISSUING}) AND v.valid_until > %(at)s
      AND (%(voucher_ids)s::bigint[] IS NULL OR v.id = ANY(%(voucher_ids)s::bigint[]))
    ORDER BY v.id LIMIT %(limit)s FOR NO KEY UPDATE OF v SKIP LOCKED) w
), free AS (
  SELECT id, row_number() OVER (ORDER BY expires_at NULLS LAST, id) AS nth FROM (
    SELECT id, expires_at FROM pool_codes
    WHERE merchant_id = %(merchant_id)s AND benefit_id = %(benefit_id)s AND voucher_id IS NULL
      AND (expires_at IS NULL OR expires_at > %(at)s)
    ORDER BY expires_at NULLS LAST, id LIMIT (SELECT count(*) FROM waiting)
    FOR UPDATE SKIP LOCKED) c
), given AS (
  UPDATE pool_codes c SET voucher_id = w.id, assigned_at = %(at)s
  FROM waiting w JOIN free f ON f.nth = w.nth
  WHERE c.merchant_id = %(merchant_id)s AND c.id = f.id RETURNING c.voucher_id, w.late
), moved AS (
  UPDATE vouchers v SET state = 'active', valid_until = valid_until + make_interval(days => g.late)
  FROM given g WHERE v.merchant_id = %(merchant_id)s AND v.id = g.voucher_id RETURNING v.id
)
INSERT INTO voucher_events
  (merchant_id, voucher_id, at, action, from_state, to_state, actor, reason)
SELECT %(merchant_id)s, id, %(at)s, 'issue', 'issuing', 'active', 'system', 'code_assigned'
FROM moved
"""  # noqa: S608 - joined from our own constants

# Nobody saw the code of a voucher that was given back or ran out: it is free again.
RECLAIM = """
UPDATE pool_codes c SET voucher_id = NULL, assigned_at = NULL FROM vouchers v
WHERE c.merchant_id = %(merchant_id)s AND c.benefit_id = %(benefit_id)s
  AND c.revealed_at IS NULL AND v.merchant_id = c.merchant_id AND v.id = c.voucher_id
  AND v.state IN ('void', 'expired')
"""

LOCK_TO_REVEAL = """
SELECT v.id, v.state, v.revision_id, r.benefit_id, r.kind, v.allocated_fen, v.valid_from,
  v.valid_until
FROM vouchers v
JOIN benefit_revisions r ON r.merchant_id = v.merchant_id AND r.id = v.revision_id
WHERE v.merchant_id = %(merchant_id)s AND v.holder_id = %(member_id)s AND v.number = %(number)s
FOR NO KEY UPDATE OF v
"""

CODE_OF = """
SELECT id, code_sealed, expires_at, revealed_at, revealed_to FROM pool_codes
WHERE merchant_id = %(merchant_id)s AND voucher_id = %(voucher_id)s
FOR UPDATE
"""

# For a voucher that became usable without passing through the pool.
TAKE_ONE = """
UPDATE pool_codes SET voucher_id = %(voucher_id)s, assigned_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = (
  SELECT id FROM pool_codes
  WHERE merchant_id = %(merchant_id)s AND benefit_id = %(benefit_id)s AND voucher_id IS NULL
    AND (expires_at IS NULL OR expires_at > %(at)s)
  ORDER BY expires_at NULLS LAST, id LIMIT 1 FOR UPDATE SKIP LOCKED)
"""

REVEAL = """
UPDATE pool_codes SET revealed_at = %(at)s, revealed_to = %(member_id)s
WHERE merchant_id = %(merchant_id)s AND id = %(id)s AND revealed_at IS NULL
"""

STOCK = """
SELECT benefit_id, count(*) FROM pool_codes
WHERE merchant_id = %(merchant_id)s AND benefit_id = ANY(%(ids)s::bigint[])
  AND voucher_id IS NULL AND (expires_at IS NULL OR expires_at > %(at)s)
GROUP BY benefit_id
"""

STOCK_OF_OFFER = """
SELECT i.benefit_id, (
  SELECT count(*) FROM pool_codes c
  WHERE c.merchant_id = %(merchant_id)s AND c.benefit_id = i.benefit_id AND c.voucher_id IS NULL
    AND (c.expires_at IS NULL OR c.expires_at > %(at)s))
FROM offers o
JOIN offer_items i ON i.merchant_id = o.merchant_id AND i.offer_id = o.id
WHERE o.merchant_id = %(merchant_id)s AND o.number = %(number)s
"""

_OF_POOL = """FROM pool_codes c
    WHERE c.merchant_id = %(merchant_id)s AND c.benefit_id = p.benefit_id"""
# A million codes are not counted to show a list: beyond `most` it is "that many, or more".
POOLS = f"""
SELECT b.number, b.name, p.low_at, p.alarmed_at,
  (SELECT count(*) FROM (SELECT {_OF_POOL} AND c.voucher_id IS NULL
    AND (c.expires_at IS NULL OR c.expires_at > %(at)s)
    LIMIT greatest(%(most)s, p.low_at)) free),
  (SELECT count(*) FROM (SELECT {_OF_POOL} AND c.voucher_id IS NOT NULL AND c.revealed_at IS NULL
    LIMIT %(most)s) assigned),
  (SELECT count(*) FROM (SELECT {_OF_POOL} AND c.revealed_at IS NOT NULL
    LIMIT %(most)s) revealed),
  (SELECT count(*) FROM (SELECT {_OF_POOL} AND c.voucher_id IS NULL AND c.expires_at <= %(at)s
    LIMIT %(most)s) expired),
  (SELECT count(*) FROM (SELECT FROM vouchers v
    JOIN benefit_revisions r ON r.merchant_id = v.merchant_id AND r.id = v.revision_id
    WHERE v.merchant_id = %(merchant_id)s AND v.state = 'issuing' AND r.benefit_id = p.benefit_id
    LIMIT %(most)s) waiting)
FROM code_pools p
JOIN benefits b ON b.merchant_id = p.merchant_id AND b.id = p.benefit_id
WHERE p.merchant_id = %(merchant_id)s
  AND (%(number)s::text IS NULL OR b.number = %(number)s)
ORDER BY b.name, b.number
"""  # noqa: S608 - joined from our own constants

# Across merchants, without locks: where a voucher waits for a code, or a code can come back.
DUE = """
SELECT r.merchant_id, r.benefit_id FROM vouchers v
JOIN benefit_revisions r ON r.merchant_id = v.merchant_id AND r.id = v.revision_id
WHERE v.state = 'issuing' AND v.valid_until > %(at)s AND EXISTS (
  SELECT FROM pool_codes c WHERE c.merchant_id = r.merchant_id AND c.benefit_id = r.benefit_id
    AND c.voucher_id IS NULL AND (c.expires_at IS NULL OR c.expires_at > %(at)s))
UNION
SELECT c.merchant_id, c.benefit_id FROM pool_codes c
JOIN vouchers v ON v.merchant_id = c.merchant_id AND v.id = c.voucher_id
WHERE c.revealed_at IS NULL AND v.state IN ('void', 'expired')
LIMIT %(limit)s
"""

# An alarm is raised once, and once more after the stock had been filled up.
RING = """
WITH stock AS (
  SELECT p.merchant_id, p.id, p.benefit_id, p.low_at, p.alarmed_at, (
    SELECT count(*) FROM (SELECT FROM pool_codes c
      WHERE c.merchant_id = p.merchant_id AND c.benefit_id = p.benefit_id AND c.voucher_id IS NULL
        AND (c.expires_at IS NULL OR c.expires_at > %(at)s) LIMIT greatest(%(most)s, p.low_at)) enough) AS free
  FROM code_pools p
)
UPDATE code_pools p SET alarmed_at = CASE WHEN s.free < s.low_at THEN %(at)s END
FROM stock s
WHERE p.merchant_id = s.merchant_id AND p.id = s.id
  AND (s.free < s.low_at) <> (s.alarmed_at IS NOT NULL)
RETURNING p.merchant_id, p.benefit_id, s.free, p.alarmed_at IS NOT NULL
"""
