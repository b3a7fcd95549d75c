"""returns, transfers."""

revision = "c8000a5e2f08"
down_revision = "c7000a5e2f07"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
