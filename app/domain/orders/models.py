from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.catalog import GoodsKind, OfferKind, RefundPolicy
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


class TenderKind(StrEnum):
    """What pays beside WeChat: stored value is money, points and a voucher lower the price."""

    VALUE = "value"
    POINTS = "points"
    VOUCHER = "voucher"


class TenderState(StrEnum):
    """Held while the order waits; then captured, or released; "returned" once all of it is back."""

    HELD = "held"
    CAPTURED = "captured"
    RELEASED = "released"
    RETURNED = "returned"


class Order(OwnedByMerchant, Base):
    """A purchase. Amounts are fen. The source columns cannot be filled in later.

    `total_fen` is the money it costs: what WeChat is billed (`wechat_fen`) and stored value. What
    points and a voucher take off the price is in the lines. `gift`: how it is to be wrapped when
    it is handed over, {message, cover, gives_at}.
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
        Index("ix_orders_placed", "merchant_id", "placed_at", "id"),
        # Nearly every order is fulfilled; those that are not are looked for by what they are.
        Index(
            "ix_orders_not_plain",
            "merchant_id",
            "state",
            "placed_at",
            "id",
            postgresql_where=text("state <> 'fulfilled'"),
        ),
        Index("ix_orders_unpaid", "expires_at", postgresql_where=text("state = 'pending'")),
        CheckConstraint("total_fen >= 0", name="total_not_negative"),
        CheckConstraint("wechat_fen BETWEEN 0 AND total_fen", name="bill_within_total"),
        CheckConstraint("wechat_returned_fen BETWEEN 0 AND wechat_fen", name="returned_was_paid"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_time"),
    )

    number: Mapped[str]
    member_id: Mapped[int]
    state: Mapped[OrderState] = mapped_column(word(OrderState))
    total_fen: Mapped[int]
    wechat_fen: Mapped[int]
    wechat_returned_fen: Mapped[int] = mapped_column(server_default="0")
    has_tenders: Mapped[bool] = mapped_column(server_default="false")
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

    `contents` lists {benefit_id, revision_id, quantity, market_value_fen} of one piece; `kind`
    and `terms` are the offer's and say what else it brings; what kind of goods it was, and how it
    may go back, is what the buyer was promised, whatever the offer says today (None: placed by a
    release that did not write it down; then the offer is asked). The two flags remember what the
    line took, so that closing gives back exactly that; `returned_pieces` are for sale again.
    """

    __tablename__ = "order_lines"
    __table_args__ = (
        belongs_to("orders", "order_id"),
        belongs_to("offers", "offer_id"),
        Index("ix_order_lines_order", "merchant_id", "order_id"),
        Index("ix_order_lines_offer", "merchant_id", "offer_id", "id"),
        CheckConstraint("quantity BETWEEN 1 AND 100", name="quantity_1_to_100"),
        CheckConstraint("amount_fen = quantity * unit_price_fen", name="amount_adds_up"),
        CheckConstraint("discount_fen BETWEEN 0 AND amount_fen", name="discount_within_amount"),
        CheckConstraint("returned_pieces BETWEEN 0 AND quantity", name="returned_were_ordered"),
    )

    order_id: Mapped[int]
    offer_id: Mapped[int]
    title: Mapped[str]
    quantity: Mapped[int]
    unit_price_fen: Mapped[int]
    amount_fen: Mapped[int]
    discount_fen: Mapped[int] = mapped_column(server_default="0")
    contents: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    kind: Mapped[OfferKind] = mapped_column(word(OfferKind), server_default="single")
    terms: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    from_stock: Mapped[bool]
    is_counted: Mapped[bool]
    returned_pieces: Mapped[int] = mapped_column(server_default="0")
    goods_kind: Mapped[GoodsKind | None] = mapped_column(word(GoodsKind))
    refund_policy: Mapped[RefundPolicy | None] = mapped_column(word(RefundPolicy))


class OrderTender(OwnedByMerchant, Base):
    """A pot that pays an order beside WeChat: `amount_fen` of its price, and for how many points.

    The payer is who owns the pot: with a family card that is not the buyer.
    """

    __tablename__ = "order_tenders"
    __table_args__ = (
        UniqueConstraint("merchant_id", "order_id", "kind"),
        belongs_to("orders", "order_id"),
        belongs_to("members", "payer_member_id"),
        belongs_to("vouchers", "voucher_id"),
        Index(
            "uq_order_tenders_voucher",
            "merchant_id",
            "voucher_id",
            unique=True,
            postgresql_where=text("state IN ('held', 'captured')"),
        ),
        CheckConstraint("amount_fen >= 0", name="amount_not_negative"),
        CheckConstraint("(kind = 'points') = (points > 0)", name="points_are_points"),
        CheckConstraint("(kind = 'voucher') = (voucher_id IS NOT NULL)", name="voucher_is_named"),
        CheckConstraint("returned_fen BETWEEN 0 AND amount_fen", name="returned_was_paid"),
        CheckConstraint("returned_points BETWEEN 0 AND points", name="points_back_were_paid"),
    )

    order_id: Mapped[int]
    kind: Mapped[TenderKind] = mapped_column(word(TenderKind))
    state: Mapped[TenderState] = mapped_column(word(TenderState))
    amount_fen: Mapped[int]
    points: Mapped[int] = mapped_column(server_default="0")
    voucher_id: Mapped[int | None]
    payer_member_id: Mapped[int]
    returned_fen: Mapped[int] = mapped_column(server_default="0")
    returned_points: Mapped[int] = mapped_column(server_default="0")


class OrderReturn(OwnedByMerchant, Base):
    """What one return gave back, pot by pot; asking again under its cause finds it here."""

    __tablename__ = "order_returns"
    __table_args__ = (
        UniqueConstraint("merchant_id", "cause"),
        belongs_to("orders", "order_id"),
        belongs_to("vouchers", "voucher_id"),
        Index("ix_order_returns_order", "merchant_id", "order_id"),
        CheckConstraint(
            "wechat_fen >= 0 AND value_fen >= 0 AND points >= 0", name="nothing_negative"
        ),
    )

    order_id: Mapped[int]
    cause: Mapped[str]
    returned_at: Mapped[datetime]
    wechat_fen: Mapped[int]
    value_fen: Mapped[int]
    points: Mapped[int]
    voucher_id: Mapped[int | None]
