"""The redemption's SQL, prepared once per connection.

Redeeming is hot: one locked look, one pure rule, one statement that writes everything.
"""

from app.domain import merchants
from app.domain.vouchers import HOLDER_VERSION, MOVES, Move

_ON_DUTY = merchants.ON_DUTY.replace("%(merchant_id)s", "%(acceptor_merchant_id)s")
_STANDING = f"""
SELECT v.id, v.number, v.state, v.holder_id, {HOLDER_VERSION}, v.revision_id, v.allocated_fen,
  v.valid_from, v.valid_until,
  coalesce((SELECT balance FROM ledger_accounts
    WHERE merchant_id = %(merchant_id)s AND kind = 'points' AND owner = v.holder_id
      AND asset = 'point'), 0),
  EXISTS (SELECT FROM ledger_accounts
    WHERE merchant_id = %(merchant_id)s AND kind = 'points_debt' AND owner = v.holder_id
      AND asset = 'point'),
  {_ON_DUTY},
  EXISTS (SELECT FROM tier_rules WHERE merchant_id = %(merchant_id)s)
FROM vouchers v
WHERE v.merchant_id = %(merchant_id)s AND v.id = %(voucher_id)s
"""  # noqa: S608 - joined from our own constants
OF_MEMBER = _STANDING.replace(
    "v.id = %(voucher_id)s",
    """v.holder_id = %(member_id)s AND v.state IN ('active', 'held')
  AND v.valid_from <= %(at)s AND v.valid_until > %(at)s
ORDER BY v.valid_until, v.id LIMIT %(limit)s""",
)
LOOK = _STANDING
LOCK = _STANDING + "FOR NO KEY UPDATE OF v"

_SOURCES = ", ".join(f"'{state.value}'" for state in MOVES[Move.REDEEM])

# With a key that was used before, the gate stays shut and nothing is written.
REDEEM = """
WITH key AS (
  INSERT INTO request_keys (merchant_id, actor, key, body_hash, status, answer, created_at)
  VALUES (%(merchant_id)s, %(key_actor)s, %(key)s, %(key_hash)s, 201, %(answer)s::jsonb, %(at)s)
  ON CONFLICT DO NOTHING RETURNING 1
), moved AS (
  UPDATE vouchers SET state = 'redeemed'
  WHERE merchant_id = %(merchant_id)s AND id = %(voucher_id)s AND state IN ({sources})
    AND EXISTS (SELECT FROM key)
  RETURNING id
), redemption AS (
  INSERT INTO redemptions (merchant_id, number, voucher_id, member_id, acceptor_merchant_id,
    store_id, actor, value_fen, points, redeemed_at)
  SELECT %(merchant_id)s, %(number)s, id, %(holder_id)s, %(acceptor_merchant_id)s, %(store_id)s,
    %(actor)s, %(value_fen)s, %(points)s, %(at)s FROM moved
), event AS (
  INSERT INTO voucher_events
    (merchant_id, voucher_id, at, action, from_state, to_state, actor, reference)
  SELECT %(merchant_id)s, id, %(at)s, 'redeem', 'active', 'redeemed', %(actor)s, %(number)s
  FROM moved
), account AS (
  INSERT INTO ledger_accounts AS a (merchant_id, kind, owner, asset, balance)
  SELECT %(merchant_id)s, 'points', %(holder_id)s, 'point', %(credit)s FROM moved
  WHERE %(credit)s > 0
  ON CONFLICT (merchant_id, kind, owner, asset)
    DO UPDATE SET balance = a.balance + EXCLUDED.balance
  RETURNING id
), entry AS (
  INSERT INTO ledger_entries (merchant_id, cause, posted_at)
  SELECT %(merchant_id)s, %(cause)s, %(at)s FROM moved
  WHERE %(points)s > 0 OR %(value_fen)s > 0 RETURNING id
), house AS (
  SELECT kind, id FROM ledger_accounts WHERE merchant_id = %(merchant_id)s AND owner = 0
    AND ((kind IN ('prepaid', 'earned') AND asset = 'cny')
      OR (kind = 'points_issued' AND asset = 'point'))
), postings AS (
  INSERT INTO ledger_postings (merchant_id, entry_id, source_id, destination_id, asset, amount)
  SELECT %(merchant_id)s, entry.id, a.id, b.id, 'cny', %(value_fen)s
  FROM entry, house a, house b
  WHERE a.kind = 'prepaid' AND b.kind = 'earned' AND %(value_fen)s > 0
  UNION ALL
  SELECT %(merchant_id)s, entry.id, a.id, account.id, 'point', %(credit)s
  FROM entry, house a, account WHERE a.kind = 'points_issued'
  UNION ALL
  SELECT %(merchant_id)s, entry.id, a.id, d.id, 'point', %(repaid)s
  FROM entry, house a, ledger_accounts d
  WHERE a.kind = 'points_issued' AND %(repaid)s > 0 AND d.merchant_id = %(merchant_id)s
    AND d.kind = 'points_debt' AND d.owner = %(holder_id)s AND d.asset = 'point'
), lot AS (
  INSERT INTO point_lots
    (merchant_id, member_id, entry_id, earned, remaining, earned_at, expires_at, reason)
  SELECT %(merchant_id)s, %(holder_id)s, id, %(credit)s, %(credit)s, %(at)s,
    %(points_expire_at)s, 'redemption' FROM entry WHERE %(credit)s > 0
), worked_out AS (
  INSERT INTO point_earnings
    (merchant_id, member_id, rule_id, source, cause, name, base, points, factors, at)
  SELECT %(merchant_id)s, %(holder_id)s, w.rule_id, %(cause)s, %(cause)s, w.name, w.base, w.points,
    w.factors, %(at)s
  FROM moved, jsonb_to_recordset(%(workings)s::jsonb)
    AS w (rule_id bigint, name text, base bigint, points bigint, factors jsonb)
), audited AS (
  INSERT INTO audit (merchant_id, at, actor, action, subject, details)
  SELECT %(merchant_id)s, %(at)s, %(actor)s, 'voucher.redeem', %(voucher_number)s,
    jsonb_build_object('redemption', %(number)s::text, 'store_id', %(store_id)s::bigint)
  FROM moved
), told AS (
  INSERT INTO outbox (merchant_id, job, event, payload, published_at, due_at)
  SELECT %(merchant_id)s, job, %(event)s, %(payload)s::jsonb, %(at)s, %(at)s
  FROM moved, unnest(%(jobs)s::text[]) AS job
)
SELECT EXISTS (SELECT FROM key), EXISTS (SELECT FROM moved)
""".replace("{sources}", _SOURCES)

FIND_CARD = """
SELECT c.id FROM cards c JOIN vouchers v ON v.merchant_id = c.merchant_id AND v.card_id = c.id
WHERE v.merchant_id = %(merchant_id)s AND v.id = %(voucher_id)s
"""
LOCK_CARD = FIND_CARD + "FOR NO KEY UPDATE OF c"

USES_OF_CARD = """
SELECT count(*) FILTER (WHERE r.redeemed_at >= %(today)s AND r.redeemed_at < %(tomorrow)s),
  max(r.redeemed_at)
FROM vouchers v
JOIN benefit_revisions b ON b.merchant_id = v.merchant_id AND b.id = v.revision_id
  AND b.benefit_id = %(benefit_id)s
JOIN redemptions r ON r.merchant_id = v.merchant_id AND r.voucher_id = v.id
  AND r.reversed_at IS NULL
WHERE v.merchant_id = %(merchant_id)s AND v.card_id = %(card_id)s
"""

# At another house's store it is told that it was, and not where.
LAST_USE = """
SELECT r.redeemed_at, CASE WHEN r.acceptor_merchant_id = %(acceptor_merchant_id)s THEN s.name END
FROM redemptions r
LEFT JOIN stores s ON s.merchant_id = r.acceptor_merchant_id AND s.id = r.store_id
WHERE r.merchant_id = %(merchant_id)s AND r.voucher_id = %(voucher_id)s AND r.reversed_at IS NULL
"""

OWN_CARD = """
SELECT id, number, title, issued_at FROM cards
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s AND number = %(number)s
"""

USES = """
SELECT v.number, v.revision_id, v.state, v.valid_until, r.redeemed_at, s.name
FROM vouchers v
LEFT JOIN redemptions r ON r.merchant_id = v.merchant_id AND r.voucher_id = v.id
  AND r.reversed_at IS NULL
LEFT JOIN stores s ON s.merchant_id = r.acceptor_merchant_id AND s.id = r.store_id
WHERE v.merchant_id = %(merchant_id)s AND v.card_id = %(card_id)s
  AND v.holder_id = %(member_id)s
ORDER BY v.id
"""

# What the order was called is in the orders; here a reference names a redemption.
USE_EVENTS = """
SELECT e.at, v.number, e.action, e.reason, r.number, s.name
FROM vouchers v
JOIN voucher_events e ON e.merchant_id = v.merchant_id AND e.voucher_id = v.id
LEFT JOIN redemptions r ON r.merchant_id = e.merchant_id AND r.number = e.reference
LEFT JOIN stores s ON s.merchant_id = r.acceptor_merchant_id AND s.id = r.store_id
WHERE v.merchant_id = %(merchant_id)s AND v.card_id = %(card_id)s
  AND v.holder_id = %(member_id)s
  AND e.action IN ('redeem', 'reverse', 'reveal', 'spend', 'unspend', 'expire', 'unexpire', 'cancel')
ORDER BY e.at, e.id
"""

LOCK_TO_REVERSE = """
SELECT r.id, r.voucher_id, v.holder_id, r.store_id, r.value_fen, r.points, r.redeemed_at,
  r.reversed_at, v.number
FROM vouchers v JOIN redemptions r ON r.merchant_id = v.merchant_id AND r.voucher_id = v.id
WHERE r.merchant_id = %(merchant_id)s AND r.number = %(number)s
FOR NO KEY UPDATE OF v, r
"""

REVERSE = """
UPDATE redemptions SET reversed_at = %(at)s, reversed_by = %(actor)s, reverse_reason = %(reason)s
WHERE merchant_id = %(merchant_id)s AND id = %(id)s AND reversed_at IS NULL
"""

TODAY = """
SELECT r.number, v.number, r.actor, r.value_fen, r.points, r.redeemed_at, r.reversed_at,
  b.name
FROM redemptions r
JOIN vouchers v ON v.merchant_id = r.merchant_id AND v.id = r.voucher_id
JOIN benefit_revisions b ON b.merchant_id = v.merchant_id AND b.id = v.revision_id
WHERE r.merchant_id = %(merchant_id)s AND r.acceptor_merchant_id = %(merchant_id)s
  AND r.store_id = %(store_id)s AND r.redeemed_at >= %(starts_at)s
  AND (%(actor)s::text IS NULL OR r.actor = %(actor)s)
ORDER BY r.redeemed_at DESC, r.id DESC LIMIT %(limit)s
"""

TOTALS = """
SELECT count(*) FILTER (WHERE reversed_at IS NULL), count(*) FILTER (WHERE reversed_at IS NOT NULL),
  coalesce(sum(value_fen) FILTER (WHERE reversed_at IS NULL), 0)::bigint,
  coalesce(sum(points) FILTER (WHERE reversed_at IS NULL), 0)::bigint
FROM redemptions
WHERE merchant_id = %(merchant_id)s AND acceptor_merchant_id = %(merchant_id)s
  AND store_id = %(store_id)s AND redeemed_at >= %(starts_at)s
  AND (%(actor)s::text IS NULL OR actor = %(actor)s)
"""

REFUSE = """
INSERT INTO redemption_refusals (merchant_id, at, code, store_id, actor, voucher_id)
VALUES (%(merchant_id)s, %(at)s, %(code)s, %(store_id)s, %(actor)s, %(voucher_id)s)
"""

WORDS = """
SELECT r.member_id, coalesce(a.appid, (SELECT appid FROM wechat_apps
    WHERE merchant_id = %(merchant_id)s AND kind = 'mini_program' ORDER BY id LIMIT 1)),
  b.name, s.name, r.points, r.redeemed_at, r.number, o.id, o.number
FROM redemptions r
JOIN vouchers v ON v.merchant_id = r.merchant_id AND v.id = r.voucher_id
JOIN benefit_revisions b ON b.merchant_id = v.merchant_id AND b.id = v.revision_id
JOIN cards c ON c.merchant_id = v.merchant_id AND c.id = v.card_id
LEFT JOIN orders o ON o.merchant_id = c.merchant_id AND o.id = c.order_id
LEFT JOIN wechat_apps a ON a.merchant_id = o.merchant_id AND a.id = o.app_id
LEFT JOIN stores s ON s.merchant_id = r.acceptor_merchant_id AND s.id = r.store_id
WHERE r.merchant_id = %(merchant_id)s AND r.number = %(number)s
"""

VISIT = """
SELECT r.member_id, CASE WHEN r.acceptor_merchant_id = %(merchant_id)s THEN r.store_id END,
  r.redeemed_at
FROM redemptions r
WHERE r.merchant_id = %(merchant_id)s AND r.number = %(number)s AND r.reversed_at IS NULL
FOR SHARE
"""
