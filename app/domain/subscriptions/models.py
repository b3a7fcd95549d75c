from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, OwnedByMerchant, belongs_to, word


class CardState(StrEnum):
    """`done`: every period has begun. `stopped`: given back, the rest will not come."""

    ACTIVE = "active"
    PAUSED = "paused"
    DONE = "done"
    STOPPED = "stopped"


class PeriodState(StrEnum):
    WAITING = "waiting"
    OPENED = "opened"
    CANCELLED = "cancelled"


class ParcelState(StrEnum):
    """`failed`: came back, or never arrived; it waits to be sent again.

    `given_up`: it is not sent any more, and its part of the money went back.
    """

    TO_SEND = "to_send"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    GIVEN_UP = "given_up"


class MemberAddress(OwnedByMerchant, Base):
    """Where a member wants parcels. Name, phone, region and street are sealed together."""

    __tablename__ = "member_addresses"
    __table_args__ = (
        belongs_to("members", "member_id"),
        Index("ix_member_addresses_member", "merchant_id", "member_id"),
    )

    member_id: Mapped[int]
    sealed: Mapped[bytes]
    is_default: Mapped[bool]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class Subscription(OwnedByMerchant, Base):
    """A monthly card: what an order bought. `plan`: rules.Plan. Amount in fen.

    `anchor_on` is the day of the month that periods begin on. `follows_id` is the card that this
    one goes on from. `skips` counts the months that the member left out. `paused_by` is who paused
    it: what the shop has paused only the shop lets go on.
    """

    __tablename__ = "subscriptions"
    __table_args__ = (
        UniqueConstraint("merchant_id", "number"),
        UniqueConstraint("merchant_id", "order_id"),
        belongs_to("members", "member_id"),
        belongs_to("orders", "order_id"),
        belongs_to("offers", "offer_id"),
        belongs_to("member_addresses", "address_id"),
        belongs_to("subscriptions", "follows_id"),
        Index("ix_subscriptions_member", "merchant_id", "member_id", "id"),
        Index(
            "ix_subscriptions_follows",
            "merchant_id",
            "follows_id",
            postgresql_where=text("follows_id IS NOT NULL"),
        ),
        CheckConstraint("paid_fen >= 0", name="paid_not_negative"),
        CheckConstraint("(state = 'paused') = (paused_at IS NOT NULL)", name="paused_has_time"),
        CheckConstraint("(state = 'paused') = (paused_by IS NOT NULL)", name="paused_by_someone"),
        CheckConstraint("skips >= 0", name="skips_not_negative"),
    )

    number: Mapped[str]
    member_id: Mapped[int]
    order_id: Mapped[int]
    offer_id: Mapped[int]
    title: Mapped[str]
    plan: Mapped[dict[str, Any]] = mapped_column(JSONB)
    paid_fen: Mapped[int]
    state: Mapped[CardState] = mapped_column(word(CardState))
    anchor_on: Mapped[date]
    address_id: Mapped[int | None]
    follows_id: Mapped[int | None]
    skips: Mapped[int] = mapped_column(server_default="0")
    started_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    paused_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]


class SubscriptionPeriod(OwnedByMerchant, Base):
    """One month of a card. `choices` maps a place in the plan to the benefit chosen there.

    `asked_at`, `reminded_at`: when the member was asked for an address, and told that it is fixed
    soon; both begin anew when the period moves to another month.

    `amount_fen` is its part of the money; when it begins, `vouchers_fen` of that go into vouchers
    and the rest into parcels.
    """

    __tablename__ = "subscription_periods"
    __table_args__ = (
        UniqueConstraint("merchant_id", "subscription_id", "n"),
        belongs_to("subscriptions", "subscription_id"),
        Index(
            "ix_subscription_periods_due", "locks_at", postgresql_where=text("state = 'waiting'")
        ),
        CheckConstraint("amount_fen >= 0 AND vouchers_fen >= 0", name="amounts_not_negative"),
        CheckConstraint("(state = 'opened') = (opened_at IS NOT NULL)", name="opened_has_time"),
    )

    subscription_id: Mapped[int]
    n: Mapped[int]
    month: Mapped[int]
    starts_on: Mapped[date]
    locks_at: Mapped[datetime]
    amount_fen: Mapped[int]
    vouchers_fen: Mapped[int] = mapped_column(server_default="0")
    choices: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    state: Mapped[PeriodState] = mapped_column(word(PeriodState))
    asked_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]


class Parcel(OwnedByMerchant, Base):
    """So many of one benefit, to be posted once. The address is the one of that moment, sealed.

    Amounts in fen: what it holds of the money, and what sending it again has cost.
    """

    __tablename__ = "parcels"
    __table_args__ = (
        UniqueConstraint("merchant_id", "number"),
        UniqueConstraint("merchant_id", "subscription_id", "period_id", "benefit_id"),
        belongs_to("subscriptions", "subscription_id"),
        belongs_to("subscription_periods", "period_id"),
        belongs_to("members", "member_id"),
        belongs_to("benefits", "benefit_id"),
        belongs_to("benefit_revisions", "revision_id"),
        Index("ix_parcels_of_state", "merchant_id", "state", "send_on", "id"),
        Index("ix_parcels_day", "merchant_id", "send_on", "id"),
        Index("ix_parcels_to_forget", "sent_at", postgresql_where=text("forgotten_at IS NULL")),
        CheckConstraint("quantity > 0", name="quantity_is_positive"),
        CheckConstraint("allocated_fen >= 0 AND resend_cost_fen >= 0", name="not_negative"),
        CheckConstraint(
            "state IN ('to_send', 'given_up') "
            "OR (tracking_number IS NOT NULL AND sent_at IS NOT NULL)",
            name="sent_has_number",
        ),
    )

    number: Mapped[str]
    subscription_id: Mapped[int]
    period_id: Mapped[int]
    member_id: Mapped[int]
    benefit_id: Mapped[int]
    revision_id: Mapped[int]
    quantity: Mapped[int]
    allocated_fen: Mapped[int]
    address_sealed: Mapped[bytes]
    send_on: Mapped[date]
    state: Mapped[ParcelState] = mapped_column(word(ParcelState))
    company: Mapped[str | None]
    tracking_number: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    resend_cost_fen: Mapped[int] = mapped_column(server_default="0")
    trouble: Mapped[str | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    forgotten_at: Mapped[datetime | None]
