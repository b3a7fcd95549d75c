"""The index by which a list tells what became of the newest question about each of its lines."""

from app.migrations import online

revision = "e0000a5e2f10"
down_revision = "df000a5e2f0f"
branch_labels = None
depends_on = None


def upgrade() -> None:
    online.add_index("ix_approvals_subject", "approvals", ["merchant_id", "kind", "subject", "id"])


def downgrade() -> None:
    online.drop_index("ix_approvals_subject")
