from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, OwnedByMerchant, belongs_to, word


class State(StrEnum):
    """A stopped campaign begins nothing new; a killed one also ends what is half-way."""

    DRAFT = "draft"
    PUBLISHED = "published"
    STOPPED = "stopped"
    KILLED = "killed"


class AssistCampaign(OwnedByMerchant, Base):
    """A promise: `terms` (terms.Terms) never change once it is published.

    `revisions` are the wordings of the benefits that were promised then, by benefit number.
    """

    __tablename__ = "assist_campaigns"
    __table_args__ = (
        UniqueConstraint("merchant_id", "number"),
        belongs_to("offers", "offer_id"),
        # Two promises for one purchase could not both be shown.
        Index(
            "uq_assist_campaigns_published",
            "merchant_id",
            "offer_id",
            unique=True,
            postgresql_where=text("state = 'published'"),
        ),
        Index("ix_assist_campaigns_offer", "merchant_id", "offer_id"),
    )

    number: Mapped[str]
    offer_id: Mapped[int]
    state: Mapped[State] = mapped_column(word(State))
    terms: Mapped[dict[str, Any]] = mapped_column(JSONB)
    revisions: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    killed_at: Mapped[datetime | None]
