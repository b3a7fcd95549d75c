from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.vouchers.errors import MoveRefused
from app.domain.vouchers.rules import MOVES, NEW_HOLDER_VERSION, Move, VoucherState
from app.kernel.db import Base, OwnedByMerchant, belongs_to, word


class Card(OwnedByMerchant, Base):
    """One bought piece of an offer; it groups the vouchers that came with it.

    Without an order nobody bought it: a present of the house, or a paper card that came home.
    With a parent it is a friend's sub-card: uses of the main card that he may use up.
    """

    __tablename__ = "cards"
    __table_args__ = (
        UniqueConstraint("merchant_id", "number"),
        belongs_to("orders", "order_id"),
        belongs_to("offers", "offer_id"),
        belongs_to("members", "member_id"),
        belongs_to("cards", "parent_id"),
        Index("ix_cards_order", "merchant_id", "order_id"),
        Index("ix_cards_member", "merchant_id", "member_id", "id"),
        Index("ix_cards_offer", "merchant_id", "offer_id"),
    )

    number: Mapped[str]
    order_id: Mapped[int | None]
    offer_id: Mapped[int | None]
    member_id: Mapped[int]
    parent_id: Mapped[int | None]
    title: Mapped[str]
    issued_at: Mapped[datetime]


class Voucher(OwnedByMerchant, Base):
    """One use of one benefit. `allocated_fen` is its part of what was paid."""

    __tablename__ = "vouchers"
    __table_args__ = (
        UniqueConstraint("merchant_id", "number"),
        belongs_to("cards", "card_id"),
        belongs_to("benefit_revisions", "revision_id"),
        belongs_to("members", "holder_id"),
        belongs_to("members", "buyer_id"),
        Index("ix_vouchers_holder", "merchant_id", "holder_id", "valid_until"),
        Index("ix_vouchers_card", "merchant_id", "card_id"),
        Index("ix_vouchers_expiring", "valid_until", postgresql_where=text("state = 'active'")),
        Index(
            "ix_vouchers_issuing",
            "merchant_id",
            "revision_id",
            "id",
            postgresql_where=text("state = 'issuing'"),
        ),
        Index(
            "ix_vouchers_ended",
            "expiry_look_at",
            postgresql_where=text("state = 'expired' AND allocated_fen > 0"),
        ),
        CheckConstraint("allocated_fen >= 0", name="allocation_not_negative"),
        CheckConstraint("valid_from < valid_until", name="validity_is_forward"),
        CheckConstraint("held_from IS NULL OR state = 'held'", name="held_from_while_held"),
        {"postgresql_with": {"fillfactor": "80"}},
    )

    number: Mapped[str]
    card_id: Mapped[int]
    revision_id: Mapped[int]
    holder_id: Mapped[int]
    buyer_id: Mapped[int]
    state: Mapped[VoucherState] = mapped_column(word(VoucherState))
    # What it was before it was held, and what it comes back as.
    held_from: Mapped[VoucherState | None] = mapped_column(word(VoucherState, name="held_from"))
    holder_version: Mapped[int] = mapped_column(server_default="1")
    allocated_fen: Mapped[int]
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime]
    issued_at: Mapped[datetime]
    times_given: Mapped[int] = mapped_column(server_default="0")
    # Since when it has been shared; what was shared once is never passed on again.
    shared_at: Mapped[datetime | None]
    # Once it is over: when to look whether its money goes back by itself; None: never (again).
    expiry_look_at: Mapped[datetime | None] = mapped_column(server_default=text("'epoch'"))

    def apply(self, move: Move) -> None:
        """Change state as the table of moves allows. Raises MoveRefused."""
        to_state = MOVES[move].get(self.state)
        if to_state is None:
            raise MoveRefused("The voucher is not in a state that allows this.", move=move.value)
        if move is Move.RELEASE:
            to_state = self.held_from or to_state
        self.held_from = self.state if move is Move.HOLD else None
        self.state = to_state
        if move in NEW_HOLDER_VERSION:
            self.holder_version += 1


class VoucherEvent(OwnedByMerchant, Base):
    """One line of a voucher's timeline; a move names the states it went between."""

    __tablename__ = "voucher_events"
    __table_args__ = (
        belongs_to("vouchers", "voucher_id"),
        Index("ix_voucher_events_voucher", "merchant_id", "voucher_id", "id"),
        # Lines lie in the order of time: a day is found by blocks, and writing costs nothing.
        Index(
            "ix_voucher_events_at",
            "at",
            postgresql_using="brin",
            postgresql_with={"autosummarize": "on"},
        ),
    )

    voucher_id: Mapped[int]
    at: Mapped[datetime]
    action: Mapped[str]
    from_state: Mapped[VoucherState | None] = mapped_column(word(VoucherState, name="from"))
    to_state: Mapped[VoucherState] = mapped_column(word(VoucherState, name="to"))
    actor: Mapped[str]
    reference: Mapped[str | None]
    reason: Mapped[str | None]
