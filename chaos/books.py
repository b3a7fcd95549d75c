"""What the shop's database says, and what WeChat's own bill says, as plain rows."""

from dataclasses import dataclass, field
from typing import Any, LiteralString, TypeVar

import psycopg
from psycopg.rows import args_row

from chaos.phone import Wire

Row = TypeVar("Row")


@dataclass(frozen=True)
class Key:
    """An attempt that succeeded, and what it was answered."""

    key: str
    answer: dict[str, Any]


@dataclass(frozen=True)
class Order:
    number: str
    state: str
    total_fen: int
    wechat_fen: int
    member: str


@dataclass(frozen=True)
class Redemption:
    number: str
    voucher: str
    points: int
    value_fen: int
    is_reversed: bool


@dataclass(frozen=True)
class Gift:
    number: str
    state: str
    giver: str
    receiver: str | None
    vouchers: list[str]


@dataclass(frozen=True)
class Return:
    number: str
    order: str
    state: str
    wechat_fen: int


@dataclass(frozen=True)
class Help:
    number: str
    helper: str


@dataclass(frozen=True)
class Money:
    """Of one bill: what came in, and what of it went back and arrived. Amounts in fen."""

    order: str
    came_fen: int
    went_fen: int
    transaction: str | None = None


@dataclass
class Books:
    """Everything by its number; `ours` and `wechat` are the money by the bill's number."""

    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    redemptions: dict[str, Redemption] = field(default_factory=dict)
    gifts: dict[str, Gift] = field(default_factory=dict)
    returns: dict[str, Return] = field(default_factory=dict)
    helps: dict[str, Help] = field(default_factory=dict)
    ours: dict[str, Money] = field(default_factory=dict)
    wechat: dict[str, Money] = field(default_factory=dict)


@dataclass(frozen=True)
class _Bill:
    number: str
    order: str
    came_fen: int
    went_fen: int
    transaction: str | None


KEYS = "SELECT key, answer FROM request_keys"
ORDERS = """
SELECT o.number, o.state, o.total_fen, o.wechat_fen, m.number FROM orders o
JOIN members m ON m.merchant_id = o.merchant_id AND m.id = o.member_id
"""
REDEMPTIONS = """
SELECT r.number, v.number, r.points, r.value_fen, r.reversed_at IS NOT NULL FROM redemptions r
JOIN vouchers v ON v.merchant_id = r.merchant_id AND v.id = r.voucher_id
"""
GIFTS = """
SELECT g.number, g.state, a.number, b.number, ARRAY(SELECT v.number FROM gift_vouchers x
    JOIN vouchers v ON v.merchant_id = x.merchant_id AND v.id = x.voucher_id
    WHERE x.merchant_id = g.merchant_id AND x.gift_id = g.id)
FROM gifts g JOIN members a ON a.merchant_id = g.merchant_id AND a.id = g.giver_id
LEFT JOIN members b ON b.merchant_id = g.merchant_id AND b.id = g.receiver_id
"""
RETURNS = """
SELECT r.number, o.number, r.state, r.wechat_fen FROM returns r
JOIN orders o ON o.merchant_id = r.merchant_id AND o.id = r.order_id
"""
HELPS = """
SELECT h.number, m.number FROM assist_helps h
JOIN members m ON m.merchant_id = h.merchant_id AND m.id = h.helper_id
"""
BILLS = """
SELECT p.number, o.number, CASE WHEN p.state = 'received' THEN p.amount_fen ELSE 0 END,
  (SELECT coalesce(sum(r.amount_fen), 0)::bigint FROM refunds r
   WHERE r.merchant_id = p.merchant_id AND r.payment_id = p.id AND r.state = 'succeeded'),
  p.transaction_id
FROM payments p JOIN orders o ON o.merchant_id = p.merchant_id AND o.id = p.order_id
"""


def read(connection: psycopg.Connection, *, wechat: dict[str, Money]) -> Books:
    """Both sides, at rest."""
    return Books(
        keys={row.key: row.answer for row in _rows(connection, Key, KEYS)},
        orders={row.number: row for row in _rows(connection, Order, ORDERS)},
        redemptions={row.number: row for row in _rows(connection, Redemption, REDEMPTIONS)},
        gifts={row.number: row for row in _rows(connection, Gift, GIFTS)},
        returns={row.number: row for row in _rows(connection, Return, RETURNS)},
        helps={row.number: row for row in _rows(connection, Help, HELPS)},
        ours={
            row.number: Money(row.order, row.came_fen, row.went_fen, row.transaction)
            for row in _rows(connection, _Bill, BILLS)
        },
        wechat=wechat,
    )


def bill_of_wechat(port: int) -> dict[str, Money]:
    """What WeChat says came and went, by our number of each bill."""
    wire = Wire(port)
    told = wire.ask("GET", "/_sim/transactions")
    wire.close()
    if told is None or not told.is_good:
        raise RuntimeError("WeChat does not show its bill")
    return {
        each["out_trade_no"]: Money(
            order="",
            came_fen=each["amount"]["total"] if each.get("transaction_id") else 0,
            went_fen=sum(
                refund["amount"]["refund"]
                for refund in each["refunds"]
                if refund["status"] == "SUCCESS"
            ),
            transaction=each.get("transaction_id"),
        )
        for each in told.body
    }


def _rows(connection: psycopg.Connection, kind: type[Row], sql: LiteralString) -> list[Row]:
    with connection.cursor(row_factory=args_row(kind)) as cursor:
        return cursor.execute(sql).fetchall()
