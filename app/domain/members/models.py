from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Id, OwnedByMerchant, belongs_to, word


class MemberState(StrEnum):
    ACTIVE = "active"
    BLOCKED = "blocked"


class User(Base):
    """One person on the platform, or half of one until a unionid joins the halves."""

    __tablename__ = "users"
    __table_args__ = (
        Index("uq_users_unionid", "unionid", unique=True, postgresql_where=text("unionid <> ''")),
        Index(
            "ix_users_merged_into", "merged_into", postgresql_where=text("merged_into IS NOT NULL")
        ),
    )

    id: Mapped[Id]
    unionid: Mapped[str | None]
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]


class WechatIdentity(Base):
    """An openid is a person in the eyes of one app."""

    __tablename__ = "wechat_identities"
    __table_args__ = (
        UniqueConstraint("appid", "openid"),
        Index("ix_wechat_identities_user_id", "user_id"),
    )

    id: Mapped[Id]
    appid: Mapped[str]
    openid: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]


class Member(OwnedByMerchant, Base):
    """A person at one merchant. `user_id` has no foreign key: users live apart from tenants."""

    __tablename__ = "members"
    __table_args__ = (
        UniqueConstraint("merchant_id", "number"),
        UniqueConstraint("merchant_id", "user_id"),
        Index("ix_members_phone_index", "merchant_id", "phone_index"),
        Index(
            "ix_members_nickname",
            "merchant_id",
            "nickname_key",
            "id",
            postgresql_where=text("merged_into IS NULL AND nickname_key IS NOT NULL"),
        ),
        Index("ix_members_user_id", "user_id"),
        Index(
            "ix_members_merged_into",
            "merchant_id",
            "merged_into",
            postgresql_where=text("merged_into IS NOT NULL"),
        ),
        belongs_to("members", "merged_into"),
    )

    number: Mapped[str]
    user_id: Mapped[int]
    merged_into: Mapped[int | None]
    nickname: Mapped[str | None]
    # In lower case, as it is looked for; whoever writes the one writes the other. A column, since no
    # condition with a function that might tell on other merchants' rows reaches an index below row
    # level security.
    nickname_key: Mapped[str | None] = mapped_column(Text(collation="C"))
    # A file's key, in a folder of the member's own.
    avatar: Mapped[str | None]
    phone_sealed: Mapped[bytes | None]
    phone_index: Mapped[bytes | None]
    session_epoch: Mapped[int] = mapped_column(server_default="0")
    # Every code that the member shows is made with it: a higher one ends them all at once.
    code_version: Mapped[int] = mapped_column(server_default="0")
    codes_frozen_at: Mapped[datetime | None]
    codes_frozen_by_staff: Mapped[bool] = mapped_column(server_default="false")
    state: Mapped[MemberState] = mapped_column(word(MemberState))
    joined_at: Mapped[datetime]
