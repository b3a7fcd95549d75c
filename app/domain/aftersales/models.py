from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, OwnedByMerchant, belongs_to, word


class ReturnState(StrEnum):
    """Where a return stands.

    `asked` waits for the merchant's word. Then it runs by itself: what is returned is `frozen`,
    its money is on the way (`paying`), has arrived (`paid`), and what the purchase brought is
    taken back (`done`). What cannot go on stays where it is and is tried again.
    """

    ASKED = "asked"
    FROZEN = "frozen"
    PAYING = "paying"
    PAID = "paid"
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


UNDER_WAY = frozenset({ReturnState.ASKED, ReturnState.FROZEN, ReturnState.PAYING, ReturnState.PAID})
RUNNING = UNDER_WAY - {ReturnState.ASKED}


class Return(OwnedByMerchant, Base):
    """An order, or a part of it, goes back. Amounts are fen.

    `quote` is the sum as it was shown when it was asked for. `amount_fen` is what it gives back
    of the money that the order cost; `wechat_fen`, `value_fen` and `points` are where it went.
    One return of an order is under way at a time.
    """

    __tablename__ = "returns"
    __table_args__ = (
        UniqueConstraint("merchant_id", "number"),
        belongs_to("orders", "order_id"),
        Index("ix_returns_order", "merchant_id", "order_id", "id"),
        Index("ix_returns_state", "merchant_id", "state", "id"),
        Index(
            "uq_returns_under_way",
            "merchant_id",
            "order_id",
            unique=True,
            postgresql_where=text("state IN ('asked', 'frozen', 'paying', 'paid')"),
        ),
        Index(
            "ix_returns_running",
            "looked_at",
            postgresql_where=text("state IN ('frozen', 'paying', 'paid')"),
        ),
        Index("ix_returns_refund", "merchant_id", "refund_number"),
        Index("ix_returns_transfer", "merchant_id", "transfer_number"),
        CheckConstraint("amount_fen >= 0", name="amount_not_negative"),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done_has_time"),
    )

    number: Mapped[str]
    order_id: Mapped[int]
    state: Mapped[ReturnState] = mapped_column(word(ReturnState))
    amount_fen: Mapped[int]
    wechat_fen: Mapped[int] = mapped_column(server_default="0")
    value_fen: Mapped[int] = mapped_column(server_default="0")
    points: Mapped[int] = mapped_column(server_default="0")
    reason: Mapped[str]
    quote: Mapped[dict[str, Any]] = mapped_column(JSONB)
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decision: Mapped[str | None]
    refund_number: Mapped[str | None]
    transfer_number: Mapped[str | None]
    trouble: Mapped[str | None]
    moved_at: Mapped[datetime]
    looked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class ReturnedVoucher(OwnedByMerchant, Base):
    """A voucher that goes back. It counts unless the return came to nothing.

    The partial unique index is the last line of defence: a voucher is returned once.
    """

    __tablename__ = "returned_vouchers"
    __table_args__ = (
        belongs_to("returns", "return_id"),
        belongs_to("vouchers", "voucher_id"),
        Index("ix_returned_vouchers_return", "merchant_id", "return_id"),
        Index(
            "uq_returned_vouchers_once",
            "merchant_id",
            "voucher_id",
            unique=True,
            postgresql_where=text("counts"),
        ),
        CheckConstraint("allocated_fen >= 0", name="allocation_not_negative"),
    )

    return_id: Mapped[int]
    voucher_id: Mapped[int]
    allocated_fen: Mapped[int]
    counts: Mapped[bool] = mapped_column(server_default=text("true"))
