from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, OwnedByMerchant, belongs_to, word


class Growth(StrEnum):
    """What a tier can be reached by: fen spent, days visited, points earned, pieces bought."""

    SPEND = "spend"
    VISIT = "visit"
    POINTS = "points"
    PURCHASE = "purchase"


class Occasion(StrEnum):
    """When a tier's pack is given."""

    UPGRADE = "upgrade"
    MONTHLY = "monthly"
    BIRTHDAY = "birthday"


class Why(StrEnum):
    """Why a member's tier changed.

    `taken_back`: what he had reached it by was given back. `merged`: two members were one person.
    """

    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"
    TAKEN_BACK = "taken_back"
    BOUGHT = "bought"
    TERM_ENDED = "term_ended"
    REFUNDED = "refunded"
    MERGED = "merged"


class TierRules(OwnedByMerchant, Base):
    """One wording of a merchant's tiers (terms.RuleSet). The highest revision is in force.

    `revisions`: the published wording of each benefit in its packs, by benefit number.
    """

    __tablename__ = "tier_rules"
    __table_args__ = (UniqueConstraint("merchant_id", "revision"),)

    revision: Mapped[int]
    rules: Mapped[dict[str, Any]] = mapped_column(JSONB)
    revisions: Mapped[dict[str, Any]] = mapped_column(JSONB)
    published_by: Mapped[str]
    published_at: Mapped[datetime]


class Standing(Base):
    """The tier that a member has earned, and when it is looked at again.

    Without a tier he has the one that everybody has. `steps` counts his moves. The tier was
    deserved at `judged_at` by rule `revision`; `anchor` is the day from which periods are counted.
    """

    __tablename__ = "member_standings"
    __table_args__ = (
        belongs_to("members", "member_id"),
        Index(
            "ix_member_standings_due",
            "next_check_at",
            postgresql_where=text("next_check_at IS NOT NULL"),
        ),
        Index(
            "ix_member_standings_to_warn",
            "warn_at",
            postgresql_where=text("warn_at IS NOT NULL"),
        ),
        CheckConstraint(
            "tier IS NOT NULL OR (anchor IS NULL AND period_ends_at IS NULL AND warn_at IS NULL "
            "AND grace_ends_at IS NULL)",
            name="only_a_tier_ends",
        ),
    )

    merchant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tier: Mapped[str | None]
    revision: Mapped[int | None]
    steps: Mapped[int] = mapped_column(server_default="0")
    judged_at: Mapped[datetime | None]
    anchor: Mapped[date | None]
    period_ends_at: Mapped[datetime | None]
    warn_at: Mapped[datetime | None]
    grace_ends_at: Mapped[datetime | None]
    next_check_at: Mapped[datetime | None]


class Move(OwnedByMerchant, Base):
    """A change of the tier that counts, with its reason and the rule that it was made by."""

    __tablename__ = "membership_moves"
    __table_args__ = (
        UniqueConstraint("merchant_id", "member_id", "step"),
        belongs_to("members", "member_id"),
    )

    member_id: Mapped[int]
    step: Mapped[int]
    from_tier: Mapped[str | None]
    to_tier: Mapped[str | None]
    why: Mapped[Why] = mapped_column(word(Why))
    revision: Mapped[int | None]
    at: Mapped[datetime]


class GrowthSource(Base):
    """What growth came from, such as an order, and how much of it was taken back (basis points).

    Whoever notes growth or takes it back holds this row, whichever of the two comes first.
    """

    __tablename__ = "growth_sources"
    __table_args__ = (
        CheckConstraint("returned_bp BETWEEN 0 AND 10000", name="returned_is_a_share"),
    )

    merchant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(primary_key=True)
    returned_bp: Mapped[int]


class GrowthFact(OwnedByMerchant, Base):
    """Something that counts towards tiers; below zero where it was taken back.

    `offer` is the number of what was bought, for a purchase, and empty otherwise. What is taken
    back counts at the instant and business day (`day`) of what it takes back, so that both leave
    the window together.
    """

    __tablename__ = "membership_growth"
    __table_args__ = (
        belongs_to("members", "member_id"),
        Index(
            "uq_membership_growth_source",
            "merchant_id",
            "source",
            "kind",
            "offer",
            unique=True,
            postgresql_where=text("amount > 0"),
        ),
        Index("ix_membership_growth_source", "merchant_id", "source"),
        Index("ix_membership_growth_member", "merchant_id", "member_id", "kind", "at"),
        CheckConstraint("amount <> 0", name="is_something"),
        CheckConstraint("(kind = 'purchase') = (offer <> '')", name="purchase_names_an_offer"),
    )

    member_id: Mapped[int]
    source: Mapped[str]
    kind: Mapped[Growth] = mapped_column(word(Growth))
    offer: Mapped[str] = mapped_column(server_default="")
    amount: Mapped[int]
    at: Mapped[datetime]
    day: Mapped[date]
    noted_at: Mapped[datetime]


class Term(OwnedByMerchant, Base):
    """A membership that was bought, from its start until its end. Without a tier: a plain card.

    `fee_fen` was paid for its `days`, beside vouchers; `earned_fen` of it are earned so far, and
    `returned_fen` were given back. At `earns_at` it is looked at again.
    """

    __tablename__ = "membership_terms"
    __table_args__ = (
        UniqueConstraint("merchant_id", "order_id"),
        belongs_to("orders", "order_id"),
        belongs_to("members", "member_id"),
        Index("ix_membership_terms_member", "merchant_id", "member_id", "ends_at"),
        Index("ix_membership_terms_due", "ends_at", postgresql_where=text("ended_at IS NULL")),
        Index(
            "ix_membership_terms_earning", "earns_at", postgresql_where=text("earns_at IS NOT NULL")
        ),
        CheckConstraint("starts_at < ends_at", name="term_is_forward"),
        CheckConstraint(
            "fee_fen >= 0 AND earned_fen >= 0 AND returned_fen >= 0 "
            "AND earned_fen + returned_fen <= fee_fen",
            name="fee_is_whole",
        ),
    )

    member_id: Mapped[int]
    order_id: Mapped[int]
    tier: Mapped[str | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    days: Mapped[int]
    fee_fen: Mapped[int] = mapped_column(server_default="0")
    earned_fen: Mapped[int] = mapped_column(server_default="0")
    returned_fen: Mapped[int] = mapped_column(server_default="0")
    earns_at: Mapped[datetime | None]


class PackGrant(OwnedByMerchant, Base):
    """A pack that a member got: once per tier and period ("once", "2026-06", "2026").

    `cost_fen` is what it costs the shop. One of a tier that had to be given back was withdrawn.
    """

    __tablename__ = "pack_grants"
    __table_args__ = (
        belongs_to("members", "member_id"),
        Index(
            "uq_pack_grants_once",
            "merchant_id",
            "member_id",
            "tier",
            "occasion",
            "period",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index(
            "uq_pack_grants_birthday",
            "merchant_id",
            "member_id",
            "period",
            unique=True,
            postgresql_where=text("occasion = 'birthday'"),
        ),
    )

    member_id: Mapped[int]
    tier: Mapped[str]
    occasion: Mapped[Occasion] = mapped_column(word(Occasion))
    period: Mapped[str]
    revision: Mapped[int]
    card_number: Mapped[str]
    cost_fen: Mapped[int]
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Birthday(Base):
    """Month and day, never the year, kept by a consent of its own. Taken back: both are empty."""

    __tablename__ = "birthdays"
    __table_args__ = (
        belongs_to("members", "member_id"),
        Index("ix_birthdays_day", "merchant_id", "month", "day"),
        CheckConstraint("month BETWEEN 1 AND 12 AND day BETWEEN 1 AND 31", name="is_a_day"),
        CheckConstraint("(month IS NULL) = (day IS NULL)", name="is_whole"),
    )

    merchant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    month: Mapped[int | None]
    day: Mapped[int | None]
    set_on: Mapped[date]
    consent_version: Mapped[str]
    consented_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
