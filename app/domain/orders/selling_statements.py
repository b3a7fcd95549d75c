"""How many pieces orders hold, and how many went back. Orders are locked before lines and stock."""

# Pieces of a line of which nothing is left. What a piece is made of is in the line's contents; a
# void voucher of the order is one that went back. What friends earned with the order was issued
# under other names. What is more than vouchers goes back with the whole order only.
_GONE = """CASE WHEN l.contents = '[]' OR l.kind IN ('topup', 'membership', 'subscription', 'gift_card')
      THEN CASE WHEN {is_whole} THEN l.quantity ELSE 0 END
      ELSE (SELECT least(min(coalesce(g.gone, 0) / (item ->> 'quantity')::bigint), l.quantity)
        FROM jsonb_array_elements(l.contents) AS item
        LEFT JOIN (
          SELECT r.benefit_id, count(*) AS gone FROM cards c
          JOIN vouchers v ON v.merchant_id = c.merchant_id AND v.card_id = c.id
          JOIN benefit_revisions r ON r.merchant_id = v.merchant_id AND r.id = v.revision_id
          WHERE c.merchant_id = %(merchant_id)s AND c.order_id = o.id AND v.state = 'void'
            AND EXISTS (SELECT FROM voucher_events e WHERE e.merchant_id = %(merchant_id)s
              AND e.voucher_id = v.id AND e.action = 'issue' AND e.reference = o.number)
            AND NOT EXISTS (SELECT FROM assist_tasks t WHERE t.merchant_id = %(merchant_id)s
              AND t.voucher_id = v.id)
          GROUP BY r.benefit_id) g ON g.benefit_id = (item ->> 'benefit_id')::bigint) END"""

LINES_TO_RESTOCK = f"""
WITH lines AS (
  SELECT l.id, l.offer_id, o.member_id, l.from_stock, l.is_counted, l.returned_pieces,
    {_GONE.format(is_whole="%(is_whole)s")} AS gone
  FROM orders o
  JOIN order_lines l ON l.merchant_id = o.merchant_id AND l.order_id = o.id
  JOIN offers f ON f.merchant_id = l.merchant_id AND f.id = l.offer_id
  WHERE o.merchant_id = %(merchant_id)s AND o.id = %(order_id)s
    AND (l.from_stock OR l.is_counted) AND f.state = 'on_sale'
    AND (f.sale_ends_at IS NULL OR f.sale_ends_at > %(at)s)
)
SELECT id, offer_id, member_id, from_stock, is_counted, returned_pieces, gone FROM lines
WHERE gone > returned_pieces ORDER BY offer_id, id
"""  # noqa: S608 - composed of our own words
NOTE_RESTOCK = """
UPDATE order_lines SET returned_pieces = %(pieces)s
WHERE merchant_id = %(merchant_id)s AND id = %(line_id)s
"""

_PAID = "state NOT IN ('pending', 'closed')"
# What went back is counted by what the order came to: whether a piece is for sale again says less,
# since nothing is once the offer is off sale. Only orders of which a part went back are looked into.
# Orders are found one by one: it shall cost what the offer's own lines cost, not all orders' rows;
# and of those the newest only, so many as somebody waits for.
SOLD_OF_OFFER = f"""
WITH lines AS (
  SELECT o.state, o.member_id, l.quantity,
    CASE WHEN o.state = 'refunded' THEN l.quantity
      WHEN o.state IN ('partly_refunded', 'refunding') THEN {_GONE.format(is_whole="false")}
      ELSE 0 END AS gone
  FROM (SELECT * FROM order_lines
    WHERE merchant_id = %(merchant_id)s AND offer_id = %(offer_id)s
    ORDER BY id DESC LIMIT %(most)s::bigint + 1) l
  CROSS JOIN LATERAL (SELECT id, state, member_id, number FROM orders
    WHERE merchant_id = %(merchant_id)s AND id = l.order_id LIMIT 1) o
), waiting AS (
  SELECT FROM orders o WHERE o.merchant_id = %(merchant_id)s AND o.state = 'pending'
    AND EXISTS (SELECT FROM order_lines l WHERE l.merchant_id = %(merchant_id)s
      AND l.order_id = o.id AND l.offer_id = %(offer_id)s)
  LIMIT %(most)s::bigint
)
SELECT
  coalesce(sum(quantity - gone) FILTER (WHERE {_PAID}), 0)::bigint,
  coalesce(sum(gone) FILTER (WHERE {_PAID}), 0)::bigint,
  count(DISTINCT member_id) FILTER (WHERE {_PAID} AND quantity > gone),
  (SELECT count(*) FROM waiting),
  coalesce(count(*) > %(most)s::bigint, false)
FROM lines
"""  # noqa: S608 - composed of our own words

# Orders that may give pieces back at this moment.
LOCK_OPEN = """
SELECT o.id FROM orders o
WHERE o.merchant_id = %(merchant_id)s AND o.state IN ('pending', 'refunding')
  AND EXISTS (SELECT FROM order_lines l WHERE l.merchant_id = %(merchant_id)s
              AND l.order_id = o.id AND l.offer_id = %(offer_id)s)
ORDER BY o.id FOR NO KEY UPDATE
"""
# From now on they go back to the stock, as if they had been taken from it.
COUNT_IN = """
WITH held AS (
  UPDATE order_lines l SET from_stock = true FROM orders o
  WHERE l.merchant_id = %(merchant_id)s AND l.offer_id = %(offer_id)s AND NOT l.from_stock
    AND o.merchant_id = %(merchant_id)s AND o.id = l.order_id
    AND o.state NOT IN ('closed', 'refunded')
  RETURNING l.quantity - l.returned_pieces AS pieces
)
SELECT coalesce(sum(pieces), 0)::bigint FROM held
"""
