from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, OwnedByMerchant, belongs_to, word


class OrderState(StrEnum):
    PENDING = "pending"
    PAID = "paid"
    FULFILLED = "fulfilled"
    CLOSED = "closed"
    REFUNDING = "refunding"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"


class CloseReason(StrEnum):
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"


class Order(OwnedByMerchant, Base):
    """A purchase. Amounts are fen. The source columns cannot be filled in later.

    `gift`: how it is to be wrapped when it is handed over, {message, cover, gives_at}.
    """

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("merchant_id", "number"),
        belongs_to("members", "member_id"),
        belongs_to("members", "sharer_member_id"),
        belongs_to("wechat_apps", "app_id"),
        belongs_to("pay_channels", "channel_id"),
        Index("ix_orders_member", "merchant_id", "member_id", "id"),
        Index(
            "ix_orders_sharer",
            "merchant_id",
            "sharer_member_id",
            "placed_at",
            postgresql_where=text("sharer_member_id IS NOT NULL"),
        ),
        Index("ix_orders_unpaid", "expires_at", postgresql_where=text("state = 'pending'")),
        CheckConstraint("total_fen >= 0", name="total_not_negative"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_time"),
    )

    number: Mapped[str]
    member_id: Mapped[int]
    state: Mapped[OrderState] = mapped_column(word(OrderState))
    total_fen: Mapped[int]
    app_id: Mapped[int]
    channel_id: Mapped[int | None]
    source_channel: Mapped[str | None]
    source_scene: Mapped[str | None]
    source_group: Mapped[str | None]
    source_referrer: Mapped[str | None]
    sharer_member_id: Mapped[int | None]
    gift: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    placed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    fulfilled_at: Mapped[datetime | None]
    close_tried_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    close_reason: Mapped[CloseReason | None] = mapped_column(word(CloseReason))


class OrderLine(OwnedByMerchant, Base):
    """What was ordered, at the price and on the terms of that moment.

    `contents` lists {benefit_id, revision_id, quantity, market_value_fen} of one piece. The two
    flags remember what the line took, so that closing gives back exactly that.
    """

    __tablename__ = "order_lines"
    __table_args__ = (
        belongs_to("orders", "order_id"),
        belongs_to("offers", "offer_id"),
        Index("ix_order_lines_order", "merchant_id", "order_id"),
        CheckConstraint("quantity BETWEEN 1 AND 100", name="quantity_1_to_100"),
        CheckConstraint("amount_fen = quantity * unit_price_fen", name="amount_adds_up"),
    )

    order_id: Mapped[int]
    offer_id: Mapped[int]
    title: Mapped[str]
    quantity: Mapped[int]
    unit_price_fen: Mapped[int]
    amount_fen: Mapped[int]
    contents: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    from_stock: Mapped[bool]
    is_counted: Mapped[bool]
