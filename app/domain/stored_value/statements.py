"""The SQL of stored value. Whoever changes a member's value holds his wallet's row first."""

OPEN_WALLETS = """
INSERT INTO value_wallets (merchant_id, member_id)
SELECT %(merchant_id)s, member_id FROM unnest(%(member_ids)s::bigint[]) AS member_id
ORDER BY member_id
ON CONFLICT (merchant_id, member_id) DO NOTHING
"""

# Everything that a member has lies under this one row: its lots are locked by it.
LOCK_WALLETS = """
SELECT member_id, frozen_at, frozen_reason FROM value_wallets
WHERE merchant_id = %(merchant_id)s AND member_id = ANY(%(member_ids)s)
ORDER BY member_id FOR NO KEY UPDATE
"""

LIMITS = """
SELECT confirm_above_fen, confirm_day_above_fen FROM value_rules
WHERE merchant_id = %(merchant_id)s
"""

SET_LIMITS = """
INSERT INTO value_rules (merchant_id, confirm_above_fen, confirm_day_above_fen)
VALUES (%(merchant_id)s, %(order_fen)s, %(day_fen)s)
ON CONFLICT (merchant_id) DO UPDATE SET confirm_above_fen = excluded.confirm_above_fen,
  confirm_day_above_fen = excluded.confirm_day_above_fen
"""

# What a person spent without saying once more that it is he: of anybody's value, as whichever
# member he was.
UNCONFIRMED = """
SELECT coalesce(sum(h.paid_fen + h.bonus_fen - h.returned_fen), 0)::bigint
FROM members m
JOIN value_holds h ON h.merchant_id = m.merchant_id AND h.spender_id = m.id
WHERE m.merchant_id = %(merchant_id)s
  AND (m.id = %(member_id)s OR m.merged_into = %(member_id)s)
  AND h.state <> 'released' AND NOT h.is_confirmed
  AND h.held_at >= %(since)s AND h.held_at < %(until)s
"""

OPEN_LOTS = """
SELECT l.id, l.credit_id, l.kind, l.remaining_fen, c.usage_order
FROM value_credits c
JOIN value_lots l ON l.merchant_id = c.merchant_id AND l.credit_id = c.id
WHERE c.merchant_id = %(merchant_id)s AND c.member_id = %(member_id)s AND l.remaining_fen > 0
ORDER BY c.id, l.kind
"""

MOVE_LOTS = """
WITH given AS (
  SELECT lot_id, change FROM unnest(%(lots)s::bigint[], %(changes)s::bigint[])
    AS given (lot_id, change)
), moved AS (
  INSERT INTO value_lot_moves (merchant_id, lot_id, entry_id, order_id, kind, change_fen)
  SELECT %(merchant_id)s, lot_id, %(entry_id)s, %(order_id)s::bigint, %(kind)s, change FROM given
)
UPDATE value_lots l SET remaining_fen = l.remaining_fen + given.change FROM given
WHERE l.merchant_id = %(merchant_id)s AND l.id = given.lot_id
"""

# Credits

ADD_CREDIT = """
INSERT INTO value_credits (merchant_id, member_id, kind, state, reference, order_id, offer_id,
  paid_fen, bonus_fen, usage_order, made_at)
VALUES (%(merchant_id)s, %(member_id)s, %(kind)s, %(state)s, %(reference)s, %(order_id)s::bigint,
  %(offer_id)s::bigint, %(paid_fen)s, %(bonus_fen)s, %(usage_order)s, %(at)s)
ON CONFLICT (merchant_id, reference) DO NOTHING RETURNING id
"""

ADD_LOTS = """
INSERT INTO value_lots (merchant_id, credit_id, entry_id, kind, amount_fen, remaining_fen)
SELECT %(merchant_id)s, %(credit_id)s, %(entry_id)s, kind, amount, amount
FROM unnest(%(kinds)s::text[], %(amounts)s::bigint[]) AS given (kind, amount) WHERE amount > 0
"""

# What he has under the cap: spendable, and held for orders that wait for their payment.
COUNTED = """
SELECT (
  coalesce((SELECT sum(balance) FROM ledger_accounts
    WHERE merchant_id = %(merchant_id)s AND owner = %(member_id)s
      AND kind IN ('value_paid', 'value_bonus')), 0)
  + coalesce((SELECT sum(paid_fen + bonus_fen) FROM value_holds
    WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s AND state = 'held'), 0)
)::bigint
"""

BONUS_GIVEN = """
SELECT coalesce(sum(bonus_fen - clawed_fen), 0)::bigint FROM value_credits
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s AND offer_id = %(offer_id)s
"""

_CREDIT = """
SELECT id, member_id, state, reference, paid_fen, bonus_fen, usage_order, made_at
FROM value_credits WHERE merchant_id = %(merchant_id)s
"""
CREDIT_OF_ORDER = _CREDIT + " AND order_id = %(order_id)s AND kind = 'topup'"
TOPUP_OF_MEMBER = """
SELECT order_id FROM value_credits WHERE merchant_id = %(merchant_id)s
  AND member_id = %(member_id)s AND reference = 'topup:' || %(order_number)s
"""
LOCK_CREDIT = _CREDIT + " AND id = %(credit_id)s FOR NO KEY UPDATE"

SET_CREDIT = """
UPDATE value_credits SET state = %(state)s, clawed_fen = clawed_fen + %(clawed_fen)s
WHERE merchant_id = %(merchant_id)s AND id = %(credit_id)s
"""

# Only what there is room for now, so that what does not fit keeps nobody waiting.
PARKED = """
SELECT c.merchant_id, c.id, c.member_id FROM value_credits c
CROSS JOIN LATERAL (SELECT (
  coalesce((SELECT sum(a.balance) FROM ledger_accounts a
    WHERE a.merchant_id = c.merchant_id AND a.owner = c.member_id
      AND a.kind IN ('value_paid', 'value_bonus')), 0)
  + coalesce((SELECT sum(h.paid_fen + h.bonus_fen) FROM value_holds h
    WHERE h.merchant_id = c.merchant_id AND h.member_id = c.member_id AND h.state = 'held'), 0)
  ) AS fen) has
WHERE c.state = 'parked' AND c.id > %(after)s
  AND has.fen + c.paid_fen + c.bonus_fen <= %(cap_fen)s
ORDER BY c.id LIMIT %(limit)s
"""

# `used`: what orders took of the lot and did not bring back, paid for or still waiting.
LOTS_OF_CREDIT = """
SELECT l.id, l.kind, l.amount_fen, l.remaining_fen, coalesce((
  SELECT -sum(m.change_fen) FROM value_lot_moves m
  WHERE m.merchant_id = l.merchant_id AND m.lot_id = l.id
    AND m.kind IN ('hold', 'release', 'give_back', 'adjust')), 0)::bigint
FROM value_lots l WHERE l.merchant_id = %(merchant_id)s AND l.credit_id = %(credit_id)s
ORDER BY l.kind DESC
"""

# Holds

ADD_HOLD = """
INSERT INTO value_holds (merchant_id, order_id, member_id, spender_id, state, paid_fen, bonus_fen,
  is_confirmed, held_at)
VALUES (%(merchant_id)s, %(order_id)s, %(member_id)s, %(spender_id)s, 'held', %(paid_fen)s,
  %(bonus_fen)s, %(is_confirmed)s, %(at)s)
"""

LOOK_AT_HOLD = """
SELECT member_id, state, paid_fen, bonus_fen, returned_fen FROM value_holds
WHERE merchant_id = %(merchant_id)s AND order_id = %(order_id)s
"""

SETTLE_HOLD = """
UPDATE value_holds SET state = %(state)s, settled_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND order_id = %(order_id)s AND state = 'held'
RETURNING member_id, state, paid_fen, bonus_fen, returned_fen
"""

RETURN_OF_HOLD = """
UPDATE value_holds SET returned_fen = returned_fen + %(amount_fen)s
WHERE merchant_id = %(merchant_id)s AND order_id = %(order_id)s AND state = 'captured'
  AND returned_fen + %(amount_fen)s <= paid_fen + bonus_fen
"""

# Which lots an order has of whom, less what they got back.
LOTS_OF_ORDER = """
SELECT l.id, l.kind, c.member_id, c.id, c.state, -sum(m.change_fen)::bigint
FROM value_lot_moves m
JOIN value_lots l ON l.merchant_id = m.merchant_id AND l.id = m.lot_id
JOIN value_credits c ON c.merchant_id = l.merchant_id AND c.id = l.credit_id
WHERE m.merchant_id = %(merchant_id)s AND m.order_id = %(order_id)s
GROUP BY l.id, l.kind, c.member_id, c.id, c.state HAVING sum(m.change_fen) < 0
ORDER BY l.id
"""

# Confirmations

ADD_CONFIRMATION = """
INSERT INTO value_confirmations (merchant_id, member_id, token_hash, amount_fen, ends_at)
VALUES (%(merchant_id)s, %(member_id)s, %(token_hash)s, %(amount_fen)s, %(ends_at)s)
"""

USE_CONFIRMATION = """
UPDATE value_confirmations SET used_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND token_hash = %(token_hash)s
  AND member_id = %(member_id)s AND used_at IS NULL AND ends_at > %(at)s
  AND amount_fen >= %(amount_fen)s
"""

FORGET_CONFIRMATIONS = """
DELETE FROM value_confirmations WHERE (merchant_id, id) IN (
  SELECT merchant_id, id FROM value_confirmations WHERE ends_at < %(before)s LIMIT %(limit)s)
"""

# Gift cards

# One buyer's orders of unnamed cards wait for each other, and for nothing else.
HOLD_BUYER = """
SELECT pg_advisory_xact_lock(
  hashtextextended('gift_card_sale:' || %(merchant_id)s || ':' || %(member_id)s, 0))
"""

# Ordered on this day and not closed or given back since, paid or waiting.
UNNAMED_OF_DAY = """
SELECT coalesce(sum((l.terms ->> 'face_fen')::bigint * l.quantity), 0)::bigint
FROM orders o JOIN order_lines l ON l.merchant_id = o.merchant_id AND l.order_id = o.id
WHERE o.merchant_id = %(merchant_id)s AND o.member_id = %(member_id)s
  AND o.placed_at >= %(since)s AND o.placed_at < %(until)s
  AND o.state NOT IN ('closed', 'refunded')
  AND l.kind = 'gift_card' AND NOT (l.terms ->> 'is_named')::boolean
"""

ADD_GIFT_CARD = """
INSERT INTO gift_cards (merchant_id, number, order_id, buyer_id, face_fen, paid_fen, is_named,
  state, fingerprint, sold_at, valid_until)
VALUES (%(merchant_id)s, %(number)s, %(order_id)s, %(member_id)s, %(face_fen)s, %(paid_fen)s,
  %(is_named)s, 'sold', %(fingerprint)s, %(at)s, %(valid_until)s)
"""

_GIFT_CARD = """
SELECT g.id, g.number, g.state, g.buyer_id, g.face_fen, g.paid_fen, g.is_named, g.sold_at,
  g.valid_until, g.claimed_by, g.settled_at
FROM gift_cards g WHERE g.merchant_id = %(merchant_id)s
"""
LOOK_BY_TOKEN = _GIFT_CARD + " AND g.fingerprint = %(fingerprint)s"
LOCK_BY_TOKEN = LOOK_BY_TOKEN + " FOR NO KEY UPDATE"
OWN_GIFT_CARD = _GIFT_CARD + " AND g.number = %(number)s AND g.buyer_id = %(member_id)s"
LIST_GIFT_CARDS = (
    _GIFT_CARD
    + """ AND g.buyer_id = %(member_id)s AND g.id < coalesce(%(after)s::bigint, 9223372036854775807)
ORDER BY g.id DESC LIMIT %(limit)s"""
)
CARDS_OF_ORDER = _GIFT_CARD + " AND g.order_id = %(order_id)s ORDER BY g.id"
LOCK_UNCLAIMED = (
    _GIFT_CARD
    + " AND g.order_id = %(order_id)s AND g.state = 'sold' ORDER BY g.id FOR NO KEY UPDATE"
)

SETTLE_GIFT_CARD = """
UPDATE gift_cards SET state = %(state)s, claimed_by = %(member_id)s::bigint, settled_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = %(card_id)s AND state = 'sold'
"""

REACTIVATE = """
UPDATE gift_cards SET valid_until = %(valid_until)s
WHERE merchant_id = %(merchant_id)s AND id = %(card_id)s AND state = 'sold'
"""

# Looking

BALANCE = """
SELECT
  coalesce((SELECT balance FROM ledger_accounts WHERE merchant_id = %(merchant_id)s
    AND owner = %(member_id)s AND kind = 'value_paid' AND asset = 'cny'), 0)::bigint,
  coalesce((SELECT balance FROM ledger_accounts WHERE merchant_id = %(merchant_id)s
    AND owner = %(member_id)s AND kind = 'value_bonus' AND asset = 'cny'), 0)::bigint,
  coalesce((SELECT frozen_at IS NOT NULL FROM value_wallets
    WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s), false),
  coalesce((SELECT sum(paid_fen + bonus_fen) FROM value_holds WHERE merchant_id = %(merchant_id)s
    AND member_id = %(member_id)s AND state = 'held'), 0)::bigint,
  coalesce((SELECT sum(paid_fen + bonus_fen) FROM value_credits WHERE merchant_id = %(merchant_id)s
    AND member_id = %(member_id)s AND state = 'parked'), 0)::bigint
"""

# One line an entry. An order's line also says who spent it: a member of the family, perhaps.
HISTORY = """
SELECT e.id, e.posted_at, e.cause,
  coalesce(sum(p.amount * CASE WHEN p.destination_id = a.id THEN 1 ELSE -1 END)
    FILTER (WHERE a.kind = 'value_paid'), 0)::bigint,
  coalesce(sum(p.amount * CASE WHEN p.destination_id = a.id THEN 1 ELSE -1 END)
    FILTER (WHERE a.kind = 'value_bonus'), 0)::bigint,
  (SELECT o.number FROM value_lot_moves m
   JOIN orders o ON o.merchant_id = m.merchant_id AND o.id = m.order_id
   WHERE m.merchant_id = e.merchant_id AND m.entry_id = e.id LIMIT 1)
FROM ledger_accounts a
JOIN ledger_postings p ON p.merchant_id = a.merchant_id
  AND (p.source_id = a.id OR p.destination_id = a.id)
JOIN ledger_entries e ON e.merchant_id = p.merchant_id AND e.id = p.entry_id
WHERE a.merchant_id = %(merchant_id)s AND a.owner = %(member_id)s
  AND a.kind IN ('value_paid', 'value_bonus')
  AND e.id < coalesce(%(after)s::bigint, 9223372036854775807)
GROUP BY e.merchant_id, e.id ORDER BY e.id DESC LIMIT %(limit)s
"""

CREDITS = """
SELECT c.id, c.kind, c.state, c.reference, c.paid_fen, c.bonus_fen, c.usage_order, c.made_at,
  coalesce(sum(l.remaining_fen) FILTER (WHERE l.kind = 'paid'), 0)::bigint,
  coalesce(sum(l.remaining_fen) FILTER (WHERE l.kind = 'bonus'), 0)::bigint
FROM value_credits c
LEFT JOIN value_lots l ON l.merchant_id = c.merchant_id AND l.credit_id = c.id
WHERE c.merchant_id = %(merchant_id)s AND c.member_id = %(member_id)s
  AND c.id < coalesce(%(after)s::bigint, 9223372036854775807)
GROUP BY c.merchant_id, c.id ORDER BY c.id DESC LIMIT %(limit)s
"""

RECEIPT = """
SELECT h.state, h.paid_fen, h.bonus_fen, h.returned_fen, h.held_at, h.member_id, h.spender_id
FROM value_holds h JOIN orders o ON o.merchant_id = h.merchant_id AND o.id = h.order_id
WHERE h.merchant_id = %(merchant_id)s AND o.number = %(order_number)s
"""

RECEIPT_LOTS = """
SELECT c.kind, c.reference, c.made_at, c.usage_order,
  coalesce(-sum(m.change_fen) FILTER (WHERE l.kind = 'paid'), 0)::bigint,
  coalesce(-sum(m.change_fen) FILTER (WHERE l.kind = 'bonus'), 0)::bigint
FROM orders o
JOIN value_lot_moves m ON m.merchant_id = o.merchant_id AND m.order_id = o.id
JOIN value_lots l ON l.merchant_id = m.merchant_id AND l.id = m.lot_id
JOIN value_credits c ON c.merchant_id = l.merchant_id AND c.id = l.credit_id
WHERE o.merchant_id = %(merchant_id)s AND o.number = %(order_number)s AND m.kind = 'hold'
GROUP BY c.id, c.kind, c.reference, c.made_at, c.usage_order ORDER BY c.id
"""

# What a spender took of an owner's value in a span of time and did not bring back.
SPENT_BY = """
SELECT coalesce(sum(paid_fen + bonus_fen - returned_fen), 0)::bigint FROM value_holds
WHERE merchant_id = %(merchant_id)s AND spender_id = ANY(%(spender_ids)s)
  AND member_id = ANY(%(owner_ids)s) AND member_id <> spender_id AND state <> 'released'
  AND held_at >= %(since)s AND held_at < %(until)s
"""

# What an owner's family took of his value in a span of time and did not bring back.
SPENT_FROM = """
SELECT coalesce(sum(paid_fen + bonus_fen - returned_fen), 0)::bigint FROM value_holds
WHERE merchant_id = %(merchant_id)s AND member_id = ANY(%(owner_ids)s)
  AND spender_id <> ALL(%(owner_ids)s) AND state <> 'released'
  AND held_at >= %(since)s AND held_at < %(until)s
"""

# What is told to the holder: whose it is, which one it was, paid and bonus fen, when.
CREDIT_NEWS = """
SELECT member_id, split_part(reference, ':', 2), paid_fen, bonus_fen, made_at FROM value_credits
WHERE merchant_id = %(merchant_id)s AND id = %(id)s
"""

SPENT_NEWS = """
SELECT h.member_id, o.number, h.paid_fen, h.bonus_fen, h.held_at
FROM value_holds h JOIN orders o ON o.merchant_id = h.merchant_id AND o.id = h.order_id
WHERE h.merchant_id = %(merchant_id)s AND h.order_id = %(id)s AND h.state = 'captured'
"""

ADJUSTMENT_NEWS = """
SELECT member_id, reason, CASE kind WHEN 'paid' THEN change_fen ELSE 0 END,
  CASE kind WHEN 'paid' THEN 0 ELSE change_fen END, decided_at
FROM value_adjustments
WHERE merchant_id = %(merchant_id)s AND id = %(id)s AND state = 'approved'
"""

CUSTODY = """
SELECT
  coalesce(sum(balance) FILTER (WHERE kind = 'value_paid'), 0)::bigint,
  coalesce(sum(balance) FILTER (WHERE kind = 'value_bonus'), 0)::bigint,
  (SELECT coalesce(sum(paid_fen + bonus_fen), 0)::bigint FROM value_holds
   WHERE merchant_id = %(merchant_id)s AND state = 'held'),
  (SELECT coalesce(sum(paid_fen), 0)::bigint FROM gift_cards
   WHERE merchant_id = %(merchant_id)s AND state = 'sold'),
  (SELECT coalesce(sum(paid_fen), 0)::bigint FROM value_credits
   WHERE merchant_id = %(merchant_id)s AND state = 'parked'),
  count(*) FILTER (WHERE balance > 0)
FROM ledger_accounts WHERE merchant_id = %(merchant_id)s AND kind IN ('value_paid', 'value_bonus')
"""

# Joining two people

TAKE_OVER_CREDITS = """
UPDATE value_credits SET member_id = %(winner_id)s
WHERE merchant_id = %(merchant_id)s AND member_id = %(loser_id)s
"""

TAKE_OVER_CARDS = """
UPDATE gift_cards SET buyer_id = %(winner_id)s
WHERE merchant_id = %(merchant_id)s AND buyer_id = %(loser_id)s
"""
