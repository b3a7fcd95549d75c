"""tiers, growth and packs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.kernel.db import protect

revision = "c4000a5e2f04"
down_revision = "c3000a5e2f03"
branch_labels = None
depends_on = None

TABLES = [
    "tier_rules",
    "member_standings",
    "membership_moves",
    "growth_sources",
    "membership_growth",
    "membership_terms",
    "pack_grants",
    "birthdays",
]


def upgrade() -> None:
    op.create_table(
        "tier_rules",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("rules", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("revisions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_tier_rules")),
        sa.UniqueConstraint(
            "merchant_id", "revision", name=op.f("uq_tier_rules_merchant_id_revision")
        ),
    )
    op.create_table(
        "member_standings",
        sa.Column("merchant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tier", sa.Text(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=True),
        sa.Column("steps", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("anchor", sa.Date(), nullable=True),
        sa.Column("period_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("grace_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "tier IS NOT NULL OR (anchor IS NULL AND period_ends_at IS NULL AND warn_at IS NULL AND grace_ends_at IS NULL)",
            name=op.f("ck_member_standings_only_a_tier_ends"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_member_standings_merchant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "member_id", name=op.f("pk_member_standings")),
    )
    op.create_index(
        "ix_member_standings_due",
        "member_standings",
        ["next_check_at"],
        unique=False,
        postgresql_where=sa.text("next_check_at IS NOT NULL"),
    )
    op.create_index(
        "ix_member_standings_to_warn",
        "member_standings",
        ["warn_at"],
        unique=False,
        postgresql_where=sa.text("warn_at IS NOT NULL"),
    )
    op.create_table(
        "membership_moves",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("from_tier", sa.Text(), nullable=True),
        sa.Column("to_tier", sa.Text(), nullable=True),
        sa.Column(
            "why",
            sa.Enum(
                "upgrade",
                "downgrade",
                "taken_back",
                "bought",
                "term_ended",
                "refunded",
                "merged",
                name="why",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("revision", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_membership_moves_merchant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_membership_moves")),
        sa.UniqueConstraint(
            "merchant_id",
            "member_id",
            "step",
            name=op.f("uq_membership_moves_merchant_id_member_id_step"),
        ),
    )
    op.create_table(
        "growth_sources",
        sa.Column("merchant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("returned_bp", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "returned_bp BETWEEN 0 AND 10000", name=op.f("ck_growth_sources_returned_is_a_share")
        ),
        sa.PrimaryKeyConstraint("merchant_id", "source", name=op.f("pk_growth_sources")),
    )
    op.create_table(
        "membership_growth",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "spend",
                "visit",
                "points",
                "purchase",
                name="growth",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("offer", sa.Text(), server_default="", nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'purchase') = (offer <> '')",
            name=op.f("ck_membership_growth_purchase_names_an_offer"),
        ),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_membership_growth_is_something")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_membership_growth_merchant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_membership_growth")),
    )
    op.create_index(
        "ix_membership_growth_member",
        "membership_growth",
        ["merchant_id", "member_id", "kind", "at"],
        unique=False,
    )
    op.create_index(
        "ix_membership_growth_source", "membership_growth", ["merchant_id", "source"], unique=False
    )
    op.create_index(
        "uq_membership_growth_source",
        "membership_growth",
        ["merchant_id", "source", "kind", "offer"],
        unique=True,
        postgresql_where=sa.text("amount > 0"),
    )
    op.create_table(
        "membership_terms",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("fee_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("earned_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("returned_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("earns_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "fee_fen >= 0 AND earned_fen >= 0 AND returned_fen >= 0 "
            "AND earned_fen + returned_fen <= fee_fen",
            name=op.f("ck_membership_terms_fee_is_whole"),
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_membership_terms_term_is_forward")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_membership_terms_merchant_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name=op.f("fk_membership_terms_merchant_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_membership_terms")),
        sa.UniqueConstraint(
            "merchant_id", "order_id", name=op.f("uq_membership_terms_merchant_id_order_id")
        ),
    )
    op.create_index(
        "ix_membership_terms_earning",
        "membership_terms",
        ["earns_at"],
        unique=False,
        postgresql_where=sa.text("earns_at IS NOT NULL"),
    )
    op.create_index(
        "ix_membership_terms_due",
        "membership_terms",
        ["ends_at"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_membership_terms_member",
        "membership_terms",
        ["merchant_id", "member_id", "ends_at"],
        unique=False,
    )
    op.create_table(
        "pack_grants",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column(
            "occasion",
            sa.Enum(
                "upgrade",
                "monthly",
                "birthday",
                name="occasion",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("card_number", sa.Text(), nullable=False),
        sa.Column("cost_fen", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_pack_grants_merchant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_pack_grants")),
    )
    op.create_index(
        "uq_pack_grants_birthday",
        "pack_grants",
        ["merchant_id", "member_id", "period"],
        unique=True,
        postgresql_where=sa.text("occasion = 'birthday'"),
    )
    op.create_index(
        "uq_pack_grants_once",
        "pack_grants",
        ["merchant_id", "member_id", "tier", "occasion", "period"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "birthdays",
        sa.Column("merchant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("month", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.BigInteger(), nullable=True),
        sa.Column("set_on", sa.Date(), nullable=False),
        sa.Column("consent_version", sa.Text(), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(month IS NULL) = (day IS NULL)", name=op.f("ck_birthdays_is_whole")),
        sa.CheckConstraint(
            "month BETWEEN 1 AND 12 AND day BETWEEN 1 AND 31", name=op.f("ck_birthdays_is_a_day")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_birthdays_merchant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "member_id", name=op.f("pk_birthdays")),
    )
    op.create_index("ix_birthdays_day", "birthdays", ["merchant_id", "month", "day"], unique=False)
    for statement in protect(TABLES):
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
