"""Campaigns by the calendar, tags of members, and factors of points that have an end."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.kernel.db import protect

revision = "cc000a5e2f0c"
down_revision = "cb000a5e2f0b"
branch_labels = None
depends_on = None

TABLES = [
    "promotion_events",
    "promotions",
    "promotion_offers",
    "promotion_grants",
    "member_tags",
]
FACTOR_WINDOW = ["starts_at", "ends_at"]


def upgrade() -> None:
    for column in FACTOR_WINDOW:
        op.add_column("point_factors", sa.Column(column, sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "promotion_events",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_promotion_events_time_is_forward")),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_promotion_events")),
        sa.UniqueConstraint(
            "merchant_id", "number", name=op.f("uq_promotion_events_merchant_id_number")
        ),
    )
    op.create_table(
        "promotions",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "sale",
                "member_day",
                "grant",
                "topup_bonus",
                "event",
                name="promotion_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                "stopped",
                "over",
                name="promotion_state",
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
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("factor_id", sa.BigInteger(), nullable=True),
        sa.Column("most_vouchers", sa.BigInteger(), nullable=True),
        sa.Column("most_fen", sa.BigInteger(), nullable=True),
        sa.Column("given_vouchers", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("spent_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "given_vouchers BETWEEN 0 AND most_vouchers",
            name=op.f("ck_promotions_vouchers_in_budget"),
        ),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_promotions_window_is_forward")),
        sa.CheckConstraint(
            "spent_fen BETWEEN 0 AND most_fen", name=op.f("ck_promotions_cost_in_budget")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "event_id"],
            ["promotion_events.merchant_id", "promotion_events.id"],
            name=op.f("fk_promotions_merchant_id_event_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "factor_id"],
            ["point_factors.merchant_id", "point_factors.id"],
            name=op.f("fk_promotions_merchant_id_factor_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_promotions")),
        sa.UniqueConstraint("merchant_id", "number", name=op.f("uq_promotions_merchant_id_number")),
    )
    op.create_index("ix_promotions_event", "promotions", ["merchant_id", "event_id"], unique=False)
    op.create_index("ix_promotions_state", "promotions", ["merchant_id", "state"], unique=False)
    op.create_index(
        "ix_promotions_turns",
        "promotions",
        ["closes_at"],
        unique=False,
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_table(
        "promotion_offers",
        sa.Column("merchant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("promotion_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("offer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "offer_id"],
            ["offers.merchant_id", "offers.id"],
            name=op.f("fk_promotion_offers_merchant_id_offer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "promotion_id"],
            ["promotions.merchant_id", "promotions.id"],
            name=op.f("fk_promotion_offers_merchant_id_promotion_id"),
        ),
        sa.PrimaryKeyConstraint(
            "merchant_id", "promotion_id", "offer_id", name=op.f("pk_promotion_offers")
        ),
    )
    op.create_index(
        "ix_promotion_offers_offer", "promotion_offers", ["merchant_id", "offer_id"], unique=False
    )
    op.create_table(
        "promotion_grants",
        sa.Column("merchant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("promotion_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("card_number", sa.Text(), nullable=False),
        sa.Column("vouchers", sa.BigInteger(), nullable=False),
        sa.Column("cost_fen", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_promotion_grants_merchant_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "promotion_id"],
            ["promotions.merchant_id", "promotions.id"],
            name=op.f("fk_promotion_grants_merchant_id_promotion_id"),
        ),
        sa.PrimaryKeyConstraint(
            "merchant_id", "promotion_id", "member_id", name=op.f("pk_promotion_grants")
        ),
    )
    op.create_index(
        "ix_promotion_grants_member", "promotion_grants", ["merchant_id", "member_id"], unique=False
    )
    op.create_table(
        "member_tags",
        sa.Column("merchant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_member_tags_merchant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "member_id", "tag", name=op.f("pk_member_tags")),
    )
    op.create_index(
        "ix_member_tags_tag", "member_tags", ["merchant_id", "tag", "member_id"], unique=False
    )
    for statement in protect(TABLES):
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    for column in reversed(FACTOR_WINDOW):
        op.drop_column("point_factors", column)
