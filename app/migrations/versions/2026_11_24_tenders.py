"""what pays an order beside WeChat."""

import sqlalchemy as sa
from alembic import op

from app.kernel.db import protect

revision = "c7000a5e2f07"
down_revision = "c6000a5e2f06"
branch_labels = None
depends_on = None

TABLES = ["order_tenders", "order_returns"]
CHECKS = (
    ("orders", "bill_within_total", "wechat_fen BETWEEN 0 AND total_fen"),
    ("orders", "returned_was_paid", "wechat_returned_fen BETWEEN 0 AND wechat_fen"),
    ("order_lines", "discount_within_amount", "discount_fen BETWEEN 0 AND amount_fen"),
)


def upgrade() -> None:
    _add_columns()
    _add_tenders()
    _add_returns()
    for statement in protect(TABLES):
        op.execute(statement)


def _add_columns() -> None:
    op.add_column("orders", sa.Column("wechat_fen", sa.BigInteger(), nullable=True))
    # Until now WeChat paid all of every order.
    op.execute("UPDATE orders SET wechat_fen = total_fen")
    op.alter_column("orders", "wechat_fen", nullable=False)
    op.add_column(
        "orders",
        sa.Column("wechat_returned_fen", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.add_column(
        "orders", sa.Column("has_tenders", sa.Boolean(), server_default="false", nullable=False)
    )
    op.add_column(
        "order_lines",
        sa.Column("discount_fen", sa.BigInteger(), server_default="0", nullable=False),
    )
    for table, name, condition in CHECKS:
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)


def _add_tenders() -> None:
    op.create_table(
        "order_tenders",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", _word("tenderkind", "value", "points", "voucher"), nullable=False),
        sa.Column(
            "state",
            _word("tenderstate", "held", "captured", "released", "returned"),
            nullable=False,
        ),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("voucher_id", sa.BigInteger(), nullable=True),
        sa.Column("payer_member_id", sa.BigInteger(), nullable=False),
        sa.Column("returned_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("returned_points", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_order_tenders_amount_not_negative")),
        sa.CheckConstraint(
            "(kind = 'points') = (points > 0)", name=op.f("ck_order_tenders_points_are_points")
        ),
        sa.CheckConstraint(
            "(kind = 'voucher') = (voucher_id IS NOT NULL)",
            name=op.f("ck_order_tenders_voucher_is_named"),
        ),
        sa.CheckConstraint(
            "returned_fen BETWEEN 0 AND amount_fen",
            name=op.f("ck_order_tenders_returned_was_paid"),
        ),
        sa.CheckConstraint(
            "returned_points BETWEEN 0 AND points",
            name=op.f("ck_order_tenders_points_back_were_paid"),
        ),
        _belongs("order_tenders", "orders", "order_id"),
        _belongs("order_tenders", "members", "payer_member_id"),
        _belongs("order_tenders", "vouchers", "voucher_id"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_order_tenders")),
        sa.UniqueConstraint(
            "merchant_id",
            "order_id",
            "kind",
            name=op.f("uq_order_tenders_merchant_id_order_id_kind"),
        ),
    )
    op.create_index(
        "uq_order_tenders_voucher",
        "order_tenders",
        ["merchant_id", "voucher_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('held', 'captured')"),
    )


def _add_returns() -> None:
    op.create_table(
        "order_returns",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wechat_fen", sa.BigInteger(), nullable=False),
        sa.Column("value_fen", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("voucher_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "wechat_fen >= 0 AND value_fen >= 0 AND points >= 0",
            name=op.f("ck_order_returns_nothing_negative"),
        ),
        _belongs("order_returns", "orders", "order_id"),
        _belongs("order_returns", "vouchers", "voucher_id"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_order_returns")),
        sa.UniqueConstraint(
            "merchant_id", "cause", name=op.f("uq_order_returns_merchant_id_cause")
        ),
    )
    op.create_index("ix_order_returns_order", "order_returns", ["merchant_id", "order_id"])


def _word(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def _belongs(table: str, owner: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["merchant_id", column],
        [f"{owner}.merchant_id", f"{owner}.id"],
        name=op.f(f"fk_{table}_merchant_id_{column}"),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    for column in ("has_tenders", "wechat_returned_fen", "wechat_fen"):
        op.drop_column("orders", column)
    op.drop_column("order_lines", "discount_fen")
