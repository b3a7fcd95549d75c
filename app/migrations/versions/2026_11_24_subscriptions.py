"""plans, periods and parcels."""

revision = "c6000a5e2f06"
down_revision = "c5000a5e2f05"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
