"""campaigns in which friends help, their tasks, helps and reviews."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.kernel.db import protect

revision = "e6b3170fa59d"
down_revision = "d41a8e09b7c2"
branch_labels = None
depends_on = None

TABLES = ["assist_campaigns", "assist_tasks", "assist_helps", "assist_counters"]
OFFER_KINDS = "ck_offers_offerkind"


def upgrade() -> None:
    op.drop_constraint(OFFER_KINDS, "offers")
    op.create_check_constraint(
        op.f(OFFER_KINDS), "offers", "kind IN ('single', 'bundle', 'assist')"
    )
    op.create_table(
        "assist_campaigns",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                "stopped",
                "killed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "revisions",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("killed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id", "offer_id"],
            ["offers.merchant_id", "offers.id"],
            name=op.f("fk_assist_campaigns_merchant_id_offer_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_assist_campaigns")),
        sa.UniqueConstraint(
            "merchant_id", "number", name=op.f("uq_assist_campaigns_merchant_id_number")
        ),
    )
    op.create_index(
        "ix_assist_campaigns_offer", "assist_campaigns", ["merchant_id", "offer_id"], unique=False
    )
    op.create_index(
        "uq_assist_campaigns_published",
        "assist_campaigns",
        ["merchant_id", "offer_id"],
        unique=True,
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_table(
        "assist_tasks",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("sharer_id", sa.BigInteger(), nullable=False),
        sa.Column("voucher_id", sa.BigInteger(), nullable=False),
        sa.Column("helpers_needed", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "unlocked",
                "expired",
                "stopped",
                "released",
                name="taskstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hurried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sharer_device", sa.LargeBinary(), nullable=True),
        sa.Column("activity_id", sa.Text(), nullable=True),
        sa.Column("activity_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("helpers_needed > 0", name=op.f("ck_assist_tasks_needs_somebody")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "campaign_id"],
            ["assist_campaigns.merchant_id", "assist_campaigns.id"],
            name=op.f("fk_assist_tasks_merchant_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name=op.f("fk_assist_tasks_merchant_id_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "sharer_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_assist_tasks_merchant_id_sharer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "voucher_id"],
            ["vouchers.merchant_id", "vouchers.id"],
            name=op.f("fk_assist_tasks_merchant_id_voucher_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_assist_tasks")),
        sa.UniqueConstraint(
            "merchant_id", "number", name=op.f("uq_assist_tasks_merchant_id_number")
        ),
        sa.UniqueConstraint(
            "merchant_id", "token_hash", name=op.f("uq_assist_tasks_merchant_id_token_hash")
        ),
        sa.UniqueConstraint(
            "merchant_id", "voucher_id", name=op.f("uq_assist_tasks_merchant_id_voucher_id")
        ),
    )
    op.create_index(
        "ix_assist_tasks_due",
        "assist_tasks",
        ["ends_at"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_assist_tasks_open_of_campaign",
        "assist_tasks",
        ["merchant_id", "campaign_id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_assist_tasks_sharer", "assist_tasks", ["merchant_id", "sharer_id", "id"], unique=False
    )
    op.create_table(
        "assist_helps",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("helper_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "counted",
                "held",
                "rejected",
                "merged",
                name="helpstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reward_card", sa.Text(), nullable=True),
        sa.Column(
            "reasons", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False
        ),
        sa.Column("risk_rank", sa.BigInteger(), nullable=True),
        sa.Column("device", sa.LargeBinary(), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("group_id", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewer", sa.Text(), nullable=True),
        sa.Column("review_reason", sa.Text(), nullable=True),
        sa.Column("appeal", sa.Text(), nullable=True),
        sa.Column("appealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id", "campaign_id"],
            ["assist_campaigns.merchant_id", "assist_campaigns.id"],
            name=op.f("fk_assist_helps_merchant_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "helper_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_assist_helps_merchant_id_helper_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "task_id"],
            ["assist_tasks.merchant_id", "assist_tasks.id"],
            name=op.f("fk_assist_helps_merchant_id_task_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_assist_helps")),
        sa.UniqueConstraint(
            "merchant_id", "number", name=op.f("uq_assist_helps_merchant_id_number")
        ),
    )
    op.create_index(
        "ix_assist_helps_device",
        "assist_helps",
        ["merchant_id", "campaign_id", "device"],
        unique=False,
    )
    op.create_index(
        "ix_assist_helps_held",
        "assist_helps",
        ["merchant_id", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'held'"),
    )
    op.create_index(
        "ix_assist_helps_helper", "assist_helps", ["merchant_id", "helper_id", "at"], unique=False
    )
    op.create_index(
        "ix_assist_helps_task", "assist_helps", ["merchant_id", "task_id"], unique=False
    )
    op.create_index(
        "uq_assist_helps_person",
        "assist_helps",
        ["merchant_id", "campaign_id", "helper_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'merged'"),
    )
    op.create_table(
        "assist_counters",
        sa.Column("merchant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rewards", sa.BigInteger(), nullable=False),
        sa.Column("unlocks", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "rewards >= 0 AND unlocks >= 0", name=op.f("ck_assist_counters_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "campaign_id"],
            ["assist_campaigns.merchant_id", "assist_campaigns.id"],
            name=op.f("fk_assist_counters_merchant_id_campaign_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "campaign_id", name=op.f("pk_assist_counters")),
    )
    for statement in protect(TABLES):
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_constraint(OFFER_KINDS, "offers")
    op.create_check_constraint(op.f(OFFER_KINDS), "offers", "kind IN ('single', 'bundle')")
