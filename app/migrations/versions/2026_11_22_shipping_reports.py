"""what was told to WeChat about the delivery of an order."""

revision = "81c4f7d20b3e"
down_revision = "5e92ab7714cd"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
