from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, OwnedByMerchant, belongs_to, word


class PaymentState(StrEnum):
    WAITING = "waiting"
    RECEIVED = "received"
    CLOSED = "closed"


class RefundState(StrEnum):
    ASKED = "asked"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    ABNORMAL = "abnormal"
    CLOSED = "closed"


class KeptAs(StrEnum):
    """Where money lies until it goes back: it never bought anything, or it did."""

    LATE_MONEY = "late_money"
    PREPAID = "prepaid"


class TransferState(StrEnum):
    """Asked for; the payee has to confirm; on its way; and its three ends."""

    ASKED = "asked"
    WAITING = "waiting"
    MOVING = "moving"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Payment(OwnedByMerchant, Base):
    """One bill at WeChat. Its number is our out_trade_no; amounts are fen.

    `returned_fen`: what was asked to go back of it, once for each cause.
    """

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("merchant_id", "number"),
        UniqueConstraint("merchant_id", "transaction_id"),
        belongs_to("orders", "order_id"),
        belongs_to("pay_channels", "channel_id"),
        Index("ix_payments_order", "merchant_id", "order_id"),
        Index("ix_payments_look", "look_at", postgresql_where=text("state = 'waiting'")),
        CheckConstraint("amount_fen > 0", name="amount_is_positive"),
        CheckConstraint("returned_fen BETWEEN 0 AND amount_fen", name="returned_was_received"),
        CheckConstraint(
            "(state = 'received') = (received_at IS NOT NULL)", name="received_has_time"
        ),
    )

    number: Mapped[str]
    order_id: Mapped[int]
    channel_id: Mapped[int]
    appid: Mapped[str]
    payer_openid: Mapped[str]
    amount_fen: Mapped[int]
    state: Mapped[PaymentState] = mapped_column(word(PaymentState))
    asked_at: Mapped[datetime]
    look_at: Mapped[datetime]
    looks: Mapped[int] = mapped_column(server_default="0")
    prepay_id: Mapped[str | None]
    prepaid_at: Mapped[datetime | None]
    transaction_id: Mapped[str | None]
    received_at: Mapped[datetime | None]
    returned_fen: Mapped[int] = mapped_column(server_default="0")
    closed_at: Mapped[datetime | None]


class Refund(OwnedByMerchant, Base):
    """Money on its way back. Its number is our out_refund_no and never changes.

    `trouble` is what WeChat answered last instead of taking it.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        UniqueConstraint("merchant_id", "number"),
        UniqueConstraint("merchant_id", "cause"),
        belongs_to("payments", "payment_id"),
        Index("ix_refunds_payment", "merchant_id", "payment_id"),
        Index(
            "ix_refunds_open", "look_at", postgresql_where=text("state IN ('asked', 'processing')")
        ),
        CheckConstraint("amount_fen > 0", name="amount_is_positive"),
    )

    number: Mapped[str]
    cause: Mapped[str]
    payment_id: Mapped[int]
    amount_fen: Mapped[int]
    reason: Mapped[str]
    kept_as: Mapped[KeptAs] = mapped_column(word(KeptAs), server_default="late_money")
    state: Mapped[RefundState] = mapped_column(word(RefundState))
    asked_at: Mapped[datetime]
    look_at: Mapped[datetime]
    wechat_refund_id: Mapped[str | None]
    settled_at: Mapped[datetime | None]
    trouble: Mapped[str | None]


class Transfer(OwnedByMerchant, Base):
    """Money that goes back to its payer where a refund is not possible any more.

    Its number is our out_bill_no. The payer confirms it on his phone with `package_info`.
    `trouble` is what WeChat answered last instead of taking it. `by_hand` says how a person paid it
    without us; such a one was never sent.
    """

    __tablename__ = "transfers"
    __table_args__ = (
        UniqueConstraint("merchant_id", "number"),
        UniqueConstraint("merchant_id", "cause"),
        belongs_to("payments", "payment_id"),
        Index("ix_transfers_payment", "merchant_id", "payment_id"),
        Index(
            "ix_transfers_open",
            "look_at",
            postgresql_where=text("state IN ('asked', 'waiting', 'moving')"),
        ),
        CheckConstraint("amount_fen > 0", name="amount_is_positive"),
    )

    number: Mapped[str]
    cause: Mapped[str]
    payment_id: Mapped[int]
    amount_fen: Mapped[int]
    reason: Mapped[str]
    state: Mapped[TransferState] = mapped_column(word(TransferState))
    asked_at: Mapped[datetime]
    look_at: Mapped[datetime]
    package_info: Mapped[str | None]
    bill_no: Mapped[str | None]
    fail_reason: Mapped[str | None]
    trouble: Mapped[str | None]
    by_hand: Mapped[str | None]
    settled_at: Mapped[datetime | None]


class BillDifference(OwnedByMerchant, Base):
    """A line on which WeChat's daily bill and our books disagree, until a person settles it."""

    __tablename__ = "bill_differences"
    __table_args__ = (
        UniqueConstraint("merchant_id", "channel_id", "day", "kind", "number"),
        belongs_to("pay_channels", "channel_id"),
        belongs_to("staff", "assigned_to"),
        Index(
            "ix_bill_differences_open",
            "merchant_id",
            "id",
            postgresql_where=text("settled_at IS NULL"),
        ),
        Index(
            "ix_bill_differences_of_person",
            "merchant_id",
            "assigned_to",
            "id",
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

    channel_id: Mapped[int]
    day: Mapped[date]
    kind: Mapped[str]
    number: Mapped[str]
    ours_fen: Mapped[int | None]
    theirs_fen: Mapped[int | None]
    found_at: Mapped[datetime]
    assigned_to: Mapped[int | None]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None]
    settled_reason: Mapped[str | None]
