"""What a voucher's own row promises, checked against its timeline and its redemptions."""

from app.domain.vouchers import NEW_HOLDER_VERSION

_NEW_VERSION = ", ".join(f"'{move.value}'" for move in sorted(NEW_HOLDER_VERSION))

CHECKS = {
    "a voucher is held by one person, as he is known today": """
        SELECT format('voucher %%s of merchant %%s is held by member %%s, who became member %%s',
                      v.number, v.merchant_id, m.id, m.merged_into)
        FROM vouchers v JOIN members m ON m.merchant_id = v.merchant_id AND m.id = v.holder_id
        WHERE m.merged_into IS NOT NULL AND NOT EXISTS (
          SELECT FROM outbox o WHERE o.merchant_id = v.merchant_id AND o.event = 'MembersMerged'
            AND o.done_at IS NULL)""",
    # WeChat's own way of giving a mirrored card changes the holder alone.
    "a voucher lies on a card of its holder": """
        SELECT format('voucher %%s of merchant %%s is held by member %%s on a card of member %%s',
                      v.number, v.merchant_id, v.holder_id, c.member_id)
        FROM vouchers v JOIN cards c ON c.merchant_id = v.merchant_id AND c.id = v.card_id
        WHERE v.holder_id <> c.member_id AND NOT EXISTS (
          SELECT FROM voucher_events e
          WHERE e.merchant_id = v.merchant_id AND e.voucher_id = v.id AND e.action = 'hand_over'
            AND coalesce(e.reason, '') NOT IN ('gift_claimed', 'account_merged'))""",
    "a timeline goes from state to state without a gap": """
        SELECT format('voucher %%s of merchant %%s: %%s starts from %%s after %%s',
                      v.number, v.merchant_id, e.action, e.from_state, e.before)
        FROM (SELECT merchant_id, voucher_id, action, from_state,
                lag(to_state) OVER (PARTITION BY merchant_id, voucher_id ORDER BY id) AS before
              FROM voucher_events) e
        JOIN vouchers v ON v.merchant_id = e.merchant_id AND v.id = e.voucher_id
        WHERE e.from_state IS DISTINCT FROM e.before""",
    "a voucher stands where its timeline ends": """
        SELECT format('voucher %%s of merchant %%s is %%s, its timeline ends with %%s',
                      v.number, v.merchant_id, v.state, coalesce(last.to_state, 'nothing'))
        FROM vouchers v LEFT JOIN LATERAL (
          SELECT e.to_state FROM voucher_events e
          WHERE e.merchant_id = v.merchant_id AND e.voucher_id = v.id
          ORDER BY e.id DESC LIMIT 1) last ON true
        WHERE v.state IS DISTINCT FROM last.to_state""",
    "a holder version counts what ended older show codes": """
        SELECT format('voucher %%s of merchant %%s has holder version %%s, its timeline says %%s',
                      v.number, v.merchant_id, v.holder_version, 1 + coalesce(e.ends, 0))
        FROM vouchers v LEFT JOIN (
          SELECT merchant_id, voucher_id, count(*) AS ends FROM voucher_events
          WHERE action IN ({new_version}) GROUP BY merchant_id, voucher_id) e
          ON e.merchant_id = v.merchant_id AND e.voucher_id = v.id
        WHERE v.holder_version <> 1 + coalesce(e.ends, 0)""".replace("{new_version}", _NEW_VERSION),
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
}
