"""What was promised with an order line stays promised: its ways back and the kind of its goods.

The lines are many and orders go on meanwhile: the columns come empty, are filled piece by piece,
and what they may hold is checked without keeping anybody out. Releases that do not know them write
lines without; those are read as their offers say. Every step may be repeated after a failure.
"""

from alembic import op
from sqlalchemy import text

from app.migrations import online

revision = "de000a5e2f0e"
down_revision = "de000a5e2f0d"
branch_labels = None
depends_on = None

WORDS = {
    "goods_kind": ("goodskind", "'on_site', 'physical', 'virtual'"),
    "refund_policy": ("refundpolicy", "'any_time_unused', 'any_time_and_expired', 'none'"),
}
INDEXES = {
    "ix_order_lines_offer": ("order_lines", ["merchant_id", "offer_id", "id"]),
    "ix_cards_offer": ("cards", ["merchant_id", "offer_id"]),
}
AT_ONCE = 5_000

# Up to where the next piece goes.
END_OF_PIECE = """
SELECT max(merchant_id), max(id) FROM (
  SELECT merchant_id, id FROM order_lines
  WHERE merchant_id = (SELECT min(merchant_id) FROM order_lines
      WHERE (merchant_id, id) > (:merchant_id, :line_id))
    AND (merchant_id, id) > (:merchant_id, :line_id)
  ORDER BY merchant_id, id LIMIT :rows) AS piece
"""
FILL = """
UPDATE order_lines l SET goods_kind = o.goods_kind, refund_policy = o.refund_policy
FROM offers o
WHERE l.merchant_id = :merchant_id AND l.id > :after AND l.id <= :line_id
  AND l.refund_policy IS NULL AND o.merchant_id = l.merchant_id AND o.id = l.offer_id
"""


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for column, (name, words) in WORDS.items():
            check = f"ck_order_lines_{name}"
            op.execute(f"ALTER TABLE order_lines ADD COLUMN IF NOT EXISTS {column} varchar(32)")
            op.execute(f"ALTER TABLE order_lines DROP CONSTRAINT IF EXISTS {check}")
            op.execute(
                f"ALTER TABLE order_lines ADD CONSTRAINT {check} "
                f"CHECK ({column} IN ({words})) NOT VALID"
            )
        _fill()
        # As long as they take: they keep nobody waiting.
        op.execute("SET statement_timeout = 0")
        for name, _ in WORDS.values():
            op.execute(f"ALTER TABLE order_lines VALIDATE CONSTRAINT ck_order_lines_{name}")
        op.execute(f"SET statement_timeout = '{online.STATEMENT_TIMEOUT}'")
    for name, (table, columns) in INDEXES.items():
        online.add_index(name, table, columns)


def _fill() -> None:
    """A piece never reaches over the end of a merchant's lines."""
    connection, done = op.get_bind(), (0, 0)
    while True:
        told = {"merchant_id": done[0], "line_id": done[1], "rows": AT_ONCE}
        merchant_id, line_id = connection.execute(text(END_OF_PIECE), told).one()
        if merchant_id is None:
            return
        after = done[1] if merchant_id == done[0] else 0
        piece = {"merchant_id": merchant_id, "line_id": line_id, "after": after}
        connection.execute(text(FILL), piece)
        done = (merchant_id, line_id)


def downgrade() -> None:
    for name in INDEXES:
        online.drop_index(name)
    for column in WORDS:
        op.drop_column("order_lines", column)
