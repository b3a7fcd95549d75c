from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, OwnedByMerchant, belongs_to


class Redemption(OwnedByMerchant, Base):
    """A voucher used once. `merchant_id` issued it; the acceptor may be another merchant.

    The partial unique index is the last line of defence: one live redemption per voucher.
    """

    __tablename__ = "redemptions"
    __table_args__ = (
        UniqueConstraint("merchant_id", "number"),
        belongs_to("vouchers", "voucher_id"),
        belongs_to("members", "member_id"),
        Index(
            "uq_redemptions_live",
            "merchant_id",
            "voucher_id",
            unique=True,
            postgresql_where=text("reversed_at IS NULL"),
        ),
        Index("ix_redemptions_store", "acceptor_merchant_id", "store_id", "redeemed_at"),
        CheckConstraint("points >= 0", name="points_not_negative"),
        CheckConstraint("(reversed_at IS NULL) = (reversed_by IS NULL)", name="reversal_has_actor"),
    )

    number: Mapped[str]
    voucher_id: Mapped[int]
    member_id: Mapped[int]
    acceptor_merchant_id: Mapped[int]
    store_id: Mapped[int]
    actor: Mapped[str]
    value_fen: Mapped[int]
    points: Mapped[int]
    redeemed_at: Mapped[datetime]
    reversed_at: Mapped[datetime | None]
    reversed_by: Mapped[str | None]
    reverse_reason: Mapped[str | None]


class Refusal(OwnedByMerchant, Base):
    """A scan that was refused, so that refusals can be counted by store and reason."""

    __tablename__ = "redemption_refusals"
    __table_args__ = (Index("ix_redemption_refusals_at", "merchant_id", "at"),)

    at: Mapped[datetime]
    code: Mapped[str]
    store_id: Mapped[int]
    actor: Mapped[str]
    voucher_id: Mapped[int | None] = mapped_column()
