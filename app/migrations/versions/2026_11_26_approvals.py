"""Dear actions that wait for a second person, their limits; who did what, by person and kind."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.kernel.db import protect
from app.migrations import online

revision = "da000a5e2f0d"
down_revision = "cd000a5e2f0d"
branch_labels = None
depends_on = None

TABLES = ["approvals", "approval_limits", "approvals_alone"]
AUDIT_INDEXES: dict[str, tuple[list[str], dict[str, Any]]] = {
    "ix_audit_actor": (["merchant_id", "actor", "id"], {}),
    "ix_audit_action": (
        ["merchant_id", "action", "id"],
        {"postgresql_where": sa.text("action <> 'voucher.redeem'")},
    ),
    "ix_audit_at": (
        ["at"],
        {"postgresql_using": "brin", "postgresql_with": {"autosummarize": "on"}},
    ),
}
KINDS = (
    "refund",
    "agreed_refund",
    "parcel_refund",
    "paid_by_hand",
    "goodwill",
    "mass_grant",
    "card_batch",
)
STATES = ("asked", "approved", "declined", "expired", "withdrawn")


def _word(*words: str, name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    for name, (columns, options) in AUDIT_INDEXES.items():
        online.add_index(name, "audit", columns, **options)
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
        sa.Column("state", _word(*STATES, name="state"), nullable=False),
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
    op.create_table(
        "approvals_alone",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", _word(*KINDS, name="kind"), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_approvals_alone_alone_not_negative")),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_approvals_alone")),
    )
    op.create_index(
        "ix_approvals_alone_actor", "approvals_alone", ["merchant_id", "kind", "actor", "at"]
    )
    op.add_column(
        "card_batches",
        sa.Column("is_held", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    for statement in protect(TABLES):
        op.execute(statement)


def downgrade() -> None:
    for name in AUDIT_INDEXES:
        online.drop_index(name)
    op.drop_column("card_batches", "is_held")
    for table in reversed(TABLES):
        op.drop_table(table)
