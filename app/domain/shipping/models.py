from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.shipping.rules import Delivery
from app.kernel.db import Base, OwnedByMerchant, belongs_to, word


class ReportState(StrEnum):
    """`refused` waits for a person. `settled`: WeChat has let the money go."""

    WAITING = "waiting"
    SENT = "sent"
    SETTLED = "settled"
    REFUSED = "refused"
    NOT_NEEDED = "not_needed"


class ShippingReport(OwnedByMerchant, Base):
    """One paid order and what WeChat knows of its delivery. Amount in fen.

    `is_split`: it goes in several parcels; `is_all_sent`: no more of them are to come.
    """

    __tablename__ = "shipping_reports"
    __table_args__ = (
        UniqueConstraint("merchant_id", "order_id"),
        UniqueConstraint("merchant_id", "transaction_id"),
        belongs_to("orders", "order_id"),
        belongs_to("payments", "payment_id"),
        Index("ix_shipping_reports_due", "next_at", postgresql_where=text("state = 'waiting'")),
        Index(
            "ix_shipping_reports_open",
            "merchant_id",
            "due_at",
            postgresql_where=text("state IN ('waiting', 'sent', 'refused')"),
        ),
        CheckConstraint("amount_fen > 0", name="amount_is_positive"),
        CheckConstraint(
            "delivery = 'virtual' OR state <> 'sent' OR tracking_number IS NOT NULL",
            name="parcel_has_number",
        ),
    )

    order_id: Mapped[int]
    payment_id: Mapped[int]
    transaction_id: Mapped[str]
    delivery: Mapped[Delivery] = mapped_column(word(Delivery, name="delivery_word"))
    item: Mapped[str]
    company: Mapped[str | None]
    tracking_number: Mapped[str | None]
    contact: Mapped[str | None]
    is_split: Mapped[bool] = mapped_column(server_default="false")
    is_all_sent: Mapped[bool] = mapped_column(server_default="true")
    amount_fen: Mapped[int]
    state: Mapped[ReportState] = mapped_column(word(ReportState, name="state_word"))
    paid_at: Mapped[datetime]
    due_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(server_default="0")
    trouble: Mapped[str | None]
    reminded_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]


class ShippingParcel(OwnedByMerchant, Base):
    """One of several parcels of an order. `reference` is whose it is with us, told once."""

    __tablename__ = "shipping_parcels"
    __table_args__ = (
        UniqueConstraint("merchant_id", "order_id", "reference"),
        belongs_to("orders", "order_id"),
    )

    order_id: Mapped[int]
    reference: Mapped[str]
    item: Mapped[str]
    company: Mapped[str]
    tracking_number: Mapped[str]
    contact: Mapped[str | None]
    created_at: Mapped[datetime]
