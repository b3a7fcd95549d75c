"""The till: shifts that were closed, devices that take scans without network, their chains."""

import sqlalchemy as sa
from alembic import op

from app.kernel.db import protect

revision = "db000a5e2f0d"
down_revision = "da000a5e2f0d"
branch_labels = None
depends_on = None

TABLES = ["shift_closings", "shift_entries", "offline_rules", "offline_devices", "offline_scans"]


def upgrade() -> None:
    op.create_table(
        "shift_closings",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redeemed", sa.BigInteger(), nullable=False),
        sa.Column("reversed", sa.BigInteger(), nullable=False),
        sa.Column("value_fen", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("undone", sa.BigInteger(), nullable=False),
        sa.Column("undone_fen", sa.BigInteger(), nullable=False),
        sa.Column("undone_points", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_shift_closings_ends_after_start")),
        sa.CheckConstraint("counted >= 0", name=op.f("ck_shift_closings_counted_not_negative")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "staff_id"],
            ["staff.merchant_id", "staff.id"],
            name=op.f("fk_shift_closings_merchant_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "store_id"],
            ["stores.merchant_id", "stores.id"],
            name=op.f("fk_shift_closings_merchant_id_store_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_shift_closings")),
        sa.UniqueConstraint(
            "merchant_id",
            "staff_id",
            "store_id",
            "starts_at",
            name=op.f("uq_shift_closings_merchant_id_staff_id_store_id_starts_at"),
        ),
    )
    op.create_index(
        "ix_shift_closings_staff",
        "shift_closings",
        ["merchant_id", "staff_id", "id"],
        unique=False,
    )
    _entries()
    op.create_table(
        "offline_rules",
        sa.Column("merchant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("most_minutes", sa.BigInteger(), nullable=False),
        sa.Column("most_scans", sa.BigInteger(), nullable=False),
        sa.Column("most_value_fen", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "most_minutes BETWEEN 1 AND 720", name=op.f("ck_offline_rules_minutes_in_range")
        ),
        sa.CheckConstraint(
            "most_scans BETWEEN 1 AND 500", name=op.f("ck_offline_rules_scans_in_range")
        ),
        sa.CheckConstraint("most_value_fen >= 0", name=op.f("ck_offline_rules_value_not_negative")),
        sa.PrimaryKeyConstraint("merchant_id", name=op.f("pk_offline_rules")),
    )
    _devices()
    _scans()
    for statement in protect(TABLES):
        op.execute(statement)


def _entries() -> None:
    op.create_table(
        "shift_entries",
        sa.Column("merchant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("redemption_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("is_reversal", sa.Boolean(), nullable=False),
        sa.Column("closing_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "redemption_id"],
            ["redemptions.merchant_id", "redemptions.id"],
            name=op.f("fk_shift_entries_merchant_id_redemption_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "closing_id"],
            ["shift_closings.merchant_id", "shift_closings.id"],
            name=op.f("fk_shift_entries_merchant_id_closing_id"),
        ),
        sa.PrimaryKeyConstraint(
            "merchant_id", "redemption_id", "is_reversal", name=op.f("pk_shift_entries")
        ),
    )


def _devices() -> None:
    op.create_table(
        "offline_devices",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_counter", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_print", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id", "staff_id"],
            ["staff.merchant_id", "staff.id"],
            name=op.f("fk_offline_devices_merchant_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "store_id"],
            ["stores.merchant_id", "stores.id"],
            name=op.f("fk_offline_devices_merchant_id_store_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_offline_devices")),
        sa.UniqueConstraint(
            "merchant_id", "handle", name=op.f("uq_offline_devices_merchant_id_handle")
        ),
    )


def _scans() -> None:
    op.create_table(
        "offline_scans",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("device_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("code_text", sa.Text(), nullable=False),
        sa.Column("spend_fen", sa.BigInteger(), nullable=True),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("print", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("redemption", sa.Text(), nullable=True),
        sa.Column("value_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("is_replay", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("voucher_id", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("close_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(redemption IS NULL) <> (refusal IS NULL)",
            name=op.f("ck_offline_scans_taken_or_refused"),
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_by IS NULL)",
            name=op.f("ck_offline_scans_closing_has_actor"),
        ),
        sa.CheckConstraint(
            "closed_at IS NULL OR refusal IS NOT NULL",
            name=op.f("ck_offline_scans_only_refused_is_closed"),
        ),
        *(_inside(table, column) for table, column in _REFERENCES),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_offline_scans")),
        sa.UniqueConstraint(
            "merchant_id",
            "device_id",
            "counter",
            name=op.f("uq_offline_scans_merchant_id_device_id_counter"),
        ),
    )
    op.create_index(
        "uq_offline_scans_redemption",
        "offline_scans",
        ["merchant_id", "redemption"],
        unique=True,
        postgresql_where=sa.text("redemption IS NOT NULL"),
    )
    op.create_index(
        "ix_offline_scans_staff",
        "offline_scans",
        ["merchant_id", "staff_id", "scanned_at"],
        unique=False,
    )
    op.create_index(
        "ix_offline_scans_open",
        "offline_scans",
        ["merchant_id", "id"],
        unique=False,
        postgresql_where=sa.text("refusal IS NOT NULL AND closed_at IS NULL"),
    )
    op.create_index(
        "ix_offline_scans_refused",
        "offline_scans",
        ["merchant_id", "id"],
        unique=False,
        postgresql_where=sa.text("refusal IS NOT NULL"),
    )


_REFERENCES = (("offline_devices", "device_id"), ("staff", "staff_id"), ("stores", "store_id"))


def _inside(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["merchant_id", column],
        [f"{table}.merchant_id", f"{table}.id"],
        name=op.f(f"fk_offline_scans_merchant_id_{column}"),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
