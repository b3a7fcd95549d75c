"""The index of what one of the staff did of one kind, if he ever did."""

import sqlalchemy as sa

from app.migrations import online

revision = "e0600a5e2f10"
down_revision = "e0500a5e2f10"
branch_labels = None
depends_on = None


def upgrade() -> None:
    online.add_index(
        "ix_audit_deed",
        "audit",
        ["merchant_id", "actor", "action", "id"],
        postgresql_where=sa.text("starts_with(actor, 'staff:') AND action <> 'voucher.redeem'"),
    )


def downgrade() -> None:
    online.drop_index("ix_audit_deed")
