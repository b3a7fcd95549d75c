"""Long work with its progress, the wishes to stop it, and the files that came of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.kernel.db import protect

revision = "dd000a5e2f0d"
down_revision = "dc000a5e2f0d"
branch_labels = None
depends_on = None

TABLES = ["works", "work_stops", "work_files"]
STATES = ("waiting", "running", "done", "failed", "cancelled")
OPEN = sa.text("state IN ('waiting', 'running')")


def _work(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["merchant_id", "work_id"],
        ["works.merchant_id", "works.id"],
        name=op.f(f"fk_{table}_merchant_id_work_id"),
    )


def upgrade() -> None:
    op.create_table(
        "works",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "position",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
        ),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                *STATES, name="workstate", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("told", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("done >= 0 AND total >= 0", name=op.f("ck_works_progress_not_negative")),
        sa.CheckConstraint(
            "(state IN ('waiting', 'running')) = (ended_at IS NULL)",
            name=op.f("ck_works_ended_has_time"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_works")),
    )
    op.create_index("ix_works_asker", "works", ["merchant_id", "asked_by", "id"])
    op.create_index("ix_works_open", "works", ["merchant_id", "id"], postgresql_where=OPEN)
    op.create_index(
        "ix_works_ended",
        "works",
        ["ended_at"],
        postgresql_where=sa.text("ended_at IS NOT NULL"),
    )
    op.create_table(
        "work_stops",
        sa.Column("merchant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("work_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        _work("work_stops"),
        sa.PrimaryKeyConstraint("merchant_id", "work_id", name=op.f("pk_work_stops")),
    )
    op.create_table(
        "work_files",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("work_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        _work("work_files"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_work_files")),
    )
    op.create_index("ix_work_files_work", "work_files", ["merchant_id", "work_id"])
    op.create_index("ix_work_files_ending", "work_files", ["ends_at"])
    for statement in protect(TABLES):
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
