"""SQL that fills the shop: many people with many vouchers, and what happened there before.

The history is not for show: a plan that was made over empty tables stays with its connection
until the next ANALYZE, and would be measured in place of the one that production has.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Owned:
    """A row with its number, and whose it is."""

    id: int
    number: str
    member_id: int


# Voucher n belongs to member n modulo members, so that neighbours have different holders.
CROWD = (
    "INSERT INTO users (created_at) SELECT now() FROM generate_series(1, {people})",
    """INSERT INTO members (merchant_id, number, user_id, state, joined_at)
    SELECT {merchant}, 'U' || lpad(id::text, 16, '0'), id, 'active', now()
    FROM users WHERE id <= {members} ORDER BY id""",
    """INSERT INTO wechat_identities (appid, openid, user_id, created_at)
    SELECT {appid}, 'o_bench' || m.id, m.user_id, now() FROM members m
    WHERE m.merchant_id = {merchant}""",
    """INSERT INTO staff (merchant_id, number, name, role, state, user_id, created_at)
    SELECT {merchant}, 'T' || lpad(id::text, 16, '0'), '小王', 'clerk', 'active', id, now()
    FROM users WHERE id > {members} ORDER BY id""",
    """INSERT INTO staff_stores (merchant_id, staff_id, store_id)
    SELECT {merchant}, id, {store} FROM staff WHERE merchant_id = {merchant}""",
    """INSERT INTO ledger_accounts (merchant_id, kind, owner, asset, balance)
    SELECT {merchant}, 'points', id, 'point', 0 FROM members WHERE merchant_id = {merchant}""",
    """INSERT INTO orders (merchant_id, number, member_id, state, total_fen, wechat_fen, app_id,
      channel_id, placed_at, expires_at, paid_at, fulfilled_at)
    SELECT {merchant}, 'O' || lpad(id::text, 16, '0'), id, 'fulfilled', {price} * 10, {price} * 10,
      {app}, {channel}, now(), now(), now(), now() FROM members WHERE merchant_id = {merchant}
    ORDER BY id""",
    """INSERT INTO cards (merchant_id, number, order_id, offer_id, member_id, title, issued_at)
    SELECT {merchant}, 'C' || lpad(id::text, 16, '0'), id, {offer}, member_id, '热拿铁双杯', now()
    FROM orders WHERE merchant_id = {merchant} ORDER BY id""",
    """INSERT INTO vouchers (merchant_id, number, card_id, revision_id, holder_id, buyer_id, state,
      allocated_fen, valid_from, valid_until, issued_at)
    SELECT {merchant}, 'V' || lpad(n::text, 16, '0'), c.id, {revision}, c.member_id, c.member_id,
      CASE WHEN n < {vouchers} THEN 'active' ELSE 'redeemed' END, {price} / 2, now() - interval '1 day', now() + interval '20 days'
        + n * interval '1 second', now()
    FROM generate_series(0, {vouchers} + {history} - 1) AS n
    JOIN cards c ON c.merchant_id = {merchant}
      AND c.id = (SELECT min(id) FROM cards WHERE merchant_id = {merchant}) + n % {members}
    ORDER BY n""",
)

HISTORY = (
    "ANALYZE",
    """INSERT INTO order_lines (merchant_id, order_id, offer_id, title, quantity, unit_price_fen,
      amount_fen, contents, from_stock, is_counted, goods_kind, refund_policy)
    SELECT {merchant}, id, {offer}, '热拿铁双杯', 10, {price}, {price} * 10, '[]', true, true,
      'on_site', 'any_time_unused'
    FROM orders WHERE merchant_id = {merchant} ORDER BY id""",
    """INSERT INTO payments (merchant_id, number, order_id, channel_id, appid, payer_openid,
      amount_fen, state, asked_at, look_at, transaction_id, received_at)
    SELECT {merchant}, 'P' || lpad(id::text, 16, '0'), id, {channel}, {appid},
      'o_bench' || member_id, total_fen, 'received', now(), now(), '42000' || id, now()
    FROM orders WHERE merchant_id = {merchant} ORDER BY id""",
    """INSERT INTO inbox (merchant_id, source, reference, headers, body, received_at, applied_at)
    SELECT {merchant}, 'history', 'EV-' || id, repeat('x', 600), repeat('x', 1000), now(), now()
    FROM orders WHERE merchant_id = {merchant} ORDER BY id""",
    """INSERT INTO voucher_events (merchant_id, voucher_id, at, action, to_state, actor, reference)
    SELECT {merchant}, id, now(), 'issue', 'active', 'member:' || holder_id, 'history'
    FROM vouchers WHERE merchant_id = {merchant} ORDER BY id""",
    """INSERT INTO redemptions (merchant_id, number, voucher_id, member_id, acceptor_merchant_id,
      store_id, actor, value_fen, points, redeemed_at)
    SELECT {merchant}, 'D' || lpad(id::text, 16, '0'), id, holder_id, {merchant}, {store},
      'system', allocated_fen, 24, now()
    FROM vouchers WHERE merchant_id = {merchant} AND state = 'redeemed' ORDER BY id""",
    """INSERT INTO ledger_entries (merchant_id, cause, posted_at)
    SELECT {merchant}, 'redemption:' || number, now()
    FROM redemptions WHERE merchant_id = {merchant} ORDER BY id""",
    "ANALYZE",
    """INSERT INTO ledger_postings
      (merchant_id, entry_id, source_id, destination_id, asset, amount)
    SELECT {merchant}, e.id, a.id, b.id, 'point', 24
    FROM redemptions r
    JOIN ledger_entries e ON e.merchant_id = {merchant} AND e.cause = 'redemption:' || r.number
    JOIN ledger_accounts a ON a.merchant_id = {merchant} AND a.kind = 'points_issued'
    JOIN ledger_accounts b ON b.merchant_id = {merchant} AND b.kind = 'points'
      AND b.owner = r.member_id
    WHERE r.merchant_id = {merchant} ORDER BY e.id""",
    """INSERT INTO point_lots
      (merchant_id, member_id, entry_id, earned, remaining, earned_at, expires_at, reason)
    SELECT {merchant}, r.member_id, e.id, 24, 24, now(), now() + interval '1 year', 'redemption'
    FROM redemptions r
    JOIN ledger_entries e ON e.merchant_id = {merchant} AND e.cause = 'redemption:' || r.number
    WHERE r.merchant_id = {merchant} ORDER BY e.id""",
    """UPDATE ledger_accounts SET balance = 24 * (
      SELECT count(*) FROM redemptions WHERE merchant_id = {merchant} AND member_id = owner)
    WHERE merchant_id = {merchant} AND kind = 'points'""",
    """INSERT INTO audit (merchant_id, at, actor, action, subject, details, seal_no, seal)
    SELECT {merchant}, now(), 'system', 'voucher.redeem', number, '{{}}', id, ''
    FROM redemptions WHERE merchant_id = {merchant} ORDER BY id""",
    """INSERT INTO outbox (merchant_id, job, event, payload, published_at, due_at, done_at)
    SELECT {merchant}, 'messages.push_redeemed', 'VoucherRedeemed', '{{}}', now(), now(), now()
    FROM redemptions WHERE merchant_id = {merchant} ORDER BY id""",
    """INSERT INTO request_keys (merchant_id, actor, key, body_hash, status, answer, created_at)
    SELECT {merchant}, 'system', number, '', 201, '{{}}', now()
    FROM redemptions WHERE merchant_id = {merchant} ORDER BY id""",
)
