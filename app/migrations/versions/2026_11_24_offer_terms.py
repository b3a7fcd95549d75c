"""terms per kind of offer, code pools, bookings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.kernel.db import protect

revision = "c5000a5e2f05"
down_revision = "c4000a5e2f04"
branch_labels = None
depends_on = None

TABLES = ["code_pools", "pool_codes", "booking_sessions", "bookings"]
KINDS = (
    "single",
    "bundle",
    "assist",
    "membership",
    "subscription",
    "topup",
    "gift_card",
)


def upgrade() -> None:
    for table in ("offers", "order_lines"):
        op.add_column(table, _terms())
    op.add_column("order_lines", _kind())
    op.execute(
        """UPDATE order_lines l SET kind = o.kind FROM offers o
        WHERE o.merchant_id = l.merchant_id AND o.id = l.offer_id"""
    )
    _pools()
    _bookings()
    op.create_index(
        "ix_vouchers_issuing",
        "vouchers",
        ["merchant_id", "revision_id", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'issuing'"),
    )
    for statement in protect(TABLES):
        op.execute(statement)


def downgrade() -> None:
    op.drop_index("ix_vouchers_issuing", table_name="vouchers")
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_column("order_lines", "kind")
    for table in ("order_lines", "offers"):
        op.drop_column(table, "terms")


def _terms() -> sa.Column[object]:
    return sa.Column(
        "terms", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
    )


def _kind() -> sa.Column[str]:
    return sa.Column(
        "kind",
        sa.Enum(*KINDS, name="offerkind", native_enum=False, create_constraint=True, length=32),
        server_default="single",
        nullable=False,
    )


def _pools() -> None:
    op.create_table(
        "code_pools",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("benefit_id", sa.BigInteger(), nullable=False),
        sa.Column("low_at", sa.BigInteger(), server_default="20", nullable=False),
        sa.Column("alarmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("low_at >= 0", name=op.f("ck_code_pools_low_at_not_negative")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "benefit_id"],
            ["benefits.merchant_id", "benefits.id"],
            name=op.f("fk_code_pools_merchant_id_benefit_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_code_pools")),
        sa.UniqueConstraint(
            "merchant_id", "benefit_id", name=op.f("uq_code_pools_merchant_id_benefit_id")
        ),
    )
    op.create_table(
        "pool_codes",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("benefit_id", sa.BigInteger(), nullable=False),
        sa.Column("code_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("code_index", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voucher_id", sa.BigInteger(), nullable=True),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revealed_to", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(revealed_at IS NULL) = (revealed_to IS NULL)",
            name=op.f("ck_pool_codes_revealed_to_somebody"),
        ),
        sa.CheckConstraint(
            "(voucher_id IS NULL) = (assigned_at IS NULL)",
            name=op.f("ck_pool_codes_assigned_has_time"),
        ),
        sa.CheckConstraint(
            "revealed_at IS NULL OR voucher_id IS NOT NULL",
            name=op.f("ck_pool_codes_revealed_to_a_voucher"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "benefit_id"],
            ["benefits.merchant_id", "benefits.id"],
            name=op.f("fk_pool_codes_merchant_id_benefit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "revealed_to"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_pool_codes_merchant_id_revealed_to"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "voucher_id"],
            ["vouchers.merchant_id", "vouchers.id"],
            name=op.f("fk_pool_codes_merchant_id_voucher_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_pool_codes")),
        sa.UniqueConstraint(
            "merchant_id",
            "benefit_id",
            "code_index",
            name=op.f("uq_pool_codes_merchant_id_benefit_id_code_index"),
        ),
        sa.UniqueConstraint(
            "merchant_id", "voucher_id", name=op.f("uq_pool_codes_merchant_id_voucher_id")
        ),
    )
    op.create_index(
        "ix_pool_codes_free",
        "pool_codes",
        ["merchant_id", "benefit_id", "expires_at", "id"],
        unique=False,
        postgresql_where=sa.text("voucher_id IS NULL"),
    )


def _bookings() -> None:
    op.create_table(
        "booking_sessions",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("benefit_id", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changes_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("hold_hours", sa.BigInteger(), server_default="4", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "changes_until <= starts_at AND starts_at < ends_at",
            name=op.f("ck_booking_sessions_time_runs_forward"),
        ),
        sa.CheckConstraint(
            "hold_hours BETWEEN 1 AND 168", name=op.f("ck_booking_sessions_hold_1_to_168_hours")
        ),
        sa.CheckConstraint(
            "taken BETWEEN 0 AND capacity", name=op.f("ck_booking_sessions_never_overbooked")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "benefit_id"],
            ["benefits.merchant_id", "benefits.id"],
            name=op.f("fk_booking_sessions_merchant_id_benefit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "store_id"],
            ["stores.merchant_id", "stores.id"],
            name=op.f("fk_booking_sessions_merchant_id_store_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_booking_sessions")),
        sa.UniqueConstraint(
            "merchant_id", "number", name=op.f("uq_booking_sessions_merchant_id_number")
        ),
    )
    op.create_index(
        "ix_booking_sessions_benefit",
        "booking_sessions",
        ["merchant_id", "benefit_id", "starts_at"],
        unique=False,
    )
    op.create_table(
        "bookings",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("voucher_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "offered",
                "booked",
                "attended",
                "cancelled",
                "lapsed",
                "missed",
                "called_off",
                name="bookingstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "is_open = (state IN ('waiting', 'offered', 'booked'))",
            name=op.f("ck_bookings_open_by_state"),
        ),
        sa.CheckConstraint(
            "state <> 'offered' OR offered_until IS NOT NULL",
            name=op.f("ck_bookings_offer_has_an_end"),
        ),
        sa.CheckConstraint(
            "is_open = (settled_at IS NULL)", name=op.f("ck_bookings_settled_has_time")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_bookings_merchant_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "session_id"],
            ["booking_sessions.merchant_id", "booking_sessions.id"],
            name=op.f("fk_bookings_merchant_id_session_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "voucher_id"],
            ["vouchers.merchant_id", "vouchers.id"],
            name=op.f("fk_bookings_merchant_id_voucher_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_bookings")),
        sa.UniqueConstraint("merchant_id", "number", name=op.f("uq_bookings_merchant_id_number")),
    )
    op.create_index(
        "ix_bookings_member", "bookings", ["merchant_id", "member_id", "id"], unique=False
    )
    op.create_index(
        "ix_bookings_offered",
        "bookings",
        ["offered_until"],
        unique=False,
        postgresql_where=sa.text("state = 'offered'"),
    )
    op.create_index(
        "ix_bookings_session", "bookings", ["merchant_id", "session_id", "id"], unique=False
    )
    op.create_index(
        "uq_bookings_open_voucher",
        "bookings",
        ["merchant_id", "voucher_id"],
        unique=True,
        postgresql_where=sa.text("is_open"),
    )
