"""points that wait, are held, and multiply."""

revision = "c3000a5e2f03"
down_revision = "c2000a5e2f02"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
