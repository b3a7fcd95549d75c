"""The promotions' SQL."""

# Live campaigns of these offers. One that is open counts before one that is to come.
WINDOW_OF_OFFER = """
SELECT p.opens_at, p.closes_at FROM promotion_offers o
JOIN promotions p ON p.merchant_id = %(merchant_id)s AND p.id = o.promotion_id
WHERE o.merchant_id = %(merchant_id)s AND o.offer_id = %(offer_id)s
  AND p.state = 'published' AND p.closes_at > %(at)s
ORDER BY p.opens_at, p.id LIMIT 1
"""

DOORS = """
SELECT o.offer_id, p.opens_at, p.closes_at, p.terms -> 'audience' FROM promotion_offers o
JOIN promotions p ON p.merchant_id = %(merchant_id)s AND p.id = o.promotion_id
WHERE o.merchant_id = %(merchant_id)s AND p.state = 'published'
ORDER BY o.offer_id, p.opens_at, p.id
"""

SOLD_BY = """
SELECT f.id, f.number, f.state FROM promotion_offers o
JOIN offers f ON f.merchant_id = %(merchant_id)s AND f.id = o.offer_id
WHERE o.merchant_id = %(merchant_id)s AND o.promotion_id = ANY(%(ids)s::bigint[])
GROUP BY f.merchant_id, f.id ORDER BY f.id
"""

OFFERS = """
SELECT id, number, kind, coalesce((terms ->> 'bonus_fen')::bigint, 0),
  (terms ->> 'bonus_cap_fen')::bigint
FROM offers WHERE merchant_id = %(merchant_id)s AND number = ANY(%(numbers)s::text[])
"""

# The newest published wording of each benefit; no wording leaves its id empty.
BENEFITS = """
SELECT b.number, b.name, r.id FROM benefits b
LEFT JOIN LATERAL (
  SELECT id FROM benefit_revisions
  WHERE merchant_id = %(merchant_id)s AND benefit_id = b.id AND published_at IS NOT NULL
  ORDER BY revision DESC LIMIT 1) r ON true
WHERE b.merchant_id = %(merchant_id)s AND b.number = ANY(%(numbers)s::text[])
"""

SELL = """
INSERT INTO promotion_offers (merchant_id, promotion_id, offer_id)
SELECT %(merchant_id)s, %(promotion_id)s, unnest(%(offer_ids)s::bigint[])
"""

# What is due at an instant, for every merchant: the sweeps look here without locks.

TURNS_DUE = """
SELECT merchant_id, id FROM promotions
WHERE state = 'published' AND closes_at <= %(at)s
ORDER BY closes_at, merchant_id, id LIMIT %(limit)s
"""

GIVING = """
SELECT merchant_id, id, terms -> 'audience' FROM promotions
WHERE state = 'published' AND kind = 'grant' AND opens_at <= %(at)s AND closes_at > %(at)s
  AND given_vouchers < most_vouchers
ORDER BY merchant_id, id
"""

# The next members of an audience who were not given yet.

_HERE = "m.merchant_id = %(merchant_id)s AND m.state = 'active' AND m.merged_into IS NULL"
_NOT_YET = """NOT EXISTS (SELECT FROM promotion_grants g WHERE g.merchant_id = %(merchant_id)s
    AND g.promotion_id = %(promotion_id)s AND g.member_id = m.id)"""

EVERYBODY_DUE = f"""
SELECT m.id FROM members m
WHERE {_HERE} AND m.id > %(after)s AND {_NOT_YET}
ORDER BY m.id LIMIT %(limit)s
"""  # noqa: S608 - composed of our own words

TAGGED_DUE = f"""
SELECT m.id FROM members m
WHERE {_HERE} AND m.id > %(after)s AND {_NOT_YET} AND EXISTS (
  SELECT FROM member_tags t WHERE t.merchant_id = %(merchant_id)s AND t.member_id = m.id
    AND t.tag = ANY(%(tags)s::text[]))
ORDER BY m.id LIMIT %(limit)s
"""  # noqa: S608 - composed of our own words

NOT_GIVEN = f"""
SELECT m.id FROM members m
WHERE {_HERE} AND m.id = ANY(%(ids)s::bigint[]) AND {_NOT_YET}
ORDER BY m.id
"""  # noqa: S608 - composed of our own words

# Giving

GRANT = """
INSERT INTO promotion_grants
  (merchant_id, promotion_id, member_id, card_number, vouchers, cost_fen, at)
VALUES (%(merchant_id)s, %(promotion_id)s, %(member_id)s, %(card_number)s, %(vouchers)s,
  %(cost_fen)s, %(at)s)
ON CONFLICT DO NOTHING
"""

TAKE_BUDGET = """
UPDATE promotions
SET given_vouchers = given_vouchers + %(vouchers)s, spent_fen = spent_fen + %(cost_fen)s
WHERE merchant_id = %(merchant_id)s AND id = %(promotion_id)s
  AND state = 'published' AND opens_at <= %(at)s AND closes_at > %(at)s
  AND given_vouchers + %(vouchers)s <= most_vouchers
  AND (most_fen IS NULL OR spent_fen + %(cost_fen)s <= most_fen)
"""

TAKE_GRANT_BACK = """
DELETE FROM promotion_grants
WHERE merchant_id = %(merchant_id)s AND promotion_id = %(promotion_id)s
  AND member_id = %(member_id)s
"""

GIVEN_TO = """
SELECT promotion_id FROM promotion_grants
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s
"""

# Tags

TAG = """
INSERT INTO member_tags (merchant_id, member_id, tag, at)
VALUES (%(merchant_id)s, %(member_id)s, %(tag)s, %(at)s)
ON CONFLICT DO NOTHING
"""

UNTAG = """
DELETE FROM member_tags
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s AND tag = %(tag)s
"""

TAGS_OF = """
SELECT tag FROM member_tags
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s ORDER BY tag
"""

# From each word straight to the next one: a shop has few words, and may have many members.
LIST_TAGS = """
WITH RECURSIVE words AS (
  (SELECT tag FROM member_tags WHERE merchant_id = %(merchant_id)s ORDER BY tag LIMIT 1)
  UNION ALL
  SELECT (SELECT t.tag FROM member_tags t
    WHERE t.merchant_id = %(merchant_id)s AND t.tag > words.tag ORDER BY t.tag LIMIT 1)
  FROM words WHERE words.tag IS NOT NULL
)
SELECT tag FROM words WHERE tag IS NOT NULL LIMIT %(rows)s
"""

FORGET_TAGS = """
DELETE FROM member_tags
WHERE merchant_id = %(merchant_id)s AND member_id = ANY(%(member_ids)s::bigint[])
"""

# Joining: what both have stays with the one who loses, and counts no more.

TAKE_OVER_TAGS = """
WITH his AS (
  DELETE FROM member_tags
  WHERE merchant_id = %(merchant_id)s AND member_id = %(loser_id)s RETURNING tag, at)
INSERT INTO member_tags (merchant_id, member_id, tag, at)
SELECT %(merchant_id)s, %(winner_id)s, tag, at FROM his ORDER BY tag
ON CONFLICT DO NOTHING
"""

TAKE_OVER_GRANTS = """
UPDATE promotion_grants g SET member_id = %(winner_id)s
WHERE g.merchant_id = %(merchant_id)s AND g.member_id = %(loser_id)s AND NOT EXISTS (
  SELECT FROM promotion_grants w WHERE w.merchant_id = %(merchant_id)s
    AND w.promotion_id = g.promotion_id AND w.member_id = %(winner_id)s)
"""
