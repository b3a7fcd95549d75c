"""What orders promise about money: what pays them, what they hold, and what came back."""

CHECKS = {
    "an order costs its lines less what was taken off": """
        SELECT format('order %%s of merchant %%s costs %%s fen, its lines say %%s',
                      o.number, o.merchant_id, o.total_fen, sum(l.amount_fen - l.discount_fen))
        FROM orders o JOIN order_lines l
          ON l.merchant_id = o.merchant_id AND l.order_id = o.id
        GROUP BY o.merchant_id, o.id, o.number, o.total_fen
        HAVING o.total_fen <> sum(l.amount_fen - l.discount_fen)""",
    "an order is paid by its bill and its pots, to the fen": """
        SELECT format('order %%s of merchant %%s: %%s of %%s fen on the bill, %%s in value, '
                      '%%s off its lines, %%s by points and voucher',
                      o.number, o.merchant_id, o.wechat_fen, o.total_fen, coalesce(t.value, 0),
                      coalesce(l.off, 0), coalesce(t.off, 0))
        FROM orders o
        LEFT JOIN (
          SELECT merchant_id, order_id,
            coalesce(sum(amount_fen) FILTER (WHERE kind = 'value'), 0) AS value,
            coalesce(sum(amount_fen) FILTER (WHERE kind <> 'value'), 0) AS off
          FROM order_tenders GROUP BY merchant_id, order_id) t
          ON t.merchant_id = o.merchant_id AND t.order_id = o.id
        LEFT JOIN (
          SELECT merchant_id, order_id, sum(discount_fen) AS off
          FROM order_lines GROUP BY merchant_id, order_id) l
          ON l.merchant_id = o.merchant_id AND l.order_id = o.id
        WHERE o.wechat_fen + coalesce(t.value, 0) <> o.total_fen
          OR coalesce(l.off, 0) <> coalesce(t.off, 0)
          OR o.has_tenders <> (t.order_id IS NOT NULL)
          OR EXISTS (SELECT FROM payments p WHERE p.merchant_id = o.merchant_id
            AND p.order_id = o.id AND p.amount_fen <> o.wechat_fen)""",
    "an unpaid order holds what its tenders say": """
        SELECT format('order %%s of merchant %%s is %%s, its tender %%s of %%s fen and %%s points '
                      'is %%s, and its pot says otherwise',
                      o.number, o.merchant_id, o.state, t.kind, t.amount_fen, t.points, t.state)
        FROM order_tenders t
        JOIN orders o ON o.merchant_id = t.merchant_id AND o.id = t.order_id
        LEFT JOIN value_holds h ON t.kind = 'value' AND h.merchant_id = t.merchant_id
          AND h.order_id = t.order_id
        LEFT JOIN point_holds p ON t.kind = 'points' AND p.merchant_id = t.merchant_id
          AND p.order_id = t.order_id
        WHERE (t.state = 'held') <> (o.state = 'pending')
          OR (t.state = 'released') <> (o.state = 'closed')
          OR (t.kind = 'value' AND (h.paid_fen + h.bonus_fen, h.returned_fen)
            IS DISTINCT FROM (t.amount_fen, t.returned_fen))
          OR (t.kind = 'points' AND p.points IS DISTINCT FROM t.points)
          OR coalesce(h.state, p.state, t.state)
            <> CASE t.state WHEN 'returned' THEN coalesce(h.state, p.state, t.state)
               ELSE t.state END""",
    "what came back of an order is what its returns say": """
        SELECT format('order %%s of merchant %%s: its returns do not match what its pots got back',
                      o.number, o.merchant_id)
        FROM orders o
        LEFT JOIN (
          SELECT merchant_id, order_id, sum(wechat_fen) AS wechat, sum(value_fen) AS value,
            sum(points) AS points
          FROM order_returns GROUP BY merchant_id, order_id) r
          ON r.merchant_id = o.merchant_id AND r.order_id = o.id
        LEFT JOIN (
          SELECT merchant_id, order_id, sum(returned_points) AS points,
            coalesce(sum(returned_fen) FILTER (WHERE kind = 'value'), 0) AS value
          FROM order_tenders GROUP BY merchant_id, order_id) t
          ON t.merchant_id = o.merchant_id AND t.order_id = o.id
        WHERE (o.wechat_returned_fen, coalesce(t.value, 0), coalesce(t.points, 0))
          <> (coalesce(r.wechat, 0), coalesce(r.value, 0), coalesce(r.points, 0))""",
    "a voucher that paid for an order is earned": """
        SELECT format('tender of order %%s of merchant %%s: voucher %%s is worth %%s fen, '
                      'booked %%s', o.number, t.merchant_id, v.number, v.allocated_fen,
                      coalesce(b.booked, 0))
        FROM order_tenders t
        JOIN orders o ON o.merchant_id = t.merchant_id AND o.id = t.order_id
        JOIN vouchers v ON v.merchant_id = t.merchant_id AND v.id = t.voucher_id
        LEFT JOIN (
          SELECT e.merchant_id, e.cause, sum(q.amount) AS booked FROM ledger_entries e
          JOIN ledger_postings q ON q.merchant_id = e.merchant_id AND q.entry_id = e.id
          WHERE e.cause LIKE 'checkout:%%' GROUP BY e.merchant_id, e.cause) b
          ON b.merchant_id = o.merchant_id AND b.cause = 'checkout:' || o.number
        WHERE coalesce(b.booked, 0) <>
          CASE WHEN t.state IN ('captured', 'returned') THEN v.allocated_fen ELSE 0 END""",
}
