"""points that wait, are held, and multiply."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.kernel.db import protect

revision = "c3000a5e2f03"
down_revision = "c2000a5e2f02"
branch_labels = None
depends_on = None

TABLES = [
    "pending_points",
    "point_holds",
    "point_terms",
    "point_rules",
    "point_factors",
    "point_earnings",
    "point_notices",
]


def upgrade() -> None:
    op.add_column(
        "point_lot_uses",
        sa.Column("returned", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_point_lot_uses_returned_within_amount"),
        "point_lot_uses",
        "returned BETWEEN 0 AND amount",
    )
    op.create_table(
        "pending_points",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("earned", sa.BigInteger(), nullable=False),
        sa.Column("taken_back", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("taken_bp", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("earned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("matures_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("matured_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "taken_back BETWEEN 0 AND earned", name=op.f("ck_pending_points_taken_within_earned")
        ),
        sa.CheckConstraint(
            "taken_bp BETWEEN 0 AND 10000", name=op.f("ck_pending_points_share_within_whole")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_pending_points_merchant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_pending_points")),
        sa.UniqueConstraint(
            "merchant_id", "cause", name=op.f("uq_pending_points_merchant_id_cause")
        ),
    )
    op.create_index(
        "ix_pending_points_due",
        "pending_points",
        ["matures_at"],
        unique=False,
        postgresql_where=sa.text("matured_at IS NULL AND taken_back < earned"),
    )
    op.create_index(
        "ix_pending_points_member",
        "pending_points",
        ["merchant_id", "member_id", "matures_at"],
        unique=False,
    )
    op.create_table(
        "point_holds",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("returned", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "held",
                "captured",
                "released",
                name="holdstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "returned = 0 OR state <> 'held'", name=op.f("ck_point_holds_open_hold_is_whole")
        ),
        sa.CheckConstraint("points > 0", name=op.f("ck_point_holds_holds_something")),
        sa.CheckConstraint(
            "returned BETWEEN 0 AND points", name=op.f("ck_point_holds_returned_within_points")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "entry_id"],
            ["ledger_entries.merchant_id", "ledger_entries.id"],
            name=op.f("fk_point_holds_merchant_id_entry_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_point_holds_merchant_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name=op.f("fk_point_holds_merchant_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_point_holds")),
        sa.UniqueConstraint(
            "merchant_id", "order_id", name=op.f("uq_point_holds_merchant_id_order_id")
        ),
    )
    op.create_index(
        "ix_point_holds_member", "point_holds", ["merchant_id", "member_id"], unique=False
    )
    op.create_table(
        "point_terms",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("pay_bp", sa.BigInteger(), nullable=False),
        sa.Column("worth", sa.BigInteger(), nullable=False),
        sa.Column("warn_days", sa.BigInteger(), server_default="7", nullable=False),
        sa.Column(
            "earn_on",
            sa.Enum(
                "purchase",
                "redemption",
                "both",
                name="earnon",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="redemption",
            nullable=False,
        ),
        sa.Column("valid_months", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "valid_months BETWEEN 1 AND 120", name=op.f("ck_point_terms_good_for_months")
        ),
        sa.CheckConstraint("pay_bp BETWEEN 0 AND 10000", name=op.f("ck_point_terms_pays_a_part")),
        sa.CheckConstraint("warn_days BETWEEN 1 AND 90", name=op.f("ck_point_terms_warns_in_time")),
        sa.CheckConstraint("worth > 0", name=op.f("ck_point_terms_worth_something")),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_point_terms")),
        sa.UniqueConstraint("merchant_id", name=op.f("uq_point_terms_merchant_id")),
    )
    op.create_table(
        "point_rules",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "redemption",
                "purchase",
                "visit",
                "event",
                "period",
                name="rulesource",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("event", sa.Text(), nullable=True),
        sa.Column("points_per_yuan", sa.BigInteger(), nullable=True),
        sa.Column("fixed_points", sa.BigInteger(), nullable=True),
        sa.Column("most_per_day", sa.BigInteger(), nullable=True),
        sa.Column("most_in_all", sa.BigInteger(), nullable=True),
        sa.Column("cool_down_minutes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(source = 'event') = (event IS NOT NULL)", name=op.f("ck_point_rules_event_has_a_name")
        ),
        sa.CheckConstraint(
            "(points_per_yuan IS NULL) <> (fixed_points IS NULL)",
            name=op.f("ck_point_rules_one_way_to_count"),
        ),
        sa.CheckConstraint(
            "cool_down_minutes >= 0", name=op.f("ck_point_rules_cool_down_not_negative")
        ),
        sa.CheckConstraint(
            "fixed_points > 0 AND fixed_points <= 1000000",
            name=op.f("ck_point_rules_fixed_in_bounds"),
        ),
        sa.CheckConstraint("most_in_all > 0", name=op.f("ck_point_rules_all_allows_some")),
        sa.CheckConstraint("most_per_day > 0", name=op.f("ck_point_rules_day_allows_some")),
        sa.CheckConstraint(
            "points_per_yuan > 0 AND points_per_yuan <= 10000",
            name=op.f("ck_point_rules_rate_in_bounds"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_point_rules")),
    )
    op.create_index(
        "ix_point_rules_open",
        "point_rules",
        ["merchant_id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "point_factors",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("bp", sa.BigInteger(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "redemption",
                "purchase",
                "visit",
                "event",
                "period",
                name="rulesource",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "hours", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column("days_of_month", postgresql.ARRAY(sa.BigInteger()), nullable=True),
        sa.Column("store_ids", postgresql.ARRAY(sa.BigInteger()), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "bp BETWEEN 0 AND 100000", name=op.f("ck_point_factors_at_most_ten_times")
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_point_factors")),
    )
    op.create_index(
        "ix_point_factors_open",
        "point_factors",
        ["merchant_id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "point_earnings",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("rule_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("factors", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "base >= 0 AND points >= 0", name=op.f("ck_point_earnings_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_point_earnings_merchant_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "rule_id"],
            ["point_rules.merchant_id", "point_rules.id"],
            name=op.f("fk_point_earnings_merchant_id_rule_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_point_earnings")),
    )
    op.create_index(
        "ix_point_earnings_cause", "point_earnings", ["merchant_id", "cause"], unique=False
    )
    op.create_index(
        "ix_point_earnings_limits",
        "point_earnings",
        ["merchant_id", "member_id", "rule_id", "at"],
        unique=False,
    )
    op.create_index(
        "uq_point_earnings_once",
        "point_earnings",
        ["merchant_id", "rule_id", "source"],
        unique=True,
        postgresql_where=sa.text("rule_id IS NOT NULL"),
    )
    op.create_table(
        "point_notices",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_point_notices_merchant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_point_notices")),
        sa.UniqueConstraint(
            "merchant_id",
            "member_id",
            "expires_at",
            name=op.f("uq_point_notices_merchant_id_member_id_expires_at"),
        ),
    )
    for statement in protect(TABLES):
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_constraint("ck_point_lot_uses_returned_within_amount", "point_lot_uses")
    op.drop_column("point_lot_uses", "returned")
