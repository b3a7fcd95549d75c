from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped

from app.kernel.db import Base, OwnedByMerchant, belongs_to


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
    """Which lot paid for which entry, so that a refund can restore the same lots."""

    __tablename__ = "point_lot_uses"
    __table_args__ = (
        belongs_to("point_lots", "lot_id"),
        belongs_to("ledger_entries", "entry_id"),
        CheckConstraint("amount > 0", name="amount_is_positive"),
        Index("ix_point_lot_uses_entry", "merchant_id", "entry_id"),
        Index("ix_point_lot_uses_lot", "merchant_id", "lot_id"),
    )

    lot_id: Mapped[int]
    entry_id: Mapped[int]
    amount: Mapped[int]
