from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, OwnedByMerchant, belongs_to, word


class TaskState(StrEnum):
    """Open, unlocked by friends, over without it at the deadline, or ended by a killed campaign.

    `released`: unlocked by the rule of a killed campaign.
    """

    OPEN = "open"
    UNLOCKED = "unlocked"
    EXPIRED = "expired"
    STOPPED = "stopped"
    RELEASED = "released"


class HelpState(StrEnum):
    """A held help waits for a look by the shop: it counts, and is rewarded, when approved.

    `merged`: its helper turned out to be somebody who had helped before, or the sharer himself.
    """

    COUNTED = "counted"
    HELD = "held"
    REJECTED = "rejected"
    MERGED = "merged"


class AssistTask(OwnedByMerchant, Base):
    """One locked voucher and how many friends unlock it. Its progress is the count of its helps."""

    __tablename__ = "assist_tasks"
    __table_args__ = (
        UniqueConstraint("merchant_id", "number"),
        UniqueConstraint("merchant_id", "token_hash"),
        UniqueConstraint("merchant_id", "voucher_id"),
        belongs_to("assist_campaigns", "campaign_id"),
        belongs_to("orders", "order_id"),
        belongs_to("members", "sharer_id"),
        belongs_to("vouchers", "voucher_id"),
        CheckConstraint("helpers_needed > 0", name="needs_somebody"),
        Index("ix_assist_tasks_sharer", "merchant_id", "sharer_id", "id"),
        Index(
            "ix_assist_tasks_open_of_campaign",
            "merchant_id",
            "campaign_id",
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_assist_tasks_due", "ends_at", postgresql_where=text("state = 'open'")),
    )

    number: Mapped[str]
    campaign_id: Mapped[int]
    order_id: Mapped[int]
    sharer_id: Mapped[int]
    voucher_id: Mapped[int]
    helpers_needed: Mapped[int]
    state: Mapped[TaskState] = mapped_column(word(TaskState))
    token_hash: Mapped[bytes]
    opened_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    hurried_at: Mapped[datetime | None]
    sharer_device: Mapped[bytes | None]
    activity_id: Mapped[str | None]
    activity_ends_at: Mapped[datetime | None]


class AssistHelp(OwnedByMerchant, Base):
    """One friend's help, and the evidence. Devices and addresses are kept unreadable.

    `risk_rank` is the platform's, None where it could not be asked.
    """

    __tablename__ = "assist_helps"
    __table_args__ = (
        UniqueConstraint("merchant_id", "number"),
        belongs_to("assist_tasks", "task_id"),
        belongs_to("assist_campaigns", "campaign_id"),
        belongs_to("members", "helper_id"),
        Index(
            "uq_assist_helps_person",
            "merchant_id",
            "campaign_id",
            "helper_id",
            unique=True,
            postgresql_where=text("state <> 'merged'"),
        ),
        Index("ix_assist_helps_task", "merchant_id", "task_id"),
        Index("ix_assist_helps_helper", "merchant_id", "helper_id", "at"),
        Index("ix_assist_helps_device", "merchant_id", "campaign_id", "device"),
        # How many came from one address, in an hour and at all, is asked for each help.
        Index(
            "ix_assist_helps_address",
            "merchant_id",
            "campaign_id",
            "address",
            "at",
            postgresql_where=text("address IS NOT NULL"),
        ),
        Index(
            "ix_assist_helps_by_day",
            "merchant_id",
            "campaign_id",
            "at",
            postgresql_where=text("state IN ('counted', 'held')"),
        ),
        Index("ix_assist_helps_held", "merchant_id", "id", postgresql_where=text("state = 'held'")),
        Index(
            "ix_assist_helps_to_review",
            "merchant_id",
            "id",
            postgresql_where=text("state = 'held' OR state = 'rejected' AND appeal IS NOT NULL"),
        ),
    )

    number: Mapped[str]
    task_id: Mapped[int]
    campaign_id: Mapped[int]
    helper_id: Mapped[int]
    state: Mapped[HelpState] = mapped_column(word(HelpState))
    reward_card: Mapped[str | None]
    reasons: Mapped[list[str]] = mapped_column(JSONB, server_default="[]")
    risk_rank: Mapped[int | None]
    device: Mapped[bytes | None]
    address: Mapped[bytes | None]
    group_id: Mapped[str | None]
    at: Mapped[datetime]
    reviewed_at: Mapped[datetime | None]
    reviewer: Mapped[str | None]
    review_reason: Mapped[str | None]
    appeal: Mapped[str | None]
    appealed_at: Mapped[datetime | None]


class AssistCounter(Base):
    """What a campaign has given away of what it may give: helpers' rewards, and unlocks."""

    __tablename__ = "assist_counters"
    __table_args__ = (
        belongs_to("assist_campaigns", "campaign_id"),
        CheckConstraint("rewards >= 0 AND unlocks >= 0", name="not_negative"),
    )

    merchant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rewards: Mapped[int]
    unlocks: Mapped[int]
