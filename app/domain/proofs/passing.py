"""What is on its way: gifts, shares and tasks against the vouchers in them."""

# Whatever holds a voucher at this moment, a row each.
_HOLDS = """(
  SELECT w.merchant_id, w.voucher_id FROM gift_vouchers w
  JOIN gifts g ON g.merchant_id = w.merchant_id AND g.id = w.gift_id
  WHERE g.state = 'waiting'
  UNION ALL
  SELECT u.merchant_id, u.voucher_id FROM shared_vouchers u
  JOIN shares s ON s.merchant_id = u.merchant_id AND s.id = u.share_id
  WHERE s.state = 'waiting'
  UNION ALL
  SELECT merchant_id, voucher_id FROM order_tenders
  WHERE kind = 'voucher' AND state = 'held'
  UNION ALL
  SELECT merchant_id, voucher_id FROM bookings WHERE is_open)"""

CHECKS = {
    # A voucher may be made void while it is held; then its gift has nothing to give any more.
    "a voucher is held when, and only when, one gift, share, order or booking holds it": """
        SELECT format('voucher %%s of merchant %%s is %%s and held by %%s of them',
                      v.number, v.merchant_id, v.state, count(h.voucher_id))
        FROM vouchers v LEFT JOIN {holds} h
          ON h.merchant_id = v.merchant_id AND h.voucher_id = v.id
        GROUP BY v.merchant_id, v.id, v.number, v.state
        HAVING count(h.voucher_id) > 1
          OR (v.state <> 'void' AND (v.state = 'held') <> (count(h.voucher_id) = 1))
        """.replace("{holds}", _HOLDS),
    "a held voucher remembers what it was, and no other does": """
        SELECT format('voucher %%s of merchant %%s is %%s and was %%s before',
                      number, merchant_id, state, coalesce(held_from, 'nothing'))
        FROM vouchers WHERE (state = 'held') <> (held_from IS NOT NULL)""",
    "a gift's vouchers are marked open while it waits": """
        SELECT format('gift %%s of merchant %%s is %%s and voucher %%s in it is marked %%s',
                      g.number, g.merchant_id, g.state, w.voucher_id,
                      CASE WHEN w.is_open THEN 'open' ELSE 'closed' END)
        FROM gifts g JOIN gift_vouchers w ON w.merchant_id = g.merchant_id AND w.gift_id = g.id
        WHERE w.is_open <> (g.state = 'waiting')""",
    "a gift and a share hold something": """
        SELECT format('%%s %%s of merchant %%s is empty', x.kind, x.number, x.merchant_id) FROM (
          SELECT 'gift' AS kind, g.number, g.merchant_id FROM gifts g WHERE NOT EXISTS (
            SELECT FROM gift_vouchers w WHERE w.merchant_id = g.merchant_id AND w.gift_id = g.id)
          UNION ALL
          SELECT 'share', s.number, s.merchant_id FROM shares s WHERE NOT EXISTS (
            SELECT FROM shared_vouchers u
            WHERE u.merchant_id = s.merchant_id AND u.share_id = s.id)) x""",
    "a use counts as shared unless nobody took the share": """
        SELECT format('share %%s of merchant %%s is %%s and voucher %%s in it counts: %%s',
                      s.number, s.merchant_id, s.state, u.voucher_id, u.counts)
        FROM shares s
        JOIN shared_vouchers u ON u.merchant_id = s.merchant_id AND u.share_id = s.id
        WHERE u.counts <> (s.state IN ('waiting', 'claimed', 'taken_back'))""",
    "a voucher knows that it was shared": """
        SELECT format('voucher %%s of merchant %%s: shared %%s, %%s claimed shares',
                      v.number, v.merchant_id, coalesce(v.shared_at::text, 'never'), count(s.id))
        FROM vouchers v
        LEFT JOIN shared_vouchers u
          ON u.merchant_id = v.merchant_id AND u.voucher_id = v.id AND u.counts
        LEFT JOIN shares s ON s.merchant_id = u.merchant_id AND s.id = u.share_id
          AND s.state IN ('claimed', 'taken_back') AND v.state <> 'void'
        WHERE v.state <> 'void'
        GROUP BY v.merchant_id, v.id, v.number, v.shared_at
        HAVING (v.shared_at IS NOT NULL) <> (count(s.id) = 1)""",
    "what was shared is the friend's, or the owner's again": """
        SELECT format('voucher %%s of merchant %%s of share %%s is held by member %%s',
                      v.number, v.merchant_id, s.number, v.holder_id)
        FROM shares s
        JOIN shared_vouchers u ON u.merchant_id = s.merchant_id AND u.share_id = s.id AND u.counts
        JOIN vouchers v ON v.merchant_id = u.merchant_id AND v.id = u.voucher_id
        WHERE s.state IN ('claimed', 'taken_back') AND v.state <> 'void'
          AND (v.holder_id, v.card_id) NOT IN (
            (s.friend_id, s.sub_card_id), (s.owner_id, s.card_id))""",
    # An order that was refunded leaves nothing to unlock.
    "a voucher is locked when, and only when, its task is open": """
        SELECT format('voucher %%s of merchant %%s is %%s and its task %%s',
                      v.number, v.merchant_id, v.state, coalesce(t.state, 'missing'))
        FROM vouchers v LEFT JOIN assist_tasks t
          ON t.merchant_id = v.merchant_id AND t.voucher_id = v.id
        WHERE v.state <> 'void' AND (v.state = 'locked') <> (coalesce(t.state, '') = 'open')""",
}
