"""plans, periods and parcels."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.kernel.db import protect

revision = "c6000a5e2f06"
down_revision = "c5000a5e2f05"
branch_labels = None
depends_on = None

TABLES = [
    "member_addresses",
    "subscriptions",
    "subscription_periods",
    "parcels",
    "shipping_parcels",
]


def upgrade() -> None:
    op.create_table(
        "member_addresses",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_member_addresses_merchant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_member_addresses")),
    )
    op.create_index(
        "ix_member_addresses_member", "member_addresses", ["merchant_id", "member_id"], unique=False
    )
    op.create_table(
        "subscriptions",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("plan", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "active",
                "paused",
                "done",
                "stopped",
                name="cardstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("anchor_on", sa.Date(), nullable=False),
        sa.Column("address_id", sa.BigInteger(), nullable=True),
        sa.Column("follows_id", sa.BigInteger(), nullable=True),
        sa.Column("skips", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_by", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'paused') = (paused_at IS NOT NULL)",
            name=op.f("ck_subscriptions_paused_has_time"),
        ),
        sa.CheckConstraint(
            "(state = 'paused') = (paused_by IS NOT NULL)",
            name=op.f("ck_subscriptions_paused_by_someone"),
        ),
        sa.CheckConstraint("skips >= 0", name=op.f("ck_subscriptions_skips_not_negative")),
        sa.CheckConstraint("paid_fen >= 0", name=op.f("ck_subscriptions_paid_not_negative")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "address_id"],
            ["member_addresses.merchant_id", "member_addresses.id"],
            name=op.f("fk_subscriptions_merchant_id_address_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "follows_id"],
            ["subscriptions.merchant_id", "subscriptions.id"],
            name=op.f("fk_subscriptions_merchant_id_follows_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_subscriptions_merchant_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "offer_id"],
            ["offers.merchant_id", "offers.id"],
            name=op.f("fk_subscriptions_merchant_id_offer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name=op.f("fk_subscriptions_merchant_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint(
            "merchant_id", "number", name=op.f("uq_subscriptions_merchant_id_number")
        ),
        sa.UniqueConstraint(
            "merchant_id", "order_id", name=op.f("uq_subscriptions_merchant_id_order_id")
        ),
    )
    op.create_index(
        "ix_subscriptions_follows",
        "subscriptions",
        ["merchant_id", "follows_id"],
        unique=False,
        postgresql_where=sa.text("follows_id IS NOT NULL"),
    )
    op.create_index(
        "ix_subscriptions_member", "subscriptions", ["merchant_id", "member_id", "id"], unique=False
    )
    op.create_table(
        "subscription_periods",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subscription_id", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("locks_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("vouchers_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "choices", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "opened",
                "cancelled",
                name="periodstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'opened') = (opened_at IS NOT NULL)",
            name=op.f("ck_subscription_periods_opened_has_time"),
        ),
        sa.CheckConstraint(
            "amount_fen >= 0 AND vouchers_fen >= 0",
            name=op.f("ck_subscription_periods_amounts_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "subscription_id"],
            ["subscriptions.merchant_id", "subscriptions.id"],
            name=op.f("fk_subscription_periods_merchant_id_subscription_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_subscription_periods")),
        sa.UniqueConstraint(
            "merchant_id",
            "subscription_id",
            "n",
            name=op.f("uq_subscription_periods_merchant_id_subscription_id_n"),
        ),
    )
    op.create_index(
        "ix_subscription_periods_due",
        "subscription_periods",
        ["locks_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "parcels",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("subscription_id", sa.BigInteger(), nullable=False),
        sa.Column("period_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("benefit_id", sa.BigInteger(), nullable=False),
        sa.Column("revision_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("allocated_fen", sa.BigInteger(), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("send_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "to_send",
                "sent",
                "delivered",
                "failed",
                "given_up",
                name="parcelstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("tracking_number", sa.Text(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("resend_cost_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('to_send', 'given_up') "
            "OR (tracking_number IS NOT NULL AND sent_at IS NOT NULL)",
            name=op.f("ck_parcels_sent_has_number"),
        ),
        sa.CheckConstraint(
            "allocated_fen >= 0 AND resend_cost_fen >= 0", name=op.f("ck_parcels_not_negative")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_parcels_quantity_is_positive")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "benefit_id"],
            ["benefits.merchant_id", "benefits.id"],
            name=op.f("fk_parcels_merchant_id_benefit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_parcels_merchant_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "period_id"],
            ["subscription_periods.merchant_id", "subscription_periods.id"],
            name=op.f("fk_parcels_merchant_id_period_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "revision_id"],
            ["benefit_revisions.merchant_id", "benefit_revisions.id"],
            name=op.f("fk_parcels_merchant_id_revision_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "subscription_id"],
            ["subscriptions.merchant_id", "subscriptions.id"],
            name=op.f("fk_parcels_merchant_id_subscription_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_parcels")),
        sa.UniqueConstraint("merchant_id", "number", name=op.f("uq_parcels_merchant_id_number")),
        sa.UniqueConstraint(
            "merchant_id",
            "subscription_id",
            "period_id",
            "benefit_id",
            name=op.f("uq_parcels_merchant_id_subscription_id_period_id_benefit_id"),
        ),
    )
    op.create_index("ix_parcels_state", "parcels", ["merchant_id", "state", "id"], unique=False)
    op.create_index(
        "ix_parcels_to_forget",
        "parcels",
        ["sent_at"],
        unique=False,
        postgresql_where=sa.text("forgotten_at IS NULL"),
    )
    op.create_table(
        "shipping_parcels",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("tracking_number", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name=op.f("fk_shipping_parcels_merchant_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_shipping_parcels")),
        sa.UniqueConstraint(
            "merchant_id",
            "order_id",
            "reference",
            name=op.f("uq_shipping_parcels_merchant_id_order_id_reference"),
        ),
    )
    op.add_column(
        "shipping_reports",
        sa.Column("is_split", sa.Boolean(), server_default="false", nullable=False),
    )
    op.add_column(
        "shipping_reports",
        sa.Column("is_all_sent", sa.Boolean(), server_default="true", nullable=False),
    )
    for statement in protect(TABLES):
        op.execute(statement)


def downgrade() -> None:
    op.drop_column("shipping_reports", "is_all_sent")
    op.drop_column("shipping_reports", "is_split")
    for table in reversed(TABLES):
        op.drop_table(table)
