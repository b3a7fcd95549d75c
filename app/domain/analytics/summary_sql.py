"""The SQL that reads added-up days: one row per day, per slice, or per month and state."""

BY_DAY = """
SELECT figure, day, sum(count)::bigint, sum(amount)::bigint FROM day_figures
WHERE merchant_id = %(merchant_id)s AND figure = ANY(%(figures)s::text[])
  AND day >= %(since)s AND day <= %(until)s GROUP BY figure, day
"""
BY_SLICE = """
SELECT figure, slice, sum(count)::bigint, sum(amount)::bigint FROM day_figures
WHERE merchant_id = %(merchant_id)s AND figure = ANY(%(figures)s::text[])
  AND day >= %(since)s AND day <= %(until)s GROUP BY figure, slice
"""
BY_MONTH = """
SELECT figure, to_char(day, 'YYYY-MM'), sum(count)::bigint, sum(amount)::bigint FROM day_figures
WHERE merchant_id = %(merchant_id)s AND figure = ANY(%(figures)s::text[])
  AND day >= %(since)s AND day <= %(until)s AND slice = %(slice)s GROUP BY figure, 2
"""
BEGAN = """
SELECT (created_at AT TIME ZONE zone)::date FROM merchants WHERE id = %(merchant_id)s
"""
