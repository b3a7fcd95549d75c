"""who tells us of what happens in WeChat, and who follows."""

revision = "3b6fd0a1c210"
down_revision = "7c1d0b52a9e4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
