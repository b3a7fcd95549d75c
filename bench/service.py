"""SQL that fills a shop with what came after the sale: gifts, returns, messages, desk work.

As in `bench/sales.py`; `{few}` is how many there are of what a shop has few of.
"""

FRIENDS = (
    """INSERT INTO gifts (merchant_id, id, number, giver_id, state, fingerprint, created_at, gives_at,
      ends_at)
    SELECT {merchant}, v.id, 'Z' || body, v.holder_id, 'waiting', sha256(v.id::text::bytea),
      v.issued_at + interval '40 minutes', v.issued_at + interval '40 minutes',
      now() + interval '1 day'
    FROM vouchers v JOIN seed_bodies ON n = v.id
    WHERE v.merchant_id = {merchant} AND v.state = 'held' ORDER BY v.id""",
    """INSERT INTO gift_vouchers (merchant_id, gift_id, voucher_id, is_open)
    SELECT {merchant}, id, id, true FROM gifts WHERE merchant_id = {merchant} ORDER BY id""",
    """INSERT INTO assist_tasks (merchant_id, number, campaign_id, order_id, sharer_id, voucher_id,
      helpers_needed, state, token_hash, opened_at, ends_at)
    SELECT {merchant}, 'J' || body, {campaign}, (v.id + 3) / 4, v.holder_id, v.id, 3, 'open',
      sha256(v.id::text::bytea), v.issued_at, now() + interval '1 day'
    FROM vouchers v JOIN seed_bodies ON n = v.id
    WHERE v.merchant_id = {merchant} AND v.state = 'locked' ORDER BY v.id""",
    """INSERT INTO assist_helps (merchant_id, number, task_id, campaign_id, helper_id, state, reasons,
      at, address)
    SELECT {merchant}, 'L' || body, id, {campaign}, {members} - row, CASE WHEN row % 2 = 0 THEN 'held'
      ELSE 'counted' END, '["new_member"]', now() - CASE WHEN row <= 400
      THEN row * interval '10 minutes' ELSE interval '15 days' + row * interval '1 minute' END,
      sha256((row / 4)::text::bytea)
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS row FROM assist_tasks
      WHERE merchant_id = {merchant}) tasks JOIN seed_bodies ON n = row
    WHERE row < {members} ORDER BY row""",
)

RETURNS = (
    """INSERT INTO returns (merchant_id, id, number, order_id, state, amount_fen, wechat_fen, reason,
      quote, asked_by, asked_at, decided_by, refund_number, moved_at, looked_at, done_at)
    SELECT {merchant}, o.id, 'Y' || body, o.id,
      CASE WHEN o.state = 'refunded' THEN 'done' WHEN o.id % 50 = 17 THEN 'asked' ELSE 'paying' END,
      {price}, {price}, '不想要了', '{{"formula": "", "back_fen": 0, "lines": []}}',
      'member:' || o.member_id, o.placed_at + interval '40 minutes',
      CASE WHEN o.state = 'refunded' THEN 'system' END,
      CASE WHEN o.state = 'refunded' THEN 'R' || body END, o.placed_at + interval '40 minutes',
      o.placed_at + interval '40 minutes',
      CASE WHEN o.state = 'refunded' THEN o.placed_at + interval '40 minutes' END
    FROM orders o JOIN seed_bodies ON n = o.id
    WHERE o.merchant_id = {merchant} AND o.state IN ('refunded', 'refunding') ORDER BY o.id""",
    """INSERT INTO returned_vouchers (merchant_id, return_id, voucher_id, allocated_fen)
    SELECT {merchant}, order_id, 4 * order_id - k, {price} / 4
    FROM returns CROSS JOIN generate_series(0, 3) k WHERE merchant_id = {merchant} ORDER BY 2, 3""",
    """INSERT INTO complaint_tickets (merchant_id, id, number, source, kind, state, member_id,
      order_id, awaits_us, opened_at, answer_by, settle_by, resolved_at)
    SELECT {merchant}, n, 'X' || body, 'app', 'service', state, o.member_id, o.id,
      state <> 'resolved', o.placed_at, o.placed_at + interval '1 day',
      o.placed_at + interval '3 days', CASE state WHEN 'resolved' THEN placed_at END
    FROM (SELECT n, body, CASE WHEN n % 4 = 0 THEN 'open' WHEN n % 4 = 1 THEN 'processing'
        ELSE 'resolved' END AS state FROM seed_bodies WHERE n <= 2 * {few}) t
    JOIN (SELECT id, member_id, placed_at FROM orders WHERE merchant_id = {merchant}) o
      ON o.id = n * ({orders} / (2 * {few})) ORDER BY n""",
    """INSERT INTO complaint_lines (merchant_id, ticket_id, at, who, actor, action, text)
    SELECT {merchant}, id, opened_at, 'member', 'member:' || member_id, 'open', '等了很久'
    FROM complaint_tickets WHERE merchant_id = {merchant} ORDER BY id""",
    """INSERT INTO approvals (merchant_id, kind, subject, payload, amount_fen, reason, state,
      asked_by, asked_at, ends_at, decided_by, decided_at, result)
    SELECT {merchant}, 'agreed_refund', 'O' || body, '{{}}', {price}, '客人投诉', state,
      'staff:' || {staff}, {began} + n * {gap}, CASE state WHEN 'asked' THEN now() + interval '2 days'
        ELSE {began} + n * {gap} END,
      CASE state WHEN 'asked' THEN NULL ELSE 'staff:' || ({staff} + 1) END,
      CASE state WHEN 'asked' THEN NULL ELSE {began} + n * {gap} END,
      CASE state WHEN 'approved' THEN 'Y' || body END
    FROM (SELECT n, body, CASE WHEN n % 2 = 0 THEN 'asked' WHEN n % 3 = 0 THEN 'declined'
      ELSE 'approved' END AS state FROM seed_bodies WHERE n <= 2 * {few}) each ORDER BY n""",
)

TOLD = (
    """INSERT INTO sent_messages (merchant_id, event_key, member_id, message, template_id, state, at,
      settled_at, channel, reason)
    SELECT {merchant}, key, member_id, message, 'tmpl-' || message,
      CASE WHEN k % 6 = 0 THEN 'no_grant' WHEN k % 60 = 1 THEN 'refused' ELSE 'sent' END, at, at,
      'subscribe', CASE WHEN k % 60 = 1 THEN '43101' END
    FROM (SELECT 'order:' || number AS key, member_id, 'order_paid' AS message, id AS k,
        paid_at AS at FROM orders WHERE paid_at IS NOT NULL
      UNION ALL SELECT 'redemption:' || number, member_id, 'voucher_redeemed', id, redeemed_at
      FROM redemptions) told ORDER BY at""",
    """INSERT INTO audit (merchant_id, at, actor, action, subject, details)
    SELECT {merchant}, at, actor, action, subject, '{{"value_fen": 2450}}' FROM (
      SELECT redeemed_at AS at, actor, 'voucher.redeem' AS action, number AS subject
      FROM redemptions
      UNION ALL SELECT placed_at, 'member:' || member_id, 'order.place', number FROM orders
      UNION ALL SELECT redeemed_at, 'staff:' || ({staff} + id % {people}), 'member.reveal_phone',
        number FROM redemptions WHERE id % 10 = 0) lines ORDER BY at""",
    """INSERT INTO outbox (merchant_id, job, event, payload, published_at, due_at, attempts, done_at,
      failed_at, error)
    SELECT {merchant}, 'messages.push_order_paid', 'OrderPaid', '{{}}', paid_at, paid_at, 1,
      CASE WHEN id > {dead} THEN paid_at END, CASE WHEN id <= {dead} THEN paid_at END,
      CASE WHEN id <= {dead} THEN '43101' END
    FROM orders WHERE merchant_id = {merchant} AND paid_at IS NOT NULL ORDER BY id""",
    """INSERT INTO inbox (merchant_id, source, reference, headers, body, received_at, applied_at)
    SELECT {merchant}, 'wechat_pay.payments', 'EV-' || id, repeat('x', 300), repeat('x', 600),
      received_at, received_at FROM payments
    WHERE merchant_id = {merchant} AND received_at IS NOT NULL ORDER BY id""",
)

STANDING = (
    """INSERT INTO membership_growth (merchant_id, member_id, source, kind, amount, at, day, noted_at)
    SELECT {merchant}, member_id, 'order:' || number, 'spend', total_fen, paid_at,
      (paid_at AT TIME ZONE 'Asia/Shanghai')::date, paid_at
    FROM orders WHERE merchant_id = {merchant} AND paid_at IS NOT NULL ORDER BY id""",
    """INSERT INTO member_standings (merchant_id, member_id, tier, revision, steps, judged_at, anchor)
    SELECT {merchant}, id, (ARRAY['v1','v2','v3'])[1 + id % 3], 1, 1, now(), now()::date
    FROM members WHERE merchant_id = {merchant} ORDER BY id""",
    """INSERT INTO membership_moves (merchant_id, member_id, step, to_tier, why, revision, at)
    SELECT {merchant}, member_id, 1, tier, 'upgrade', 1, judged_at FROM member_standings
    WHERE merchant_id = {merchant} ORDER BY member_id""",
    """INSERT INTO point_earnings (merchant_id, member_id, source, cause, name, base, points, factors,
      at)
    SELECT {merchant}, member_id, 'redemption', 'redemption:' || number, '到店核销', 24, 24, '[]',
      redeemed_at FROM redemptions WHERE merchant_id = {merchant} ORDER BY id""",
    """INSERT INTO followers (merchant_id, app_id, openid, member_id, first_at, followed_at,
      first_scene, first_scene_at)
    SELECT {merchant}, {app}, 'o_follow' || id, id, joined_at, joined_at, 'store', joined_at
    FROM members WHERE merchant_id = {merchant} AND id % 2 = 0 ORDER BY id""",
)

DESK = (
    """INSERT INTO works (merchant_id, kind, title, payload, asked_by, state, done, total, asked_at,
      started_at, moved_at, ended_at)
    SELECT {merchant}, 'export', '导出核销明细', '{{}}', 'staff:' || ({staff} + n % {people}), 'done',
      100, 100, at, at, at, at
    FROM (SELECT n, {began} + n * {gap} AS at FROM generate_series(1, 4 * {few}) n) each""",
    """INSERT INTO bill_differences (merchant_id, channel_id, day, kind, number, ours_fen, theirs_fen,
      found_at, assigned_to, settled_at, settled_by, settled_reason)
    SELECT {merchant}, {channel}, now()::date - (n % 400)::int, 'payment', 'P' || body, {price}, NULL, now(),
      CASE WHEN n % 4 = 1 THEN {staff} END,
      CASE WHEN n % 2 = 0 THEN now() END, CASE WHEN n % 2 = 0 THEN 'system' END,
      CASE WHEN n % 2 = 0 THEN '已核对' END
    FROM seed_bodies WHERE n <= 2 * {few} ORDER BY n""",
    """INSERT INTO shift_closings (merchant_id, staff_id, store_id, starts_at, ends_at, redeemed,
      reversed, undone, undone_fen, undone_points, value_fen, points)
    SELECT {merchant}, {staff} + n % {people}, {store} + n % {stores}, at, at + interval '8 hours',
      40, 0, 0, 0, 0, 98000, 960
    FROM (SELECT n, now() - n * interval '9 hours' AS at FROM generate_series(1, 1000) n) each
    ORDER BY at""",
    """INSERT INTO offline_devices (merchant_id, id, handle, staff_id, store_id, session_id,
      public_key, agent, enrolled_at, ends_at, last_print)
    SELECT {merchant}, n, 'device-' || n, {staff} + n % {people}, {store}, {session}, '\\x01',
      'Chrome', now(), now() + interval '1 day', '\\x01'
    FROM generate_series(1, 20) n""",
    """INSERT INTO offline_scans (merchant_id, device_id, staff_id, store_id, counter, code_text,
      scanned_at, uploaded_at, print, signature, refusal, voucher_id, closed_at, closed_by,
      close_reason)
    SELECT {merchant}, 1 + n % 20, {staff}, {store}, n, 'KB', now() - n * interval '1 minute', now(),
      '\\x01', '\\x01', 'already_redeemed', n, CASE WHEN n % 2 = 0 THEN now() END,
      CASE WHEN n % 2 = 0 THEN 'system' END, CASE WHEN n % 2 = 0 THEN '已联系' END
    FROM generate_series(1, 2 * {few}) n""",
    """INSERT INTO code_pools (merchant_id, benefit_id) SELECT {merchant}, {code_benefit}
    ON CONFLICT DO NOTHING""",
    """INSERT INTO pool_codes (merchant_id, benefit_id, code_sealed, code_index, imported_at)
    SELECT {merchant}, {code_benefit}, sha256(n::text::bytea), sha256(n::text::bytea), now()
    FROM generate_series(1, 10 * {few}) n""",
    """INSERT INTO card_batches (merchant_id, id, number, title, pack, points, bind_until, made_at,
      made_by)
    SELECT {merchant}, n, 'N' || body, '开业实体卡', '[]', 0, now() + interval '1 year', now(), 'system'
    FROM seed_bodies WHERE n <= {few} ORDER BY n""",
    """INSERT INTO paper_cards (merchant_id, batch_id, code_index, last_signs)
    SELECT {merchant}, 1 + n % {few}, sha256(n::text::bytea), 'AB12'
    FROM generate_series(1, 20 * {few}) n""",
    """INSERT INTO booking_sessions (merchant_id, id, number, benefit_id, store_id, title, starts_at,
      ends_at, changes_until, capacity, created_at)
    SELECT {merchant}, n, '6' || body, {benefit}, {store}, '私享夜', at, at + interval '3 hours',
      at - interval '1 day', 20, now()
    FROM (SELECT n, body, now() + (n - {few} * 2 / 3) * interval '13 minutes' AS at FROM seed_bodies
      WHERE n <= {few}) each ORDER BY n""",
    """INSERT INTO goodwill_grants (merchant_id, member_id, revision_id, card_number, cost_fen,
      market_value_fen, reason, actor, day, at)
    SELECT {merchant}, n, {revision}, 'C' || body, 900, 3200, '久等', 'staff:' || {staff},
      (now() - n * interval '1 minute')::date, now() - n * interval '1 minute'
    FROM seed_bodies WHERE n <= {few} ORDER BY n""",
    """INSERT INTO subscriptions (merchant_id, id, number, member_id, order_id, offer_id, title, plan,
      paid_fen, state, anchor_on, started_at)
    SELECT {merchant}, n, '7' || body, 1 + n % {members}, n, {offer}, '咖啡月卡', '{{}}', 0, 'active',
      now()::date, now() FROM seed_bodies WHERE n <= {few} ORDER BY n""",
    """INSERT INTO subscription_periods (merchant_id, id, subscription_id, n, month, starts_on,
      locks_at, amount_fen, state, opened_at)
    SELECT {merchant}, n, n, 1, 1, now()::date, now(), 0, 'opened', now()
    FROM generate_series(1, {few}) n""",
    """INSERT INTO parcels (merchant_id, number, subscription_id, period_id, member_id, benefit_id,
      revision_id, quantity, allocated_fen, address_sealed, send_on, state, tracking_number, sent_at,
      created_at)
    SELECT {merchant}, 'E' || body, n, n, 1 + n % {members}, {benefit}, {revision}, 1, 0, {address},
      now()::date - (n % 30)::int, CASE WHEN n % 2 = 0 THEN 'to_send' ELSE 'sent' END,
      CASE WHEN n % 2 = 1 THEN 'SF' || n END, CASE WHEN n % 2 = 1 THEN now() END, now()
    FROM seed_bodies WHERE n <= {few} ORDER BY n""",
    """INSERT INTO shipping_reports (merchant_id, order_id, payment_id, transaction_id, delivery, item,
      amount_fen, state, paid_at, due_at, next_at, settled_at)
    SELECT {merchant}, o.id, o.id, '42000' || o.id, 'virtual', '热拿铁双杯', {price},
      CASE WHEN o.id % 100 = 0 THEN 'sent' ELSE 'settled' END, paid_at, paid_at, NULL,
      CASE WHEN o.id % 100 = 0 THEN NULL ELSE paid_at END
    FROM orders o WHERE o.merchant_id = {merchant} AND o.paid_at IS NOT NULL ORDER BY o.id""",
    """INSERT INTO value_adjustments (merchant_id, member_id, kind, change_fen, reason, state,
      proposed_by, proposed_at, decided_by, decided_at)
    SELECT {merchant}, n, 'bonus', 1000, '补偿', CASE WHEN n % 2 = 0 THEN 'proposed' ELSE 'approved'
      END, 'staff:' || {staff}, now(), CASE WHEN n % 2 = 1 THEN 'staff:' || ({staff} + 1) END,
      CASE WHEN n % 2 = 1 THEN now() END
    FROM generate_series(1, {few}) n""",
    """INSERT INTO platform_notices (merchant_id, app_id, kind, text, at)
    SELECT {merchant}, {app}, 'settlement', '已结算', {began} + n * {gap}
    FROM generate_series(1, 4 * {few}) n""",
)
