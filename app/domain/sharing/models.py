from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, OwnedByMerchant, belongs_to, word


class ShareKind(StrEnum):
    """One voucher, or several uses of a card."""

    ONCE = "once"
    SUB_CARD = "sub_card"


class ShareState(StrEnum):
    """`taken_back`: what the friend had not used is the owner's again."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    TAKEN_BACK = "taken_back"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Share(OwnedByMerchant, Base):
    """Uses that an owner lets one friend have. Of the link only a fingerprint is kept.

    `card_id` is the main card, `sub_card_id` the friend's part of it.
    """

    __tablename__ = "shares"
    __table_args__ = (
        UniqueConstraint("merchant_id", "number"),
        UniqueConstraint("merchant_id", "token_hash"),
        belongs_to("members", "owner_id"),
        belongs_to("members", "friend_id"),
        belongs_to("cards", "card_id"),
        belongs_to("cards", "sub_card_id"),
        Index("ix_shares_owner", "merchant_id", "owner_id", "id"),
        Index("ix_shares_friend", "merchant_id", "friend_id", "id"),
        Index("ix_shares_card", "merchant_id", "card_id"),
        Index("ix_shares_waiting", "ends_at", postgresql_where=text("state = 'waiting'")),
        CheckConstraint(
            "(state IN ('claimed', 'taken_back')) = (friend_id IS NOT NULL)",
            name="claimed_has_friend",
        ),
        CheckConstraint("(friend_id IS NULL) = (claimed_at IS NULL)", name="claim_has_time"),
        CheckConstraint("(friend_id IS NULL) = (sub_card_id IS NULL)", name="claim_has_card"),
        CheckConstraint(
            "(state IN ('waiting', 'claimed')) = (over_at IS NULL)", name="over_has_time"
        ),
    )

    number: Mapped[str]
    kind: Mapped[ShareKind] = mapped_column(word(ShareKind))
    state: Mapped[ShareState] = mapped_column(word(ShareState))
    owner_id: Mapped[int]
    friend_id: Mapped[int | None]
    card_id: Mapped[int]
    sub_card_id: Mapped[int | None]
    token_hash: Mapped[bytes]
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    over_at: Mapped[datetime | None]


class SharedVoucher(OwnedByMerchant, Base):
    """One use within a share. It counts unless nobody took the share.

    The partial unique index is the last line of defence: a voucher is shared once.
    """

    __tablename__ = "shared_vouchers"
    __table_args__ = (
        belongs_to("shares", "share_id"),
        belongs_to("vouchers", "voucher_id"),
        Index("ix_shared_vouchers_share", "merchant_id", "share_id"),
        Index(
            "uq_shared_vouchers_once",
            "merchant_id",
            "voucher_id",
            unique=True,
            postgresql_where=text("counts"),
        ),
    )

    share_id: Mapped[int]
    voucher_id: Mapped[int]
    counts: Mapped[bool] = mapped_column(server_default=text("true"))
