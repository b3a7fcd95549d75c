from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.gifting.rules import GiftState
from app.kernel.db import Base, OwnedByMerchant, belongs_to, word


class Gift(OwnedByMerchant, Base):
    """Vouchers on their way to a friend whom nobody knows until he takes them.

    Only the fingerprint of the link's token is kept. `notice_at`: when the giver is to be reminded
    next. With an order it was bought as a gift.
    """

    __tablename__ = "gifts"
    __table_args__ = (
        UniqueConstraint("merchant_id", "number"),
        UniqueConstraint("merchant_id", "fingerprint"),
        UniqueConstraint("merchant_id", "order_id"),
        belongs_to("members", "giver_id"),
        belongs_to("members", "receiver_id"),
        belongs_to("orders", "order_id"),
        Index("ix_gifts_giver", "merchant_id", "giver_id", "id"),
        Index(
            "ix_gifts_receiver",
            "merchant_id",
            "receiver_id",
            "id",
            postgresql_where=text("receiver_id IS NOT NULL"),
        ),
        Index("ix_gifts_ending", "ends_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_gifts_notice", "notice_at", postgresql_where=text("state = 'waiting'")),
        CheckConstraint("(state = 'claimed') = (receiver_id IS NOT NULL)", name="claimed_by_one"),
        CheckConstraint("(state = 'waiting') = (settled_at IS NULL)", name="settled_has_time"),
        CheckConstraint("created_at <= gives_at AND gives_at < ends_at", name="time_runs_forward"),
    )

    number: Mapped[str]
    giver_id: Mapped[int]
    receiver_id: Mapped[int | None]
    order_id: Mapped[int | None]
    state: Mapped[GiftState] = mapped_column(word(GiftState))
    fingerprint: Mapped[bytes]
    message: Mapped[str | None]
    cover: Mapped[str | None]
    created_at: Mapped[datetime]
    gives_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    notice_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]


class GiftVoucher(OwnedByMerchant, Base):
    """What lies in a gift. While it waits, a voucher lies in no other one."""

    __tablename__ = "gift_vouchers"
    __table_args__ = (
        belongs_to("gifts", "gift_id"),
        belongs_to("vouchers", "voucher_id"),
        Index("ix_gift_vouchers_gift", "merchant_id", "gift_id"),
        Index(
            "uq_gift_vouchers_open",
            "merchant_id",
            "voucher_id",
            unique=True,
            postgresql_where=text("is_open"),
        ),
    )

    gift_id: Mapped[int]
    voucher_id: Mapped[int]
    is_open: Mapped[bool]
