"""tiers, growth and packs."""

revision = "c4000a5e2f04"
down_revision = "c3000a5e2f03"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
