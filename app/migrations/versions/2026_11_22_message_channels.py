"""by which way a message goes."""

revision = "5e92ab7714cd"
down_revision = "3b6fd0a1c210"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
