from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.stored_value.rules import (
    AdjustmentState,
    CreditKind,
    CreditState,
    GiftCardState,
    HoldState,
    LotKind,
    MoveKind,
    UsageOrder,
)
from app.kernel.db import Base, OwnedByMerchant, belongs_to, word


class ValueWallet(OwnedByMerchant, Base):
    """A member's stored value as a row to lock, and whether it is frozen."""

    __tablename__ = "value_wallets"
    __table_args__ = (
        UniqueConstraint("merchant_id", "member_id"),
        belongs_to("members", "member_id"),
        CheckConstraint("(frozen_at IS NULL) = (frozen_reason IS NULL)", name="frozen_has_reason"),
    )

    member_id: Mapped[int]
    frozen_at: Mapped[datetime | None]
    frozen_reason: Mapped[str | None]


class ValueRule(OwnedByMerchant, Base):
    """What a merchant decides: above which amounts (fen) a spending is confirmed once more.

    `confirm_above_fen` of one order, `confirm_day_above_fen` of a person's day.
    """

    __tablename__ = "value_rules"
    __table_args__ = (
        UniqueConstraint("merchant_id"),
        CheckConstraint("confirm_above_fen >= 0", name="limit_not_negative"),
        CheckConstraint("confirm_day_above_fen >= confirm_above_fen", name="day_allows_an_order"),
    )

    confirm_above_fen: Mapped[int]
    confirm_day_above_fen: Mapped[int]


class ValueCredit(OwnedByMerchant, Base):
    """Stored value that came in at once: a top-up, a claimed gift card, an adjustment. In fen.

    `clawed_fen`: bonus that was taken back when paid money was refunded.
    """

    __tablename__ = "value_credits"
    __table_args__ = (
        UniqueConstraint("merchant_id", "reference"),
        belongs_to("members", "member_id"),
        belongs_to("orders", "order_id"),
        belongs_to("offers", "offer_id"),
        Index("ix_value_credits_member", "merchant_id", "member_id", "id"),
        Index(
            "ix_value_credits_order",
            "merchant_id",
            "order_id",
            postgresql_where=text("order_id IS NOT NULL"),
        ),
        Index("ix_value_credits_parked", "made_at", postgresql_where=text("state = 'parked'")),
        CheckConstraint("paid_fen >= 0 AND bonus_fen >= 0", name="not_negative"),
        CheckConstraint("clawed_fen BETWEEN 0 AND bonus_fen", name="clawed_within_bonus"),
    )

    member_id: Mapped[int]
    kind: Mapped[CreditKind] = mapped_column(word(CreditKind))
    state: Mapped[CreditState] = mapped_column(word(CreditState))
    reference: Mapped[str]
    order_id: Mapped[int | None]
    offer_id: Mapped[int | None]
    paid_fen: Mapped[int]
    bonus_fen: Mapped[int]
    clawed_fen: Mapped[int] = mapped_column(server_default="0")
    usage_order: Mapped[UsageOrder] = mapped_column(word(UsageOrder))
    made_at: Mapped[datetime]


class ValueLot(OwnedByMerchant, Base):
    """The paid or the bonus half of a credit, in fen. It belongs to whoever has the credit."""

    __tablename__ = "value_lots"
    __table_args__ = (
        UniqueConstraint("merchant_id", "credit_id", "kind"),
        belongs_to("value_credits", "credit_id"),
        belongs_to("ledger_entries", "entry_id"),
        CheckConstraint("remaining_fen BETWEEN 0 AND amount_fen", name="remaining_within_amount"),
    )

    credit_id: Mapped[int]
    entry_id: Mapped[int]
    kind: Mapped[LotKind] = mapped_column(word(LotKind))
    amount_fen: Mapped[int]
    remaining_fen: Mapped[int]


class ValueLotMove(OwnedByMerchant, Base):
    """Which lot changed with which entry and for which order, so that a refund finds it again."""

    __tablename__ = "value_lot_moves"
    __table_args__ = (
        belongs_to("value_lots", "lot_id"),
        belongs_to("ledger_entries", "entry_id"),
        belongs_to("orders", "order_id"),
        CheckConstraint("change_fen <> 0", name="something_moves"),
        Index("ix_value_lot_moves_lot", "merchant_id", "lot_id"),
        Index("ix_value_lot_moves_entry", "merchant_id", "entry_id"),
        Index(
            "ix_value_lot_moves_order",
            "merchant_id",
            "order_id",
            postgresql_where=text("order_id IS NOT NULL"),
        ),
    )

    lot_id: Mapped[int]
    entry_id: Mapped[int]
    order_id: Mapped[int | None]
    kind: Mapped[MoveKind] = mapped_column(word(MoveKind))
    change_fen: Mapped[int]


class ValueHold(OwnedByMerchant, Base):
    """What an order takes of a member's stored value (fen): `spender_id` pays with it.

    `is_confirmed`: he said once more that it is he; what he did not counts towards his day.
    """

    __tablename__ = "value_holds"
    __table_args__ = (
        UniqueConstraint("merchant_id", "order_id"),
        belongs_to("orders", "order_id"),
        belongs_to("members", "member_id"),
        belongs_to("members", "spender_id"),
        Index("ix_value_holds_spender", "merchant_id", "spender_id", "held_at"),
        Index("ix_value_holds_member", "merchant_id", "member_id", "id"),
        CheckConstraint("paid_fen >= 0 AND bonus_fen >= 0", name="not_negative"),
        CheckConstraint("paid_fen + bonus_fen > 0", name="something_is_held"),
        CheckConstraint(
            "returned_fen BETWEEN 0 AND paid_fen + bonus_fen", name="returned_within_held"
        ),
        CheckConstraint("returned_fen = 0 OR state = 'captured'", name="returned_was_captured"),
        CheckConstraint("(state = 'held') = (settled_at IS NULL)", name="settled_has_time"),
    )

    order_id: Mapped[int]
    member_id: Mapped[int]
    spender_id: Mapped[int]
    state: Mapped[HoldState] = mapped_column(word(HoldState))
    paid_fen: Mapped[int]
    bonus_fen: Mapped[int]
    returned_fen: Mapped[int] = mapped_column(server_default="0")
    is_confirmed: Mapped[bool] = mapped_column(server_default="false")
    held_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class ValueConfirmation(OwnedByMerchant, Base):
    """A member said once more that it is he. Good for one spending up to `amount_fen`."""

    __tablename__ = "value_confirmations"
    __table_args__ = (
        UniqueConstraint("merchant_id", "token_hash"),
        belongs_to("members", "member_id"),
        Index("ix_value_confirmations_ending", "ends_at"),
    )

    member_id: Mapped[int]
    token_hash: Mapped[bytes]
    amount_fen: Mapped[int]
    ends_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ValueAdjustment(OwnedByMerchant, Base):
    """A correction by two people: one proposes it with a reason, another one decides. In fen."""

    __tablename__ = "value_adjustments"
    __table_args__ = (
        belongs_to("members", "member_id"),
        Index(
            "uq_value_adjustments_waiting",
            "merchant_id",
            "member_id",
            unique=True,
            postgresql_where=text("state = 'proposed'"),
        ),
        CheckConstraint("change_fen <> 0", name="something_changes"),
        CheckConstraint("kind = 'bonus' OR change_fen < 0", name="paid_money_is_never_made_up"),
        CheckConstraint("decided_by <> proposed_by", name="two_people"),
        CheckConstraint("(state = 'proposed') = (decided_by IS NULL)", name="decided_by_somebody"),
    )

    member_id: Mapped[int]
    kind: Mapped[LotKind] = mapped_column(word(LotKind))
    change_fen: Mapped[int]
    reason: Mapped[str]
    state: Mapped[AdjustmentState] = mapped_column(word(AdjustmentState))
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]


class GiftCard(OwnedByMerchant, Base):
    """A card somebody bought and anybody with its link may claim. In fen.

    `valid_until` only of an unnamed one. Of the link's token a fingerprint is kept.
    """

    __tablename__ = "gift_cards"
    __table_args__ = (
        UniqueConstraint("merchant_id", "number"),
        UniqueConstraint("merchant_id", "fingerprint"),
        belongs_to("members", "buyer_id"),
        belongs_to("members", "claimed_by"),
        belongs_to("orders", "order_id"),
        Index("ix_gift_cards_order", "merchant_id", "order_id"),
        Index("ix_gift_cards_buyer", "merchant_id", "buyer_id", "id"),
        CheckConstraint("is_named = (valid_until IS NULL)", name="named_never_expires"),
        CheckConstraint("paid_fen BETWEEN 0 AND face_fen", name="paid_within_face"),
        CheckConstraint(
            "face_fen > 0 AND face_fen <= CASE WHEN is_named THEN 500000 ELSE 100000 END",
            name="within_the_cap",
        ),
        CheckConstraint("(state = 'claimed') = (claimed_by IS NOT NULL)", name="claimed_by_one"),
        CheckConstraint("(state = 'sold') = (settled_at IS NULL)", name="settled_has_time"),
    )

    number: Mapped[str]
    order_id: Mapped[int]
    buyer_id: Mapped[int]
    face_fen: Mapped[int]
    paid_fen: Mapped[int]
    is_named: Mapped[bool]
    state: Mapped[GiftCardState] = mapped_column(word(GiftCardState))
    fingerprint: Mapped[bytes]
    sold_at: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    claimed_by: Mapped[int | None]
    settled_at: Mapped[datetime | None]
