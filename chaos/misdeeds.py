"""The control: promises are broken by hand, and the judge must see each of them.

Each misdeed is done in a transaction that is rolled back, or kept where `--break` asks for it.
"""

from typing import LiteralString

import psycopg

MISDEEDS: dict[str, LiteralString] = {
    "redemption lost": """
        DELETE FROM redemptions WHERE (merchant_id, id) IN (
          SELECT merchant_id, id FROM redemptions ORDER BY id LIMIT 1)""",
    "redemption doubled": """
        INSERT INTO redemptions (merchant_id, number, voucher_id, member_id,
          acceptor_merchant_id, store_id, actor, value_fen, points, redeemed_at, reversed_at,
          reversed_by, reverse_reason)
        SELECT merchant_id, number || '2', voucher_id, member_id, acceptor_merchant_id, store_id,
          actor, value_fen, points, redeemed_at, redeemed_at, actor, 'twice'
        FROM redemptions ORDER BY id LIMIT 1""",
    "points changed": """
        UPDATE redemptions SET points = points + 1 WHERE (merchant_id, id) IN (
          SELECT merchant_id, id FROM redemptions ORDER BY id LIMIT 1)""",
    "order lost": """
        UPDATE orders SET number = number || '2' WHERE (merchant_id, id) IN (
          SELECT merchant_id, id FROM orders ORDER BY id LIMIT 1)""",
    "a fen lost": """
        UPDATE payments SET amount_fen = amount_fen - 1 WHERE (merchant_id, id) IN (
          SELECT merchant_id, id FROM payments
          WHERE state = 'received' AND returned_fen = 0 ORDER BY id LIMIT 1)""",
    "refund forgotten": """
        UPDATE refunds SET state = 'processing' WHERE (merchant_id, id) IN (
          SELECT merchant_id, id FROM refunds WHERE state = 'succeeded' ORDER BY id LIMIT 1)""",
    "gift to another": """
        UPDATE gifts SET receiver_id = giver_id WHERE (merchant_id, id) IN (
          SELECT merchant_id, id FROM gifts WHERE state = 'claimed' ORDER BY id LIMIT 1)""",
    "key lost": """
        DELETE FROM request_keys WHERE (merchant_id, actor, key) IN (
          SELECT merchant_id, actor, key FROM request_keys WHERE key LIKE 'redeem-%' LIMIT 1)""",
}


def do(connection: psycopg.Connection, name: str) -> bool:
    """Whether there was anything to do it to."""
    return connection.execute(MISDEEDS[name]).rowcount > 0
