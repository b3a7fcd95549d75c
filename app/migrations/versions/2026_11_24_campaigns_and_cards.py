"""campaigns, paper cards, lost cards."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.kernel.db import protect

revision = "cb000a5e2f0b"
down_revision = "ca000a5e2f0a"
branch_labels = None
depends_on = None

CARDS = ["card_batches", "paper_cards"]


def upgrade() -> None:
    _add_cards()


def downgrade() -> None:
    _drop_cards()


def _add_cards() -> None:
    op.add_column(
        "members",
        sa.Column("code_version", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.add_column(
        "members", sa.Column("codes_frozen_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "members",
        sa.Column("codes_frozen_by_staff", sa.Boolean(), server_default="false", nullable=False),
    )
    op.create_table(
        "card_batches",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("pack", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("bind_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("points >= 0", name=op.f("ck_card_batches_points_not_negative")),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_card_batches")),
        sa.UniqueConstraint(
            "merchant_id", "number", name=op.f("uq_card_batches_merchant_id_number")
        ),
    )
    op.create_table(
        "paper_cards",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("code_index", sa.LargeBinary(), nullable=False),
        sa.Column("last_signs", sa.Text(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("card_number", sa.Text(), nullable=True),
        sa.Column("uses", sa.BigInteger(), nullable=True),
        sa.Column("points", sa.BigInteger(), nullable=True),
        sa.Column("times_undone", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("uses > 0 AND points >= 0", name=op.f("ck_paper_cards_holds_something")),
        sa.CheckConstraint(
            "(member_id IS NULL) = (bound_at IS NULL) AND (bound_at IS NULL) = (card_number IS NULL)",
            name=op.f("ck_paper_cards_bound_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "batch_id"],
            ["card_batches.merchant_id", "card_batches.id"],
            name=op.f("fk_paper_cards_merchant_id_batch_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_paper_cards_merchant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_paper_cards")),
        sa.UniqueConstraint(
            "merchant_id", "code_index", name=op.f("uq_paper_cards_merchant_id_code_index")
        ),
    )
    op.create_index(
        "ix_paper_cards_batch", "paper_cards", ["merchant_id", "batch_id"], unique=False
    )
    op.create_index(
        "ix_paper_cards_card",
        "paper_cards",
        ["merchant_id", "card_number"],
        unique=True,
        postgresql_where=sa.text("card_number IS NOT NULL"),
    )
    op.create_index(
        "ix_paper_cards_member",
        "paper_cards",
        ["merchant_id", "member_id"],
        unique=False,
        postgresql_where=sa.text("member_id IS NOT NULL"),
    )
    for statement in protect(CARDS):
        op.execute(statement)


def _drop_cards() -> None:
    for table in reversed(CARDS):
        op.drop_table(table)
    op.drop_column("members", "codes_frozen_by_staff")
    op.drop_column("members", "codes_frozen_at")
    op.drop_column("members", "code_version")
