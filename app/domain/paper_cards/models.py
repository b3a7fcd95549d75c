from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, OwnedByMerchant, belongs_to


class CardBatch(OwnedByMerchant, Base):
    """Cards of paper or plastic that were brought in together, and what each one holds.

    `pack` lists {revision_id, quantity}; points are whole points. `is_held`: nobody can bind its
    cards until a second person has agreed.
    """

    __tablename__ = "card_batches"
    __table_args__ = (
        UniqueConstraint("merchant_id", "number"),
        CheckConstraint("points >= 0", name="points_not_negative"),
    )

    number: Mapped[str]
    title: Mapped[str]
    pack: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    points: Mapped[int]
    bind_until: Mapped[datetime]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    stopped_at: Mapped[datetime | None]
    is_held: Mapped[bool] = mapped_column(server_default="false")


class PaperCard(OwnedByMerchant, Base):
    """One card. Its code is kept as a keyed hash; the last signs are for people to compare.

    `uses` and `points` are its own where they differ from the batch's. Taken back, it is stopped,
    or free to be bound once more.
    """

    __tablename__ = "paper_cards"
    __table_args__ = (
        UniqueConstraint("merchant_id", "code_index"),
        belongs_to("card_batches", "batch_id"),
        belongs_to("members", "member_id"),
        Index(
            "ix_paper_cards_member",
            "merchant_id",
            "member_id",
            postgresql_where=text("member_id IS NOT NULL"),
        ),
        Index("ix_paper_cards_batch", "merchant_id", "batch_id"),
        Index(
            "ix_paper_cards_bound",
            "merchant_id",
            "batch_id",
            postgresql_where=text("member_id IS NOT NULL"),
        ),
        CheckConstraint(
            "(member_id IS NULL) = (bound_at IS NULL) AND (bound_at IS NULL) = (card_number IS NULL)",
            name="bound_whole",
        ),
        CheckConstraint("uses > 0 AND points >= 0", name="holds_something"),
        Index(
            "ix_paper_cards_card",
            "merchant_id",
            "card_number",
            unique=True,
            postgresql_where=text("card_number IS NOT NULL"),
        ),
    )

    batch_id: Mapped[int]
    code_index: Mapped[bytes]
    last_signs: Mapped[str]
    member_id: Mapped[int | None]
    bound_at: Mapped[datetime | None]
    card_number: Mapped[str | None]
    uses: Mapped[int | None]
    points: Mapped[int | None]
    times_undone: Mapped[int] = mapped_column(server_default="0")
    stopped_at: Mapped[datetime | None]
