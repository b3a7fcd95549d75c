from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.bookings.rules import BookingState
from app.kernel.db import Base, OwnedByMerchant, belongs_to, word


class BookingSession(OwnedByMerchant, Base):
    """A dated evening with so many seats, for vouchers of one benefit.

    `taken` counts seats that are booked, offered to somebody who waited, or were used. Until
    `changes_until` a guest may give his seat back; without a store it is at all of them.
    """

    __tablename__ = "booking_sessions"
    __table_args__ = (
        UniqueConstraint("merchant_id", "number"),
        belongs_to("benefits", "benefit_id"),
        belongs_to("stores", "store_id"),
        Index("ix_booking_sessions_benefit", "merchant_id", "benefit_id", "starts_at"),
        Index("ix_booking_sessions_end", "merchant_id", "ends_at", "id"),
        CheckConstraint("taken BETWEEN 0 AND capacity", name="never_overbooked"),
        CheckConstraint(
            "changes_until <= starts_at AND starts_at < ends_at", name="time_runs_forward"
        ),
        CheckConstraint("hold_hours BETWEEN 1 AND 168", name="hold_1_to_168_hours"),
    )

    number: Mapped[str]
    benefit_id: Mapped[int]
    store_id: Mapped[int | None]
    title: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    changes_until: Mapped[datetime]
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(server_default="0")
    hold_hours: Mapped[int] = mapped_column(server_default="4")
    created_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]


class Booking(OwnedByMerchant, Base):
    """A voucher's seat at a session, or its place in the queue (by id). Open: it holds the voucher.

    `offered_until`: until then the seat waits for a word of whoever waited for it.
    """

    __tablename__ = "bookings"
    __table_args__ = (
        UniqueConstraint("merchant_id", "number"),
        belongs_to("booking_sessions", "session_id"),
        belongs_to("members", "member_id"),
        belongs_to("vouchers", "voucher_id"),
        Index("ix_bookings_session", "merchant_id", "session_id", "id"),
        Index("ix_bookings_member", "merchant_id", "member_id", "id"),
        Index(
            "uq_bookings_open_voucher",
            "merchant_id",
            "voucher_id",
            unique=True,
            postgresql_where=text("is_open"),
        ),
        Index("ix_bookings_offered", "offered_until", postgresql_where=text("state = 'offered'")),
        CheckConstraint(
            "is_open = (state IN ('waiting', 'offered', 'booked'))", name="open_by_state"
        ),
        CheckConstraint("is_open = (settled_at IS NULL)", name="settled_has_time"),
        CheckConstraint("state <> 'offered' OR offered_until IS NOT NULL", name="offer_has_an_end"),
    )

    number: Mapped[str]
    session_id: Mapped[int]
    member_id: Mapped[int]
    voucher_id: Mapped[int]
    state: Mapped[BookingState] = mapped_column(word(BookingState))
    is_open: Mapped[bool]
    asked_at: Mapped[datetime]
    offered_until: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
