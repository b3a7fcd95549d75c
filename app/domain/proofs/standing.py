"""Nothing stands still: whatever was begun before an instant has come to an end."""

from datetime import timedelta

# The follower's place in the server's log; `flask backup follow` makes it.
SLOT = "kabao_backup"

# A refund takes WeChat minutes, to some bank cards up to three days.
REFUND_TAKES = timedelta(days=3)

CHECKS = {
    "money that came in bought its order, or is on its way back": """
        SELECT format('payment %%s of merchant %%s is received and order %%s is %%s',
                      p.number, p.merchant_id, o.number, o.state)
        FROM payments p JOIN orders o ON o.merchant_id = p.merchant_id AND o.id = p.order_id
        WHERE p.state = 'received' AND o.state IN ('pending', 'paid')
          AND p.received_at < %(before)s""",
    "an order that nobody paid is closed when its time is over": """
        SELECT format('order %%s of merchant %%s is pending and was good until %%s',
                      number, merchant_id, expires_at)
        FROM orders WHERE state = 'pending' AND expires_at < %(before)s""",
    # Not by when it is due: whoever hands it out, and whoever tries in vain, moves that on.
    "work that was ordered is done": """
        SELECT format('%%s of %%s, row %%s of merchant %%s, waits since %%s: handed out %%s times, '
                      'tried %%s times in vain, due again at %%s',
                      job, event, id, merchant_id, published_at, attempts, failures, due_at)
        FROM outbox WHERE done_at IS NULL AND failed_at IS NULL AND published_at < %(before)s""",
    "no work was given up": """
        SELECT format('%%s of %%s, row %%s of merchant %%s, was given up at %%s',
                      job, event, id, merchant_id, failed_at)
        FROM outbox WHERE done_at IS NULL AND failed_at IS NOT NULL""",
    # One that has its successor, or whose money came another way, is at its end.
    "money that goes back arrives": """
        SELECT format('refund %%s of merchant %%s, asked for at %%s, is %%s',
                      r.number, r.merchant_id, r.asked_at, r.state)
        FROM refunds r
        WHERE (r.state IN ('asked', 'processing') AND r.asked_at < %(refunds_before)s)
          OR (r.state IN ('abnormal', 'closed') AND r.asked_at < %(before)s AND NOT EXISTS (
            SELECT FROM (SELECT merchant_id, payment_id, cause, state::text FROM refunds
              UNION ALL SELECT merchant_id, payment_id, cause, state::text FROM transfers) x
            WHERE x.merchant_id = r.merchant_id AND x.payment_id = r.payment_id
              AND (x.cause = r.cause || ':after:' || r.number OR (x.state = 'succeeded'
                AND split_part(x.cause, ':after:', 1) = split_part(r.cause, ':after:', 1)))))""",
    "a return goes on to its end": """
        SELECT format('return %%s of merchant %%s is %%s since %%s %%s',
                      number, merchant_id, state, moved_at, trouble)
        FROM returns
        WHERE (state IN ('frozen', 'paid') AND moved_at < %(before)s)
          OR (state = 'paying' AND trouble IS NOT NULL AND moved_at < %(before)s)
          OR (state = 'paying' AND moved_at < %(refunds_before)s)""",
    "a notice that was kept is applied": """
        SELECT format('notice %%s from %%s of merchant %%s waits since %%s',
                      id, source, merchant_id, received_at)
        FROM inbox WHERE applied_at IS NULL AND received_at < %(before)s""",
    "what was done is sealed": """
        SELECT format('%%s lines of merchant %%s are unsealed, the oldest of %%s',
                      count(*), merchant_id, min(at))
        FROM audit WHERE seal_no IS NULL AND at < %(before)s GROUP BY merchant_id""",
    "changes are followed, where somebody follows": """
        SELECT format('replication slot %%s is %%s, its state is %%s and the server keeps %%s for it',
                      slot_name, CASE WHEN active THEN 'active' ELSE 'not active' END,
                      coalesce(wal_status, 'unknown'),
                      coalesce(pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)),
                               'nothing'))
        FROM pg_replication_slots WHERE slot_name = %(slot)s
          AND (NOT active OR wal_status = 'lost'
               OR pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) > 1024::bigint * 1024 * 1024)""",
}
