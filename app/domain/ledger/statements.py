"""The ledger's SQL, prepared once per connection."""

COUNT_HOUSE_ACCOUNTS = """
SELECT count(*) FROM ledger_accounts
WHERE merchant_id = %(merchant_id)s AND owner = 0 AND kind = ANY(%(kinds)s)
"""

OPEN_ACCOUNTS = """
INSERT INTO ledger_accounts (merchant_id, kind, owner, asset, balance)
SELECT %(merchant_id)s, kind, owner, asset, CASE WHEN has_floor THEN 0 END
FROM unnest(%(kinds)s::text[], %(owners)s::bigint[], %(assets)s::text[], %(floors)s::bool[])
  AS wanted (kind, owner, asset, has_floor)
ORDER BY kind, owner, asset
ON CONFLICT (merchant_id, kind, owner, asset) DO NOTHING
"""

FIND_ACCOUNTS = """
SELECT a.id, a.kind, a.owner, a.asset FROM ledger_accounts a
JOIN unnest(%(kinds)s::text[], %(owners)s::bigint[], %(assets)s::text[])
  AS wanted (kind, owner, asset)
  ON a.kind = wanted.kind AND a.owner = wanted.owner AND a.asset = wanted.asset
WHERE a.merchant_id = %(merchant_id)s
ORDER BY a.id
"""

# A row that does not exist cannot be locked, so accounts are opened first; then all that have a
# floor are locked in one order.
LOCK_FLOORS = """
SELECT id, balance FROM ledger_accounts
WHERE merchant_id = %(merchant_id)s AND id = ANY(%(ids)s) AND balance IS NOT NULL
ORDER BY id FOR NO KEY UPDATE
"""

MOVE_BALANCES = """
UPDATE ledger_accounts a SET balance = a.balance + given.change
FROM unnest(%(ids)s::bigint[], %(changes)s::bigint[]) AS given (id, change)
WHERE a.merchant_id = %(merchant_id)s AND a.id = given.id AND a.balance IS NOT NULL
"""

ADD_ENTRY = """
WITH entry AS (
  INSERT INTO ledger_entries (merchant_id, cause, posted_at)
  VALUES (%(merchant_id)s, %(cause)s, %(at)s)
  ON CONFLICT (merchant_id, cause) DO NOTHING RETURNING id
), postings AS (
  INSERT INTO ledger_postings (merchant_id, entry_id, source_id, destination_id, asset, amount)
  SELECT %(merchant_id)s, entry.id, p.source_id, p.destination_id, p.asset, p.amount
  FROM entry, unnest(%(sources)s::bigint[], %(destinations)s::bigint[], %(assets)s::text[],
    %(amounts)s::bigint[]) AS p (source_id, destination_id, asset, amount)
)
SELECT id FROM entry
"""

BALANCE = """
SELECT coalesce(a.balance, (
  SELECT coalesce(sum(CASE WHEN p.destination_id = a.id THEN p.amount ELSE -p.amount END), 0)
  FROM ledger_postings p
  WHERE p.merchant_id = %(merchant_id)s AND a.id IN (p.source_id, p.destination_id)))::bigint
FROM ledger_accounts a
WHERE a.merchant_id = %(merchant_id)s AND a.kind = %(kind)s AND a.owner = %(owner)s
  AND a.asset = %(asset)s
"""

MOVEMENTS = """
SELECT p.id, e.posted_at, e.cause,
  CASE WHEN p.destination_id = a.id THEN p.amount ELSE -p.amount END AS change
FROM ledger_accounts a
JOIN ledger_postings p ON p.merchant_id = a.merchant_id
  AND (p.source_id = a.id OR p.destination_id = a.id)
JOIN ledger_entries e ON e.merchant_id = p.merchant_id AND e.id = p.entry_id
WHERE a.merchant_id = %(merchant_id)s AND a.kind = %(kind)s AND a.owner = %(owner)s
  AND a.asset = %(asset)s AND p.id < coalesce(%(after)s::bigint, 9223372036854775807)
ORDER BY p.id DESC LIMIT %(limit)s
"""
