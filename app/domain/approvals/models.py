"""Dear actions that wait for a second person, and above which sums they do."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, OwnedByMerchant, belongs_to, word


class Kind(StrEnum):
    """What may need a second person. Corrections of stored value always do, by their own rules."""

    REFUND = "refund"
    AGREED_REFUND = "agreed_refund"
    PARCEL_REFUND = "parcel_refund"
    PAID_BY_HAND = "paid_by_hand"
    GOODWILL = "goodwill"
    MASS_GRANT = "mass_grant"
    CARD_BATCH = "card_batch"


class State(StrEnum):
    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Approval(OwnedByMerchant, Base):
    """An action that somebody asked for and another one decides about. In fen.

    `subject` is the public number that it is about; of one subject one question waits at a time.
    `amount_fen` is what it moves or costs at most, None when nothing bounds it. `member_id` gains
    from it. `payload` holds numbers and words of ours, no secret and no phone. `result` is the
    number of what came of it.
    """

    __tablename__ = "approvals"
    __table_args__ = (
        belongs_to("members", "member_id"),
        Index(
            "uq_approvals_waiting",
            "merchant_id",
            "kind",
            "subject",
            unique=True,
            postgresql_where=text("state = 'asked'"),
        ),
        Index("ix_approvals_state", "merchant_id", "state", "id"),
        Index("ix_approvals_subject", "merchant_id", "kind", "subject", "id"),
        Index("ix_approvals_ending", "ends_at", postgresql_where=text("state = 'asked'")),
        CheckConstraint("decided_by <> asked_by", name="two_people"),
        CheckConstraint("(state = 'asked') = (decided_at IS NULL)", name="decided_has_time"),
        CheckConstraint("(state = 'approved') = (result IS NOT NULL)", name="approved_is_done"),
    )

    kind: Mapped[Kind] = mapped_column(word(Kind))
    subject: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    amount_fen: Mapped[int | None]
    member_id: Mapped[int | None]
    reason: Mapped[str]
    state: Mapped[State] = mapped_column(word(State))
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None]
    result: Mapped[str | None]


class ApprovalLimit(Base):
    """Above this sum a second person is asked; None: never."""

    __tablename__ = "approval_limits"
    __table_args__ = (CheckConstraint("above_fen >= 0", name="limit_not_negative"),)

    merchant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[Kind] = mapped_column(word(Kind), primary_key=True)
    above_fen: Mapped[int | None]


class DoneAlone(OwnedByMerchant, Base):
    """What one person did up to the limit, without anybody else: the next one counts on top.

    `day` is the shop's business day. Lines older than the window are of no use, and kept as proof.
    """

    __tablename__ = "approvals_alone"
    __table_args__ = (
        Index("ix_approvals_alone_actor", "merchant_id", "kind", "actor", "at"),
        CheckConstraint("amount_fen >= 0", name="alone_not_negative"),
    )

    kind: Mapped[Kind] = mapped_column(word(Kind))
    actor: Mapped[str]
    subject: Mapped[str]
    member_id: Mapped[int | None]
    amount_fen: Mapped[int]
    day: Mapped[date]
    at: Mapped[datetime]
