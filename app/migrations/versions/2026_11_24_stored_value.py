"""stored value in lots, gift cards."""

revision = "c2000a5e2f02"
down_revision = "c1000a5e2f01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
