"""The floor's statements: what each hot operation must write, in one raw statement.

No session, no limits, no checks, no thought: whoever does less than this has left a row out.
What each statement writes (and the run checks that ours writes the very same):

redeem   request_keys, redemptions, voucher_events, ledger_entries, ledger_postings (2),
         point_lots, audit, outbox (4): inserted; vouchers, ledger_accounts: updated
place    request_keys, orders, order_lines, payments: inserted; offer_takers: inserted or
         updated; offer_stock: updated
notice   inbox, ledger_entries, ledger_postings, outbox (4), cards, vouchers (2),
         voucher_events (2): inserted; payments, orders: updated
claim    cards, voucher_events, outbox (2): inserted; gifts, gift_vouchers, vouchers: updated
help     assist_helps, cards, vouchers, voucher_events (2), outbox (3): inserted;
         assist_counters, assist_tasks, vouchers: updated
wallet   nothing
"""

REDEEM = """
WITH key AS (
  INSERT INTO request_keys (merchant_id, actor, key, body_hash, status, answer, created_at)
  VALUES (%(merchant)s, %(actor)s, %(key)s, %(hash)s, 201, %(answer)s::jsonb, %(at)s)
), moved AS (
  UPDATE vouchers SET state = 'redeemed'
  WHERE merchant_id = %(merchant)s AND id = %(voucher)s AND state = 'active'
  RETURNING id, number, holder_id, allocated_fen, allocated_fen / 100 AS points
), redemption AS (
  INSERT INTO redemptions (merchant_id, number, voucher_id, member_id, acceptor_merchant_id,
    store_id, actor, value_fen, points, redeemed_at)
  SELECT %(merchant)s, %(number)s, id, holder_id, %(merchant)s, %(store)s, %(actor)s,
    allocated_fen, points, %(at)s FROM moved
), event AS (
  INSERT INTO voucher_events
    (merchant_id, voucher_id, at, action, from_state, to_state, actor, reference)
  SELECT %(merchant)s, id, %(at)s, 'redeem', 'active', 'redeemed', %(actor)s, %(number)s FROM moved
), account AS (
  INSERT INTO ledger_accounts AS a (merchant_id, kind, owner, asset, balance)
  SELECT %(merchant)s, 'points', holder_id, 'point', points FROM moved
  ON CONFLICT (merchant_id, kind, owner, asset)
    DO UPDATE SET balance = a.balance + EXCLUDED.balance
  RETURNING id
), entry AS (
  INSERT INTO ledger_entries (merchant_id, cause, posted_at)
  SELECT %(merchant)s, 'redemption:' || %(number)s, %(at)s FROM moved RETURNING id
), house AS (
  SELECT kind, id FROM ledger_accounts WHERE merchant_id = %(merchant)s AND owner = 0
    AND kind IN ('prepaid', 'earned', 'points_issued')
), postings AS (
  INSERT INTO ledger_postings (merchant_id, entry_id, source_id, destination_id, asset, amount)
  SELECT %(merchant)s, entry.id, a.id, b.id, 'cny', moved.allocated_fen
  FROM entry, moved, house a, house b WHERE a.kind = 'prepaid' AND b.kind = 'earned'
  UNION ALL
  SELECT %(merchant)s, entry.id, a.id, account.id, 'point', moved.points
  FROM entry, moved, account, house a WHERE a.kind = 'points_issued'
), lot AS (
  INSERT INTO point_lots
    (merchant_id, member_id, entry_id, earned, remaining, earned_at, expires_at, reason)
  SELECT %(merchant)s, holder_id, entry.id, points, points, %(at)s, %(points_until)s, 'redemption'
  FROM entry, moved
), audited AS (
  INSERT INTO audit (merchant_id, at, actor, action, subject, details)
  SELECT %(merchant)s, %(at)s, %(actor)s, 'voucher.redeem', number, %(details)s::jsonb FROM moved
), told AS (
  INSERT INTO outbox (merchant_id, job, event, payload, published_at, due_at)
  SELECT %(merchant)s, job, 'VoucherRedeemed', %(payload)s::jsonb, %(at)s, %(at)s
  FROM moved, unnest(ARRAY['messages.push_redeemed', 'membership.note_visit',
    'card_bag.follow_redemption', 'points.earn_for_visit']) AS job
)
SELECT number, points FROM moved
"""

PLACE = """
WITH key AS (
  INSERT INTO request_keys (merchant_id, actor, key, body_hash, status, answer, created_at)
  VALUES (%(merchant)s, %(actor)s, %(key)s, %(hash)s, 201, %(answer)s::jsonb, %(at)s)
), stock AS (
  UPDATE offer_stock SET taken = taken + 1
  WHERE merchant_id = %(merchant)s AND offer_id = %(offer)s AND slot = 0 AND taken < quota
  RETURNING offer_id
), taker AS (
  INSERT INTO offer_takers AS t (merchant_id, offer_id, member_id, taken)
  SELECT %(merchant)s, offer_id, %(member)s, 1 FROM stock
  ON CONFLICT (merchant_id, offer_id, member_id) DO UPDATE SET taken = t.taken + EXCLUDED.taken
), placed AS (
  INSERT INTO orders (merchant_id, number, member_id, state, total_fen, wechat_fen, has_tenders,
    app_id, channel_id, source_channel, source_scene, placed_at, expires_at)
  SELECT %(merchant)s, %(number)s, %(member)s, 'pending', %(price)s, %(price)s, false, %(app)s,
    %(channel)s, 'group_chat', '1007', %(at)s, %(pay_until)s FROM stock
  RETURNING id
), line AS (
  INSERT INTO order_lines (merchant_id, order_id, offer_id, title, quantity, unit_price_fen,
    amount_fen, discount_fen, contents, from_stock, is_counted, kind, terms, goods_kind,
    refund_policy)
  SELECT %(merchant)s, id, %(offer)s, %(title)s, 1, %(price)s, %(price)s, 0,
    %(contents)s::jsonb, true, true, 'single', '{}', 'on_site', 'any_time_unused' FROM placed
), bill AS (
  INSERT INTO payments (merchant_id, number, order_id, channel_id, appid, payer_openid,
    amount_fen, state, asked_at, look_at)
  SELECT %(merchant)s, %(payment)s, id, %(channel)s, %(appid)s, %(openid)s, %(price)s, 'waiting',
    %(at)s, %(look_at)s FROM placed
)
SELECT id FROM placed
"""

RECEIVE = """
WITH kept AS (
  INSERT INTO inbox (merchant_id, source, reference, headers, body, received_at, applied_at)
  VALUES (%(merchant)s, %(source)s, %(reference)s, %(headers)s, %(body)s, %(at)s, %(at)s)
), money AS (
  UPDATE payments SET state = 'received', transaction_id = %(transaction)s, received_at = %(at)s
  WHERE merchant_id = %(merchant)s AND number = %(payment)s AND state = 'waiting'
  RETURNING order_id, amount_fen
), settled AS (
  UPDATE orders o SET state = 'fulfilled', paid_at = %(at)s, fulfilled_at = %(at)s FROM money
  WHERE o.merchant_id = %(merchant)s AND o.id = money.order_id AND o.state = 'pending'
  RETURNING o.id, o.number, o.member_id, money.amount_fen
), entry AS (
  INSERT INTO ledger_entries (merchant_id, cause, posted_at)
  SELECT %(merchant)s, 'payment:' || %(payment)s, %(at)s FROM money RETURNING id
), posting AS (
  INSERT INTO ledger_postings (merchant_id, entry_id, source_id, destination_id, asset, amount)
  SELECT %(merchant)s, entry.id, payers.id, prepaid.id, 'cny', money.amount_fen
  FROM entry, money, ledger_accounts payers, ledger_accounts prepaid
  WHERE payers.merchant_id = %(merchant)s AND payers.kind = 'payers' AND payers.owner = 0
    AND payers.asset = 'cny' AND prepaid.merchant_id = %(merchant)s
    AND prepaid.kind = 'prepaid' AND prepaid.owner = 0 AND prepaid.asset = 'cny'
), told AS (
  INSERT INTO outbox (merchant_id, job, event, payload, published_at, due_at)
  SELECT %(merchant)s, job, 'OrderPaid',
    jsonb_build_object('merchant_id', %(merchant)s::bigint, 'order_id', id), %(at)s, %(at)s
  FROM settled, unnest(ARRAY['messages.push_order_paid', 'membership.note_purchase',
    'shipping.report_order', 'points.earn_for_purchase']) AS job
), card AS (
  INSERT INTO cards (merchant_id, number, order_id, offer_id, member_id, title, issued_at)
  SELECT %(merchant)s, %(card)s, s.id, l.offer_id, s.member_id, l.title, %(at)s
  FROM settled s JOIN order_lines l ON l.merchant_id = %(merchant)s AND l.order_id = s.id
  RETURNING id
), voucher AS (
  INSERT INTO vouchers (merchant_id, number, card_id, revision_id, holder_id, buyer_id, state,
    allocated_fen, valid_from, valid_until, issued_at)
  SELECT %(merchant)s, n.number, card.id, %(revision)s, s.member_id, s.member_id, 'active',
    s.amount_fen / 2, %(at)s, %(valid_until)s, %(at)s
  FROM card, settled s, unnest(%(vouchers)s::text[]) AS n (number)
  RETURNING id, holder_id
)
INSERT INTO voucher_events (merchant_id, voucher_id, at, action, to_state, actor, reference)
SELECT %(merchant)s, v.id, %(at)s, 'issue', 'active', 'member:' || v.holder_id, s.number
FROM voucher v, settled s
"""

CLAIM = """
WITH taken AS (
  UPDATE gifts SET state = 'claimed', receiver_id = %(member)s, settled_at = %(at)s
  WHERE merchant_id = %(merchant)s AND id = %(gift)s AND state = 'waiting'
  RETURNING id, number
), opened AS (
  UPDATE gift_vouchers gv SET is_open = false FROM taken
  WHERE gv.merchant_id = %(merchant)s AND gv.gift_id = taken.id
  RETURNING gv.voucher_id
), card AS (
  INSERT INTO cards (merchant_id, number, order_id, offer_id, member_id, title, issued_at)
  SELECT %(merchant)s, %(card)s, c.order_id, c.offer_id, %(member)s, c.title, %(at)s
  FROM opened
  JOIN vouchers v ON v.merchant_id = %(merchant)s AND v.id = opened.voucher_id
  JOIN cards c ON c.merchant_id = %(merchant)s AND c.id = v.card_id
  RETURNING id
), moved AS (
  UPDATE vouchers v SET state = 'active', held_from = NULL, holder_id = %(member)s,
    card_id = card.id, holder_version = v.holder_version + 1, times_given = v.times_given + 1
  FROM opened, card
  WHERE v.merchant_id = %(merchant)s AND v.id = opened.voucher_id AND v.state = 'held'
  RETURNING v.id
), event AS (
  INSERT INTO voucher_events
    (merchant_id, voucher_id, at, action, from_state, to_state, actor, reference, reason)
  SELECT %(merchant)s, moved.id, %(at)s, 'hand_over', 'held', 'active', 'member:' || %(member)s,
    taken.number, 'gift_claimed' FROM moved, taken
), told AS (
  INSERT INTO outbox (merchant_id, job, event, payload, published_at, due_at)
  SELECT %(merchant)s, job, 'GiftClaimed',
    jsonb_build_object('merchant_id', %(merchant)s::bigint, 'gift_number', taken.number),
    %(at)s, %(at)s
  FROM taken, unnest(ARRAY['gifts.tell_giver_claimed', 'gifts.tell_friend_received']) AS job
)
SELECT number FROM taken
"""

HELP = """
WITH task AS (
  UPDATE assist_tasks SET state = 'unlocked', closed_at = %(at)s
  WHERE merchant_id = %(merchant)s AND id = %(task)s AND state = 'open'
  RETURNING id, number, campaign_id, order_id, sharer_id, voucher_id
), budget AS (
  UPDATE assist_counters k SET rewards = rewards + 1, unlocks = unlocks + 1 FROM task
  WHERE k.merchant_id = %(merchant)s AND k.campaign_id = task.campaign_id
), help AS (
  INSERT INTO assist_helps (merchant_id, number, task_id, campaign_id, helper_id, state,
    reward_card, reasons, risk_rank, address, at)
  SELECT %(merchant)s, %(number)s, id, campaign_id, %(member)s, 'counted', %(card)s, '[]', 0,
    %(address)s, %(at)s FROM task
), card AS (
  INSERT INTO cards (merchant_id, number, order_id, offer_id, member_id, title, issued_at)
  SELECT %(merchant)s, %(card)s, order_id, %(offer)s, %(member)s, '好友助力礼', %(at)s FROM task
  RETURNING id
), reward AS (
  INSERT INTO vouchers (merchant_id, number, card_id, revision_id, holder_id, buyer_id, state,
    allocated_fen, valid_from, valid_until, issued_at)
  SELECT %(merchant)s, %(voucher)s, id, %(revision)s, %(member)s, %(member)s, 'active', 0, %(at)s,
    %(valid_until)s, %(at)s FROM card
  RETURNING id
), unlocked AS (
  UPDATE vouchers v SET state = 'active', valid_from = %(at)s, valid_until = %(valid_until)s
  FROM task WHERE v.merchant_id = %(merchant)s AND v.id = task.voucher_id AND v.state = 'locked'
  RETURNING v.id, task.number
), events AS (
  INSERT INTO voucher_events
    (merchant_id, voucher_id, at, action, from_state, to_state, actor, reference)
  SELECT %(merchant)s, id, %(at)s, 'issue', NULL, 'active', 'member:' || %(member)s, %(number)s
  FROM reward
  UNION ALL
  SELECT %(merchant)s, id, %(at)s, 'unlock', 'locked', 'active', 'system', number FROM unlocked
), told AS (
  INSERT INTO outbox (merchant_id, job, event, payload, published_at, due_at)
  SELECT %(merchant)s, job, event,
    jsonb_build_object('merchant_id', %(merchant)s::bigint, 'task_id', id, 'member_id', member),
    %(at)s, %(at)s
  FROM task, LATERAL (VALUES ('assists.show_progress', 'AssistHelped', sharer_id),
    ('assists.tell_unlocked', 'AssistUnlocked', sharer_id),
    ('assists.tell_unlocked', 'AssistUnlocked', %(member)s::bigint)) AS f (job, event, member)
)
SELECT id FROM task
"""

WALLET = """
SELECT v.id, v.number, v.state, v.revision_id, v.valid_from, v.valid_until, c.number, c.title
FROM vouchers v JOIN cards c ON c.merchant_id = v.merchant_id AND c.id = v.card_id
WHERE v.merchant_id = %(merchant)s AND v.holder_id = %(member)s
  AND v.state IN ('issuing', 'active', 'locked', 'held', 'frozen') AND v.valid_until > %(at)s
ORDER BY v.valid_until, v.id LIMIT 21
"""
