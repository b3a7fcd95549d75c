"""terms per kind of offer, code pools, bookings."""

revision = "c5000a5e2f05"
down_revision = "c4000a5e2f04"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
