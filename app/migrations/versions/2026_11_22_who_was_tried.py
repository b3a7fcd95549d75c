"""who was tried, and when, so that what always fails does not stand before the rest."""

import sqlalchemy as sa
from alembic import op

revision = "7c1d0b52a9e4"
down_revision = "20cf3eec4d3d"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "outbox", sa.Column("failures", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.add_column("orders", sa.Column("close_tried_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("inbox", sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("inbox", "tried_at")
    op.drop_column("orders", "close_tried_at")
    op.drop_column("outbox", "failures")
