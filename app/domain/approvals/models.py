"""Dear actions that wait for a second person, and above which sums they do."""

from datetime import datetime
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
    GOODWILL = "goodwill"
    MASS_GRANT = "mass_grant"


class State(StrEnum):
    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"
    EXPIRED = "expired"


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
