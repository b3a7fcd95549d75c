"""Each day's figures of a merchant, and the blocks of time in which the rows behind them lie."""

import sqlalchemy as sa
from alembic import op

from app.kernel.db import protect
from app.migrations import online

revision = "de000a5e2f0d"
down_revision = "dd000a5e2f0d"
branch_labels = None
depends_on = None

TABLES = ["day_figures", "figures_through"]
# Rows that lie in the order of time.
BLOCKS = (
    ("ix_ledger_entries_posted", "ledger_entries", "posted_at"),
    ("ix_voucher_events_at", "voucher_events", "at"),
)
FIGURES = (
    "received",
    "returned",
    "owed",
    "points",
    "redeemed",
    "sold",
    "became",
    "placed",
    "bought",
    "purchases",
    "second",
)


def upgrade() -> None:
    _index_what_is_in_use()
    op.create_table(
        "day_figures",
        sa.Column("merchant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "figure",
            sa.Enum(*FIGURES, name="figure", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("slice", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "merchant_id", "figure", "day", "slice", name=op.f("pk_day_figures")
        ),
    )
    op.create_table(
        "figures_through",
        sa.Column("merchant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", name=op.f("pk_figures_through")),
    )
    op.add_column("bill_differences", sa.Column("assigned_to", sa.BigInteger(), nullable=True))
    op.add_column("bill_differences", sa.Column("settled_by", sa.Text(), nullable=True))
    op.add_column("bill_differences", sa.Column("settled_reason", sa.Text(), nullable=True))
    op.create_foreign_key(
        op.f("fk_bill_differences_merchant_id_assigned_to"),
        "bill_differences",
        "staff",
        ["merchant_id", "assigned_to"],
        ["merchant_id", "id"],
    )
    op.create_index(
        "ix_bill_differences_open",
        "bill_differences",
        ["merchant_id", "id"],
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    for statement in protect(TABLES):
        op.execute(statement)


def _index_what_is_in_use() -> None:
    for name, table, column in BLOCKS:
        online.add_index(
            name,
            table,
            [column],
            postgresql_using="brin",
            postgresql_with={"autosummarize": "on"},
        )
    online.add_index(
        "ix_outbox_given_up",
        "outbox",
        ["merchant_id", "id"],
        postgresql_where=sa.text("failed_at IS NOT NULL AND done_at IS NULL"),
    )


def downgrade() -> None:
    online.drop_index("ix_outbox_given_up")
    op.drop_index("ix_bill_differences_open", "bill_differences")
    op.drop_constraint(
        op.f("fk_bill_differences_merchant_id_assigned_to"), "bill_differences", type_="foreignkey"
    )
    for column in ("settled_reason", "settled_by", "assigned_to"):
        op.drop_column("bill_differences", column)
    for name, _table, _column in BLOCKS:
        online.drop_index(name)
    for table in reversed(TABLES):
        op.drop_table(table)
