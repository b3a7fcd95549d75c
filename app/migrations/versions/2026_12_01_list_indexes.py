"""The indexes in whose order lists are shown: what must be done soonest, what somebody gave.

And how many helped from one address, which the list of what waits for a look tells.
"""

import sqlalchemy as sa

from app.migrations import online

revision = "df000a5e2f0f"
down_revision = "de000a5e2f0e"
branch_labels = None
depends_on = None

URGENT = (
    "(CASE WHEN answer_at_once AND awaits_us THEN opened_at ELSE LEAST(answer_by, settle_by) END)"
)


def upgrade() -> None:
    online.add_index(
        "ix_complaint_tickets_urgent",
        "complaint_tickets",
        ["merchant_id", sa.text(URGENT), "id"],
        postgresql_where=sa.text("state <> 'resolved'"),
    )
    online.add_index(
        "ix_assist_helps_address",
        "assist_helps",
        ["merchant_id", "campaign_id", "address", "at"],
        postgresql_where=sa.text("address IS NOT NULL"),
    )
    online.add_index("ix_goodwill_grants_actor", "goodwill_grants", ["merchant_id", "actor", "id"])


def downgrade() -> None:
    online.drop_index("ix_goodwill_grants_actor")
    online.drop_index("ix_assist_helps_address")
    online.drop_index("ix_complaint_tickets_urgent")
