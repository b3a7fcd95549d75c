from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, OwnedByMerchant, belongs_to


class ShiftClosing(OwnedByMerchant, Base):
    """What one person redeemed at one store until he closed, written once and never changed.

    A shift begins where the last one of that person at that store ended; its key says so, and two
    closings of one shift are one. `undone` is what an earlier shift counted and was reversed in
    this one. `counted` is what he counted by hand, where he did.
    """

    __tablename__ = "shift_closings"
    __table_args__ = (
        belongs_to("staff", "staff_id"),
        belongs_to("stores", "store_id"),
        UniqueConstraint("merchant_id", "staff_id", "store_id", "starts_at"),
        Index("ix_shift_closings_staff", "merchant_id", "staff_id", "id"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("counted >= 0", name="counted_not_negative"),
    )

    staff_id: Mapped[int]
    store_id: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    redeemed: Mapped[int]
    reversed: Mapped[int]
    value_fen: Mapped[int]
    points: Mapped[int]
    undone: Mapped[int]
    undone_fen: Mapped[int]
    undone_points: Mapped[int]
    counted: Mapped[int | None]
    note: Mapped[str] = mapped_column(server_default="")


class ShiftEntry(Base):
    """Which closing wrote a redemption down, and which one its reversal: each one, once."""

    __tablename__ = "shift_entries"
    __table_args__ = (
        belongs_to("redemptions", "redemption_id"),
        belongs_to("shift_closings", "closing_id"),
    )

    merchant_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    redemption_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    is_reversal: Mapped[bool] = mapped_column(primary_key=True)
    closing_id: Mapped[int]
