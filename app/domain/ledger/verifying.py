"""Proof for the whole database: what the ledger promises, checked row against row."""

from collections.abc import Iterator

from app.domain.ledger import kind_checks, order_checks, value_checks
from app.kernel.promises import Finding, check, sentences

# Each check selects the rows that break a promise, with a sentence about each. They look across
# all merchants on purpose: this is the proof for the whole house.
_OWN = {
    "a kept balance is the sum of its postings": """
        SELECT format('account %%s of merchant %%s keeps %%s but its postings sum to %%s',
                      a.id, a.merchant_id, a.balance, coalesce(s.total, 0))
        FROM ledger_accounts a LEFT JOIN (
          SELECT merchant_id, account_id, sum(amount) AS total FROM (
            SELECT merchant_id, destination_id AS account_id, amount FROM ledger_postings
            UNION ALL
            SELECT merchant_id, source_id, -amount FROM ledger_postings) ends
          GROUP BY merchant_id, account_id) s
          ON s.merchant_id = a.merchant_id AND s.account_id = a.id
        WHERE a.balance IS NOT NULL AND a.balance <> coalesce(s.total, 0)""",
    "an account with a floor keeps its balance, the others do not": """
        SELECT format('account %%s of merchant %%s (%%s) keeps a balance or not against its kind',
                      id, merchant_id, kind)
        FROM ledger_accounts
        WHERE (kind IN ('points', 'points_pending', 'value_paid', 'value_bonus'))
          <> (balance IS NOT NULL)""",
    "a posting moves the asset of both its ends": """
        SELECT format('posting %%s of merchant %%s moves %%s between other assets',
                      p.id, p.merchant_id, p.asset)
        FROM ledger_postings p
        JOIN ledger_accounts a ON a.merchant_id = p.merchant_id AND a.id = p.source_id
        JOIN ledger_accounts b ON b.merchant_id = p.merchant_id AND b.id = p.destination_id
        WHERE p.asset <> a.asset OR p.asset <> b.asset""",
    "an entry has postings": """
        SELECT format('entry %%s of merchant %%s (%%s) moves nothing', e.id, e.merchant_id, e.cause)
        FROM ledger_entries e WHERE NOT EXISTS (
          SELECT FROM ledger_postings p
          WHERE p.merchant_id = e.merchant_id AND p.entry_id = e.id)""",
    "a debt is repaid once": """
        SELECT format('member %%s of merchant %%s repaid %%s points more than he owed',
                      a.owner, a.merchant_id,
                      sum(CASE WHEN p.destination_id = a.id THEN p.amount ELSE -p.amount END))
        FROM ledger_accounts a JOIN ledger_postings p
          ON p.merchant_id = a.merchant_id AND a.id IN (p.source_id, p.destination_id)
        WHERE a.kind = 'points_debt' GROUP BY a.merchant_id, a.id, a.owner
        HAVING sum(CASE WHEN p.destination_id = a.id THEN p.amount ELSE -p.amount END) > 0""",
    "a member's points are the sum of his lots": """
        SELECT format('member %%s of merchant %%s has %%s points but %%s in lots',
                      a.owner, a.merchant_id, a.balance, coalesce(l.remaining, 0))
        FROM ledger_accounts a LEFT JOIN (
          SELECT merchant_id, member_id, sum(remaining) AS remaining
          FROM point_lots GROUP BY merchant_id, member_id) l
          ON l.merchant_id = a.merchant_id AND l.member_id = a.owner
        WHERE a.kind = 'points' AND a.balance <> coalesce(l.remaining, 0)""",
    "a lot is what it earned less what was taken from it": """
        SELECT format('lot %%s of merchant %%s: %%s earned, %%s used, %%s remaining',
                      l.id, l.merchant_id, l.earned, coalesce(u.used, 0), l.remaining)
        FROM point_lots l LEFT JOIN (
          SELECT merchant_id, lot_id, sum(amount - returned) AS used
          FROM point_lot_uses GROUP BY merchant_id, lot_id) u
          ON u.merchant_id = l.merchant_id AND u.lot_id = l.id
        WHERE l.earned - coalesce(u.used, 0) <> l.remaining""",
    "pending points are the sum of pending rows": """
        SELECT format('member %%s of merchant %%s waits for %%s points, rows say %%s',
                      a.owner, a.merchant_id, a.balance, coalesce(p.waiting, 0))
        FROM ledger_accounts a LEFT JOIN (
          SELECT merchant_id, member_id, sum(earned - taken_back) AS waiting
          FROM pending_points WHERE matured_at IS NULL GROUP BY merchant_id, member_id) p
          ON p.merchant_id = a.merchant_id AND p.member_id = a.owner
        WHERE a.kind = 'points_pending' AND a.balance <> coalesce(p.waiting, 0)""",
    "held points belong to open holds": """
        SELECT format('merchant %%s holds %%s points, open holds say %%s',
                      merchant_id, sum(booked), sum(held))
        FROM (
          SELECT a.merchant_id,
            CASE WHEN q.destination_id = a.id THEN q.amount ELSE -q.amount END AS booked,
            0 AS held
          FROM ledger_accounts a JOIN ledger_postings q
            ON q.merchant_id = a.merchant_id AND a.id IN (q.source_id, q.destination_id)
          WHERE a.kind = 'points_held'
          UNION ALL
          SELECT merchant_id, 0, points FROM point_holds WHERE state = 'held') both_sides
        GROUP BY merchant_id HAVING sum(booked) <> sum(held)""",
    "money received is booked once, and only money received": """
        SELECT format('payment %%s of merchant %%s: received %%s fen, booked %%s',
                      p.number, p.merchant_id,
                      CASE WHEN p.received_at IS NOT NULL THEN p.amount_fen ELSE 0 END,
                      coalesce(b.booked, 0))
        FROM payments p LEFT JOIN (
          SELECT e.merchant_id, e.cause, sum(q.amount) AS booked FROM ledger_entries e
          JOIN ledger_postings q ON q.merchant_id = e.merchant_id AND q.entry_id = e.id
          WHERE e.cause LIKE 'payment:%%' GROUP BY e.merchant_id, e.cause) b
          ON b.merchant_id = p.merchant_id AND b.cause = 'payment:' || p.number
        WHERE coalesce(b.booked, 0) <>
          CASE WHEN p.received_at IS NOT NULL THEN p.amount_fen ELSE 0 END""",
    "a redemption books exactly its value and its points": """
        SELECT format('redemption %%s of merchant %%s does not match its entry',
                      r.number, r.merchant_id)
        FROM redemptions r LEFT JOIN (
          SELECT e.merchant_id, e.cause,
            sum(q.amount) FILTER (WHERE q.asset = 'cny') AS fen,
            sum(q.amount) FILTER (WHERE q.asset = 'point') AS points
          FROM ledger_entries e
          JOIN ledger_postings q ON q.merchant_id = e.merchant_id AND q.entry_id = e.id
          WHERE e.cause LIKE 'redemption:%%' GROUP BY e.merchant_id, e.cause) b
          ON b.merchant_id = r.merchant_id AND b.cause = 'redemption:' || r.number
        WHERE coalesce(b.fen, 0) <> r.value_fen OR coalesce(b.points, 0) <> r.points""",
    "a voucher is redeemed when, and only when, one redemption, order or reveal says so": """
        SELECT format('voucher %%s of merchant %%s is %%s with %%s live uses',
                      v.number, v.merchant_id, v.state, count(r.id))
        FROM vouchers v LEFT JOIN (
          SELECT merchant_id, voucher_id AS id FROM redemptions WHERE reversed_at IS NULL
          UNION ALL
          SELECT merchant_id, voucher_id FROM order_tenders
          WHERE kind = 'voucher' AND state = 'captured'
          UNION ALL
          SELECT merchant_id, voucher_id FROM pool_codes WHERE revealed_at IS NOT NULL) r
          ON r.merchant_id = v.merchant_id AND r.id = v.id
        GROUP BY v.merchant_id, v.id, v.number, v.state
        HAVING (v.state = 'redeemed') <> (count(r.id) = 1)""",
    "what an order paid is what its vouchers were allocated": """
        SELECT format('order %%s of merchant %%s paid %%s fen, its vouchers hold %%s',
                      o.number, o.merchant_id, o.total_fen, coalesce(sum(v.allocated_fen), 0))
        FROM orders o
        JOIN cards c ON c.merchant_id = o.merchant_id AND c.order_id = o.id
        JOIN vouchers v ON v.merchant_id = c.merchant_id AND v.card_id = c.id
        WHERE NOT EXISTS (SELECT FROM order_lines l WHERE l.merchant_id = o.merchant_id
          AND l.order_id = o.id AND l.contents = '[]')
        GROUP BY o.merchant_id, o.id, o.number, o.total_fen
        HAVING o.total_fen <> sum(v.allocated_fen)""",
    "an order of vouchers is fulfilled when, and only when, it has cards": """
        SELECT format('order %%s of merchant %%s is %%s with %%s cards',
                      o.number, o.merchant_id, o.state, count(c.id))
        FROM orders o LEFT JOIN cards c
          ON c.merchant_id = o.merchant_id AND c.order_id = o.id
        GROUP BY o.merchant_id, o.id, o.number, o.state, o.fulfilled_at
        HAVING (o.fulfilled_at IS NULL AND count(c.id) > 0)
          OR (o.fulfilled_at IS NOT NULL AND count(c.id) = 0 AND EXISTS (
            SELECT FROM order_lines l WHERE l.merchant_id = o.merchant_id AND l.order_id = o.id
              AND l.contents <> '[]'))
          OR (o.state IN ('pending', 'closed')) <> (o.fulfilled_at IS NULL)""",
    "refunds of a payment never exceed what was paid": """
        SELECT format('payment %%s of merchant %%s: %%s fen received, %%s asked back, %%s counted',
                      p.number, p.merchant_id, p.amount_fen, coalesce(b.asked, 0), p.returned_fen)
        FROM payments p LEFT JOIN (
          SELECT merchant_id, payment_id, sum(amount_fen) AS asked FROM (
            SELECT merchant_id, payment_id, amount_fen FROM refunds
            WHERE cause NOT LIKE '%%:after:%%'
            UNION ALL
            SELECT merchant_id, payment_id, amount_fen FROM transfers
            WHERE cause NOT LIKE '%%:after:%%') back
          GROUP BY merchant_id, payment_id) b
          ON b.merchant_id = p.merchant_id AND b.payment_id = p.id
        WHERE coalesce(b.asked, 0) <> p.returned_fen OR p.returned_fen > p.amount_fen""",
    "money that went back is booked once, from where it lay": """
        SELECT format('%%s %%s of merchant %%s (%%s): %%s fen from %%s, booked %%s from %%s',
                      r.what, r.number, r.merchant_id, r.state, r.amount_fen, r.kept_as,
                      coalesce(b.fen, 0), coalesce(b.source, 'nowhere'))
        FROM (SELECT 'refund' AS what, merchant_id, number, state, amount_fen, kept_as
              FROM refunds
              UNION ALL
              SELECT 'transfer', merchant_id, number, state, amount_fen, 'prepaid'
              FROM transfers) r
        LEFT JOIN (
          SELECT e.merchant_id, e.cause, sum(q.amount) AS fen, min(a.kind) AS source
          FROM ledger_entries e
          JOIN ledger_postings q ON q.merchant_id = e.merchant_id AND q.entry_id = e.id
          JOIN ledger_accounts a ON a.merchant_id = q.merchant_id AND a.id = q.source_id
          WHERE e.cause LIKE 'refund:%%' OR e.cause LIKE 'transfer:%%'
          GROUP BY e.merchant_id, e.cause) b
          ON b.merchant_id = r.merchant_id AND b.cause = r.what || ':' || r.number
        WHERE (r.state = 'succeeded') <> (b.cause IS NOT NULL)
          OR b.fen <> r.amount_fen OR b.source <> r.kept_as""",
    "a voucher that goes back is frozen, and void when its money is back": """
        SELECT format('voucher %%s of merchant %%s is %%s in return %%s, which is %%s',
                      v.number, v.merchant_id, v.state, r.number, r.state)
        FROM returned_vouchers b
        JOIN returns r ON r.merchant_id = b.merchant_id AND r.id = b.return_id
        JOIN vouchers v ON v.merchant_id = b.merchant_id AND v.id = b.voucher_id
        WHERE b.counts AND (r.state IN ('declined', 'withdrawn')
          OR (r.state = 'done' AND v.state <> 'void')
          OR (r.state IN ('asked', 'frozen', 'paying', 'paid')
            AND v.state NOT IN ('frozen', 'expired')))""",
    "an order is being refunded when, and only when, one return of it is under way": """
        SELECT format('order %%s of merchant %%s is %%s with %%s returns under way',
                      o.number, o.merchant_id, o.state, count(r.id))
        FROM orders o LEFT JOIN returns r ON r.merchant_id = o.merchant_id AND r.order_id = o.id
          AND r.state IN ('asked', 'frozen', 'paying', 'paid')
        GROUP BY o.merchant_id, o.id, o.number, o.state
        HAVING (o.state = 'refunding') <> (count(r.id) = 1)""",
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
    "a monthly card's money lies in its periods, a begun period's in parcels and vouchers": """
        SELECT format('period %%s of card %%s of merchant %%s holds %%s fen, its things %%s',
                      d.n, s.number, d.merchant_id, d.amount_fen,
                      d.vouchers_fen + coalesce(p.fen, 0))
        FROM subscription_periods d
        JOIN subscriptions s ON s.merchant_id = d.merchant_id AND s.id = d.subscription_id
        LEFT JOIN (SELECT merchant_id, period_id, sum(allocated_fen) AS fen FROM parcels
          GROUP BY merchant_id, period_id) p
          ON p.merchant_id = d.merchant_id AND p.period_id = d.id
        WHERE d.state = 'opened' AND d.amount_fen <> d.vouchers_fen + coalesce(p.fen, 0)
        UNION ALL
        SELECT format('card %%s of merchant %%s paid %%s fen, its periods hold %%s',
                      s.number, s.merchant_id, s.paid_fen, sum(d.amount_fen))
        FROM subscriptions s JOIN subscription_periods d
          ON d.merchant_id = s.merchant_id AND d.subscription_id = s.id
        GROUP BY s.merchant_id, s.id, s.number, s.paid_fen
        HAVING s.paid_fen <> sum(d.amount_fen)""",
    "a parcel earns its part when it is sent, once": """
        SELECT format('parcel %%s of merchant %%s holds %%s fen and has earned %%s',
                      p.number, p.merchant_id, p.allocated_fen, coalesce(b.booked, 0))
        FROM parcels p LEFT JOIN (
          SELECT e.merchant_id, e.cause, sum(q.amount) AS booked FROM ledger_entries e
          JOIN ledger_postings q ON q.merchant_id = e.merchant_id AND q.entry_id = e.id
          WHERE e.cause LIKE 'parcel:%%' GROUP BY e.merchant_id, e.cause) b
          ON b.merchant_id = p.merchant_id AND b.cause = 'parcel:' || p.number
        WHERE coalesce(b.booked, 0) <>
          CASE WHEN p.sent_at IS NOT NULL THEN p.allocated_fen ELSE 0 END
        UNION ALL
        SELECT format('parcel %%s of merchant %%s is %%s, of its %%s fen %%s are unearned again',
                      p.number, p.merchant_id, p.state, p.allocated_fen, coalesce(b.booked, 0))
        FROM parcels p LEFT JOIN (
          SELECT e.merchant_id, e.cause, sum(q.amount) AS booked FROM ledger_entries e
          JOIN ledger_postings q ON q.merchant_id = e.merchant_id AND q.entry_id = e.id
          WHERE e.cause LIKE 'parcel_lost:%%' GROUP BY e.merchant_id, e.cause) b
          ON b.merchant_id = p.merchant_id AND b.cause = 'parcel_lost:' || p.number
        WHERE coalesce(b.booked, 0) <> CASE WHEN p.state = 'given_up' AND p.sent_at IS NOT NULL
          THEN p.allocated_fen ELSE 0 END""",
}


CHECKS = _OWN | order_checks.CHECKS | kind_checks.CHECKS | value_checks.CHECKS


def findings() -> Iterator[Finding]:
    """Each promise of the books over the whole database, across all merchants on purpose."""
    return check(CHECKS)


def verify() -> list[str]:
    """Every broken promise in the whole database, a sentence each; an empty list is the proof."""
    return sentences(findings())
