"""The catalogue's own SQL. Each statement names the merchant for every table it touches."""

FOR_SALE = """
SELECT o.id, o.number, o.title, o.state, o.price_fen, o.per_member_limit,
  o.sale_starts_at, o.sale_ends_at,
  EXISTS (SELECT FROM offer_stock s
          WHERE s.merchant_id = %(merchant_id)s AND s.offer_id = o.id),
  o.goods_kind,
  (SELECT coalesce(json_agg(json_build_object(
      'benefit_id', i.benefit_id, 'revision_id', r.id,
      'quantity', i.quantity, 'market_value_fen', r.market_value_fen)
      ORDER BY i.position, i.id), '[]')
   FROM offer_items i
   CROSS JOIN LATERAL (
     SELECT id, market_value_fen FROM benefit_revisions
     WHERE merchant_id = %(merchant_id)s AND benefit_id = i.benefit_id
       AND published_at IS NOT NULL
     ORDER BY revision DESC LIMIT 1) r
   WHERE i.merchant_id = %(merchant_id)s AND i.offer_id = o.id),
  o.kind, o.terms, o.refund_policy, o.xmin::text
FROM offers o
WHERE o.merchant_id = %(merchant_id)s AND o.number = %(number)s
"""

# Whoever sells an offer and whoever changes it: many may sell at once, and who changes waits for
# those who began before him and goes before those who come after. A queue of its own, since locks
# on the row itself have none: sellers who overlap would keep the emergency stop waiting for ever.
_DOOR = "hashtextextended('offer:' || {offer}, 0)"
HOLD = f"SELECT pg_advisory_xact_lock({_DOOR.format(offer='%(offer_id)s')})"
SELLING = f"pg_advisory_xact_lock_shared({_DOOR.format(offer='%(offer_id)s')}) IS NOT NULL"

# The offer, if it is as it was when it was read, for the statement that sells by it. Every change
# is a new version of the row, also of its contents and of whether there is a limit (TOUCH). The lock
# on the row has the newest version looked at, whatever was committed since the statement began.
UNCHANGED = f"""SELECT 1 FROM offers WHERE merchant_id = %(merchant_id)s AND id = %(offer_id)s
    AND {SELLING} AND state = 'on_sale' AND xmin = %(version)s::xid FOR SHARE"""  # noqa: S608 - our own words

TOUCH = """
UPDATE offers SET state = state WHERE merchant_id = %(merchant_id)s AND id = %(offer_id)s
"""

# What customers see, and what the shop sees of a draft: there a wording not published yet counts
# where no other is there.
PUBLISHED = "published_at IS NOT NULL ORDER BY revision DESC LIMIT 1"
ALSO_DRAFTS = "true ORDER BY (published_at IS NOT NULL) DESC, revision DESC LIMIT 1"

# The wording of everything in an offer; no wording leaves its columns empty.
_ITEMS = """
SELECT i.benefit_id, b.number, i.quantity, coalesce(r.name, b.name), r.kind, r.market_value_fen,
  r.face, r.conditions, r.hand_over
FROM offer_items i
JOIN benefits b ON b.merchant_id = %(merchant_id)s AND b.id = i.benefit_id
LEFT JOIN LATERAL (
  SELECT * FROM benefit_revisions
  WHERE merchant_id = %(merchant_id)s AND benefit_id = i.benefit_id
    AND {wording}) r ON true
WHERE i.merchant_id = %(merchant_id)s AND i.offer_id = %(offer_id)s
ORDER BY i.position, i.id
"""

# As _ITEMS, for benefits that an offer's terms name.
_NAMED = """
SELECT b.id, b.number, n.quantity, coalesce(r.name, b.name), r.kind, r.market_value_fen,
  r.face, r.conditions, r.hand_over
FROM unnest(%(ids)s::bigint[], %(quantities)s::bigint[]) WITH ORDINALITY AS n (id, quantity, nth)
JOIN benefits b ON b.merchant_id = %(merchant_id)s AND b.id = n.id
LEFT JOIN LATERAL (
  SELECT * FROM benefit_revisions
  WHERE merchant_id = %(merchant_id)s AND benefit_id = b.id AND {wording}) r ON true
ORDER BY n.nth
"""

ITEMS, DRAFT_ITEMS = (_ITEMS.format(wording=each) for each in (PUBLISHED, ALSO_DRAFTS))
NAMED, DRAFT_NAMED = (_NAMED.format(wording=each) for each in (PUBLISHED, ALSO_DRAFTS))

# What one piece of an offer is worth: money that it brings, its vouchers, and what its terms send.
_VALUE = """CASE o.kind
    WHEN 'topup' THEN o.price_fen + (o.terms ->> 'bonus_fen')::bigint
    WHEN 'gift_card' THEN o.price_fen
    ELSE 0 END
  + (SELECT coalesce(sum(i.quantity * r.market_value_fen), 0)::bigint
   FROM (
     SELECT benefit_id, quantity FROM offer_items
     WHERE merchant_id = %(merchant_id)s AND offer_id = o.id
     UNION ALL
     SELECT (item -> 'benefit_ids' ->> 0)::bigint,
       (item ->> 'quantity')::bigint * (o.terms ->> 'periods')::bigint
     FROM jsonb_array_elements(o.terms -> 'items') AS item) i
   CROSS JOIN LATERAL (
     SELECT market_value_fen FROM benefit_revisions
     WHERE merchant_id = %(merchant_id)s AND benefit_id = i.benefit_id
       AND {wording}) r)"""

SHELF = f"""
SELECT o.id, o.number, o.kind, o.title, o.description, o.cover, o.category_id, o.goods_kind,
  o.price_fen,
  {_VALUE.format(wording=PUBLISHED)},
  o.sale_starts_at, o.sale_ends_at,
  (SELECT sum(s.quota - s.taken)::bigint FROM offer_stock s
   WHERE s.merchant_id = %(merchant_id)s AND s.offer_id = o.id),
  coalesce(o.sale_starts_at > %(at)s, false), o.terms
FROM offers o
WHERE o.merchant_id = %(merchant_id)s AND o.state = 'on_sale'
  AND (o.sale_starts_at IS NULL OR o.sale_starts_at <= %(soon)s)
  AND (o.sale_ends_at IS NULL OR o.sale_ends_at > %(at)s)
  AND (%(category_id)s::bigint IS NULL OR o.category_id = %(category_id)s::bigint)
  AND (%(like)s::text IS NULL
       OR normalize(o.title, NFKC) ILIKE %(like)s::text
       OR normalize(o.description, NFKC) ILIKE %(like)s::text)
  AND o.id < coalesce(%(after)s::bigint, 9223372036854775807)
ORDER BY o.id DESC LIMIT %(rows)s
"""  # noqa: S608 - a constant of our own

REMAINING = """
SELECT sum(quota - taken)::bigint FROM offer_stock
WHERE merchant_id = %(merchant_id)s AND offer_id = %(offer_id)s
"""

# Pieces return to the slots that gave some away, the first slots first.
PUT_BACK = """
WITH held AS (
  SELECT slot, taken FROM offer_stock
  WHERE merchant_id = %(merchant_id)s AND offer_id = %(offer_id)s AND taken > 0
  ORDER BY slot FOR UPDATE
), running AS (
  SELECT slot, taken, sum(taken) OVER (ORDER BY slot) - taken AS before FROM held
), shares AS (
  SELECT slot, least(taken, %(quantity)s - before) AS back FROM running
  WHERE before < %(quantity)s
), returned AS (
  UPDATE offer_stock s SET taken = s.taken - shares.back FROM shares
  WHERE s.merchant_id = %(merchant_id)s AND s.offer_id = %(offer_id)s AND s.slot = shares.slot
  RETURNING shares.back
)
SELECT coalesce(sum(back), 0)::bigint FROM returned
"""

PUT_BACK_TAKER = """
UPDATE offer_takers SET taken = taken - %(quantity)s
WHERE merchant_id = %(merchant_id)s AND offer_id = %(offer_id)s AND member_id = %(member_id)s
"""

REVISIONS = """
SELECT id, benefit_id, revision, kind, name, market_value_fen, cost_fen, face, conditions,
  hand_over
FROM benefit_revisions
WHERE merchant_id = %(merchant_id)s AND id = ANY(%(ids)s::bigint[]) AND published_at IS NOT NULL
"""

BENEFITS = """
SELECT b.id, b.number, r.name, r.kind, r.face, r.market_value_fen, r.revision, r.published_at,
  r.revision > 1 AND r.published_at IS NULL
FROM benefits b
CROSS JOIN LATERAL (
  SELECT * FROM benefit_revisions
  WHERE merchant_id = %(merchant_id)s AND benefit_id = b.id
  ORDER BY revision DESC LIMIT 1) r
WHERE b.merchant_id = %(merchant_id)s
  AND (%(like)s::text IS NULL OR normalize(r.name, NFKC) ILIKE %(like)s::text)
  AND b.id < coalesce(%(after)s::bigint, 9223372036854775807)
ORDER BY b.id DESC LIMIT %(rows)s
"""

# What an offer can be made of; the oldest first, as people remember them.
CHOICES = f"""
SELECT b.id, b.number, r.name, r.kind, r.market_value_fen, r.published_at IS NOT NULL
FROM benefits b
CROSS JOIN LATERAL (
  SELECT * FROM benefit_revisions
  WHERE merchant_id = %(merchant_id)s AND benefit_id = b.id
    AND {ALSO_DRAFTS}) r
WHERE b.merchant_id = %(merchant_id)s
ORDER BY b.id LIMIT %(rows)s
"""  # noqa: S608 - a constant of our own

OFFERS_WITH = """
SELECT o.number, o.title, o.state FROM offer_items i
JOIN offers o ON o.merchant_id = %(merchant_id)s AND o.id = i.offer_id
WHERE i.merchant_id = %(merchant_id)s AND i.benefit_id = %(benefit_id)s
ORDER BY o.id DESC LIMIT %(rows)s
"""

ALL_OFFERS = f"""
SELECT o.id, o.number, o.kind, o.state, o.title, o.cover, o.price_fen, {_VALUE.format(wording=ALSO_DRAFTS)},
  o.sale_starts_at, o.sale_ends_at, s.quota, s.taken
FROM offers o
LEFT JOIN LATERAL (
  SELECT sum(quota)::bigint AS quota, sum(taken)::bigint AS taken FROM offer_stock
  WHERE merchant_id = %(merchant_id)s AND offer_id = o.id) s ON true
WHERE o.merchant_id = %(merchant_id)s
  AND (%(state)s::text IS NULL OR o.state = %(state)s::text)
  AND (%(like)s::text IS NULL OR normalize(o.title, NFKC) ILIKE %(like)s::text)
  AND o.id < coalesce(%(after)s::bigint, 9223372036854775807)
ORDER BY o.id DESC LIMIT %(rows)s
"""  # noqa: S608 - a constant of our own

OFFER_CHOICES = """
SELECT number, title, kind, state, price_fen FROM offers
WHERE merchant_id = %(merchant_id)s AND (%(kind)s::text IS NULL OR kind = %(kind)s::text)
ORDER BY id DESC LIMIT %(rows)s
"""

STOCK = """
SELECT sum(quota)::bigint, sum(taken)::bigint FROM offer_stock
WHERE merchant_id = %(merchant_id)s AND offer_id = %(offer_id)s
"""
