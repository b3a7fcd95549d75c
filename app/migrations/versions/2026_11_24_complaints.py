"""complaints and their clocks, presents that make good, cards that no order brought."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.kernel.db import protect

revision = "c9000a5e2f09"
down_revision = "c8000a5e2f08"
branch_labels = None
depends_on = None

TABLES = [
    "complaint_tickets",
    "complaint_lines",
    "complaint_photos",
    "complaint_uploads",
    "goodwill_rules",
    "goodwill_days",
    "goodwill_grants",
]


def upgrade() -> None:
    for column in ("order_id", "offer_id"):
        op.alter_column("cards", column, nullable=True)
    op.create_table(
        "complaint_tickets",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "app",
                "wechat_pay",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "refund",
                "service",
                "other",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "processing",
                "resolved",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("platform_id", sa.Text(), nullable=True),
        sa.Column("channel_id", sa.BigInteger(), nullable=True),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("voucher_id", sa.BigInteger(), nullable=True),
        sa.Column("payment_number", sa.Text(), nullable=True),
        sa.Column("asked_fen", sa.BigInteger(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("awaits_us", sa.Boolean(), nullable=False),
        sa.Column("answer_at_once", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("with_platform", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("is_refunded", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("times", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settle_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_alarm_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settle_alarm_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("satisfaction", sa.BigInteger(), nullable=True),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(source = 'wechat_pay') = (platform_id IS NOT NULL)",
            name=op.f("ck_complaint_tickets_platform_has_number"),
        ),
        sa.CheckConstraint(
            "(state = 'resolved') = (resolved_at IS NOT NULL)",
            name=op.f("ck_complaint_tickets_end_has_time"),
        ),
        sa.CheckConstraint(
            "satisfaction BETWEEN 1 AND 5", name=op.f("ck_complaint_tickets_one_to_five")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "channel_id"],
            ["pay_channels.merchant_id", "pay_channels.id"],
            name=op.f("fk_complaint_tickets_merchant_id_channel_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "staff_id"],
            ["staff.merchant_id", "staff.id"],
            name=op.f("fk_complaint_tickets_merchant_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_complaint_tickets_merchant_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name=op.f("fk_complaint_tickets_merchant_id_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "voucher_id"],
            ["vouchers.merchant_id", "vouchers.id"],
            name=op.f("fk_complaint_tickets_merchant_id_voucher_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_complaint_tickets")),
        sa.UniqueConstraint(
            "merchant_id", "number", name=op.f("uq_complaint_tickets_merchant_id_number")
        ),
    )
    op.create_index(
        "ix_complaint_tickets_member",
        "complaint_tickets",
        ["merchant_id", "member_id", "id"],
        unique=False,
    )
    op.create_index(
        "ix_complaint_tickets_open",
        "complaint_tickets",
        ["merchant_id", "settle_by"],
        unique=False,
        postgresql_where=sa.text("state <> 'resolved'"),
    )
    op.create_index(
        "ix_complaint_tickets_order", "complaint_tickets", ["merchant_id", "order_id"], unique=False
    )
    op.create_index(
        "ix_complaint_tickets_running",
        "complaint_tickets",
        ["settle_by"],
        unique=False,
        postgresql_where=sa.text("state <> 'resolved'"),
    )
    op.create_index(
        "ix_complaint_tickets_to_forget",
        "complaint_tickets",
        ["resolved_at"],
        unique=False,
        postgresql_where=sa.text("forgotten_at IS NULL"),
    )
    op.create_index(
        "uq_complaint_tickets_platform",
        "complaint_tickets",
        ["merchant_id", "platform_id"],
        unique=True,
        postgresql_where=sa.text("platform_id IS NOT NULL"),
    )
    op.create_table(
        "complaint_lines",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "who",
            sa.Enum(
                "member",
                "staff",
                "platform",
                "system",
                name="who",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "photos", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False
        ),
        sa.Column("log_id", sa.Text(), nullable=True),
        sa.Column(
            "delivery",
            sa.Enum(
                "waiting",
                "sent",
                "refused",
                name="delivery",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("refund", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(delivery IS NULL) = (body IS NULL)", name=op.f("ck_complaint_lines_sent_has_body")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "ticket_id"],
            ["complaint_tickets.merchant_id", "complaint_tickets.id"],
            name=op.f("fk_complaint_lines_merchant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_complaint_lines")),
    )
    op.create_index(
        "ix_complaint_lines_ticket",
        "complaint_lines",
        ["merchant_id", "ticket_id", "id"],
        unique=False,
    )
    op.create_index(
        "uq_complaint_lines_log",
        "complaint_lines",
        ["merchant_id", "ticket_id", "log_id"],
        unique=True,
        postgresql_where=sa.text("log_id IS NOT NULL"),
    )
    op.create_table(
        "complaint_photos",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "given_up",
                name="photostate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.CheckConstraint("tries >= 1", name=op.f("ck_complaint_photos_tried_once")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "line_id"],
            ["complaint_lines.merchant_id", "complaint_lines.id"],
            name=op.f("fk_complaint_photos_merchant_id_line_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_complaint_photos")),
        sa.UniqueConstraint(
            "merchant_id",
            "line_id",
            "address",
            name=op.f("uq_complaint_photos_merchant_id_line_id_address"),
        ),
    )
    op.create_index(
        "ix_complaint_photos_due",
        "complaint_photos",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "complaint_uploads",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_complaint_uploads_merchant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_complaint_uploads")),
        sa.UniqueConstraint(
            "merchant_id", "key", name=op.f("uq_complaint_uploads_merchant_id_key")
        ),
    )
    op.create_index("ix_complaint_uploads_at", "complaint_uploads", ["at"], unique=False)
    op.create_index(
        "ix_complaint_uploads_member",
        "complaint_uploads",
        ["merchant_id", "member_id"],
        unique=False,
    )
    op.create_table(
        "goodwill_rules",
        sa.Column("merchant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "owner",
                "manager",
                "clerk",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("per_day", sa.BigInteger(), nullable=False),
        sa.Column("day_cost_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "per_day >= 0 AND day_cost_fen >= 0", name=op.f("ck_goodwill_rules_limits_not_negative")
        ),
        sa.PrimaryKeyConstraint("merchant_id", "role", name=op.f("pk_goodwill_rules")),
    )
    op.create_table(
        "goodwill_days",
        sa.Column("merchant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("granted", sa.BigInteger(), nullable=False),
        sa.Column("cost_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "actor", "day", name=op.f("pk_goodwill_days")),
    )
    op.create_table(
        "goodwill_grants",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("revision_id", sa.BigInteger(), nullable=False),
        sa.Column("card_number", sa.Text(), nullable=False),
        sa.Column("cost_fen", sa.BigInteger(), nullable=False),
        sa.Column("market_value_fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_goodwill_grants_merchant_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "revision_id"],
            ["benefit_revisions.merchant_id", "benefit_revisions.id"],
            name=op.f("fk_goodwill_grants_merchant_id_revision_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "ticket_id"],
            ["complaint_tickets.merchant_id", "complaint_tickets.id"],
            name=op.f("fk_goodwill_grants_merchant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_goodwill_grants")),
        sa.UniqueConstraint(
            "merchant_id", "card_number", name=op.f("uq_goodwill_grants_merchant_id_card_number")
        ),
    )
    op.create_index(
        "ix_goodwill_grants_member", "goodwill_grants", ["merchant_id", "member_id"], unique=False
    )
    op.create_index(
        "ix_goodwill_grants_ticket", "goodwill_grants", ["merchant_id", "ticket_id"], unique=False
    )
    for statement in protect(TABLES):
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    for column in ("order_id", "offer_id"):
        op.alter_column("cards", column, nullable=False)
