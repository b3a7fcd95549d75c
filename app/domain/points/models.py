from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.points.rulings import EarnOn, RuleSource
from app.kernel.db import Base, OwnedByMerchant, belongs_to, word


class HoldState(StrEnum):
    HELD = "held"
    CAPTURED = "captured"
    RELEASED = "released"


class PointLot(OwnedByMerchant, Base):
    """Points that were earned together and expire together."""

    __tablename__ = "point_lots"
    __table_args__ = (
        belongs_to("members", "member_id"),
        belongs_to("ledger_entries", "entry_id"),
        CheckConstraint("remaining BETWEEN 0 AND earned", name="remaining_within_earned"),
        Index(
            "ix_point_lots_spendable",
            "merchant_id",
            "member_id",
            "expires_at",
            postgresql_where=text("remaining > 0"),
        ),
        Index("ix_point_lots_expiring", "expires_at", postgresql_where=text("remaining > 0")),
        Index("ix_point_lots_entry", "merchant_id", "entry_id"),
    )

    member_id: Mapped[int]
    entry_id: Mapped[int]
    earned: Mapped[int]
    remaining: Mapped[int]
    earned_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    reason: Mapped[str]


class PointLotUse(OwnedByMerchant, Base):
    """Which lot paid for which entry, and how much of that has come back to it since."""

    __tablename__ = "point_lot_uses"
    __table_args__ = (
        belongs_to("point_lots", "lot_id"),
        belongs_to("ledger_entries", "entry_id"),
        CheckConstraint("amount > 0", name="amount_is_positive"),
        CheckConstraint("returned BETWEEN 0 AND amount", name="returned_within_amount"),
        Index("ix_point_lot_uses_entry", "merchant_id", "entry_id"),
        Index("ix_point_lot_uses_lot", "merchant_id", "lot_id"),
    )

    lot_id: Mapped[int]
    entry_id: Mapped[int]
    amount: Mapped[int]
    returned: Mapped[int] = mapped_column(server_default="0")


class PendingPoints(OwnedByMerchant, Base):
    """Points of a purchase that can still be given back; `matures_at` is its refund deadline.

    `taken_back` counts before and after they matured; `taken_bp` is the share of the purchase
    that was undone, so that parts given back one by one add up to the whole.
    """

    __tablename__ = "pending_points"
    __table_args__ = (
        UniqueConstraint("merchant_id", "cause"),
        belongs_to("members", "member_id"),
        CheckConstraint("taken_back BETWEEN 0 AND earned", name="taken_within_earned"),
        CheckConstraint("taken_bp BETWEEN 0 AND 10000", name="share_within_whole"),
        Index(
            "ix_pending_points_due",
            "matures_at",
            postgresql_where=text("matured_at IS NULL AND taken_back < earned"),
        ),
        Index("ix_pending_points_member", "merchant_id", "member_id", "matures_at"),
    )

    member_id: Mapped[int]
    cause: Mapped[str]
    reason: Mapped[str]
    earned: Mapped[int]
    taken_back: Mapped[int] = mapped_column(server_default="0")
    taken_bp: Mapped[int] = mapped_column(server_default="0")
    earned_at: Mapped[datetime]
    matures_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    matured_at: Mapped[datetime | None]


class PointHold(OwnedByMerchant, Base):
    """Points that an order holds until it is paid or closed; `entry_id` took them from the lots.

    `member_id` is whose lots they came from, also after he turned out to be another member.
    """

    __tablename__ = "point_holds"
    __table_args__ = (
        UniqueConstraint("merchant_id", "order_id"),
        belongs_to("orders", "order_id"),
        belongs_to("members", "member_id"),
        belongs_to("ledger_entries", "entry_id"),
        CheckConstraint("points > 0", name="holds_something"),
        CheckConstraint("returned BETWEEN 0 AND points", name="returned_within_points"),
        CheckConstraint("returned = 0 OR state <> 'held'", name="open_hold_is_whole"),
        Index("ix_point_holds_member", "merchant_id", "member_id"),
    )

    order_id: Mapped[int]
    member_id: Mapped[int]
    entry_id: Mapped[int]
    points: Mapped[int]
    returned: Mapped[int] = mapped_column(server_default="0")
    state: Mapped[HoldState] = mapped_column(word(HoldState))
    held_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class PointTerms(OwnedByMerchant, Base):
    """What points pay for: `pay_bp` of a price at most, `worth` points being worth one yuan.

    `earn_on`: which of buying and using earns. `valid_months`: how long they last; None: as long
    as the merchant's profile says.
    """

    __tablename__ = "point_terms"
    __table_args__ = (
        UniqueConstraint("merchant_id"),
        CheckConstraint("pay_bp BETWEEN 0 AND 10000", name="pays_a_part"),
        CheckConstraint("worth > 0", name="worth_something"),
        CheckConstraint("warn_days BETWEEN 1 AND 90", name="warns_in_time"),
        CheckConstraint("valid_months BETWEEN 1 AND 120", name="good_for_months"),
    )

    pay_bp: Mapped[int]
    worth: Mapped[int]
    warn_days: Mapped[int] = mapped_column(server_default="7")
    earn_on: Mapped[EarnOn] = mapped_column(word(EarnOn), server_default="redemption")
    valid_months: Mapped[int | None]


class PointRule(OwnedByMerchant, Base):
    """How points are earned: so many a yuan, or a fixed number. Never edited, only ended.

    Limits are points per member, None for none; the cool-down lies between two earnings.
    """

    __tablename__ = "point_rules"
    __table_args__ = (
        CheckConstraint(
            "(points_per_yuan IS NULL) <> (fixed_points IS NULL)", name="one_way_to_count"
        ),
        CheckConstraint("points_per_yuan > 0 AND points_per_yuan <= 10000", name="rate_in_bounds"),
        CheckConstraint("fixed_points > 0 AND fixed_points <= 1000000", name="fixed_in_bounds"),
        CheckConstraint("most_per_day > 0", name="day_allows_some"),
        CheckConstraint("most_in_all > 0", name="all_allows_some"),
        CheckConstraint("cool_down_minutes >= 0", name="cool_down_not_negative"),
        CheckConstraint("(source = 'event') = (event IS NOT NULL)", name="event_has_a_name"),
        Index("ix_point_rules_open", "merchant_id", postgresql_where=text("ended_at IS NULL")),
    )

    name: Mapped[str]
    source: Mapped[RuleSource] = mapped_column(word(RuleSource))
    event: Mapped[str | None]
    points_per_yuan: Mapped[int | None]
    fixed_points: Mapped[int | None]
    most_per_day: Mapped[int | None]
    most_in_all: Mapped[int | None]
    cool_down_minutes: Mapped[int] = mapped_column(server_default="0")
    added_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class PointFactor(OwnedByMerchant, Base):
    """What multiplies an earning (`bp`: 20,000 doubles it), when, where and for which source."""

    __tablename__ = "point_factors"
    __table_args__ = (
        CheckConstraint("bp BETWEEN 0 AND 100000", name="at_most_ten_times"),
        Index("ix_point_factors_open", "merchant_id", postgresql_where=text("ended_at IS NULL")),
    )

    name: Mapped[str]
    bp: Mapped[int]
    source: Mapped[RuleSource | None] = mapped_column(word(RuleSource))
    hours: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    days_of_month: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger))
    store_ids: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger))
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    added_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class PointEarning(OwnedByMerchant, Base):
    """How an earning was worked out: by which rule, from what, times which factors.

    Without a rule it is the merchant's plain rate. The unique index is why no event pays twice.
    """

    __tablename__ = "point_earnings"
    __table_args__ = (
        belongs_to("members", "member_id"),
        belongs_to("point_rules", "rule_id"),
        CheckConstraint("base >= 0 AND points >= 0", name="not_negative"),
        Index(
            "uq_point_earnings_once",
            "merchant_id",
            "rule_id",
            "source",
            unique=True,
            postgresql_where=text("rule_id IS NOT NULL"),
        ),
        Index("ix_point_earnings_cause", "merchant_id", "cause"),
        Index("ix_point_earnings_limits", "merchant_id", "member_id", "rule_id", "at"),
    )

    member_id: Mapped[int]
    rule_id: Mapped[int | None]
    source: Mapped[str]
    cause: Mapped[str]
    name: Mapped[str]
    base: Mapped[int]
    points: Mapped[int]
    factors: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class PointNotice(OwnedByMerchant, Base):
    """A member was told, once, that these points end then."""

    __tablename__ = "point_notices"
    __table_args__ = (
        UniqueConstraint("merchant_id", "member_id", "expires_at"),
        belongs_to("members", "member_id"),
    )

    member_id: Mapped[int]
    expires_at: Mapped[datetime]
    told_at: Mapped[datetime]
