"""what members give to one another."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.kernel.db import protect

revision = "d41a8e09b7c2"
down_revision = "a7d35e1960f2"
branch_labels = None
depends_on = None

TABLES = ["gifts", "gift_vouchers"]
HELD_FROM = sa.Enum(
    "issuing",
    "locked",
    "active",
    "held",
    "frozen",
    "redeemed",
    "expired",
    "void",
    name="held_from",
    native_enum=False,
    create_constraint=True,
    length=32,
)


def upgrade() -> None:
    op.create_table(
        "gifts",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("giver_id", sa.BigInteger(), nullable=False),
        sa.Column("receiver_id", sa.BigInteger(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "claimed",
                "declined",
                "recalled",
                "returned",
                name="giftstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("cover", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gives_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("notice_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'claimed') = (receiver_id IS NOT NULL)", name=op.f("ck_gifts_claimed_by_one")
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (settled_at IS NULL)", name=op.f("ck_gifts_settled_has_time")
        ),
        sa.CheckConstraint(
            "created_at <= gives_at AND gives_at < ends_at", name=op.f("ck_gifts_time_runs_forward")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "giver_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_gifts_merchant_id_giver_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name=op.f("fk_gifts_merchant_id_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "receiver_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_gifts_merchant_id_receiver_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_gifts")),
        sa.UniqueConstraint(
            "merchant_id", "fingerprint", name=op.f("uq_gifts_merchant_id_fingerprint")
        ),
        sa.UniqueConstraint("merchant_id", "number", name=op.f("uq_gifts_merchant_id_number")),
        sa.UniqueConstraint("merchant_id", "order_id", name=op.f("uq_gifts_merchant_id_order_id")),
    )
    op.create_index(
        "ix_gifts_ending",
        "gifts",
        ["ends_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_gifts_giver", "gifts", ["merchant_id", "giver_id", "id"], unique=False)
    op.create_index(
        "ix_gifts_notice",
        "gifts",
        ["notice_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_gifts_receiver",
        "gifts",
        ["merchant_id", "receiver_id", "id"],
        unique=False,
        postgresql_where=sa.text("receiver_id IS NOT NULL"),
    )
    op.create_table(
        "gift_vouchers",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("gift_id", sa.BigInteger(), nullable=False),
        sa.Column("voucher_id", sa.BigInteger(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "gift_id"],
            ["gifts.merchant_id", "gifts.id"],
            name=op.f("fk_gift_vouchers_merchant_id_gift_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "voucher_id"],
            ["vouchers.merchant_id", "vouchers.id"],
            name=op.f("fk_gift_vouchers_merchant_id_voucher_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_gift_vouchers")),
    )
    op.create_index(
        "ix_gift_vouchers_gift", "gift_vouchers", ["merchant_id", "gift_id"], unique=False
    )
    op.create_index(
        "uq_gift_vouchers_open",
        "gift_vouchers",
        ["merchant_id", "voucher_id"],
        unique=True,
        postgresql_where=sa.text("is_open"),
    )
    op.add_column("vouchers", sa.Column("held_from", HELD_FROM, nullable=True))
    op.add_column(
        "vouchers", sa.Column("times_given", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_vouchers_held_from_while_held"), "vouchers", "held_from IS NULL OR state = 'held'"
    )
    op.add_column(
        "orders", sa.Column("gift", postgresql.JSONB(astext_type=sa.Text()), nullable=True)
    )
    for statement in protect(TABLES):
        op.execute(statement)


def downgrade() -> None:
    op.drop_column("orders", "gift")
    op.drop_column("vouchers", "times_given")
    op.drop_column("vouchers", "held_from")
    for table in reversed(TABLES):
        op.drop_table(table)
