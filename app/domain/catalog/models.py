from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.kernel.db import Base, OwnedByMerchant, belongs_to, word


class BenefitKind(StrEnum):
    CASH = "cash"
    DISCOUNT = "discount"
    EXCHANGE = "exchange"
    SHIPPING = "shipping"
    RIGHT = "right"
    # A sample that is posted.
    DELIVERY = "delivery"
    # A third party's code from a stocked pool, revealed once.
    CODE = "code"
    # A seat at a dated session.
    BOOKING = "booking"


class OfferKind(StrEnum):
    SINGLE = "single"
    BUNDLE = "bundle"
    # A main card whose extra vouchers friends help to unlock.
    ASSIST = "assist"
    # A benefit card with a term.
    MEMBERSHIP = "membership"
    # Each month something is posted or issued.
    SUBSCRIPTION = "subscription"
    TOPUP = "topup"
    GIFT_CARD = "gift_card"


class OfferState(StrEnum):
    DRAFT = "draft"
    ON_SALE = "on_sale"
    STOPPED = "stopped"


class GoodsKind(StrEnum):
    """What is sold decides iOS visibility, the shipping report and the refund rule."""

    ON_SITE = "on_site"
    PHYSICAL = "physical"
    VIRTUAL = "virtual"


class RefundPolicy(StrEnum):
    ANY_TIME_UNUSED = "any_time_unused"
    ANY_TIME_AND_EXPIRED = "any_time_and_expired"
    NONE = "none"


class Category(OwnedByMerchant, Base):
    __tablename__ = "categories"
    __table_args__ = (UniqueConstraint("merchant_id", "name"),)

    name: Mapped[str]
    position: Mapped[int] = mapped_column(server_default="0")


class Benefit(OwnedByMerchant, Base):
    """What one voucher gives. Its terms live in revisions, so sold terms never change."""

    __tablename__ = "benefits"
    __table_args__ = (UniqueConstraint("merchant_id", "number"),)

    number: Mapped[str]
    name: Mapped[str]
    created_at: Mapped[datetime]


class BenefitRevision(OwnedByMerchant, Base):
    """One wording of a benefit; read-only once published. Conditions: rules.Conditions."""

    __tablename__ = "benefit_revisions"
    __table_args__ = (
        UniqueConstraint("merchant_id", "benefit_id", "revision"),
        belongs_to("benefits", "benefit_id"),
        CheckConstraint("market_value_fen > 0", name="has_a_market_value"),
        CheckConstraint("cost_fen >= 0", name="cost_not_negative"),
    )

    benefit_id: Mapped[int]
    revision: Mapped[int]
    kind: Mapped[BenefitKind] = mapped_column(word(BenefitKind))
    name: Mapped[str]
    market_value_fen: Mapped[int]
    cost_fen: Mapped[int] = mapped_column(server_default="0")
    face: Mapped[dict[str, Any]] = mapped_column(JSONB)
    conditions: Mapped[dict[str, Any]] = mapped_column(JSONB)
    hand_over: Mapped[str]
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]

    benefit: Mapped[Benefit] = relationship(viewonly=True)

    @property
    def benefit_number(self) -> str:
        return self.benefit.number


class Offer(OwnedByMerchant, Base):
    """What can be bought. Prices are fen; no limit is None."""

    __tablename__ = "offers"
    __table_args__ = (
        UniqueConstraint("merchant_id", "number"),
        belongs_to("categories", "category_id"),
        Index("ix_offers_shelf", "merchant_id", "state", "id"),
        CheckConstraint("price_fen >= 0", name="price_not_negative"),
        CheckConstraint("per_member_limit > 0", name="limit_allows_one"),
        CheckConstraint("sale_starts_at < sale_ends_at", name="sale_window_is_forward"),
    )

    number: Mapped[str]
    kind: Mapped[OfferKind] = mapped_column(word(OfferKind))
    state: Mapped[OfferState] = mapped_column(word(OfferState))
    title: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    cover: Mapped[str | None]
    category_id: Mapped[int | None]
    price_fen: Mapped[int]
    per_member_limit: Mapped[int | None]
    sale_starts_at: Mapped[datetime | None]
    sale_ends_at: Mapped[datetime | None]
    goods_kind: Mapped[GoodsKind] = mapped_column(word(GoodsKind))
    refund_policy: Mapped[RefundPolicy] = mapped_column(word(RefundPolicy))
    # What this kind of offer promises beside its items; kinds.check_terms knows the shape.
    terms: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    created_at: Mapped[datetime]


class OfferItem(OwnedByMerchant, Base):
    """How many vouchers of which benefit one piece of an offer holds."""

    __tablename__ = "offer_items"
    __table_args__ = (
        UniqueConstraint("merchant_id", "offer_id", "benefit_id"),
        belongs_to("offers", "offer_id"),
        belongs_to("benefits", "benefit_id"),
        CheckConstraint("quantity BETWEEN 1 AND 100", name="quantity_1_to_100"),
    )

    offer_id: Mapped[int]
    benefit_id: Mapped[int]
    quantity: Mapped[int]
    position: Mapped[int] = mapped_column(server_default="0")


class OfferStock(Base):
    """Pieces for sale and pieces taken by orders, paid or waiting. No row: no limit.

    `slot` lets one flash sale spread over several rows.
    """

    __tablename__ = "offer_stock"
    __table_args__ = (
        belongs_to("offers", "offer_id"),
        CheckConstraint("taken BETWEEN 0 AND quota", name="never_oversold"),
    )

    merchant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    offer_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, server_default="0")
    quota: Mapped[int]
    taken: Mapped[int] = mapped_column(server_default="0")


class OfferTaker(Base):
    """How many pieces one person holds of an offer that is limited per person."""

    __tablename__ = "offer_takers"
    __table_args__ = (
        belongs_to("offers", "offer_id"),
        CheckConstraint("taken >= 0", name="not_negative"),
    )

    merchant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    offer_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    taken: Mapped[int]
