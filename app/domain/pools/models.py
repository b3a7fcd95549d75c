from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, OwnedByMerchant, belongs_to


class CodePool(OwnedByMerchant, Base):
    """Below how many unused codes of a benefit somebody is told, and since when he is."""

    __tablename__ = "code_pools"
    __table_args__ = (
        UniqueConstraint("merchant_id", "benefit_id"),
        belongs_to("benefits", "benefit_id"),
        CheckConstraint("low_at >= 0", name="low_at_not_negative"),
    )

    benefit_id: Mapped[int]
    low_at: Mapped[int] = mapped_column(server_default="20")
    alarmed_at: Mapped[datetime | None]


class PoolCode(OwnedByMerchant, Base):
    """One code of a third party, sealed. Free, then given to one voucher, then shown once.

    `code_index` is the code under a key of ours: equal codes of one benefit have equal indexes.
    """

    __tablename__ = "pool_codes"
    __table_args__ = (
        UniqueConstraint("merchant_id", "benefit_id", "code_index"),
        UniqueConstraint("merchant_id", "voucher_id"),
        belongs_to("benefits", "benefit_id"),
        belongs_to("vouchers", "voucher_id"),
        belongs_to("members", "revealed_to"),
        Index(
            "ix_pool_codes_free",
            "merchant_id",
            "benefit_id",
            "expires_at",
            "id",
            postgresql_where=text("voucher_id IS NULL"),
        ),
        Index(
            "ix_pool_codes_assigned",
            "merchant_id",
            "benefit_id",
            postgresql_where=text("voucher_id IS NOT NULL AND revealed_at IS NULL"),
        ),
        Index(
            "ix_pool_codes_revealed",
            "merchant_id",
            "benefit_id",
            postgresql_where=text("revealed_at IS NOT NULL"),
        ),
        CheckConstraint("(voucher_id IS NULL) = (assigned_at IS NULL)", name="assigned_has_time"),
        CheckConstraint(
            "revealed_at IS NULL OR voucher_id IS NOT NULL", name="revealed_to_a_voucher"
        ),
        CheckConstraint(
            "(revealed_at IS NULL) = (revealed_to IS NULL)", name="revealed_to_somebody"
        ),
    )

    benefit_id: Mapped[int]
    code_sealed: Mapped[bytes]
    code_index: Mapped[bytes]
    expires_at: Mapped[datetime | None]
    imported_at: Mapped[datetime]
    voucher_id: Mapped[int | None]
    assigned_at: Mapped[datetime | None]
    revealed_at: Mapped[datetime | None]
    revealed_to: Mapped[int | None]
