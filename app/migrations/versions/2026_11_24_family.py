"""family cards."""

revision = "ca000a5e2f0a"
down_revision = "c9000a5e2f09"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
