"""what was told to WeChat about the delivery of an order."""

import sqlalchemy as sa
from alembic import op

from app.kernel.db import protect

revision = "81c4f7d20b3e"
down_revision = "5e92ab7714cd"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shipping_reports",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("transaction_id", sa.Text(), nullable=False),
        sa.Column(
            "delivery",
            sa.Enum(
                "virtual",
                "express",
                name="delivery_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("tracking_number", sa.Text(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "sent",
                "settled",
                "refused",
                "not_needed",
                name="state_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "delivery = 'virtual' OR state <> 'sent' OR tracking_number IS NOT NULL",
            name=op.f("ck_shipping_reports_parcel_has_number"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_shipping_reports_amount_is_positive")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name=op.f("fk_shipping_reports_merchant_id_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "payment_id"],
            ["payments.merchant_id", "payments.id"],
            name=op.f("fk_shipping_reports_merchant_id_payment_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_shipping_reports")),
        sa.UniqueConstraint(
            "merchant_id", "order_id", name=op.f("uq_shipping_reports_merchant_id_order_id")
        ),
        sa.UniqueConstraint(
            "merchant_id",
            "transaction_id",
            name=op.f("uq_shipping_reports_merchant_id_transaction_id"),
        ),
    )
    op.create_index(
        "ix_shipping_reports_due",
        "shipping_reports",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_shipping_reports_open",
        "shipping_reports",
        ["merchant_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'sent', 'refused')"),
    )
    for statement in protect(["shipping_reports"]):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("shipping_reports")
