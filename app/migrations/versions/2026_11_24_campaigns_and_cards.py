"""campaigns, paper cards, lost cards."""

revision = "cb000a5e2f0b"
down_revision = "ca000a5e2f0a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
