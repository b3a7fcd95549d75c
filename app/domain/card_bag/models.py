from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.card_bag.rules import Capability, Kind, Seen, Wanted
from app.kernel.db import Base, OwnedByMerchant, belongs_to, word


class Bag(OwnedByMerchant, Base):
    """One product of the platform that a merchant's account may use.

    `store_id` is where uses at the platform's own counter are booked when it names none of our
    stores; `settings` maps its places (`{"locations": {"<LocationId>": "<store number>"}}`).
    `brand_id` is whose product coupons these are; the brand signs with the pay channel's keys.
    """

    __tablename__ = "bags"
    __table_args__ = (
        UniqueConstraint("merchant_id", "capability"),
        belongs_to("wechat_apps", "app_id"),
        belongs_to("pay_channels", "channel_id"),
        belongs_to("stores", "store_id"),
        CheckConstraint("capability = 'wechat_card' OR channel_id IS NOT NULL", name="who_pays"),
        CheckConstraint(
            "(capability = 'product_coupon') = (brand_id IS NOT NULL)", name="which_brand"
        ),
    )

    capability: Mapped[Capability] = mapped_column(word(Capability))
    app_id: Mapped[int]
    channel_id: Mapped[int | None]
    brand_id: Mapped[str | None]
    store_id: Mapped[int]
    is_on: Mapped[bool]
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    secret_sealed: Mapped[bytes | None]
    compared_at: Mapped[datetime | None]


class BagTemplate(OwnedByMerchant, Base):
    """Which card of the platform stands for which benefit; without a benefit, the member card."""

    __tablename__ = "bag_templates"
    __table_args__ = (
        belongs_to("bags", "bag_id"),
        belongs_to("benefits", "benefit_id"),
        UniqueConstraint("merchant_id", "platform_id"),
        UniqueConstraint("merchant_id", "benefit_id", postgresql_nulls_not_distinct=True),
    )

    bag_id: Mapped[int]
    benefit_id: Mapped[int | None]
    platform_id: Mapped[str]
    has_own_codes: Mapped[bool]


class BagCard(OwnedByMerchant, Base):
    """A voucher, or a membership, as it stands in somebody's card bag.

    `reference` is ours, random, and goes with the offer; `own_code` the code that we chose, if we
    choose them; `code` the one it has now, `next_code` the one that we want it to have because
    somebody else knows the present one. `member_id` is who holds it by our books, `offered_to` who
    put it into the bag. `acts_at` is when we first tried to do what is to be done.
    """

    __tablename__ = "bag_cards"
    __table_args__ = (
        belongs_to("bag_templates", "template_id"),
        belongs_to("vouchers", "voucher_id"),
        belongs_to("members", "member_id"),
        belongs_to("members", "offered_to"),
        UniqueConstraint("merchant_id", "reference"),
        UniqueConstraint("merchant_id", "capability", "platform_id", "code"),
        Index(
            "uq_bag_cards_open_voucher",
            "merchant_id",
            "voucher_id",
            unique=True,
            postgresql_where=text("closed_at IS NULL AND voucher_id IS NOT NULL"),
        ),
        Index(
            "uq_bag_cards_open_membership",
            "merchant_id",
            "template_id",
            "member_id",
            unique=True,
            postgresql_where=text("closed_at IS NULL AND voucher_id IS NULL"),
        ),
        Index("ix_bag_cards_voucher", "merchant_id", "voucher_id"),
        Index("ix_bag_cards_member", "merchant_id", "member_id"),
    )

    template_id: Mapped[int]
    voucher_id: Mapped[int | None]
    member_id: Mapped[int]
    offered_to: Mapped[int]
    capability: Mapped[Capability] = mapped_column(word(Capability))
    platform_id: Mapped[str]
    reference: Mapped[str]
    own_code: Mapped[str | None]
    code: Mapped[str | None]
    next_code: Mapped[str | None]
    openid: Mapped[str | None]
    wanted: Mapped[Wanted] = mapped_column(word(Wanted))
    seen: Mapped[Seen] = mapped_column(word(Seen))
    seen_at: Mapped[datetime | None]
    request_number: Mapped[str | None]
    acts_at: Mapped[datetime | None]
    told_points: Mapped[int | None]
    activated_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(server_default="0")
    trouble: Mapped[str | None]
    taken_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class BagFact(OwnedByMerchant, Base):
    """One thing that was told about a card, once. Where a card stands is read from these."""

    __tablename__ = "bag_facts"
    __table_args__ = (
        UniqueConstraint("merchant_id", "fingerprint"),
        Index("ix_bag_facts_code", "merchant_id", "platform_id", "code"),
        Index(
            "ix_bag_facts_old_code",
            "merchant_id",
            "platform_id",
            "old_code",
            postgresql_where=text("old_code IS NOT NULL"),
        ),
        Index(
            "ix_bag_facts_outer",
            "merchant_id",
            "outer_reference",
            postgresql_where=text("outer_reference IS NOT NULL"),
        ),
    )

    fingerprint: Mapped[bytes]
    kind: Mapped[Kind] = mapped_column(word(Kind))
    platform_id: Mapped[str]
    code: Mapped[str]
    at: Mapped[datetime]
    openid: Mapped[str | None]
    friend: Mapped[str | None]
    unionid: Mapped[str | None]
    old_code: Mapped[str | None]
    outer_reference: Mapped[str | None]
    is_gift: Mapped[bool]
    source: Mapped[str | None]
    location: Mapped[str | None]
    told_at: Mapped[datetime]


class BagDifference(OwnedByMerchant, Base):
    """Where the platform and our books say different things about one card."""

    __tablename__ = "bag_differences"
    __table_args__ = (
        belongs_to("bag_cards", "bag_card_id"),
        UniqueConstraint("merchant_id", "day", "kind", "platform_id", "code"),
        Index(
            "ix_bag_differences_open",
            "merchant_id",
            "id",
            postgresql_where=text("mended_at IS NULL"),
        ),
    )

    day: Mapped[date]
    kind: Mapped[str]
    platform_id: Mapped[str]
    code: Mapped[str]
    bag_card_id: Mapped[int | None]
    ours: Mapped[str]
    theirs: Mapped[str]
    found_at: Mapped[datetime]
    mended_at: Mapped[datetime | None]
