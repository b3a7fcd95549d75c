from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.complaints.rules import Delivery, Kind, PhotoState, Source, State, Who
from app.domain.merchants import Role
from app.kernel.db import Base, OwnedByMerchant, belongs_to, word

# Line by line as PostgreSQL tells it, so that both can be compared.
URGENT = """(
CASE
    WHEN answer_at_once AND awaits_us THEN opened_at
    ELSE LEAST(answer_by, settle_by)
END)"""


class Ticket(OwnedByMerchant, Base):
    """One complaint, told in the app or to WeChat Pay, with the clocks that run for it.

    `platform_id` is WeChat's number of it. `awaits_us`: the last word is the customer's;
    `answer_at_once`: and WeChat says that he sits there and waits. `staff_id` has taken it over.
    """

    __tablename__ = "complaint_tickets"
    __table_args__ = (
        UniqueConstraint("merchant_id", "number"),
        Index(
            "uq_complaint_tickets_platform",
            "merchant_id",
            "platform_id",
            unique=True,
            postgresql_where=text("platform_id IS NOT NULL"),
        ),
        belongs_to("members", "member_id"),
        belongs_to("orders", "order_id"),
        belongs_to("vouchers", "voucher_id"),
        belongs_to("pay_channels", "channel_id"),
        belongs_to("staff", "staff_id"),
        Index("ix_complaint_tickets_member", "merchant_id", "member_id", "id"),
        Index("ix_complaint_tickets_order", "merchant_id", "order_id"),
        Index(
            "ix_complaint_tickets_open",
            "merchant_id",
            "settle_by",
            postgresql_where=text("state <> 'resolved'"),
        ),
        # In the order of the inbox: whoever waits right now, then what must be done soonest.
        Index(
            "ix_complaint_tickets_urgent",
            "merchant_id",
            text(URGENT),
            "id",
            postgresql_where=text("state <> 'resolved'"),
        ),
        Index(
            "ix_complaint_tickets_done",
            "merchant_id",
            "resolved_at",
            "id",
            postgresql_where=text("state = 'resolved'"),
        ),
        Index(
            "ix_complaint_tickets_running",
            "settle_by",
            postgresql_where=text("state <> 'resolved'"),
        ),
        Index(
            "ix_complaint_tickets_to_forget",
            "resolved_at",
            postgresql_where=text("forgotten_at IS NULL"),
        ),
        CheckConstraint(
            "(source = 'wechat_pay') = (platform_id IS NOT NULL)", name="platform_has_number"
        ),
        CheckConstraint("(state = 'resolved') = (resolved_at IS NOT NULL)", name="end_has_time"),
        CheckConstraint("satisfaction BETWEEN 1 AND 5", name="one_to_five"),
    )

    number: Mapped[str]
    source: Mapped[Source] = mapped_column(word(Source))
    kind: Mapped[Kind] = mapped_column(word(Kind))
    state: Mapped[State] = mapped_column(word(State))
    platform_id: Mapped[str | None]
    channel_id: Mapped[int | None]
    member_id: Mapped[int | None]
    order_id: Mapped[int | None]
    voucher_id: Mapped[int | None]
    payment_number: Mapped[str | None]
    asked_fen: Mapped[int | None]
    phone_sealed: Mapped[bytes | None]
    staff_id: Mapped[int | None]
    awaits_us: Mapped[bool]
    answer_at_once: Mapped[bool] = mapped_column(server_default="false")
    with_platform: Mapped[bool] = mapped_column(server_default="false")
    is_refunded: Mapped[bool] = mapped_column(server_default="false")
    times: Mapped[int] = mapped_column(server_default="1")
    opened_at: Mapped[datetime]
    answer_by: Mapped[datetime | None]
    settle_by: Mapped[datetime]
    answer_alarm_at: Mapped[datetime | None]
    settle_alarm_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    resolution: Mapped[str | None]
    satisfaction: Mapped[int | None]
    forgotten_at: Mapped[datetime | None]


class TicketLine(OwnedByMerchant, Base):
    """One entry of the dialogue. `log_id` is WeChat's number of it.

    What we tell WeChat has a `delivery`, and `body` keeps exactly what was sent. `refund` is the
    number of the return that it speaks of.
    """

    __tablename__ = "complaint_lines"
    __table_args__ = (
        belongs_to("complaint_tickets", "ticket_id"),
        Index("ix_complaint_lines_ticket", "merchant_id", "ticket_id", "id"),
        Index(
            "uq_complaint_lines_log",
            "merchant_id",
            "ticket_id",
            "log_id",
            unique=True,
            postgresql_where=text("log_id IS NOT NULL"),
        ),
        CheckConstraint("(delivery IS NULL) = (body IS NULL)", name="sent_has_body"),
    )

    ticket_id: Mapped[int]
    at: Mapped[datetime]
    who: Mapped[Who] = mapped_column(word(Who))
    actor: Mapped[str]
    action: Mapped[str]
    text: Mapped[str]
    photos: Mapped[list[str]] = mapped_column(JSONB, server_default="[]")
    log_id: Mapped[str | None]
    delivery: Mapped[Delivery | None] = mapped_column(word(Delivery))
    body: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    trouble: Mapped[str | None]
    refund: Mapped[str | None]


class MissingPhoto(OwnedByMerchant, Base):
    """A picture of WeChat's that is not here yet: fetched again and again, at last given up.

    Once it is here, its line names it and this row goes.
    """

    __tablename__ = "complaint_photos"
    __table_args__ = (
        belongs_to("complaint_lines", "line_id"),
        UniqueConstraint("merchant_id", "line_id", "address"),
        Index("ix_complaint_photos_due", "next_at", postgresql_where=text("state = 'waiting'")),
        CheckConstraint("tries >= 1", name="tried_once"),
    )

    line_id: Mapped[int]
    address: Mapped[str]
    state: Mapped[PhotoState] = mapped_column(word(PhotoState))
    tries: Mapped[int]
    next_at: Mapped[datetime]
    trouble: Mapped[str]


class Upload(OwnedByMerchant, Base):
    """A photo that was handed in and not named in any dialogue yet; without a member, by staff."""

    __tablename__ = "complaint_uploads"
    __table_args__ = (
        belongs_to("members", "member_id"),
        UniqueConstraint("merchant_id", "key"),
        Index("ix_complaint_uploads_at", "at"),
        Index("ix_complaint_uploads_member", "merchant_id", "member_id"),
    )

    key: Mapped[str]
    member_id: Mapped[int | None]
    at: Mapped[datetime]


class GoodwillRule(Base):
    """How much one person of this role may give away on one business day; cost in fen."""

    __tablename__ = "goodwill_rules"
    __table_args__ = (
        CheckConstraint("per_day >= 0 AND day_cost_fen >= 0", name="limits_not_negative"),
    )

    merchant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    role: Mapped[Role] = mapped_column(word(Role), primary_key=True)
    per_day: Mapped[int]
    day_cost_fen: Mapped[int]


class GoodwillDay(Base):
    """What somebody gave away on one business day."""

    __tablename__ = "goodwill_days"

    merchant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    actor: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    granted: Mapped[int]
    cost_fen: Mapped[int]


class GoodwillGrant(OwnedByMerchant, Base):
    """A voucher given to make good, what it costs the house, by whom and why."""

    __tablename__ = "goodwill_grants"
    __table_args__ = (
        UniqueConstraint("merchant_id", "card_number"),
        belongs_to("members", "member_id"),
        belongs_to("complaint_tickets", "ticket_id"),
        belongs_to("benefit_revisions", "revision_id"),
        Index("ix_goodwill_grants_member", "merchant_id", "member_id"),
        Index("ix_goodwill_grants_ticket", "merchant_id", "ticket_id"),
        Index("ix_goodwill_grants_actor", "merchant_id", "actor", "id"),
    )

    member_id: Mapped[int]
    ticket_id: Mapped[int | None]
    revision_id: Mapped[int]
    card_number: Mapped[str]
    cost_fen: Mapped[int]
    market_value_fen: Mapped[int]
    reason: Mapped[str]
    actor: Mapped[str]
    day: Mapped[date]
    at: Mapped[datetime]
