"""What the customer's app shows of a shop, what its members agreed to, and their pictures."""

import sqlalchemy as sa
from alembic import op

from app.kernel.db import protect

revision = "e1000a5e2f11"
down_revision = "e0600a5e2f10"
branch_labels = None
depends_on = None

COLOURS = ("red", "gold", "ink", "green", "blue", "plum")
TABLES = ["consents"]


def upgrade() -> None:
    op.add_column("merchants", sa.Column("slogan", sa.Text(), nullable=True))
    op.add_column(
        "merchants",
        sa.Column(
            "colour",
            sa.Enum(*COLOURS, name="colour", native_enum=False, create_constraint=False, length=32),
            server_default="red",
            nullable=False,
        ),
    )
    op.add_column("merchants", sa.Column("logo", sa.Text(), nullable=True))
    op.add_column("merchants", sa.Column("service_phone", sa.Text(), nullable=True))
    known = ", ".join(f"'{colour}'" for colour in COLOURS)
    op.create_check_constraint(op.f("ck_merchants_colour"), "merchants", f"colour IN ({known})")
    op.create_check_constraint(
        op.f("ck_merchants_slogan_is_short"), "merchants", "length(slogan) BETWEEN 1 AND 40"
    )
    op.create_check_constraint(
        op.f("ck_merchants_service_phone_is_short"),
        "merchants",
        "length(service_phone) BETWEEN 3 AND 20",
    )
    op.add_column("members", sa.Column("avatar", sa.Text(), nullable=True))
    op.create_table(
        "consents",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_consents_merchant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_consents")),
        sa.UniqueConstraint(
            "merchant_id",
            "member_id",
            "name",
            "revision",
            name=op.f("uq_consents_merchant_id_member_id_name_revision"),
        ),
    )
    for statement in protect(TABLES):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("consents")
    op.drop_column("members", "avatar")
    for column in ("service_phone", "logo", "colour", "slogan"):
        op.drop_column("merchants", column)
