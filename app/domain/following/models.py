from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, OwnedByMerchant, belongs_to, word


class SceneKind(StrEnum):
    STORE = "store"
    CHANNEL = "channel"
    STAFF = "staff"


class NoticeKind(StrEnum):
    """What the platform wants a person of the merchant's to know."""

    VIOLATION = "violation"
    TRADE_CONTROLLED = "trade_controlled"
    SHIPPING_WANTED = "shipping_wanted"
    SHIPPING_REMINDER = "shipping_reminder"
    SETTLEMENT = "settlement"


class Scene(OwnedByMerchant, Base):
    """A QR code of an official account: where it hangs, and what WeChat made of it.

    `url` is what the picture says; a temporary one ends at `ends_at`.
    """

    __tablename__ = "scenes"
    __table_args__ = (
        UniqueConstraint("merchant_id", "number"),
        CheckConstraint("(kind = 'store') = (store_id IS NOT NULL)", name="store_has_store"),
        belongs_to("wechat_apps", "app_id"),
        belongs_to("stores", "store_id"),
    )

    number: Mapped[str]
    app_id: Mapped[int]
    kind: Mapped[SceneKind] = mapped_column(word(SceneKind))
    store_id: Mapped[int | None]
    channel: Mapped[str | None]
    title: Mapped[str]
    is_permanent: Mapped[bool]
    ticket: Mapped[str | None]
    url: Mapped[str | None]
    ends_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Follower(OwnedByMerchant, Base):
    """Somebody in the eyes of one app: whether he follows, how he came, when he may be written to.

    Every instant is the one that WeChat said, and only ever moves one way, so that it does not
    matter in which order or how often WeChat tells. He follows while `followed_at` is later than
    `left_at`.
    """

    __tablename__ = "followers"
    __table_args__ = (
        UniqueConstraint("merchant_id", "app_id", "openid"),
        Index("ix_followers_member_id", "merchant_id", "member_id"),
        belongs_to("wechat_apps", "app_id"),
        belongs_to("members", "member_id"),
    )

    app_id: Mapped[int]
    openid: Mapped[str]
    member_id: Mapped[int | None]
    first_at: Mapped[datetime | None]
    followed_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    first_scene: Mapped[str | None]
    first_scene_at: Mapped[datetime | None]
    last_scene: Mapped[str | None]
    last_scene_at: Mapped[datetime | None]
    heard_at: Mapped[datetime | None]
    heard_left: Mapped[int] = mapped_column(server_default="0")
    touched_at: Mapped[datetime | None]
    touched_left: Mapped[int] = mapped_column(server_default="0")


class PlatformNotice(OwnedByMerchant, Base):
    """The platform's own word to the merchant, kept until somebody has seen it."""

    __tablename__ = "platform_notices"
    __table_args__ = (
        belongs_to("wechat_apps", "app_id"),
        Index(
            "ix_platform_notices_unseen",
            "merchant_id",
            "id",
            postgresql_where=text("seen_at IS NULL"),
        ),
    )

    app_id: Mapped[int]
    kind: Mapped[NoticeKind] = mapped_column(word(NoticeKind))
    text: Mapped[str]
    reference: Mapped[str | None]
    at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
