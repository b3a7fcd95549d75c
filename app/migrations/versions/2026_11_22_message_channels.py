"""by which way a message goes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.kernel.db import protect

revision = "5e92ab7714cd"
down_revision = "3b6fd0a1c210"
branch_labels = None
depends_on = None

CHANNELS = ("subscribe", "service_card", "oa_template", "oa_subscribe", "kf")
STATES = ("sending", "sent", "refused", "unknown", "no_grant")
OLD_KEY = "uq_message_templates_merchant_id_appid_message"
NEW_KEY = "uq_message_templates_merchant_id_appid_message_channel"


def upgrade() -> None:
    for table in ("message_templates", "sent_messages"):
        # What was there before could go by one way only.
        op.add_column(table, _channel(server_default="subscribe"))
        op.alter_column(table, "channel", server_default=None)
        op.create_check_constraint(op.f(f"ck_{table}_channel"), table, _one_of("channel", CHANNELS))
    op.drop_constraint(op.f(OLD_KEY), "message_templates")
    op.create_unique_constraint(
        op.f(NEW_KEY), "message_templates", ["merchant_id", "appid", "message", "channel"]
    )
    _allow_states("waiting", *STATES)
    op.add_column("sent_messages", sa.Column("platform_id", sa.Text(), nullable=True))
    op.add_column(
        "sent_messages",
        sa.Column("attempts", postgresql.JSONB(), server_default="[]", nullable=False),
    )
    op.create_index(
        "ix_sent_messages_platform_id",
        "sent_messages",
        ["merchant_id", "platform_id"],
        postgresql_where=sa.text("platform_id IS NOT NULL"),
    )
    op.create_table(
        "channels_off",
        sa.Column("merchant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        _channel(),
        sa.Column("off_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(_one_of("channel", CHANNELS), name=op.f("ck_channels_off_channel")),
        sa.PrimaryKeyConstraint("merchant_id", "channel", name=op.f("pk_channels_off")),
    )
    for statement in protect(["channels_off"]):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("channels_off")
    op.drop_index("ix_sent_messages_platform_id", "sent_messages")
    op.drop_column("sent_messages", "attempts")
    op.drop_column("sent_messages", "platform_id")
    # Nothing of these had gone out, and only one way can be told of from here on.
    op.execute("DELETE FROM sent_messages WHERE state = 'waiting'")
    _allow_states(*STATES)
    op.drop_constraint(op.f(NEW_KEY), "message_templates")
    op.execute("DELETE FROM message_templates WHERE channel <> 'subscribe'")
    op.create_unique_constraint(
        op.f(OLD_KEY), "message_templates", ["merchant_id", "appid", "message"]
    )
    for table in ("sent_messages", "message_templates"):
        op.drop_column(table, "channel")


def _channel(*, server_default: str | None = None) -> sa.Column[str]:
    return sa.Column("channel", sa.String(length=32), server_default=server_default, nullable=False)


def _allow_states(*states: str) -> None:
    name = op.f("ck_sent_messages_messagestate")
    op.drop_constraint(name, "sent_messages")
    op.create_check_constraint(name, "sent_messages", _one_of("state", states))


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"
