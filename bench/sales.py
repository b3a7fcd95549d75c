"""SQL that fills a shop of any size with what was sold: people, orders, vouchers, and the books.

Order n is the nth in time; its card and its bill have the same id, and its four vouchers follow
each other. What becomes of a voucher is a remainder of its id, so that two shops of different size
are alike but for the size. Four hundred days lie between the first order and the last, and the
latest three sold the same in a shop of any size: a page that adds up today is read on such a day.


Every statement is handed `{began}` (the first order), `{gap}` (between two of them), `{recent}`
(where the latest days begin), `{placed}` (when order n was), `{orders}`, `{members}` and the ids of
the shop. `seed_bodies` holds a number without its letter for each n.
"""

OLD = "interval '90 days'"
PLACED = """CASE WHEN n <= {orders} - {lately} THEN {began} + n * {old_gap}
  ELSE {recent} + (n - {orders} + {lately}) * {late_gap} END"""
# Of those that are over their ninety days and of the younger ones, in percent of the vouchers.
BECAME = f"""CASE
  WHEN o.state = 'refunded' THEN 'void'
  WHEN o.state = 'refunding' THEN 'frozen'
  WHEN now() - o.placed_at > {OLD} THEN CASE WHEN v.id % 100 < 75 THEN 'redeemed' ELSE 'expired' END
  WHEN v.id % 100 < 40 THEN 'redeemed'
  WHEN v.id % 100 < 42 THEN 'held'
  WHEN v.id % 100 < 48 THEN 'locked'
  WHEN v.id % 1000 = 48 THEN 'issuing'
  ELSE 'active' END"""

PEOPLE = (
    "INSERT INTO users (id, created_at) SELECT n, now() FROM generate_series(1, {members}) n",
    """INSERT INTO members (merchant_id, id, number, user_id, nickname, phone_sealed, phone_index,
      state, joined_at)
    SELECT {merchant}, n, 'U' || body, n,
      (ARRAY['李','王','张','刘','陈','杨','赵','黄','周','吴'])[1 + n % 10]
        || (ARRAY['小美','大伟','静','敏','丽','强','磊','洋','艳','勇'])[1 + n / 10 % 10] || n % 97,
      sealed, index, CASE WHEN n % 500 = 7 THEN 'blocked' ELSE 'active' END,
      {began} + n * {gap} - interval '1 hour'
    FROM seed_bodies JOIN seed_phones USING (n) WHERE n <= {members} ORDER BY n""",
    """INSERT INTO member_tags (merchant_id, member_id, tag, at)
    SELECT {merchant}, n, (ARRAY['常客','企业','学生','附近'])[1 + n % 4], now()
    FROM generate_series(1, {members}) n WHERE n % 5 = 0""",
    """INSERT INTO ledger_accounts (merchant_id, kind, owner, asset, balance)
    SELECT {merchant}, 'points', n, 'point', 0 FROM generate_series(1, {members}) n""",
)

ORDERS = (
    """INSERT INTO orders (merchant_id, id, number, member_id, state, total_fen, wechat_fen, app_id,
      channel_id, source_channel, placed_at, expires_at, paid_at, fulfilled_at,
      wechat_returned_fen)
    SELECT {merchant}, n, 'O' || body, 1 + n % {members}, state, {price}, {price}, {app},
      {channel}, (ARRAY['moments','poster','search','friend'])[1 + n % 5], at,
      at + interval '15 minutes', at + interval '30 seconds', at + interval '31 seconds',
      CASE WHEN state = 'refunded' THEN {price} ELSE 0 END
    FROM (SELECT n, body, {placed} AS at,
        CASE WHEN n % 25 = 3 THEN 'refunded' WHEN n % 25 = 17 THEN 'refunding'
          ELSE 'fulfilled' END AS state
      FROM seed_bodies WHERE n <= {orders}) each ORDER BY n""",
    # Those that nobody paid. Few still may be, in any shop: a quarter of an hour ends it.
    """INSERT INTO orders (merchant_id, id, number, member_id, state, total_fen, wechat_fen, app_id,
      channel_id, placed_at, expires_at, closed_at, close_reason)
    SELECT {merchant}, {orders} + n, 'O' || body, 1 + n % {members}, state, {price}, {price}, {app},
      {channel}, at, at + interval '15 minutes',
      CASE WHEN state = 'closed' THEN at + interval '15 minutes' END,
      CASE WHEN state = 'closed' THEN 'timeout' END
    FROM (SELECT n - {orders} AS n, body, {began} + (n - {orders}) * 20 * {gap} AS at,
        CASE WHEN n > {orders} + {orders} / 20 - {waiting} THEN 'pending' ELSE 'closed' END AS state
      FROM seed_bodies WHERE n > {orders} AND n <= {orders} + {orders} / 20) each ORDER BY n""",
    """INSERT INTO order_lines (merchant_id, id, order_id, offer_id, title, quantity, unit_price_fen,
      amount_fen, contents, from_stock, is_counted, returned_pieces)
    SELECT {merchant}, id, id, {offer} + id % {offers}, '热拿铁双杯', 2, {price} / 2, {price},
      {contents}::jsonb, false, false, CASE WHEN state = 'refunded' THEN 2 ELSE 0 END
    FROM orders WHERE merchant_id = {merchant} ORDER BY id""",
    """INSERT INTO payments (merchant_id, id, number, order_id, channel_id, appid, payer_openid,
      amount_fen, state, asked_at, look_at, transaction_id, received_at, closed_at, returned_fen)
    SELECT {merchant}, o.id, 'P' || body, o.id, {channel}, {appid}, 'o_seed' || member_id, {price},
      CASE o.state WHEN 'pending' THEN 'waiting' WHEN 'closed' THEN 'closed' ELSE 'received' END,
      placed_at, placed_at, CASE WHEN paid_at IS NOT NULL THEN '42000' || o.id END, paid_at,
      o.closed_at, wechat_returned_fen
    FROM orders o JOIN seed_bodies ON n = o.id WHERE o.merchant_id = {merchant} ORDER BY o.id""",
    """INSERT INTO cards (merchant_id, id, number, order_id, offer_id, member_id, title, issued_at)
    SELECT {merchant}, o.id, 'C' || body, o.id, {offer} + o.id % {offers}, o.member_id,
      '热拿铁双杯', o.fulfilled_at
    FROM orders o JOIN seed_bodies ON n = o.id
    WHERE o.merchant_id = {merchant} AND o.id <= {orders} ORDER BY o.id""",
)

VOUCHERS = (
    """INSERT INTO vouchers (merchant_id, id, number, card_id, revision_id, holder_id, buyer_id,
      state, allocated_fen, valid_from, valid_until, issued_at, held_from, holder_version)
    SELECT {merchant}, v.id, 'V' || body, o.id, {revision}, o.member_id, o.member_id, {became},
      {price} / 4, o.fulfilled_at, o.fulfilled_at + {old}, o.fulfilled_at,
      CASE WHEN {became} = 'held' THEN 'active' END,
      CASE WHEN {became} IN ('held', 'frozen') THEN 2 ELSE 1 END
    FROM generate_series(1, 4 * {orders}) AS v (id)
    JOIN orders o ON o.merchant_id = {merchant} AND o.id = (v.id + 3) / 4
    JOIN seed_bodies ON n = v.id ORDER BY v.id""",
    # Within ten days, and not in the latest days if it was not sold in them.
    """INSERT INTO redemptions (merchant_id, number, voucher_id, member_id, acceptor_merchant_id,
      store_id, actor, value_fen, points, redeemed_at)
    SELECT {merchant}, 'D' || body, id, holder_id, {merchant}, {store} + id % {stores},
      'staff:' || ({staff} + id % {people}), allocated_fen, 24, at
    FROM (SELECT v.*, CASE
        WHEN issued_at >= {recent}
        THEN least(issued_at + interval '1 minute' * (1 + id % 240), now() - interval '1 minute')
        ELSE greatest(issued_at + interval '1 minute', least(
          issued_at + interval '1 hour' * (1 + id * 7 % 240),
          {recent} - interval '1 second' * (1 + id % 90000))) END AS at
      FROM vouchers v WHERE merchant_id = {merchant} AND state = 'redeemed') used
    JOIN seed_bodies ON n = id ORDER BY at, id""",
    """INSERT INTO voucher_events (merchant_id, voucher_id, at, action, from_state, to_state, actor,
      reference)
    SELECT {merchant}, voucher_id, at, action, from_state, to_state, actor, reference FROM (
      SELECT v.id AS voucher_id, v.issued_at AS at, 'issue' AS action, NULL AS from_state,
        CASE WHEN v.state IN ('locked', 'issuing') THEN v.state ELSE 'active' END AS to_state,
        'member:' || v.holder_id AS actor, o.number AS reference
      FROM vouchers v JOIN orders o ON o.merchant_id = v.merchant_id AND o.id = (v.id + 3) / 4
      UNION ALL
      SELECT r.voucher_id, r.redeemed_at, 'redeem', 'active', 'redeemed', r.actor, r.number
      FROM redemptions r
      UNION ALL
      SELECT id, CASE state WHEN 'expired' THEN least(valid_until, {recent} - interval '1 minute')
          ELSE issued_at + interval '40 minutes' END,
        CASE state WHEN 'expired' THEN 'expire' WHEN 'held' THEN 'hold' WHEN 'void' THEN 'void'
          ELSE 'freeze' END,
        'active', state, 'system', NULL
      FROM vouchers WHERE state IN ('expired', 'held', 'void', 'frozen')) moves
    ORDER BY at, voucher_id""",
)

BOOKS = (
    """INSERT INTO refunds (merchant_id, id, number, cause, payment_id, amount_fen, reason, state,
      asked_at, look_at, wechat_refund_id, settled_at, kept_as)
    SELECT {merchant}, o.id, 'R' || body, 'return:' || body, o.id, {price}, '不想要了', 'succeeded',
      placed_at + interval '40 minutes', placed_at, '50000' || o.id, placed_at + interval '40 minutes',
      'prepaid'
    FROM orders o JOIN seed_bodies ON n = o.id
    WHERE o.merchant_id = {merchant} AND o.state = 'refunded' ORDER BY o.id""",
    """INSERT INTO order_returns (merchant_id, order_id, cause, returned_at, wechat_fen, value_fen,
      points)
    SELECT {merchant}, payment_id, cause, settled_at, amount_fen, 0, 0
    FROM refunds WHERE merchant_id = {merchant} ORDER BY id""",
    """INSERT INTO ledger_entries (merchant_id, cause, posted_at)
    SELECT {merchant}, cause, at FROM (
      SELECT 'payment:' || number AS cause, received_at AS at FROM payments
      WHERE received_at IS NOT NULL
      UNION ALL SELECT 'redemption:' || number, redeemed_at FROM redemptions
      UNION ALL SELECT 'refund:' || number, settled_at FROM refunds) entries ORDER BY at, cause""",
    """INSERT INTO ledger_postings (merchant_id, entry_id, source_id, destination_id, asset, amount)
    WITH house AS (SELECT kind, id FROM ledger_accounts
      WHERE merchant_id = {merchant} AND owner = 0)
    SELECT {merchant}, entry_id, source_id, destination_id, asset, amount FROM (
      SELECT e.id AS entry_id, a.id AS source_id, b.id AS destination_id, 'cny' AS asset,
        CASE WHEN e.cause LIKE 'redemption:%' THEN {price} / 4 ELSE {price} END AS amount
      FROM ledger_entries e
      JOIN house a ON a.kind = CASE WHEN e.cause LIKE 'payment:%' THEN 'payers' ELSE 'prepaid' END
      JOIN house b ON b.kind = CASE WHEN e.cause LIKE 'payment:%' THEN 'prepaid'
        WHEN e.cause LIKE 'refund:%' THEN 'payers' ELSE 'earned' END
      UNION ALL
      SELECT e.id, a.id, b.id, 'point', r.points FROM redemptions r
      JOIN ledger_entries e ON e.merchant_id = {merchant} AND e.cause = 'redemption:' || r.number
      JOIN house a ON a.kind = 'points_issued'
      JOIN ledger_accounts b ON b.merchant_id = {merchant} AND b.kind = 'points'
        AND b.owner = r.member_id AND b.asset = 'point') moved ORDER BY entry_id""",
    """INSERT INTO point_lots (merchant_id, member_id, entry_id, earned, remaining, earned_at,
      expires_at, reason)
    SELECT {merchant}, r.member_id, e.id, r.points, r.points, r.redeemed_at,
      r.redeemed_at + interval '2 years', 'redemption'
    FROM redemptions r
    JOIN ledger_entries e ON e.merchant_id = {merchant} AND e.cause = 'redemption:' || r.number
    WHERE r.merchant_id = {merchant} ORDER BY e.id""",
    """UPDATE ledger_accounts a SET balance = l.points FROM (
      SELECT member_id, sum(remaining) AS points FROM point_lots
      WHERE merchant_id = {merchant} GROUP BY member_id) l
    WHERE a.merchant_id = {merchant} AND a.kind = 'points' AND a.owner = l.member_id""",
    """INSERT INTO redemption_refusals (merchant_id, at, code, store_id, actor, voucher_id)
    SELECT {merchant}, r.redeemed_at, 'code_expired', r.store_id, r.actor, r.voucher_id
    FROM redemptions r WHERE r.merchant_id = {merchant} AND r.id % 20 = 0 ORDER BY r.id""",
)
