"""What orders of other kinds than vouchers promise, and codes that count as delivered when seen."""

CHECKS = {
    "what a fulfilled order brings beside vouchers is there, once": """
        SELECT format('order %%s of merchant %%s is %%s and brought %%s of %%s %%s',
                      o.number, o.merchant_id, o.state, b.brought, b.wanted, b.kind)
        FROM orders o JOIN (
          SELECT l.merchant_id, l.order_id, l.kind,
            CASE l.kind WHEN 'gift_card' THEN l.quantity ELSE 1 END AS wanted,
            CASE l.kind
              WHEN 'topup' THEN (SELECT count(*) FROM value_credits c
                WHERE c.merchant_id = l.merchant_id AND c.order_id = l.order_id)
              WHEN 'gift_card' THEN (SELECT count(*) FROM gift_cards c
                WHERE c.merchant_id = l.merchant_id AND c.order_id = l.order_id)
              WHEN 'membership' THEN (SELECT count(*) FROM membership_terms c
                WHERE c.merchant_id = l.merchant_id AND c.order_id = l.order_id)
              ELSE (SELECT count(*) FROM subscriptions c
                WHERE c.merchant_id = l.merchant_id AND c.order_id = l.order_id)
            END AS brought
          FROM order_lines l
          WHERE l.kind IN ('topup', 'gift_card', 'membership', 'subscription')) b
          ON b.merchant_id = o.merchant_id AND b.order_id = o.id
        WHERE b.brought <> CASE WHEN o.fulfilled_at IS NOT NULL THEN b.wanted ELSE 0 END""",
    "the fee of a membership is earned with its days, and all of it in the end": """
        SELECT format('order %%s of merchant %%s: fee %%s, earned %%s (booked %%s), given back %%s',
                      o.number, t.merchant_id, t.fee_fen, t.earned_fen, coalesce(b.booked, 0),
                      t.returned_fen)
        FROM membership_terms t
        JOIN orders o ON o.merchant_id = t.merchant_id AND o.id = t.order_id
        LEFT JOIN (
          SELECT e.merchant_id, split_part(e.cause, ':', 2) AS number, sum(q.amount) AS booked
          FROM ledger_entries e
          JOIN ledger_postings q ON q.merchant_id = e.merchant_id AND q.entry_id = e.id
          WHERE e.cause LIKE 'term:%%' GROUP BY e.merchant_id, split_part(e.cause, ':', 2)) b
          ON b.merchant_id = t.merchant_id AND b.number = o.number
        WHERE t.earned_fen <> coalesce(b.booked, 0)
          OR t.earns_at IS NULL AND t.earned_fen + t.returned_fen <> t.fee_fen""",
    "a code that was seen earned its voucher's part, once": """
        SELECT format('voucher %%s of merchant %%s holds %%s fen, its revealed code earned %%s',
                      v.number, v.merchant_id, v.allocated_fen, coalesce(b.booked, 0))
        FROM pool_codes c
        JOIN vouchers v ON v.merchant_id = c.merchant_id AND v.id = c.voucher_id
        LEFT JOIN (
          SELECT e.merchant_id, e.cause, sum(q.amount) AS booked FROM ledger_entries e
          JOIN ledger_postings q ON q.merchant_id = e.merchant_id AND q.entry_id = e.id
          WHERE e.cause LIKE 'reveal:%%' GROUP BY e.merchant_id, e.cause) b
          ON b.merchant_id = v.merchant_id AND b.cause = 'reveal:' || v.number
        WHERE coalesce(b.booked, 0) <> CASE WHEN c.revealed_at IS NOT NULL
          THEN v.allocated_fen ELSE 0 END""",
    "a code waits for nobody while its voucher is being issued": """
        SELECT format('voucher %%s of merchant %%s is %%s and has a code', v.number, v.merchant_id,
                      v.state)
        FROM pool_codes c
        JOIN vouchers v ON v.merchant_id = c.merchant_id AND v.id = c.voucher_id
        WHERE v.state = 'issuing'""",
    "the seats taken are the seats of bookings": """
        SELECT format('session %%s of merchant %%s: %%s seats taken, %%s bookings hold one',
                      s.number, s.merchant_id, s.taken, count(b.id))
        FROM booking_sessions s LEFT JOIN bookings b
          ON b.merchant_id = s.merchant_id AND b.session_id = s.id
          AND b.state IN ('offered', 'booked', 'attended', 'missed')
        GROUP BY s.merchant_id, s.id, s.number, s.taken HAVING s.taken <> count(b.id)""",
}
