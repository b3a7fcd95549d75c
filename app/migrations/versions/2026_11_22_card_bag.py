"""what stands in the WeChat card bag, and how it differs from ours."""

revision = "a7d35e1960f2"
down_revision = "81c4f7d20b3e"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
