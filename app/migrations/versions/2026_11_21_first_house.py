"""first house."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.kernel.db import protect

revision = "20cf3eec4d3d"
down_revision = None
branch_labels = None
depends_on = None

PROTECTED = [
    "audit",
    "audit_chains",
    "benefits",
    "categories",
    "inbox",
    "ledger_accounts",
    "ledger_entries",
    "members",
    "message_templates",
    "outbox",
    "pay_channels",
    "redemption_refusals",
    "request_keys",
    "staff",
    "stores",
    "wechat_apps",
    "api_keys",
    "benefit_revisions",
    "bill_differences",
    "ledger_postings",
    "message_grants",
    "offers",
    "orders",
    "point_lots",
    "sent_messages",
    "staff_stores",
    "cards",
    "offer_items",
    "offer_stock",
    "offer_takers",
    "order_lines",
    "payments",
    "point_lot_uses",
    "refunds",
    "vouchers",
    "redemptions",
    "voucher_events",
]


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("seal_no", sa.BigInteger(), nullable=True),
        sa.Column("seal", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_subject", "audit", ["merchant_id", "subject"], unique=False)
    op.create_index(
        "ix_audit_unsealed",
        "audit",
        ["merchant_id", "id"],
        unique=False,
        postgresql_where=sa.text("seal_no IS NULL"),
    )
    op.create_index(
        "uq_audit_seal_no",
        "audit",
        ["merchant_id", "seal_no"],
        unique=True,
        postgresql_where=sa.text("seal_no IS NOT NULL"),
    )
    op.create_table(
        "audit_chains",
        sa.Column("merchant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seal_no", sa.BigInteger(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", name=op.f("pk_audit_chains")),
    )
    op.create_table(
        "benefits",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_benefits")),
        sa.UniqueConstraint("merchant_id", "number", name=op.f("uq_benefits_merchant_id_number")),
    )
    op.create_table(
        "categories",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_categories")),
        sa.UniqueConstraint("merchant_id", "name", name=op.f("uq_categories_merchant_id_name")),
    )
    op.create_table(
        "inbox",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_inbox")),
        sa.UniqueConstraint(
            "merchant_id", "source", "reference", name=op.f("uq_inbox_merchant_id_source_reference")
        ),
    )
    op.create_index(
        "ix_inbox_waiting",
        "inbox",
        ["received_at"],
        unique=False,
        postgresql_where=sa.text("applied_at IS NULL"),
    )
    op.create_table(
        "ledger_accounts",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "payers",
                "prepaid",
                "earned",
                "late_money",
                "points_issued",
                "points_spent",
                "points_expired",
                "points",
                "points_debt",
                name="accountkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column(
            "asset",
            sa.Enum(
                "cny", "point", name="asset", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("balance", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("balance >= 0", name=op.f("ck_ledger_accounts_floor_is_zero")),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_ledger_accounts")),
        sa.UniqueConstraint(
            "merchant_id",
            "kind",
            "owner",
            "asset",
            name=op.f("uq_ledger_accounts_merchant_id_kind_owner_asset"),
        ),
    )
    op.create_table(
        "ledger_entries",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_ledger_entries")),
        sa.UniqueConstraint(
            "merchant_id", "cause", name=op.f("uq_ledger_entries_merchant_id_cause")
        ),
    )
    op.create_table(
        "members",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("merged_into", sa.BigInteger(), nullable=True),
        sa.Column("nickname", sa.Text(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("session_epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "active",
                "blocked",
                name="memberstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "merged_into"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_members_merchant_id_merged_into"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_members")),
        sa.UniqueConstraint("merchant_id", "number", name=op.f("uq_members_merchant_id_number")),
        sa.UniqueConstraint("merchant_id", "user_id", name=op.f("uq_members_merchant_id_user_id")),
    )
    op.create_index(
        "ix_members_phone_index", "members", ["merchant_id", "phone_index"], unique=False
    )
    op.create_index("ix_members_user_id", "members", ["user_id"], unique=False)
    op.create_table(
        "merchants",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), server_default="Asia/Shanghai", nullable=False),
        sa.Column("points_per_yuan", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("points_valid_months", sa.BigInteger(), server_default="12", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("points_per_yuan >= 0", name=op.f("ck_merchants_points_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchants")),
        sa.UniqueConstraint("number", name=op.f("uq_merchants_number")),
    )
    op.create_table(
        "message_templates",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("template_id", sa.Text(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("page", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_message_templates")),
        sa.UniqueConstraint(
            "merchant_id",
            "appid",
            "message",
            name=op.f("uq_message_templates_merchant_id_appid_message"),
        ),
    )
    op.create_table(
        "outbox",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL AND failed_at IS NULL"),
    )
    op.create_table(
        "pay_channels",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum(
                "direct",
                "partner",
                name="paymode",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("mchid", sa.Text(), nullable=False),
        sa.Column("sub_mchid", sa.Text(), nullable=True),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("private_key_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("apiv3_key_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("public_key_id", sa.Text(), nullable=False),
        sa.Column("public_key_pem", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(mode = 'partner') = (sub_mchid IS NOT NULL)",
            name=op.f("ck_pay_channels_partner_has_sub"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_pay_channels")),
        sa.UniqueConstraint(
            "merchant_id",
            "mchid",
            "sub_mchid",
            name=op.f("uq_pay_channels_merchant_id_mchid_sub_mchid"),
            postgresql_nulls_not_distinct=True,
        ),
        sa.UniqueConstraint(
            "merchant_id", "number", name=op.f("uq_pay_channels_merchant_id_number")
        ),
    )
    op.create_table(
        "redemption_refusals",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("voucher_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_redemption_refusals")),
    )
    op.create_index(
        "ix_redemption_refusals_at", "redemption_refusals", ["merchant_id", "at"], unique=False
    )
    op.create_table(
        "request_keys",
        sa.Column("merchant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "actor", "key", name=op.f("pk_request_keys")),
    )
    op.create_index("ix_request_keys_created_at", "request_keys", ["created_at"], unique=False)
    op.create_table(
        "staff",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
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
        sa.Column(
            "state",
            sa.Enum(
                "invited",
                "active",
                "disabled",
                name="staffstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("invitation_hash", sa.LargeBinary(), nullable=True),
        sa.Column("invitation_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("session_epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_staff")),
        sa.UniqueConstraint("merchant_id", "number", name=op.f("uq_staff_merchant_id_number")),
    )
    op.create_index(
        "uq_staff_invitation",
        "staff",
        ["merchant_id", "invitation_hash"],
        unique=True,
        postgresql_where=sa.text("invitation_hash IS NOT NULL"),
    )
    op.create_index(
        "uq_staff_working_user",
        "staff",
        ["merchant_id", "user_id"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "stores",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_stores")),
        sa.UniqueConstraint("merchant_id", "number", name=op.f("uq_stores_merchant_id_number")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unionid", sa.Text(), nullable=True),
        sa.Column("merged_into", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["merged_into"], ["users.id"], name=op.f("fk_users_merged_into")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
    )
    op.create_index(
        "ix_users_merged_into",
        "users",
        ["merged_into"],
        unique=False,
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_index(
        "uq_users_unionid",
        "users",
        ["unionid"],
        unique=True,
        postgresql_where=sa.text("unionid <> ''"),
    )
    op.create_table(
        "wechat_apps",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "mini_program",
                "official_account",
                name="appkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_wechat_apps")),
        sa.UniqueConstraint("merchant_id", "appid", name=op.f("uq_wechat_apps_merchant_id_appid")),
    )
    op.create_table(
        "api_keys",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id", "store_id"],
            ["stores.merchant_id", "stores.id"],
            name=op.f("fk_api_keys_merchant_id_store_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint(
            "merchant_id", "fingerprint", name=op.f("uq_api_keys_merchant_id_fingerprint")
        ),
    )
    op.create_table(
        "benefit_revisions",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("benefit_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "cash",
                "discount",
                "exchange",
                "shipping",
                "right",
                name="benefitkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("market_value_fen", sa.BigInteger(), nullable=False),
        sa.Column("cost_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("face", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("conditions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("hand_over", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("cost_fen >= 0", name=op.f("ck_benefit_revisions_cost_not_negative")),
        sa.CheckConstraint(
            "market_value_fen > 0", name=op.f("ck_benefit_revisions_has_a_market_value")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "benefit_id"],
            ["benefits.merchant_id", "benefits.id"],
            name=op.f("fk_benefit_revisions_merchant_id_benefit_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_benefit_revisions")),
        sa.UniqueConstraint(
            "merchant_id",
            "benefit_id",
            "revision",
            name=op.f("uq_benefit_revisions_merchant_id_benefit_id_revision"),
        ),
    )
    op.create_table(
        "bill_differences",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("ours_fen", sa.BigInteger(), nullable=True),
        sa.Column("theirs_fen", sa.BigInteger(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id", "channel_id"],
            ["pay_channels.merchant_id", "pay_channels.id"],
            name=op.f("fk_bill_differences_merchant_id_channel_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_bill_differences")),
        sa.UniqueConstraint(
            "merchant_id",
            "channel_id",
            "day",
            "kind",
            "number",
            name=op.f("uq_bill_differences_merchant_id_channel_id_day_kind_number"),
        ),
    )
    op.create_table(
        "ledger_postings",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("destination_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "asset",
            sa.Enum(
                "cny", "point", name="asset", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_ledger_postings_amount_is_positive")),
        sa.CheckConstraint("source_id <> destination_id", name=op.f("ck_ledger_postings_two_ends")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "destination_id"],
            ["ledger_accounts.merchant_id", "ledger_accounts.id"],
            name=op.f("fk_ledger_postings_merchant_id_destination_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "entry_id"],
            ["ledger_entries.merchant_id", "ledger_entries.id"],
            name=op.f("fk_ledger_postings_merchant_id_entry_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "source_id"],
            ["ledger_accounts.merchant_id", "ledger_accounts.id"],
            name=op.f("fk_ledger_postings_merchant_id_source_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_ledger_postings")),
    )
    op.create_index(
        "ix_ledger_postings_destination",
        "ledger_postings",
        ["merchant_id", "destination_id"],
        unique=False,
    )
    op.create_index(
        "ix_ledger_postings_entry", "ledger_postings", ["merchant_id", "entry_id"], unique=False
    )
    op.create_index(
        "ix_ledger_postings_source", "ledger_postings", ["merchant_id", "source_id"], unique=False
    )
    op.create_table(
        "message_grants",
        sa.Column("merchant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("template_id", sa.Text(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("remaining >= 0", name=op.f("ck_message_grants_remaining_not_negative")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_message_grants_merchant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint(
            "merchant_id", "member_id", "template_id", name=op.f("pk_message_grants")
        ),
    )
    op.create_table(
        "offers",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "single",
                "bundle",
                name="offerkind",
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
                "on_sale",
                "stopped",
                name="offerstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("cover", sa.Text(), nullable=True),
        sa.Column("category_id", sa.BigInteger(), nullable=True),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("per_member_limit", sa.BigInteger(), nullable=True),
        sa.Column("sale_starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sale_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "goods_kind",
            sa.Enum(
                "on_site",
                "physical",
                "virtual",
                name="goodskind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "refund_policy",
            sa.Enum(
                "any_time_unused",
                "any_time_and_expired",
                "none",
                name="refundpolicy",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("per_member_limit > 0", name=op.f("ck_offers_limit_allows_one")),
        sa.CheckConstraint("price_fen >= 0", name=op.f("ck_offers_price_not_negative")),
        sa.CheckConstraint(
            "sale_starts_at < sale_ends_at", name=op.f("ck_offers_sale_window_is_forward")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "category_id"],
            ["categories.merchant_id", "categories.id"],
            name=op.f("fk_offers_merchant_id_category_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_offers")),
        sa.UniqueConstraint("merchant_id", "number", name=op.f("uq_offers_merchant_id_number")),
    )
    op.create_index("ix_offers_shelf", "offers", ["merchant_id", "state", "id"], unique=False)
    op.create_table(
        "orders",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "paid",
                "fulfilled",
                "closed",
                "refunding",
                "partly_refunded",
                "refunded",
                name="orderstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("app_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=True),
        sa.Column("source_channel", sa.Text(), nullable=True),
        sa.Column("source_scene", sa.Text(), nullable=True),
        sa.Column("source_group", sa.Text(), nullable=True),
        sa.Column("source_referrer", sa.Text(), nullable=True),
        sa.Column("sharer_member_id", sa.BigInteger(), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fulfilled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "close_reason",
            sa.Enum(
                "timeout",
                "cancelled",
                name="closereason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_orders_closed_has_time")
        ),
        sa.CheckConstraint("total_fen >= 0", name=op.f("ck_orders_total_not_negative")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "app_id"],
            ["wechat_apps.merchant_id", "wechat_apps.id"],
            name=op.f("fk_orders_merchant_id_app_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "channel_id"],
            ["pay_channels.merchant_id", "pay_channels.id"],
            name=op.f("fk_orders_merchant_id_channel_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_orders_merchant_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "sharer_member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_orders_merchant_id_sharer_member_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_orders")),
        sa.UniqueConstraint("merchant_id", "number", name=op.f("uq_orders_merchant_id_number")),
    )
    op.create_index("ix_orders_member", "orders", ["merchant_id", "member_id", "id"], unique=False)
    op.create_index(
        "ix_orders_unpaid",
        "orders",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "point_lots",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("earned", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("earned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "remaining BETWEEN 0 AND earned", name=op.f("ck_point_lots_remaining_within_earned")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "entry_id"],
            ["ledger_entries.merchant_id", "ledger_entries.id"],
            name=op.f("fk_point_lots_merchant_id_entry_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_point_lots_merchant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_point_lots")),
    )
    op.create_index("ix_point_lots_entry", "point_lots", ["merchant_id", "entry_id"], unique=False)
    op.create_index(
        "ix_point_lots_expiring",
        "point_lots",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("remaining > 0"),
    )
    op.create_index(
        "ix_point_lots_spendable",
        "point_lots",
        ["merchant_id", "member_id", "expires_at"],
        unique=False,
        postgresql_where=sa.text("remaining > 0"),
    )
    op.create_table(
        "sent_messages",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_key", sa.Text(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("template_id", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "sending",
                "sent",
                "refused",
                "unknown",
                "no_grant",
                name="messagestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_sent_messages_merchant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_sent_messages")),
        sa.UniqueConstraint(
            "merchant_id",
            "event_key",
            "member_id",
            "message",
            name=op.f("uq_sent_messages_merchant_id_event_key_member_id_message"),
        ),
    )
    op.create_index(
        "ix_sent_messages_sending",
        "sent_messages",
        ["at"],
        unique=False,
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_index(
        "ix_sent_messages_state", "sent_messages", ["merchant_id", "state", "id"], unique=False
    )
    op.create_table(
        "staff_stores",
        sa.Column("merchant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("store_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "staff_id"],
            ["staff.merchant_id", "staff.id"],
            name=op.f("fk_staff_stores_merchant_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "store_id"],
            ["stores.merchant_id", "stores.id"],
            name=op.f("fk_staff_stores_merchant_id_store_id"),
        ),
        sa.PrimaryKeyConstraint(
            "merchant_id", "staff_id", "store_id", name=op.f("pk_staff_stores")
        ),
    )
    op.create_table(
        "wechat_identities",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("openid", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_wechat_identities_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wechat_identities")),
        sa.UniqueConstraint("appid", "openid", name=op.f("uq_wechat_identities_appid_openid")),
    )
    op.create_index("ix_wechat_identities_user_id", "wechat_identities", ["user_id"], unique=False)
    op.create_table(
        "cards",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_cards_merchant_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "offer_id"],
            ["offers.merchant_id", "offers.id"],
            name=op.f("fk_cards_merchant_id_offer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name=op.f("fk_cards_merchant_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_cards")),
        sa.UniqueConstraint("merchant_id", "number", name=op.f("uq_cards_merchant_id_number")),
    )
    op.create_index("ix_cards_member", "cards", ["merchant_id", "member_id", "id"], unique=False)
    op.create_index("ix_cards_order", "cards", ["merchant_id", "order_id"], unique=False)
    op.create_table(
        "offer_items",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("benefit_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "quantity BETWEEN 1 AND 100", name=op.f("ck_offer_items_quantity_1_to_100")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "benefit_id"],
            ["benefits.merchant_id", "benefits.id"],
            name=op.f("fk_offer_items_merchant_id_benefit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "offer_id"],
            ["offers.merchant_id", "offers.id"],
            name=op.f("fk_offer_items_merchant_id_offer_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_offer_items")),
        sa.UniqueConstraint(
            "merchant_id",
            "offer_id",
            "benefit_id",
            name=op.f("uq_offer_items_merchant_id_offer_id_benefit_id"),
        ),
    )
    op.create_table(
        "offer_stock",
        sa.Column("merchant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("offer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("slot", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("quota", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("taken BETWEEN 0 AND quota", name=op.f("ck_offer_stock_never_oversold")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "offer_id"],
            ["offers.merchant_id", "offers.id"],
            name=op.f("fk_offer_stock_merchant_id_offer_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "offer_id", "slot", name=op.f("pk_offer_stock")),
    )
    op.create_table(
        "offer_takers",
        sa.Column("merchant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("offer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("taken >= 0", name=op.f("ck_offer_takers_not_negative")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "offer_id"],
            ["offers.merchant_id", "offers.id"],
            name=op.f("fk_offer_takers_merchant_id_offer_id"),
        ),
        sa.PrimaryKeyConstraint(
            "merchant_id", "offer_id", "member_id", name=op.f("pk_offer_takers")
        ),
    )
    op.create_table(
        "order_lines",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price_fen", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("contents", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("from_stock", sa.Boolean(), nullable=False),
        sa.Column("is_counted", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "amount_fen = quantity * unit_price_fen", name=op.f("ck_order_lines_amount_adds_up")
        ),
        sa.CheckConstraint(
            "quantity BETWEEN 1 AND 100", name=op.f("ck_order_lines_quantity_1_to_100")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "offer_id"],
            ["offers.merchant_id", "offers.id"],
            name=op.f("fk_order_lines_merchant_id_offer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name=op.f("fk_order_lines_merchant_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_order_lines")),
    )
    op.create_index(
        "ix_order_lines_order", "order_lines", ["merchant_id", "order_id"], unique=False
    )
    op.create_table(
        "payments",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("payer_openid", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "received",
                "closed",
                name="paymentstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looks", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("prepay_id", sa.Text(), nullable=True),
        sa.Column("prepaid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("transaction_id", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'received') = (received_at IS NOT NULL)",
            name=op.f("ck_payments_received_has_time"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_payments_amount_is_positive")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "channel_id"],
            ["pay_channels.merchant_id", "pay_channels.id"],
            name=op.f("fk_payments_merchant_id_channel_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name=op.f("fk_payments_merchant_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_payments")),
        sa.UniqueConstraint("merchant_id", "number", name=op.f("uq_payments_merchant_id_number")),
        sa.UniqueConstraint(
            "merchant_id", "transaction_id", name=op.f("uq_payments_merchant_id_transaction_id")
        ),
    )
    op.create_index(
        "ix_payments_look",
        "payments",
        ["look_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_payments_order", "payments", ["merchant_id", "order_id"], unique=False)
    op.create_table(
        "point_lot_uses",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_point_lot_uses_amount_is_positive")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "entry_id"],
            ["ledger_entries.merchant_id", "ledger_entries.id"],
            name=op.f("fk_point_lot_uses_merchant_id_entry_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "lot_id"],
            ["point_lots.merchant_id", "point_lots.id"],
            name=op.f("fk_point_lot_uses_merchant_id_lot_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_point_lot_uses")),
    )
    op.create_index(
        "ix_point_lot_uses_entry", "point_lot_uses", ["merchant_id", "entry_id"], unique=False
    )
    op.create_index(
        "ix_point_lot_uses_lot", "point_lot_uses", ["merchant_id", "lot_id"], unique=False
    )
    op.create_table(
        "refunds",
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
                "processing",
                "succeeded",
                "abnormal",
                "closed",
                name="refundstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wechat_refund_id", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_refunds_amount_is_positive")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "payment_id"],
            ["payments.merchant_id", "payments.id"],
            name=op.f("fk_refunds_merchant_id_payment_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_refunds")),
        sa.UniqueConstraint("merchant_id", "cause", name=op.f("uq_refunds_merchant_id_cause")),
        sa.UniqueConstraint("merchant_id", "number", name=op.f("uq_refunds_merchant_id_number")),
    )
    op.create_index(
        "ix_refunds_open",
        "refunds",
        ["look_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('asked', 'processing')"),
    )
    op.create_table(
        "vouchers",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("card_id", sa.BigInteger(), nullable=False),
        sa.Column("revision_id", sa.BigInteger(), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("buyer_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "issuing",
                "locked",
                "active",
                "held",
                "frozen",
                "redeemed",
                "expired",
                "void",
                name="voucherstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("holder_version", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("allocated_fen", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("allocated_fen >= 0", name=op.f("ck_vouchers_allocation_not_negative")),
        sa.CheckConstraint(
            "valid_from < valid_until", name=op.f("ck_vouchers_validity_is_forward")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "buyer_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_vouchers_merchant_id_buyer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "card_id"],
            ["cards.merchant_id", "cards.id"],
            name=op.f("fk_vouchers_merchant_id_card_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "holder_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_vouchers_merchant_id_holder_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "revision_id"],
            ["benefit_revisions.merchant_id", "benefit_revisions.id"],
            name=op.f("fk_vouchers_merchant_id_revision_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_vouchers")),
        sa.UniqueConstraint("merchant_id", "number", name=op.f("uq_vouchers_merchant_id_number")),
        postgresql_with={"fillfactor": "80"},
    )
    op.create_index("ix_vouchers_card", "vouchers", ["merchant_id", "card_id"], unique=False)
    op.create_index(
        "ix_vouchers_expiring",
        "vouchers",
        ["valid_until"],
        unique=False,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_index(
        "ix_vouchers_holder", "vouchers", ["merchant_id", "holder_id", "valid_until"], unique=False
    )
    op.create_table(
        "redemptions",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("voucher_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("acceptor_merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("value_fen", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("redeemed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reversed_by", sa.Text(), nullable=True),
        sa.Column("reverse_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(reversed_at IS NULL) = (reversed_by IS NULL)",
            name=op.f("ck_redemptions_reversal_has_actor"),
        ),
        sa.CheckConstraint("points >= 0", name=op.f("ck_redemptions_points_not_negative")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_redemptions_merchant_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "voucher_id"],
            ["vouchers.merchant_id", "vouchers.id"],
            name=op.f("fk_redemptions_merchant_id_voucher_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_redemptions")),
        sa.UniqueConstraint(
            "merchant_id", "number", name=op.f("uq_redemptions_merchant_id_number")
        ),
    )
    op.create_index(
        "ix_redemptions_store",
        "redemptions",
        ["acceptor_merchant_id", "store_id", "redeemed_at"],
        unique=False,
    )
    op.create_index(
        "uq_redemptions_live",
        "redemptions",
        ["merchant_id", "voucher_id"],
        unique=True,
        postgresql_where=sa.text("reversed_at IS NULL"),
    )
    op.create_table(
        "voucher_events",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("voucher_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column(
            "from_state",
            sa.Enum(
                "issuing",
                "locked",
                "active",
                "held",
                "frozen",
                "redeemed",
                "expired",
                "void",
                name="from",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_state",
            sa.Enum(
                "issuing",
                "locked",
                "active",
                "held",
                "frozen",
                "redeemed",
                "expired",
                "void",
                name="to",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id", "voucher_id"],
            ["vouchers.merchant_id", "vouchers.id"],
            name=op.f("fk_voucher_events_merchant_id_voucher_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_voucher_events")),
    )
    op.create_index(
        "ix_voucher_events_voucher",
        "voucher_events",
        ["merchant_id", "voucher_id", "id"],
        unique=False,
    )
    op.execute(
        """DO $$ BEGIN
          IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kabao_tenant') THEN
            CREATE ROLE kabao_tenant NOLOGIN;
          END IF;
          -- Before 16 every member may take the role on; since then the maker of it may not.
          IF NOT pg_has_role(current_user, 'kabao_tenant',
              CASE WHEN current_setting('server_version_num')::int < 160000
                THEN 'MEMBER' ELSE 'SET' END) THEN
            EXECUTE format('GRANT kabao_tenant TO %I', current_user);
          END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END $$"""
    )
    op.execute("GRANT SELECT ON users, wechat_identities, merchants TO kabao_tenant")
    for statement in protect(PROTECTED):
        op.execute(statement)


def downgrade() -> None:
    for table in (*reversed(PROTECTED), "wechat_identities", "users", "merchants"):
        op.drop_table(table)
