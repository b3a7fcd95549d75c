"""what stands in the WeChat card bag, and how it differs from ours."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.kernel.db import protect

revision = "a7d35e1960f2"
down_revision = "81c4f7d20b3e"
branch_labels = None
depends_on = None

TABLES = ["bags", "bag_templates", "bag_cards", "bag_facts", "bag_differences"]


def upgrade() -> None:
    op.create_table(
        "bags",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "capability",
            sa.Enum(
                "wechat_card",
                "busifavor",
                "product_coupon",
                name="capability",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("app_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=True),
        sa.Column("brand_id", sa.Text(), nullable=True),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column(
            "settings", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(capability = 'product_coupon') = (brand_id IS NOT NULL)",
            name=op.f("ck_bags_which_brand"),
        ),
        sa.CheckConstraint(
            "capability = 'wechat_card' OR channel_id IS NOT NULL", name=op.f("ck_bags_who_pays")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "app_id"],
            ["wechat_apps.merchant_id", "wechat_apps.id"],
            name=op.f("fk_bags_merchant_id_app_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "channel_id"],
            ["pay_channels.merchant_id", "pay_channels.id"],
            name=op.f("fk_bags_merchant_id_channel_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "store_id"],
            ["stores.merchant_id", "stores.id"],
            name=op.f("fk_bags_merchant_id_store_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_bags")),
        sa.UniqueConstraint(
            "merchant_id", "capability", name=op.f("uq_bags_merchant_id_capability")
        ),
    )
    op.create_table(
        "bag_templates",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("bag_id", sa.BigInteger(), nullable=False),
        sa.Column("benefit_id", sa.BigInteger(), nullable=True),
        sa.Column("platform_id", sa.Text(), nullable=False),
        sa.Column("has_own_codes", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "bag_id"],
            ["bags.merchant_id", "bags.id"],
            name=op.f("fk_bag_templates_merchant_id_bag_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "benefit_id"],
            ["benefits.merchant_id", "benefits.id"],
            name=op.f("fk_bag_templates_merchant_id_benefit_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_bag_templates")),
        sa.UniqueConstraint(
            "merchant_id",
            "benefit_id",
            name=op.f("uq_bag_templates_merchant_id_benefit_id"),
            postgresql_nulls_not_distinct=True,
        ),
        sa.UniqueConstraint(
            "merchant_id", "platform_id", name=op.f("uq_bag_templates_merchant_id_platform_id")
        ),
    )
    op.create_table(
        "bag_cards",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("template_id", sa.BigInteger(), nullable=False),
        sa.Column("voucher_id", sa.BigInteger(), nullable=True),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("offered_to", sa.BigInteger(), nullable=False),
        sa.Column(
            "capability",
            sa.Enum(
                "wechat_card",
                "busifavor",
                "product_coupon",
                name="capability",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("platform_id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("own_code", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("next_code", sa.Text(), nullable=True),
        sa.Column("openid", sa.Text(), nullable=True),
        sa.Column(
            "wanted",
            sa.Enum(
                "held",
                "consumed",
                "unavailable",
                name="wanted",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "seen",
            sa.Enum(
                "offered",
                "confirming",
                "pending",
                "held",
                "gifting",
                "deleted",
                "consumed",
                "unavailable",
                "expired",
                name="seen",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("request_number", sa.Text(), nullable=True),
        sa.Column("acts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_points", sa.BigInteger(), nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("taken_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_bag_cards_merchant_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "offered_to"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_bag_cards_merchant_id_offered_to"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "template_id"],
            ["bag_templates.merchant_id", "bag_templates.id"],
            name=op.f("fk_bag_cards_merchant_id_template_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "voucher_id"],
            ["vouchers.merchant_id", "vouchers.id"],
            name=op.f("fk_bag_cards_merchant_id_voucher_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_bag_cards")),
        sa.UniqueConstraint(
            "merchant_id",
            "capability",
            "platform_id",
            "code",
            name=op.f("uq_bag_cards_merchant_id_capability_platform_id_code"),
        ),
        sa.UniqueConstraint(
            "merchant_id", "reference", name=op.f("uq_bag_cards_merchant_id_reference")
        ),
    )
    op.create_index("ix_bag_cards_member", "bag_cards", ["merchant_id", "member_id"], unique=False)
    op.create_index(
        "ix_bag_cards_voucher", "bag_cards", ["merchant_id", "voucher_id"], unique=False
    )
    op.create_index(
        "uq_bag_cards_open_membership",
        "bag_cards",
        ["merchant_id", "template_id", "member_id"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL AND voucher_id IS NULL"),
    )
    op.create_index(
        "uq_bag_cards_open_voucher",
        "bag_cards",
        ["merchant_id", "voucher_id"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL AND voucher_id IS NOT NULL"),
    )
    op.create_table(
        "bag_facts",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "got",
                "sent",
                "pending",
                "confirmed",
                "recoded",
                "gifting",
                "returned",
                "deleted",
                "consumed",
                "given_back",
                "unavailable",
                "expired",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("platform_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("openid", sa.Text(), nullable=True),
        sa.Column("friend", sa.Text(), nullable=True),
        sa.Column("unionid", sa.Text(), nullable=True),
        sa.Column("old_code", sa.Text(), nullable=True),
        sa.Column("outer_reference", sa.Text(), nullable=True),
        sa.Column("is_gift", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_bag_facts")),
        sa.UniqueConstraint(
            "merchant_id", "fingerprint", name=op.f("uq_bag_facts_merchant_id_fingerprint")
        ),
    )
    op.create_index(
        "ix_bag_facts_code", "bag_facts", ["merchant_id", "platform_id", "code"], unique=False
    )
    op.create_index(
        "ix_bag_facts_old_code",
        "bag_facts",
        ["merchant_id", "platform_id", "old_code"],
        unique=False,
        postgresql_where=sa.text("old_code IS NOT NULL"),
    )
    op.create_index(
        "ix_bag_facts_outer",
        "bag_facts",
        ["merchant_id", "outer_reference"],
        unique=False,
        postgresql_where=sa.text("outer_reference IS NOT NULL"),
    )
    op.create_table(
        "bag_differences",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("platform_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("bag_card_id", sa.BigInteger(), nullable=True),
        sa.Column("ours", sa.Text(), nullable=False),
        sa.Column("theirs", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id", "bag_card_id"],
            ["bag_cards.merchant_id", "bag_cards.id"],
            name=op.f("fk_bag_differences_merchant_id_bag_card_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_bag_differences")),
        sa.UniqueConstraint(
            "merchant_id",
            "day",
            "kind",
            "platform_id",
            "code",
            name=op.f("uq_bag_differences_merchant_id_day_kind_platform_id_code"),
        ),
    )
    op.create_index(
        "ix_bag_differences_open",
        "bag_differences",
        ["merchant_id", "id"],
        unique=False,
        postgresql_where=sa.text("mended_at IS NULL"),
    )
    for statement in protect(TABLES):
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
