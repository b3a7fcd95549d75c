"""The panel looks for orders, members, messages and doubts: an index for each way of looking."""

import sqlalchemy as sa
from alembic import op

from app.migrations import online

revision = "dc000a5e2f0d"
down_revision = "db000a5e2f0d"
branch_labels = None
depends_on = None

KEY = "nickname_key"
HAS_KEY = "merged_into IS NULL AND nickname_key IS NOT NULL"
INDEXES = {
    "ix_orders_placed": ("orders", ["merchant_id", "placed_at", "id"], None),
    "ix_orders_not_plain": (
        "orders",
        ["merchant_id", "state", "placed_at", "id"],
        "state <> 'fulfilled'",
    ),
    "ix_members_nickname": ("members", ["merchant_id", KEY, "id"], HAS_KEY),
    "ix_sent_messages_member": ("sent_messages", ["merchant_id", "member_id", "id"], None),
    "ix_complaint_tickets_done": (
        "complaint_tickets",
        ["merchant_id", "resolved_at", "id"],
        "state = 'resolved'",
    ),
    "ix_paper_cards_bound": (
        "paper_cards",
        ["merchant_id", "batch_id"],
        "member_id IS NOT NULL",
    ),
    "ix_pool_codes_assigned": (
        "pool_codes",
        ["merchant_id", "benefit_id"],
        "voucher_id IS NOT NULL AND revealed_at IS NULL",
    ),
    "ix_pool_codes_revealed": (
        "pool_codes",
        ["merchant_id", "benefit_id"],
        "revealed_at IS NOT NULL",
    ),
    "ix_assist_helps_to_review": (
        "assist_helps",
        ["merchant_id", "id"],
        "state = 'held' OR state = 'rejected' AND appeal IS NOT NULL",
    ),
}


def upgrade() -> None:
    """Tables in use: a plain column, filled piece by piece, and indexes built beside the writers."""
    op.add_column(
        "members", sa.Column(KEY, sa.Text(collation="C"), nullable=True), if_not_exists=True
    )
    online.fill(
        "members",
        change=f"{KEY} = lower(nickname)",
        where=f"nickname IS NOT NULL AND {KEY} IS NULL",
    )
    for name, (table, columns, where) in INDEXES.items():
        online.add_index(name, table, columns, postgresql_where=sa.text(where) if where else None)


def downgrade() -> None:
    for name in reversed(INDEXES):
        online.drop_index(name)
    op.drop_column("members", KEY, if_exists=True)
