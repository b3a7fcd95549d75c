"""The SQL of the rows behind the numbers, page by page, without ever counting them."""

# Sold vouchers that nobody has used, the latest first, by their key. Whether others of the same
# card were used is counted and not asked by EXISTS, which would be prepared for every card at once.
_LATEST = """
SELECT v.id, v.number, v.revision_id, v.holder_id, v.allocated_fen, v.issued_at, v.valid_until,
  f.cause
FROM vouchers v
JOIN cards c ON c.merchant_id = v.merchant_id AND c.id = v.card_id
CROSS JOIN LATERAL (SELECT CASE
  WHEN v.state = 'expired' THEN 'expired'
  WHEN v.state = 'issuing' THEN 'no_code'
  WHEN v.state = 'frozen' THEN 'frozen'
  WHEN v.state = 'locked' THEN 'locked'
  WHEN v.state = 'held' THEN 'given'
  WHEN v.valid_from > %(at)s THEN 'not_yet'
  WHEN v.valid_until <= %(at)s + interval '7 days' THEN 'ending'
  WHEN v.holder_id <> v.buyer_id THEN 'passed_on'
  WHEN (SELECT count(*) FROM (SELECT FROM vouchers u WHERE u.merchant_id = v.merchant_id
      AND u.card_id = v.card_id AND u.state = 'redeemed' LIMIT 1) used) > 0
    THEN 'partly'
  ELSE 'not_come' END AS cause) f
WHERE v.merchant_id = %(merchant_id)s AND v.allocated_fen > 0 AND c.order_id IS NOT NULL
  AND v.state IN ('issuing', 'active', 'held', 'frozen', 'locked', 'expired')
  AND v.issued_at < %(sold_before)s
  AND v.id < coalesce(%(after)s::bigint, 9223372036854775807)
ORDER BY v.id DESC LIMIT %(limit)s
"""
# What a page says of them. Whose they are is asked for those on the page alone.
_TOLD = """
SELECT v.id, v.number, b.name, coalesce(h.nickname, ''), h.number, v.allocated_fen, v.issued_at,
  v.valid_until, v.cause
FROM ({those}) v
JOIN benefit_revisions b ON b.merchant_id = %(merchant_id)s AND b.id = v.revision_id
JOIN members h ON h.merchant_id = %(merchant_id)s AND h.id = v.holder_id
ORDER BY v.id DESC
"""
UNUSED = _TOLD.format(those=_LATEST)
# Of one cause there may be few: so many are looked through for a page, however long that leaves it.
UNUSED_OF = _TOLD.format(
    those=f"""SELECT * FROM ({_LATEST}) each
WHERE cause = %(cause)s ORDER BY id DESC LIMIT %(most)s"""  # noqa: S608 - only words of this file
)
LOOKED_THROUGH = f"""
SELECT min(id), count(*) FROM ({_LATEST}) each HAVING count(*) > 0
"""  # noqa: S608 - only words of this file
# Why the latest of them lie: a sample of bounded size, so that it costs the same in any shop.
CAUSES = f"""
SELECT cause, count(*), sum(allocated_fen)::bigint FROM ({_LATEST}) each GROUP BY cause
"""  # noqa: S608 - only words of this file

REDEEMED = """
SELECT r.id, r.redeemed_at, s.name, v.number, b.name, m.number, coalesce(m.nickname, ''),
  r.value_fen, r.points, r.reversed_at
FROM stores s
CROSS JOIN LATERAL (
  SELECT * FROM redemptions d
  WHERE d.merchant_id = %(merchant_id)s AND d.acceptor_merchant_id = %(merchant_id)s
    AND d.store_id = s.id AND d.redeemed_at >= %(starts_at)s AND d.redeemed_at < %(ends_at)s
    AND (d.redeemed_at, d.id)
      < (coalesce(%(after_time)s::timestamptz, 'infinity'), coalesce(%(after_id)s::bigint, 0))
  ORDER BY d.redeemed_at DESC, d.id DESC LIMIT %(limit)s
) r
JOIN vouchers v ON v.merchant_id = r.merchant_id AND v.id = r.voucher_id
JOIN benefit_revisions b ON b.merchant_id = v.merchant_id AND b.id = v.revision_id
JOIN members m ON m.merchant_id = r.merchant_id AND m.id = r.member_id
WHERE s.merchant_id = %(merchant_id)s AND (%(store_id)s::bigint IS NULL OR s.id = %(store_id)s)
ORDER BY r.redeemed_at DESC, r.id DESC LIMIT %(limit)s
"""
