"""The panel: accounts, recovery codes, sessions, pictures to scan."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.kernel.db import protect

revision = "cd000a5e2f0d"
down_revision = "cc000a5e2f0c"
branch_labels = None
depends_on = None

TABLES = [
    "panel_accounts",
    "panel_recovery_codes",
    "panel_sessions",
    "panel_tickets",
    "panel_tries",
]


def upgrade() -> None:
    op.create_table(
        "panel_accounts",
        sa.Column("merchant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("login = lower(login)", name=op.f("ck_panel_accounts_login_is_lower")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "staff_id"],
            ["staff.merchant_id", "staff.id"],
            name=op.f("fk_panel_accounts_merchant_id_staff_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "staff_id", name=op.f("pk_panel_accounts")),
        sa.UniqueConstraint(
            "merchant_id", "login", name=op.f("uq_panel_accounts_merchant_id_login")
        ),
    )
    op.create_table(
        "panel_recovery_codes",
        sa.Column("merchant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id", "staff_id"],
            ["staff.merchant_id", "staff.id"],
            name=op.f("fk_panel_recovery_codes_merchant_id_staff_id"),
        ),
        sa.PrimaryKeyConstraint(
            "merchant_id", "staff_id", "fingerprint", name=op.f("pk_panel_recovery_codes")
        ),
    )
    op.create_table(
        "panel_sessions",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column(
            "how",
            sa.Enum(
                "password",
                "wechat",
                name="how",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "view_as",
            sa.Enum(
                "owner",
                "manager",
                "clerk",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("address", postgresql.INET(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sure_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id", "staff_id"],
            ["staff.merchant_id", "staff.id"],
            name=op.f("fk_panel_sessions_merchant_id_staff_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_panel_sessions")),
        sa.UniqueConstraint(
            "merchant_id", "fingerprint", name=op.f("uq_panel_sessions_merchant_id_fingerprint")
        ),
    )
    op.create_index(
        "ix_panel_sessions_staff", "panel_sessions", ["merchant_id", "staff_id", "id"], unique=False
    )
    op.create_table(
        "panel_tickets",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "sign_in",
                "link",
                "prove",
                name="ticketkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("browser", sa.LargeBinary(), nullable=False),
        sa.Column("digits", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("address", postgresql.INET(), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind = 'sign_in' OR (staff_id IS NOT NULL AND session_id IS NOT NULL)",
            name=op.f("ck_panel_tickets_is_somebodys_or_signs_in"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "staff_id"],
            ["staff.merchant_id", "staff.id"],
            name=op.f("fk_panel_tickets_merchant_id_staff_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_panel_tickets")),
        sa.UniqueConstraint(
            "merchant_id", "fingerprint", name=op.f("uq_panel_tickets_merchant_id_fingerprint")
        ),
    )
    op.create_index(
        "ix_panel_tickets_ends",
        "panel_tickets",
        ["ends_at"],
        unique=False,
        postgresql_where=sa.text("taken_at IS NULL"),
    )
    op.create_table(
        "panel_tries",
        sa.Column("merchant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_panel_tries_failures_not_negative")),
        sa.PrimaryKeyConstraint("merchant_id", "fingerprint", name=op.f("pk_panel_tries")),
    )
    op.create_index("ix_panel_tries_failed", "panel_tries", ["failed_at"], unique=False)
    for statement in protect(TABLES):
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
