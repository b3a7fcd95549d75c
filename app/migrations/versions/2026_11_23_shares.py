"""rights shared with a friend once, and sub-cards."""

import sqlalchemy as sa
from alembic import op

from app.kernel.db import protect

revision = "f70c21b94e13"
down_revision = "e6b3170fa59d"
branch_labels = None
depends_on = None

TABLES = ["shares", "shared_vouchers"]


def upgrade() -> None:
    op.add_column("cards", sa.Column("parent_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "fk_cards_merchant_id_parent_id",
        "cards",
        "cards",
        ["merchant_id", "parent_id"],
        ["merchant_id", "id"],
    )
    op.add_column("vouchers", sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_orders_sharer",
        "orders",
        ["merchant_id", "sharer_member_id", "placed_at"],
        unique=False,
        postgresql_where=sa.text("sharer_member_id IS NOT NULL"),
    )
    op.create_table(
        "shares",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "once",
                "sub_card",
                name="sharekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "claimed",
                "taken_back",
                "withdrawn",
                "expired",
                name="sharestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("friend_id", sa.BigInteger(), nullable=True),
        sa.Column("card_id", sa.BigInteger(), nullable=False),
        sa.Column("sub_card_id", sa.BigInteger(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state IN ('claimed', 'taken_back')) = (friend_id IS NOT NULL)",
            name=op.f("ck_shares_claimed_has_friend"),
        ),
        sa.CheckConstraint(
            "(state IN ('waiting', 'claimed')) = (over_at IS NULL)",
            name=op.f("ck_shares_over_has_time"),
        ),
        sa.CheckConstraint(
            "(friend_id IS NULL) = (claimed_at IS NULL)", name=op.f("ck_shares_claim_has_time")
        ),
        sa.CheckConstraint(
            "(friend_id IS NULL) = (sub_card_id IS NULL)", name=op.f("ck_shares_claim_has_card")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "card_id"],
            ["cards.merchant_id", "cards.id"],
            name=op.f("fk_shares_merchant_id_card_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "friend_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_shares_merchant_id_friend_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "owner_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_shares_merchant_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "sub_card_id"],
            ["cards.merchant_id", "cards.id"],
            name=op.f("fk_shares_merchant_id_sub_card_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_shares")),
        sa.UniqueConstraint("merchant_id", "number", name=op.f("uq_shares_merchant_id_number")),
        sa.UniqueConstraint(
            "merchant_id", "token_hash", name=op.f("uq_shares_merchant_id_token_hash")
        ),
    )
    op.create_index("ix_shares_card", "shares", ["merchant_id", "card_id"], unique=False)
    op.create_index("ix_shares_friend", "shares", ["merchant_id", "friend_id", "id"], unique=False)
    op.create_index("ix_shares_owner", "shares", ["merchant_id", "owner_id", "id"], unique=False)
    op.create_index(
        "ix_shares_waiting",
        "shares",
        ["ends_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "shared_vouchers",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("share_id", sa.BigInteger(), nullable=False),
        sa.Column("voucher_id", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "share_id"],
            ["shares.merchant_id", "shares.id"],
            name=op.f("fk_shared_vouchers_merchant_id_share_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "voucher_id"],
            ["vouchers.merchant_id", "vouchers.id"],
            name=op.f("fk_shared_vouchers_merchant_id_voucher_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_shared_vouchers")),
    )
    op.create_index(
        "ix_shared_vouchers_share", "shared_vouchers", ["merchant_id", "share_id"], unique=False
    )
    op.create_index(
        "uq_shared_vouchers_once",
        "shared_vouchers",
        ["merchant_id", "voucher_id"],
        unique=True,
        postgresql_where=sa.text("counts"),
    )
    for statement in protect(TABLES):
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_index("ix_orders_sharer", table_name="orders")
    op.drop_column("vouchers", "shared_at")
    op.drop_constraint("fk_cards_merchant_id_parent_id", "cards")
    op.drop_column("cards", "parent_id")
