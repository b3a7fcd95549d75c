"""SQL of the card bag. Every statement names its merchant, but the sweeps, which say so."""

from app.domain.vouchers import HOLDER_VERSION

CARD_COLUMNS = """c.id, c.template_id, c.voucher_id, c.member_id, c.offered_to, c.capability,
  c.platform_id, c.reference, c.own_code, c.code, c.next_code, c.openid, c.wanted, c.seen, c.request_number, c.told_points,
  c.activated_at, c.tries, c.closed_at"""

GET_CARD = f"""
SELECT {CARD_COLUMNS} FROM bag_cards c
WHERE c.merchant_id = %(merchant_id)s AND c.id = %(bag_card_id)s
"""  # noqa: S608 - the columns are a constant

LOCK_CARD = GET_CARD + " FOR NO KEY UPDATE"

FIND_OPEN_VOUCHER = f"""
SELECT {CARD_COLUMNS} FROM bag_cards c
WHERE c.merchant_id = %(merchant_id)s AND c.voucher_id = %(voucher_id)s AND c.closed_at IS NULL
"""  # noqa: S608

FIND_OPEN_MEMBERSHIP = f"""
SELECT {CARD_COLUMNS} FROM bag_cards c
WHERE c.merchant_id = %(merchant_id)s AND c.template_id = %(template_id)s
  AND c.member_id = %(member_id)s AND c.voucher_id IS NULL AND c.closed_at IS NULL
"""  # noqa: S608

# The newest card of a voucher: a use that was undone may have closed it.
LAST_OF_VOUCHER = """
SELECT c.id FROM bag_cards c
WHERE c.merchant_id = %(merchant_id)s AND c.voucher_id = %(voucher_id)s ORDER BY c.id DESC LIMIT 1
"""

MEMBERSHIPS = """
SELECT c.id FROM bag_cards c
WHERE c.merchant_id = %(merchant_id)s AND c.member_id = %(member_id)s
  AND c.voucher_id IS NULL AND c.closed_at IS NULL
"""

ADD_CARD = """
INSERT INTO bag_cards (merchant_id, template_id, voucher_id, member_id, offered_to, capability, platform_id,
  reference, own_code, code, wanted, seen, created_at)
VALUES (%(merchant_id)s, %(template_id)s, %(voucher_id)s, %(member_id)s, %(member_id)s,
  %(capability)s, %(platform_id)s, %(reference)s, %(own_code)s, %(own_code)s, 'held', 'offered', %(at)s)
ON CONFLICT DO NOTHING
"""

TEMPLATE_COLUMNS = """t.id, t.platform_id, t.has_own_codes, b.id, b.capability, a.appid,
  b.channel_id, b.secret_sealed"""

TEMPLATE_OF_VOUCHER = f"""
SELECT {TEMPLATE_COLUMNS}
FROM vouchers v
JOIN benefit_revisions r ON r.merchant_id = v.merchant_id AND r.id = v.revision_id
JOIN bag_templates t ON t.merchant_id = r.merchant_id AND t.benefit_id = r.benefit_id
JOIN bags b ON b.merchant_id = t.merchant_id AND b.id = t.bag_id AND b.is_on
JOIN wechat_apps a ON a.merchant_id = b.merchant_id AND a.id = b.app_id
WHERE v.merchant_id = %(merchant_id)s AND v.id = %(voucher_id)s
"""  # noqa: S608

TEMPLATE_OF_MEMBERSHIP = f"""
SELECT {TEMPLATE_COLUMNS}
FROM bag_templates t
JOIN bags b ON b.merchant_id = t.merchant_id AND b.id = t.bag_id AND b.is_on
JOIN wechat_apps a ON a.merchant_id = b.merchant_id AND a.id = b.app_id
WHERE t.merchant_id = %(merchant_id)s AND t.benefit_id IS NULL
"""  # noqa: S608

# Whoever tells or changes something about cards of one template does so one after the other.
LOCK_TEMPLATE = """
SELECT t.id, a.appid, b.capability, b.store_id, b.settings, b.is_on
FROM bag_templates t
JOIN bags b ON b.merchant_id = t.merchant_id AND b.id = t.bag_id
JOIN wechat_apps a ON a.merchant_id = b.merchant_id AND a.id = b.app_id
WHERE t.merchant_id = %(merchant_id)s AND t.platform_id = %(platform_id)s
FOR NO KEY UPDATE OF t
"""

KEEP_FACT = """
INSERT INTO bag_facts (merchant_id, fingerprint, kind, platform_id, code, at, openid, friend,
  unionid, old_code, outer_reference, is_gift, source, location, told_at)
VALUES (%(merchant_id)s, %(fingerprint)s, %(kind)s, %(platform_id)s, %(code)s, %(at)s, %(openid)s,
  %(friend)s, %(unionid)s, %(old_code)s, %(outer)s, %(is_gift)s, %(source)s, %(location)s,
  %(told_at)s)
ON CONFLICT (merchant_id, fingerprint) DO NOTHING
"""

# Every code that a card ever had, from any one of them, and all that was told about those.
FACTS = """
WITH RECURSIVE linked (code) AS (
  SELECT unnest(%(codes)s::text[])
  UNION
  SELECT f.code FROM bag_facts f
  WHERE f.merchant_id = %(merchant_id)s AND f.platform_id = %(platform_id)s
    AND f.outer_reference = ANY(%(references)s::text[])
  UNION
  SELECT CASE WHEN f.code = l.code THEN f.old_code ELSE f.code END
  FROM linked l JOIN bag_facts f ON f.code = l.code OR f.old_code = l.code
  WHERE f.merchant_id = %(merchant_id)s AND f.platform_id = %(platform_id)s
    AND f.old_code IS NOT NULL
)
SELECT f.kind, f.platform_id, f.code, f.at, f.openid, f.friend, f.unionid, f.old_code,
  f.outer_reference, f.is_gift, f.source, f.location
FROM bag_facts f
WHERE f.merchant_id = %(merchant_id)s AND f.platform_id = %(platform_id)s
  AND f.code IN (SELECT code FROM linked)
ORDER BY f.at, f.id
"""

FIND_CARD_OF = f"""
SELECT {CARD_COLUMNS} FROM bag_cards c
WHERE c.merchant_id = %(merchant_id)s AND c.platform_id = %(platform_id)s
  AND (c.reference = ANY(%(references)s::text[]) OR c.own_code = ANY(%(codes)s::text[])
    OR c.code = ANY(%(codes)s::text[]) OR c.next_code = ANY(%(codes)s::text[]))
ORDER BY c.id LIMIT 1 FOR NO KEY UPDATE
"""  # noqa: S608

SEE = """
UPDATE bag_cards SET seen = %(seen)s, seen_at = %(seen_at)s, code = coalesce(%(code)s, code),
  openid = coalesce(%(openid)s, openid),
  closed_at = CASE WHEN %(is_over)s THEN coalesce(closed_at, %(at)s) ELSE closed_at END
WHERE merchant_id = %(merchant_id)s AND id = %(bag_card_id)s
"""

WANT = """
UPDATE bag_cards SET wanted = %(wanted)s, request_number = NULL, acts_at = NULL, tries = 0,
  trouble = NULL
WHERE merchant_id = %(merchant_id)s AND id = %(bag_card_id)s
"""

# A use that was given back: the card stands for its voucher again, unless another does by now.
REOPEN = """
UPDATE bag_cards c SET closed_at = NULL
WHERE c.merchant_id = %(merchant_id)s AND c.id = %(bag_card_id)s AND NOT EXISTS (
  SELECT FROM bag_cards o
  WHERE o.merchant_id = c.merchant_id AND o.voucher_id = c.voucher_id AND o.closed_at IS NULL)
"""

# Offered to somebody who holds it no more, thrown away, or about to be withdrawn: another takes
# its place.
CLOSE_STALE = """
UPDATE bag_cards SET wanted = 'unavailable', request_number = NULL, acts_at = NULL,
  closed_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND voucher_id = %(voucher_id)s AND closed_at IS NULL
  AND (wanted <> 'held' OR member_id <> %(member_id)s OR seen = 'deleted')
RETURNING id
"""

HAND_OVER = """
UPDATE bag_cards SET member_id = %(member_id)s, next_code = coalesce(%(next_code)s, next_code)
WHERE merchant_id = %(merchant_id)s AND id = %(bag_card_id)s
"""

# Whoever takes it has a minute; number and time are kept first and go with every try of the act.
TAKE = """
UPDATE bag_cards SET taken_until = %(until)s, tries = tries + 1,
  acts_at = coalesce(acts_at, %(at)s),
  request_number = coalesce(request_number, %(request_number)s)
WHERE merchant_id = %(merchant_id)s AND id = %(bag_card_id)s
  AND (taken_until IS NULL OR taken_until <= %(at)s)
RETURNING request_number, acts_at, tries
"""

LET_GO = """
UPDATE bag_cards SET taken_until = NULL, trouble = %(trouble)s
WHERE merchant_id = %(merchant_id)s AND id = %(bag_card_id)s
"""

DONE = """
UPDATE bag_cards SET taken_until = NULL, trouble = NULL, tries = 0, request_number = NULL,
  acts_at = NULL, told_points = coalesce(%(told_points)s, told_points),
  activated_at = coalesce(activated_at, %(activated_at)s)
WHERE merchant_id = %(merchant_id)s AND id = %(bag_card_id)s
"""

# Goes through every merchant on purpose: a sweep over cards that our books have left behind.
BEHIND = """
SELECT c.merchant_id, c.id
FROM bag_cards c
JOIN vouchers v ON v.merchant_id = c.merchant_id AND v.id = c.voucher_id
WHERE c.closed_at IS NULL AND (
  c.wanted = 'held' AND (v.state = ANY(%(gone)s) OR v.holder_id <> c.member_id)
  OR c.wanted <> 'held' AND v.state = ANY(%(usable)s) AND v.holder_id = c.member_id
    AND c.seen <> 'consumed')
ORDER BY c.merchant_id, c.id LIMIT %(limit)s
"""

VOUCHER_STANDS = f"""
SELECT v.id, v.number, v.state, v.holder_id, v.holder_version, {HOLDER_VERSION}, v.revision_id,
  v.issued_at, v.valid_until
FROM vouchers v
WHERE v.merchant_id = %(merchant_id)s AND v.id = %(voucher_id)s
"""  # noqa: S608 - joined from our own constants

OF_REDEMPTION = """
SELECT voucher_id, member_id FROM redemptions
WHERE merchant_id = %(merchant_id)s AND number = %(number)s
"""

# A use there that our books could not follow when they heard of it.
USE_REFUSED = """
SELECT c.platform_id FROM bag_cards c
WHERE c.merchant_id = %(merchant_id)s AND c.id = %(bag_card_id)s AND c.seen = 'consumed'
  AND c.wanted = 'held' AND EXISTS (
    SELECT FROM bag_differences d WHERE d.merchant_id = c.merchant_id AND d.bag_card_id = c.id
      AND d.kind = 'use_refused' AND d.mended_at IS NULL)
"""

MEND_USE = """
UPDATE bag_differences SET mended_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND bag_card_id = %(bag_card_id)s AND kind = 'use_refused'
  AND mended_at IS NULL
"""

# By whom a voucher is redeemed now.
LIVE_REDEMPTION = """
SELECT number, actor FROM redemptions
WHERE merchant_id = %(merchant_id)s AND voucher_id = %(voucher_id)s AND reversed_at IS NULL
"""

# Which payment at the platform bought a voucher; none when nothing was paid for it.
PAID_BY = """
SELECT p.transaction_id
FROM vouchers v
JOIN cards c ON c.merchant_id = v.merchant_id AND c.id = v.card_id
JOIN payments p ON p.merchant_id = c.merchant_id AND p.order_id = c.order_id
WHERE v.merchant_id = %(merchant_id)s AND v.id = %(voucher_id)s AND v.allocated_fen > 0
  AND p.state = 'received' AND p.transaction_id IS NOT NULL
ORDER BY p.id LIMIT 1
"""

NOTE_DIFFERENCE = """
INSERT INTO bag_differences (merchant_id, day, kind, platform_id, code, bag_card_id, ours, theirs,
  found_at, mended_at)
VALUES (%(merchant_id)s, %(day)s, %(kind)s, %(platform_id)s, %(code)s, %(bag_card_id)s, %(ours)s,
  %(theirs)s, %(at)s, %(mended_at)s)
ON CONFLICT (merchant_id, day, kind, platform_id, code) DO UPDATE
  SET mended_at = coalesce(bag_differences.mended_at, EXCLUDED.mended_at)
"""

LIST_DIFFERENCES = """
SELECT d.id, d.day, d.kind, d.platform_id, d.code, d.ours, d.theirs, v.number, d.found_at,
  d.mended_at
FROM bag_differences d
LEFT JOIN bag_cards c ON c.merchant_id = d.merchant_id AND c.id = d.bag_card_id
LEFT JOIN vouchers v ON v.merchant_id = c.merchant_id AND v.id = c.voucher_id
WHERE d.merchant_id = %(merchant_id)s AND (d.mended_at IS NULL OR %(with_mended)s)
ORDER BY d.id DESC LIMIT %(limit)s
"""

# Goes through every merchant on purpose: which bags nobody compared since that instant.
BAGS_TO_COMPARE = """
SELECT merchant_id, id FROM bags
WHERE is_on AND (compared_at IS NULL OR compared_at < %(before)s)
ORDER BY merchant_id, id LIMIT %(limit)s
"""

# What is over is looked at for some days more: the other side may not have heard of it.
CARDS_TO_COMPARE = """
SELECT c.id
FROM bag_cards c JOIN bag_templates t ON t.merchant_id = c.merchant_id AND t.id = c.template_id
WHERE c.merchant_id = %(merchant_id)s AND t.bag_id = %(bag_id)s AND c.id > %(after)s
  AND c.code IS NOT NULL
  AND (c.closed_at IS NULL OR c.closed_at >= %(since)s)
ORDER BY c.id LIMIT %(limit)s
"""

# Who holds cards of a bag, by the openid that the platform told, and of which templates.
HOLDERS = """
SELECT DISTINCT t.platform_id, c.openid
FROM bag_cards c JOIN bag_templates t ON t.merchant_id = c.merchant_id AND t.id = c.template_id
WHERE c.merchant_id = %(merchant_id)s AND t.bag_id = %(bag_id)s AND c.openid IS NOT NULL
  AND (c.closed_at IS NULL OR c.closed_at >= %(since)s)
ORDER BY t.platform_id, c.openid
"""

# Of these codes those that no card has or had, and of which nothing was ever told.
UNKNOWN_CODES = """
SELECT code FROM unnest(%(codes)s::text[]) AS there (code)
WHERE NOT EXISTS (
  SELECT FROM bag_cards c
  WHERE c.merchant_id = %(merchant_id)s AND c.platform_id = %(platform_id)s
    AND there.code IN (c.own_code, c.code, c.next_code))
AND NOT EXISTS (
  SELECT FROM bag_facts f JOIN bag_cards c ON c.merchant_id = f.merchant_id
    AND c.platform_id = f.platform_id AND c.reference = f.outer_reference
  WHERE f.merchant_id = %(merchant_id)s AND f.platform_id = %(platform_id)s
    AND f.code = there.code)
ORDER BY code
"""

COMPARED = """
UPDATE bags SET compared_at = %(at)s WHERE merchant_id = %(merchant_id)s AND id = %(bag_id)s
"""

COMPARE_SOON = """
UPDATE bags SET compared_at = NULL WHERE merchant_id = %(merchant_id)s AND is_on
"""
