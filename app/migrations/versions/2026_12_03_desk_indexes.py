"""The indexes in whose order the desk looks at things.

A campaign's last days, sessions to come, what one person settles, parcels by their day.
"""

import sqlalchemy as sa

from app.migrations import online

revision = "e0500a5e2f10"
down_revision = "e0000a5e2f10"
branch_labels = None
depends_on = None


def upgrade() -> None:
    online.add_index(
        "ix_assist_helps_by_day",
        "assist_helps",
        ["merchant_id", "campaign_id", "at"],
        postgresql_where=sa.text("state IN ('counted', 'held')"),
    )
    online.add_index(
        "ix_booking_sessions_end", "booking_sessions", ["merchant_id", "ends_at", "id"]
    )
    online.add_index(
        "ix_bill_differences_of_person",
        "bill_differences",
        ["merchant_id", "assigned_to", "id"],
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    online.add_index("ix_parcels_of_state", "parcels", ["merchant_id", "state", "send_on", "id"])
    online.add_index("ix_parcels_day", "parcels", ["merchant_id", "send_on", "id"])
    online.drop_index("ix_parcels_state")


def downgrade() -> None:
    online.add_index("ix_parcels_state", "parcels", ["merchant_id", "state", "id"])
    online.drop_index("ix_parcels_day")
    online.drop_index("ix_parcels_of_state")
    online.drop_index("ix_bill_differences_of_person")
    online.drop_index("ix_booking_sessions_end")
    online.drop_index("ix_assist_helps_by_day")
