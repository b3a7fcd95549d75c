from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, OwnedByMerchant, belongs_to, word


class Kind(StrEnum):
    SALE = "sale"
    MEMBER_DAY = "member_day"
    GRANT = "grant"
    TOPUP_BONUS = "topup_bonus"
    EVENT = "event"


class State(StrEnum):
    """A stopped campaign was ended by hand, one that is over by its own time."""

    DRAFT = "draft"
    PUBLISHED = "published"
    STOPPED = "stopped"
    OVER = "over"


class PromotionEvent(OwnedByMerchant, Base):
    """Something on the calendar that campaigns refer to: a match, an evening. It may move."""

    __tablename__ = "promotion_events"
    __table_args__ = (
        UniqueConstraint("merchant_id", "number"),
        CheckConstraint("starts_at < ends_at", name="time_is_forward"),
    )

    number: Mapped[str]
    name: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    created_at: Mapped[datetime]


class Promotion(OwnedByMerchant, Base):
    """A campaign: `terms` (terms.Terms) never change once it is published.

    `revisions` are the wordings of what it gives, by benefit number. `opens_at` and `closes_at`
    are its window, of a member day the present or the next one.
    """

    __tablename__ = "promotions"
    __table_args__ = (
        UniqueConstraint("merchant_id", "number"),
        belongs_to("promotion_events", "event_id"),
        belongs_to("point_factors", "factor_id"),
        CheckConstraint("given_vouchers BETWEEN 0 AND most_vouchers", name="vouchers_in_budget"),
        CheckConstraint("spent_fen BETWEEN 0 AND most_fen", name="cost_in_budget"),
        CheckConstraint("opens_at < closes_at", name="window_is_forward"),
        Index("ix_promotions_turns", "closes_at", postgresql_where=text("state = 'published'")),
        Index("ix_promotions_state", "merchant_id", "state"),
        Index("ix_promotions_event", "merchant_id", "event_id"),
    )

    number: Mapped[str]
    kind: Mapped[Kind] = mapped_column(word(Kind, name="promotion_kind"))
    state: Mapped[State] = mapped_column(word(State, name="promotion_state"))
    terms: Mapped[dict[str, Any]] = mapped_column(JSONB)
    revisions: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    event_id: Mapped[int | None]
    factor_id: Mapped[int | None]
    most_vouchers: Mapped[int | None]
    most_fen: Mapped[int | None]
    given_vouchers: Mapped[int] = mapped_column(server_default="0")
    spent_fen: Mapped[int] = mapped_column(server_default="0")
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class PromotionOffer(Base):
    """An offer whose sale follows the campaign's window, from its publication on."""

    __tablename__ = "promotion_offers"
    __table_args__ = (
        belongs_to("promotions", "promotion_id"),
        belongs_to("offers", "offer_id"),
        Index("ix_promotion_offers_offer", "merchant_id", "offer_id"),
    )

    merchant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    promotion_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    offer_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class PromotionGrant(Base):
    """What a member was given by a campaign. Its key is why nobody is given it twice."""

    __tablename__ = "promotion_grants"
    __table_args__ = (
        belongs_to("promotions", "promotion_id"),
        belongs_to("members", "member_id"),
        Index("ix_promotion_grants_member", "merchant_id", "member_id"),
    )

    merchant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    promotion_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    card_number: Mapped[str]
    vouchers: Mapped[int]
    cost_fen: Mapped[int]
    at: Mapped[datetime]


class MemberTag(Base):
    """A word that the merchant keeps a member under, for audiences."""

    __tablename__ = "member_tags"
    __table_args__ = (
        belongs_to("members", "member_id"),
        Index("ix_member_tags_tag", "merchant_id", "tag", "member_id"),
    )

    merchant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tag: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
