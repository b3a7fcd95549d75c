"""returns, transfers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.kernel.db import protect

revision = "c8000a5e2f08"
down_revision = "c7000a5e2f07"
branch_labels = None
depends_on = None

TABLES = ["returns", "returned_vouchers", "transfers"]
KEPT_AS = "kept_as IN ('late_money', 'prepaid')"


def upgrade() -> None:
    _count_what_goes_back()
    _add_transfers()
    _add_returns()
    _add_returned_vouchers()
    _count_what_is_for_sale_again()
    _look_at_what_is_over()
    for statement in protect(TABLES):
        op.execute(statement)


def _count_what_goes_back() -> None:
    op.add_column(
        "refunds",
        sa.Column("kept_as", sa.String(32), server_default="late_money", nullable=False),
    )
    op.create_check_constraint(op.f("ck_refunds_keptas"), "refunds", KEPT_AS)
    op.create_index("ix_refunds_payment", "refunds", ["merchant_id", "payment_id"])
    op.add_column(
        "payments",
        sa.Column("returned_fen", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.execute(
        """UPDATE payments p SET returned_fen = r.total FROM (
          SELECT merchant_id, payment_id, sum(amount_fen) AS total FROM refunds
          GROUP BY merchant_id, payment_id) r
        WHERE p.merchant_id = r.merchant_id AND p.id = r.payment_id"""
    )
    op.create_check_constraint(
        op.f("ck_payments_returned_was_received"),
        "payments",
        "returned_fen BETWEEN 0 AND amount_fen",
    )


def _count_what_is_for_sale_again() -> None:
    op.add_column(
        "order_lines",
        sa.Column("returned_pieces", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_order_lines_returned_were_ordered"),
        "order_lines",
        "returned_pieces BETWEEN 0 AND quantity",
    )


def _look_at_what_is_over() -> None:
    op.add_column(
        "vouchers",
        sa.Column(
            "expiry_look_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("'epoch'"),
            nullable=True,
        ),
    )
    op.create_index(
        "ix_vouchers_ended",
        "vouchers",
        ["expiry_look_at"],
        unique=False,
        postgresql_where=sa.text("state = 'expired' AND allocated_fen > 0"),
    )


def _add_returns() -> None:
    op.create_table(
        "returns",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "frozen",
                "paying",
                "paid",
                "done",
                "declined",
                "withdrawn",
                name="returnstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("wechat_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("value_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("points", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("quote", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("refund_number", sa.Text(), nullable=True),
        sa.Column("transfer_number", sa.Text(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_returns_done_has_time")
        ),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_returns_amount_not_negative")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name=op.f("fk_returns_merchant_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_returns")),
        sa.UniqueConstraint("merchant_id", "number", name=op.f("uq_returns_merchant_id_number")),
    )
    op.create_index("ix_returns_order", "returns", ["merchant_id", "order_id", "id"], unique=False)
    op.create_index("ix_returns_refund", "returns", ["merchant_id", "refund_number"], unique=False)
    op.create_index(
        "ix_returns_running",
        "returns",
        ["looked_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('frozen', 'paying', 'paid')"),
    )
    op.create_index("ix_returns_state", "returns", ["merchant_id", "state", "id"], unique=False)
    op.create_index(
        "ix_returns_transfer", "returns", ["merchant_id", "transfer_number"], unique=False
    )
    op.create_index(
        "uq_returns_under_way",
        "returns",
        ["merchant_id", "order_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('asked', 'frozen', 'paying', 'paid')"),
    )


def _add_returned_vouchers() -> None:
    op.create_table(
        "returned_vouchers",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("return_id", sa.BigInteger(), nullable=False),
        sa.Column("voucher_id", sa.BigInteger(), nullable=False),
        sa.Column("allocated_fen", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint(
            "allocated_fen >= 0", name=op.f("ck_returned_vouchers_allocation_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "return_id"],
            ["returns.merchant_id", "returns.id"],
            name=op.f("fk_returned_vouchers_merchant_id_return_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "voucher_id"],
            ["vouchers.merchant_id", "vouchers.id"],
            name=op.f("fk_returned_vouchers_merchant_id_voucher_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_returned_vouchers")),
    )
    op.create_index(
        "ix_returned_vouchers_return",
        "returned_vouchers",
        ["merchant_id", "return_id"],
        unique=False,
    )
    op.create_index(
        "uq_returned_vouchers_once",
        "returned_vouchers",
        ["merchant_id", "voucher_id"],
        unique=True,
        postgresql_where=sa.text("counts"),
    )


def _add_transfers() -> None:
    op.create_table(
        "transfers",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "waiting",
                "moving",
                "succeeded",
                "failed",
                "cancelled",
                name="transferstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("package_info", sa.Text(), nullable=True),
        sa.Column("bill_no", sa.Text(), nullable=True),
        sa.Column("fail_reason", sa.Text(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("by_hand", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_transfers_amount_is_positive")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "payment_id"],
            ["payments.merchant_id", "payments.id"],
            name=op.f("fk_transfers_merchant_id_payment_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_transfers")),
        sa.UniqueConstraint("merchant_id", "cause", name=op.f("uq_transfers_merchant_id_cause")),
        sa.UniqueConstraint("merchant_id", "number", name=op.f("uq_transfers_merchant_id_number")),
    )
    op.create_index(
        "ix_transfers_open",
        "transfers",
        ["look_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('asked', 'waiting', 'moving')"),
    )
    op.create_index(
        "ix_transfers_payment", "transfers", ["merchant_id", "payment_id"], unique=False
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_index("ix_vouchers_ended", table_name="vouchers")
    op.drop_column("vouchers", "expiry_look_at")
    op.drop_constraint("ck_order_lines_returned_were_ordered", "order_lines")
    op.drop_column("order_lines", "returned_pieces")
    op.drop_constraint("ck_payments_returned_was_received", "payments")
    op.drop_column("payments", "returned_fen")
    op.drop_index("ix_refunds_payment", table_name="refunds")
    op.drop_constraint("ck_refunds_keptas", "refunds")
    op.drop_column("refunds", "kept_as")
