"""complaints, goodwill."""

revision = "c9000a5e2f09"
down_revision = "c8000a5e2f08"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
