"""The shifts' SQL.

A redemption belongs to the shift whose closing wrote it down, not to one whose hours it falls in:
what is committed late, or is uploaded hours after its scan, is in the next shift, and nothing is
in two or in none. Its reversal is written down in the same way.
"""

LAST = """
SELECT ends_at FROM shift_closings
WHERE merchant_id = %(merchant_id)s AND staff_id = %(staff_id)s AND store_id = %(store_id)s
ORDER BY starts_at DESC LIMIT 1
"""

# What no closing has written down yet. `undone`: an earlier shift counted it as redeemed.
_OPEN = """
SELECT r.id, r.voucher_id, r.value_fen, r.points, r.reversed_at IS NOT NULL AS is_reversed,
  c.redemption_id IS NOT NULL AS is_undone
FROM redemptions r
LEFT JOIN shift_entries c ON c.merchant_id = r.merchant_id AND c.redemption_id = r.id
  AND NOT c.is_reversal
LEFT JOIN shift_entries u ON u.merchant_id = r.merchant_id AND u.redemption_id = r.id
  AND u.is_reversal
WHERE r.merchant_id = %(merchant_id)s AND r.acceptor_merchant_id = %(merchant_id)s
  AND r.store_id = %(store_id)s AND r.actor = %(actor)s AND r.redeemed_at >= %(since)s
  AND (c.redemption_id IS NULL OR r.reversed_at IS NOT NULL AND u.redemption_id IS NULL)
"""
_SUMS = """
count(*) FILTER (WHERE NOT is_reversed) AS redeemed,
  count(*) FILTER (WHERE is_reversed AND NOT is_undone) AS reversed,
  coalesce(sum(value_fen) FILTER (WHERE NOT is_reversed), 0)::bigint AS value_fen,
  coalesce(sum(points) FILTER (WHERE NOT is_reversed), 0)::bigint AS points,
  count(*) FILTER (WHERE is_undone) AS undone,
  coalesce(sum(value_fen) FILTER (WHERE is_undone), 0)::bigint AS undone_fen,
  coalesce(sum(points) FILTER (WHERE is_undone), 0)::bigint AS undone_points
"""
LINES = f"""
SELECT {_SUMS}, b.name
FROM ({_OPEN}) o
JOIN vouchers v ON v.merchant_id = %(merchant_id)s AND v.id = o.voucher_id
JOIN benefit_revisions b ON b.merchant_id = v.merchant_id AND b.id = v.revision_id
GROUP BY b.name ORDER BY 1 DESC, b.name
"""  # noqa: S608 - only words of this file

# One statement, so that what is summed is what is written down. Two closings of one shift meet at
# the unique key of its beginning, and the later one writes nothing; two of different beginnings
# meet at the entries, and the later one has fewer of them than it counted.
CLOSE = f"""
WITH open AS MATERIALIZED ({_OPEN}), closing AS (
  INSERT INTO shift_closings (merchant_id, staff_id, store_id, starts_at, ends_at, redeemed,
    reversed, value_fen, points, undone, undone_fen, undone_points, counted, note)
  SELECT %(merchant_id)s, %(staff_id)s, %(store_id)s, %(starts_at)s, %(ends_at)s, s.*,
    %(counted)s, %(note)s
  FROM (SELECT {_SUMS} FROM open HAVING count(*) > 0) s
  ON CONFLICT DO NOTHING
  RETURNING id, redeemed, reversed, value_fen, points, undone, undone_fen, undone_points
), entries AS (
  SELECT open.id AS redemption_id, kind.is_reversal
  FROM open CROSS JOIN (VALUES (false), (true)) AS kind (is_reversal)
  WHERE CASE WHEN kind.is_reversal THEN open.is_reversed ELSE NOT open.is_undone END
), kept AS (
  INSERT INTO shift_entries (merchant_id, redemption_id, is_reversal, closing_id)
  SELECT %(merchant_id)s, entries.redemption_id, entries.is_reversal, closing.id
  FROM entries, closing
  ON CONFLICT DO NOTHING RETURNING 1
)
SELECT redeemed, reversed, value_fen, points, undone, undone_fen, undone_points
FROM closing WHERE (SELECT count(*) FROM kept) = (SELECT count(*) FROM entries)
"""  # noqa: S608 - only words of this file

CLOSINGS = """
SELECT c.redeemed, c.reversed, c.value_fen, c.points, c.undone, c.undone_fen, c.undone_points,
  c.id, t.name, s.name, c.starts_at, c.ends_at, c.counted, c.note
FROM shift_closings c
JOIN staff t ON t.merchant_id = c.merchant_id AND t.id = c.staff_id
JOIN stores s ON s.merchant_id = c.merchant_id AND s.id = c.store_id
WHERE c.merchant_id = %(merchant_id)s
  AND (%(staff_id)s::bigint IS NULL OR c.staff_id = %(staff_id)s)
  AND c.id < coalesce(%(after)s::bigint, 9223372036854775807)
ORDER BY c.id DESC LIMIT %(limit)s
"""
