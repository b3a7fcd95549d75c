"""Dear actions that wait for a second person, their limits; who did what, by person and kind."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.kernel.db import protect

revision = "da000a5e2f0d"
down_revision = "cd000a5e2f0d"
branch_labels = None
depends_on = None

TABLES = ["approvals", "approval_limits"]
AUDIT_INDEXES = {
    "ix_audit_at": ["merchant_id", "at", "id"],
    "ix_audit_actor": ["merchant_id", "actor", "at", "id"],
    "ix_audit_action": ["merchant_id", "action", "at", "id"],
}
KINDS = ("refund", "agreed_refund", "goodwill", "mass_grant")


def _word(*words: str, name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "approvals",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", _word(*KINDS, name="kind"), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "state",
            _word("asked", "approved", "declined", "expired", name="state"),
            nullable=False,
        ),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.CheckConstraint("decided_by <> asked_by", name=op.f("ck_approvals_two_people")),
        sa.CheckConstraint(
            "(state = 'asked') = (decided_at IS NULL)", name=op.f("ck_approvals_decided_has_time")
        ),
        sa.CheckConstraint(
            "(state = 'approved') = (result IS NOT NULL)",
            name=op.f("ck_approvals_approved_is_done"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_approvals_merchant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_approvals")),
    )
    op.create_index(
        "uq_approvals_waiting",
        "approvals",
        ["merchant_id", "kind", "subject"],
        unique=True,
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_index("ix_approvals_state", "approvals", ["merchant_id", "state", "id"])
    op.create_index(
        "ix_approvals_ending",
        "approvals",
        ["ends_at"],
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_table(
        "approval_limits",
        sa.Column("merchant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", _word(*KINDS, name="kind"), nullable=False),
        sa.Column("above_fen", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("above_fen >= 0", name=op.f("ck_approval_limits_limit_not_negative")),
        sa.PrimaryKeyConstraint("merchant_id", "kind", name=op.f("pk_approval_limits")),
    )
    for name, columns in AUDIT_INDEXES.items():
        op.create_index(name, "audit", columns)
    for statement in protect(TABLES):
        op.execute(statement)


def downgrade() -> None:
    for name in AUDIT_INDEXES:
        op.drop_index(name, table_name="audit")
    for table in reversed(TABLES):
        op.drop_table(table)
