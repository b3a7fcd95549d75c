from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, OwnedByMerchant, belongs_to, word


class MessageState(StrEnum):
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
    __table_args__ = (UniqueConstraint("merchant_id", "appid", "message"),)

    appid: Mapped[str]
    message: Mapped[str]
    template_id: Mapped[str]
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB)
    page: Mapped[str | None]


class MessageGrant(Base):
    """The credit of one member for one template: each acceptance is one message."""

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


class SentMessage(OwnedByMerchant, Base):
    """At most once: the row is written before the call, and one row is one attempt."""

    __tablename__ = "sent_messages"
    __table_args__ = (
        UniqueConstraint("merchant_id", "event_key", "member_id", "message"),
        belongs_to("members", "member_id"),
        Index("ix_sent_messages_state", "merchant_id", "state", "id"),
        Index("ix_sent_messages_sending", "at", postgresql_where=text("state = 'sending'")),
    )

    event_key: Mapped[str]
    member_id: Mapped[int]
    message: Mapped[str]
    template_id: Mapped[str]
    state: Mapped[MessageState] = mapped_column(word(MessageState))
    reason: Mapped[str | None]
    at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
