"""family cards."""

import sqlalchemy as sa
from alembic import op

from app.kernel.db import protect

revision = "ca000a5e2f0a"
down_revision = "c9000a5e2f09"
branch_labels = None
depends_on = None

TABLES = ["family_cards", "family_seats", "family_requests"]


def upgrade() -> None:
    op.create_table(
        "family_cards",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "dissolved",
                name="familystate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("monthly_cap_fen", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'open') = (over_at IS NULL)", name=op.f("ck_family_cards_over_has_time")
        ),
        sa.CheckConstraint("monthly_cap_fen > 0", name=op.f("ck_family_cards_cap_above_zero")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "owner_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_family_cards_merchant_id_owner_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_family_cards")),
    )
    op.create_index(
        "uq_family_cards_owner",
        "family_cards",
        ["merchant_id", "owner_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "family_seats",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("card_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("monthly_cap_fen", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "invited",
                "active",
                "left",
                "removed",
                "withdrawn",
                name="seatstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state IN ('active', 'left', 'removed')) = (member_id IS NOT NULL)",
            name=op.f("ck_family_seats_joined_by_somebody"),
        ),
        sa.CheckConstraint(
            "(state IN ('invited', 'active')) = (over_at IS NULL)",
            name=op.f("ck_family_seats_over_has_time"),
        ),
        sa.CheckConstraint(
            "(member_id IS NULL) = (joined_at IS NULL)",
            name=op.f("ck_family_seats_joined_has_time"),
        ),
        sa.CheckConstraint("monthly_cap_fen > 0", name=op.f("ck_family_seats_cap_above_zero")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "card_id"],
            ["family_cards.merchant_id", "family_cards.id"],
            name=op.f("fk_family_seats_merchant_id_card_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_family_seats_merchant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_family_seats")),
        sa.UniqueConstraint(
            "merchant_id", "fingerprint", name=op.f("uq_family_seats_merchant_id_fingerprint")
        ),
        sa.UniqueConstraint(
            "merchant_id", "number", name=op.f("uq_family_seats_merchant_id_number")
        ),
    )
    op.create_index(
        "ix_family_seats_card", "family_seats", ["merchant_id", "card_id"], unique=False
    )
    op.create_index(
        "uq_family_seats_member",
        "family_seats",
        ["merchant_id", "member_id"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "family_requests",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("seat_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "approved",
                "refused",
                "expired",
                name="requeststate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_at IS NULL)",
            name=op.f("ck_family_requests_decided_has_time"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_family_requests_amount_above_zero")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "seat_id"],
            ["family_seats.merchant_id", "family_seats.id"],
            name=op.f("fk_family_requests_merchant_id_seat_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_family_requests")),
    )
    op.create_index(
        "ix_family_requests_seat",
        "family_requests",
        ["merchant_id", "seat_id", "decided_at"],
        unique=False,
    )
    op.create_index(
        "uq_family_requests_waiting",
        "family_requests",
        ["merchant_id", "seat_id"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    for statement in protect(TABLES):
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
