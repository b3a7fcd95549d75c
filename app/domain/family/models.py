from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, OwnedByMerchant, belongs_to, word


class FamilyState(StrEnum):
    OPEN = "open"
    DISSOLVED = "dissolved"


class SeatState(StrEnum):
    """`withdrawn`: the invitation was taken back, or nobody came."""

    INVITED = "invited"
    ACTIVE = "active"
    LEFT = "left"
    REMOVED = "removed"
    WITHDRAWN = "withdrawn"


class RequestState(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"


class FamilyCard(OwnedByMerchant, Base):
    """An owner who lets his family spend his stored value; all of it up to a month's cap (fen)."""

    __tablename__ = "family_cards"
    __table_args__ = (
        belongs_to("members", "owner_id"),
        Index(
            "uq_family_cards_owner",
            "merchant_id",
            "owner_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        CheckConstraint("monthly_cap_fen > 0", name="cap_above_zero"),
        CheckConstraint("(state = 'open') = (over_at IS NULL)", name="over_has_time"),
    )

    owner_id: Mapped[int]
    state: Mapped[FamilyState] = mapped_column(word(FamilyState))
    monthly_cap_fen: Mapped[int | None]
    made_at: Mapped[datetime]
    over_at: Mapped[datetime | None]


class FamilySeat(OwnedByMerchant, Base):
    """One person's place in a family, from the invitation on. The owner calls him `name`."""

    __tablename__ = "family_seats"
    __table_args__ = (
        UniqueConstraint("merchant_id", "number"),
        UniqueConstraint("merchant_id", "fingerprint"),
        belongs_to("family_cards", "card_id"),
        belongs_to("members", "member_id"),
        Index("ix_family_seats_card", "merchant_id", "card_id"),
        Index(
            "uq_family_seats_member",
            "merchant_id",
            "member_id",
            unique=True,
            postgresql_where=text("state = 'active'"),
        ),
        CheckConstraint("monthly_cap_fen > 0", name="cap_above_zero"),
        CheckConstraint(
            "(state IN ('active', 'left', 'removed')) = (member_id IS NOT NULL)",
            name="joined_by_somebody",
        ),
        CheckConstraint("(member_id IS NULL) = (joined_at IS NULL)", name="joined_has_time"),
        CheckConstraint(
            "(state IN ('invited', 'active')) = (over_at IS NULL)", name="over_has_time"
        ),
    )

    number: Mapped[str]
    card_id: Mapped[int]
    name: Mapped[str]
    member_id: Mapped[int | None]
    monthly_cap_fen: Mapped[int]
    state: Mapped[SeatState] = mapped_column(word(SeatState))
    fingerprint: Mapped[bytes]
    invited_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    joined_at: Mapped[datetime | None]
    over_at: Mapped[datetime | None]


class FamilyRequest(OwnedByMerchant, Base):
    """A member asks for more this month than his cap (fen); the owner decides once."""

    __tablename__ = "family_requests"
    __table_args__ = (
        belongs_to("family_seats", "seat_id"),
        Index(
            "uq_family_requests_waiting",
            "merchant_id",
            "seat_id",
            unique=True,
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_family_requests_seat", "merchant_id", "seat_id", "decided_at"),
        CheckConstraint("amount_fen > 0", name="amount_above_zero"),
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided_has_time"),
    )

    seat_id: Mapped[int]
    amount_fen: Mapped[int]
    note: Mapped[str | None]
    state: Mapped[RequestState] = mapped_column(word(RequestState))
    asked_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
