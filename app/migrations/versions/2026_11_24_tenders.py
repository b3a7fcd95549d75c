"""what pays an order beside WeChat."""

revision = "c7000a5e2f07"
down_revision = "c6000a5e2f06"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
