"""The panel looks for orders, members, messages and doubts: an index for each way of looking."""

import sqlalchemy as sa
from alembic import op

revision = "dc000a5e2f0d"
down_revision = "db000a5e2f0d"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_orders_placed", "orders", ["merchant_id", "placed_at", "id"])
    op.create_index(
        "ix_orders_not_plain",
        "orders",
        ["merchant_id", "state", "placed_at", "id"],
        postgresql_where=sa.text("state <> 'fulfilled'"),
    )
    op.add_column(
        "members",
        sa.Column(
            "nickname_key",
            sa.Text(collation="C"),
            sa.Computed("lower(nickname)", persisted=True),
            nullable=True,
        ),
    )
    op.create_index(
        "ix_members_nickname",
        "members",
        ["merchant_id", "nickname_key", "id"],
        postgresql_where=sa.text("merged_into IS NULL AND nickname_key IS NOT NULL"),
    )
    op.create_index("ix_sent_messages_member", "sent_messages", ["merchant_id", "member_id", "id"])
    op.create_index(
        "ix_complaint_tickets_done",
        "complaint_tickets",
        ["merchant_id", "resolved_at", "id"],
        postgresql_where=sa.text("state = 'resolved'"),
    )
    op.create_index(
        "ix_assist_helps_to_review",
        "assist_helps",
        ["merchant_id", "id"],
        postgresql_where=sa.text("state = 'held' OR state = 'rejected' AND appeal IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_assist_helps_to_review", "assist_helps")
    op.drop_index("ix_complaint_tickets_done", "complaint_tickets")
    op.drop_index("ix_sent_messages_member", "sent_messages")
    op.drop_index("ix_members_nickname", "members")
    op.drop_column("members", "nickname_key")
    op.drop_index("ix_orders_not_plain", "orders")
    op.drop_index("ix_orders_placed", "orders")
