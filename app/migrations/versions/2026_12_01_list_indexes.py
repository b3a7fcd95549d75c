"""Complaints by what must be done soonest, in the order in which the inbox shows them."""

import sqlalchemy as sa

from app.migrations import online

revision = "df000a5e2f0f"
down_revision = "de000a5e2f0e"
branch_labels = None
depends_on = None

URGENT = (
    "(CASE WHEN (answer_at_once AND awaits_us) THEN opened_at ELSE LEAST(answer_by, settle_by) END)"
)


def upgrade() -> None:
    online.add_index(
        "ix_complaint_tickets_urgent",
        "complaint_tickets",
        ["merchant_id", sa.text(URGENT), "id"],
        postgresql_where=sa.text("state <> 'resolved'"),
    )


def downgrade() -> None:
    online.drop_index("ix_complaint_tickets_urgent")
