"""What stored value and gift cards promise: the balances, their lots, and what orders hold."""

CHECKS = {
    "a member's stored value is the sum of its lots": """
        SELECT format('member %%s of merchant %%s has %%s fen of %%s but %%s in lots',
                      a.owner, a.merchant_id, a.balance, a.kind, coalesce(l.remaining, 0))
        FROM ledger_accounts a LEFT JOIN (
          SELECT c.merchant_id, c.member_id, 'value_' || l.kind AS kind,
            sum(l.remaining_fen) AS remaining
          FROM value_credits c
          JOIN value_lots l ON l.merchant_id = c.merchant_id AND l.credit_id = c.id
          GROUP BY c.merchant_id, c.member_id, l.kind) l
          ON l.merchant_id = a.merchant_id AND l.member_id = a.owner AND l.kind = a.kind
        WHERE a.kind IN ('value_paid', 'value_bonus') AND a.balance <> coalesce(l.remaining, 0)""",
    "a lot of stored value is what it was and what moved since": """
        SELECT format('value lot %%s of merchant %%s: %%s at first, moved %%s, %%s remaining',
                      l.id, l.merchant_id, l.amount_fen, coalesce(m.change, 0), l.remaining_fen)
        FROM value_lots l LEFT JOIN (
          SELECT merchant_id, lot_id, sum(change_fen) AS change
          FROM value_lot_moves GROUP BY merchant_id, lot_id) m
          ON m.merchant_id = l.merchant_id AND m.lot_id = l.id
        WHERE l.amount_fen + coalesce(m.change, 0) <> l.remaining_fen""",
    "stored value that is held belongs to orders that wait": """
        SELECT format('merchant %%s holds %%s fen of stored value, its orders %%s',
                      coalesce(a.merchant_id, h.merchant_id), coalesce(a.held, 0),
                      coalesce(h.held, 0))
        FROM (
          SELECT a.merchant_id,
            sum(CASE WHEN p.destination_id = a.id THEN p.amount ELSE -p.amount END) AS held
          FROM ledger_accounts a JOIN ledger_postings p
            ON p.merchant_id = a.merchant_id AND a.id IN (p.source_id, p.destination_id)
          WHERE a.kind = 'value_held' GROUP BY a.merchant_id) a
        FULL JOIN (
          SELECT merchant_id, sum(paid_fen + bonus_fen) AS held
          FROM value_holds WHERE state = 'held' GROUP BY merchant_id) h
          ON h.merchant_id = a.merchant_id
        WHERE coalesce(a.held, 0) <> coalesce(h.held, 0)""",
    "what an order holds of stored value is what its lots gave": """
        SELECT format('order %%s of merchant %%s took %%s fen of stored value, its lots gave %%s',
                      h.order_id, h.merchant_id, h.paid_fen + h.bonus_fen - h.returned_fen,
                      coalesce(m.gave, 0))
        FROM value_holds h LEFT JOIN (
          SELECT merchant_id, order_id, -sum(change_fen) AS gave FROM value_lot_moves
          WHERE kind IN ('hold', 'release', 'give_back') GROUP BY merchant_id, order_id) m
          ON m.merchant_id = h.merchant_id AND m.order_id = h.order_id
        WHERE coalesce(m.gave, 0) <> CASE WHEN h.state = 'released' THEN 0
          ELSE h.paid_fen + h.bonus_fen - h.returned_fen END""",
    "a gift card that nobody claimed rests apart": """
        SELECT format('merchant %%s has %%s fen of unclaimed gift cards, its books say %%s',
                      coalesce(a.merchant_id, g.merchant_id), coalesce(g.face, 0),
                      coalesce(a.rest, 0))
        FROM (
          SELECT a.merchant_id,
            sum(CASE WHEN p.destination_id = a.id THEN p.amount ELSE -p.amount END) AS rest
          FROM ledger_accounts a JOIN ledger_postings p
            ON p.merchant_id = a.merchant_id AND a.id IN (p.source_id, p.destination_id)
          WHERE a.kind = 'gift_cards' GROUP BY a.merchant_id) a
        FULL JOIN (
          SELECT merchant_id, sum(face_fen) AS face
          FROM gift_cards WHERE state = 'sold' GROUP BY merchant_id) g
          ON g.merchant_id = a.merchant_id
        WHERE coalesce(a.rest, 0) <> coalesce(g.face, 0)""",
}
