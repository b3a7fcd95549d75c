from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.messaging.channels import Channel
from app.kernel.db import Base, OwnedByMerchant, belongs_to, word


class MessageState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NO_GRANT = "no_grant"


class MessageTemplate(OwnedByMerchant, Base):
    """Which of the platform's templates says one of our messages, field by field.

    `fields` maps the platform's field ("thing1") to our word ("card").
    """

    __tablename__ = "message_templates"
    __table_args__ = (UniqueConstraint("merchant_id", "appid", "message", "channel"),)

    appid: Mapped[str]
    channel: Mapped[Channel] = mapped_column(word(Channel))
    message: Mapped[str]
    template_id: Mapped[str]
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB)
    page: Mapped[str | None]


class MessageGrant(Base):
    """The credit of one member for one template: each acceptance is one message.

    What was allowed up to `zeroed_at` he has taken back since.
    """

    __tablename__ = "message_grants"
    __table_args__ = (
        belongs_to("members", "member_id"),
        CheckConstraint("remaining >= 0", name="remaining_not_negative"),
    )

    merchant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    template_id: Mapped[str] = mapped_column(primary_key=True)
    remaining: Mapped[int]
    changed_at: Mapped[datetime]
    zeroed_at: Mapped[datetime | None]


class MessageAnswer(OwnedByMerchant, Base):
    """One time that a member said yes, told by the phone, by the platform, or by both."""

    __tablename__ = "message_answers"
    __table_args__ = (
        belongs_to("members", "member_id"),
        Index("ix_message_answers_member", "merchant_id", "member_id", "template_id"),
        CheckConstraint("coalesce(told_at, reported_at) IS NOT NULL", name="somebody_said_so"),
    )

    member_id: Mapped[int]
    template_id: Mapped[str]
    reported_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]


class SentMessage(OwnedByMerchant, Base):
    """At most once: the row says "sending" before every call, and who finds it so keeps away.

    `channel` is the way it goes, `attempts` what was tried in vain: {channel, appid, reason, at}.
    `platform_id` is the platform's own number of a message that it took; a service card has its
    payment's, which is the same however often the card changes.
    """

    __tablename__ = "sent_messages"
    __table_args__ = (
        UniqueConstraint("merchant_id", "event_key", "member_id", "message"),
        belongs_to("members", "member_id"),
        Index("ix_sent_messages_member", "merchant_id", "member_id", "id"),
        Index("ix_sent_messages_state", "merchant_id", "state", "id"),
        Index("ix_sent_messages_sending", "at", postgresql_where=text("state = 'sending'")),
        Index(
            "ix_sent_messages_platform_id",
            "merchant_id",
            "platform_id",
            postgresql_where=text("platform_id IS NOT NULL"),
        ),
    )

    event_key: Mapped[str]
    member_id: Mapped[int]
    message: Mapped[str]
    channel: Mapped[Channel] = mapped_column(word(Channel))
    template_id: Mapped[str]
    platform_id: Mapped[str | None]
    attempts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    state: Mapped[MessageState] = mapped_column(word(MessageState))
    reason: Mapped[str | None]
    at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class ChannelOff(Base):
    """A way that the merchant does not want to be used."""

    __tablename__ = "channels_off"

    merchant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    channel: Mapped[Channel] = mapped_column(word(Channel), primary_key=True)
    off_at: Mapped[datetime]
