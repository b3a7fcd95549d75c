"""who tells us of what happens in WeChat, and who follows."""

import sqlalchemy as sa
from alembic import op

from app.kernel.db import protect

revision = "3b6fd0a1c210"
down_revision = "7c1d0b52a9e4"
branch_labels = None
depends_on = None

PROTECTED = ["scenes", "followers", "platform_notices", "message_answers"]
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _doors()
    _scenes()
    _followers()
    _notices()
    _answers()
    for statement in protect(PROTECTED):
        op.execute(statement)


def downgrade() -> None:
    op.drop_column("message_grants", "zeroed_at")
    for table in reversed(PROTECTED):
        op.drop_table(table)
    op.drop_constraint(op.f("ck_wechat_apps_door_has_token"), "wechat_apps")
    for column in (
        "reply",
        "welcome",
        "message_aes_key_sealed",
        "message_token_sealed",
        "message_mode",
        "original_id",
        "number",
    ):
        op.drop_column("wechat_apps", column)


def _doors() -> None:
    # Older apps get their number when their door is opened: it takes the master key to make one.
    for column in (
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("original_id", sa.Text(), nullable=True),
        sa.Column("message_mode", sa.String(length=32), nullable=True),
        sa.Column("message_token_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("message_aes_key_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("welcome", sa.Text(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
    ):
        op.add_column("wechat_apps", column)
    op.create_unique_constraint(
        op.f("uq_wechat_apps_merchant_id_number"), "wechat_apps", ["merchant_id", "number"]
    )
    op.create_check_constraint(
        op.f("ck_wechat_apps_messagemode"),
        "wechat_apps",
        "message_mode IN ('plain', 'compatible', 'secure')",
    )
    op.create_check_constraint(
        op.f("ck_wechat_apps_door_has_token"),
        "wechat_apps",
        "message_mode IS NULL OR message_token_sealed IS NOT NULL",
    )


def _scenes() -> None:
    op.create_table(
        "scenes",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("app_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "store",
                "channel",
                "staff",
                name="scenekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("is_permanent", sa.Boolean(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("ends_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "(kind = 'store') = (store_id IS NOT NULL)", name=op.f("ck_scenes_store_has_store")
        ),
        _belongs_to("scenes", "wechat_apps", "app_id"),
        _belongs_to("scenes", "stores", "store_id"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_scenes")),
        sa.UniqueConstraint("merchant_id", "number", name=op.f("uq_scenes_merchant_id_number")),
    )


def _followers() -> None:
    op.create_table(
        "followers",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("app_id", sa.BigInteger(), nullable=False),
        sa.Column("openid", sa.Text(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("first_at", INSTANT, nullable=True),
        sa.Column("followed_at", INSTANT, nullable=True),
        sa.Column("left_at", INSTANT, nullable=True),
        sa.Column("first_scene", sa.Text(), nullable=True),
        sa.Column("first_scene_at", INSTANT, nullable=True),
        sa.Column("last_scene", sa.Text(), nullable=True),
        sa.Column("last_scene_at", INSTANT, nullable=True),
        sa.Column("heard_at", INSTANT, nullable=True),
        sa.Column("heard_left", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("touched_at", INSTANT, nullable=True),
        sa.Column("touched_left", sa.BigInteger(), server_default="0", nullable=False),
        _belongs_to("followers", "wechat_apps", "app_id"),
        _belongs_to("followers", "members", "member_id"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_followers")),
        sa.UniqueConstraint(
            "merchant_id",
            "app_id",
            "openid",
            name=op.f("uq_followers_merchant_id_app_id_openid"),
        ),
    )
    op.create_index("ix_followers_member_id", "followers", ["merchant_id", "member_id"])


def _notices() -> None:
    op.create_table(
        "platform_notices",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("app_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "violation",
                "trade_controlled",
                "shipping_wanted",
                "shipping_reminder",
                "settlement",
                name="noticekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=True),
        _belongs_to("platform_notices", "wechat_apps", "app_id"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_platform_notices")),
    )
    op.create_index(
        "ix_platform_notices_unseen",
        "platform_notices",
        ["merchant_id", "id"],
        postgresql_where=sa.text("seen_at IS NULL"),
    )


def _answers() -> None:
    op.add_column("message_grants", sa.Column("zeroed_at", INSTANT, nullable=True))
    op.create_table(
        "message_answers",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("template_id", sa.Text(), nullable=False),
        sa.Column("reported_at", INSTANT, nullable=True),
        sa.Column("told_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "coalesce(told_at, reported_at) IS NOT NULL",
            name=op.f("ck_message_answers_somebody_said_so"),
        ),
        _belongs_to("message_answers", "members", "member_id"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_message_answers")),
    )
    op.create_index(
        "ix_message_answers_member",
        "message_answers",
        ["merchant_id", "member_id", "template_id"],
    )


def _belongs_to(table: str, owner: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["merchant_id", column],
        [f"{owner}.merchant_id", f"{owner}.id"],
        name=op.f(f"fk_{table}_merchant_id_{column}"),
    )
