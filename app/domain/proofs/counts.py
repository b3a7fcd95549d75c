"""Counts that are kept, against the rows that they count."""

CHECKS = {
    # What a friend-assist adds to an order (locked uses, rewards of helpers) comes on top.
    "an order brought as many vouchers as were ordered": """
        SELECT format('order %%s of merchant %%s: %%s vouchers ordered, %%s there',
                      o.number, o.merchant_id, w.wanted, coalesce(g.got, 0))
        FROM orders o
        JOIN (SELECT l.merchant_id, l.order_id,
                sum(l.quantity * (item ->> 'quantity')::bigint)::bigint AS wanted
              FROM order_lines l, jsonb_array_elements(l.contents) AS item
              GROUP BY l.merchant_id, l.order_id) w
          ON w.merchant_id = o.merchant_id AND w.order_id = o.id
        LEFT JOIN (
          SELECT c.merchant_id, c.order_id, count(*) AS got FROM cards c
          JOIN vouchers v ON v.merchant_id = c.merchant_id AND v.card_id = c.id
          GROUP BY c.merchant_id, c.order_id) g
          ON g.merchant_id = o.merchant_id AND g.order_id = o.id
        WHERE o.fulfilled_at IS NOT NULL AND (coalesce(g.got, 0) < w.wanted
          OR (g.got > w.wanted AND NOT EXISTS (
            SELECT FROM assist_tasks t
            WHERE t.merchant_id = o.merchant_id AND t.order_id = o.id)))""",
    "stock taken is the pieces of orders that hold it": """
        SELECT format('offer %%s of merchant %%s: %%s taken, %%s ordered',
                      s.offer_id, s.merchant_id, s.taken, coalesce(l.pieces, 0))
        FROM (SELECT merchant_id, offer_id, sum(taken) AS taken FROM offer_stock
              GROUP BY merchant_id, offer_id) s
        LEFT JOIN (
          SELECT l.merchant_id, l.offer_id, sum(l.quantity - l.returned_pieces) AS pieces
          FROM order_lines l
          JOIN orders o ON o.merchant_id = l.merchant_id AND o.id = l.order_id
          WHERE o.state <> 'closed' AND l.from_stock GROUP BY l.merchant_id, l.offer_id) l
          ON l.merchant_id = s.merchant_id AND l.offer_id = s.offer_id
        WHERE s.taken <> coalesce(l.pieces, 0)""",
    "what a member took is the pieces of his orders": """
        SELECT format('member %%s of merchant %%s took %%s of offer %%s, his orders say %%s',
                      t.member_id, t.merchant_id, t.taken, t.offer_id, coalesce(l.pieces, 0))
        FROM offer_takers t LEFT JOIN (
          SELECT l.merchant_id, l.offer_id, o.member_id, sum(l.quantity - l.returned_pieces) AS pieces
          FROM order_lines l
          JOIN orders o ON o.merchant_id = l.merchant_id AND o.id = l.order_id
          WHERE o.state <> 'closed' AND l.is_counted
          GROUP BY l.merchant_id, l.offer_id, o.member_id) l
          ON l.merchant_id = t.merchant_id AND l.offer_id = t.offer_id
            AND l.member_id = t.member_id
        WHERE t.taken <> coalesce(l.pieces, 0)""",
}
