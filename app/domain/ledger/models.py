from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.ledger.rules import AccountKind, Asset
from app.kernel.db import Base, OwnedByMerchant, belongs_to, word


class Account(OwnedByMerchant, Base):
    """A place where fen or points rest. Only an account with a floor keeps its balance here."""

    __tablename__ = "ledger_accounts"
    __table_args__ = (
        UniqueConstraint("merchant_id", "kind", "owner", "asset"),
        CheckConstraint("balance >= 0", name="floor_is_zero"),
    )

    kind: Mapped[AccountKind] = mapped_column(word(AccountKind))
    owner: Mapped[int]
    asset: Mapped[Asset] = mapped_column(word(Asset))
    balance: Mapped[int | None]


class Entry(OwnedByMerchant, Base):
    """One cause, posted once. Never edited: a correction is a later entry."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        UniqueConstraint("merchant_id", "cause"),
        # Entries lie in the order of time: a day is found by blocks, and writing costs nothing.
        Index(
            "ix_ledger_entries_posted",
            "posted_at",
            postgresql_using="brin",
            postgresql_with={"autosummarize": "on"},
        ),
    )

    cause: Mapped[str]
    posted_at: Mapped[datetime]


class PostingRow(OwnedByMerchant, Base):
    """`amount` (fen or points) left `source_id` and arrived at `destination_id`."""

    __tablename__ = "ledger_postings"
    __table_args__ = (
        belongs_to("ledger_entries", "entry_id"),
        belongs_to("ledger_accounts", "source_id"),
        belongs_to("ledger_accounts", "destination_id"),
        CheckConstraint("amount > 0", name="amount_is_positive"),
        CheckConstraint("source_id <> destination_id", name="two_ends"),
        Index("ix_ledger_postings_entry", "merchant_id", "entry_id"),
        Index("ix_ledger_postings_source", "merchant_id", "source_id"),
        Index("ix_ledger_postings_destination", "merchant_id", "destination_id"),
    )

    entry_id: Mapped[int]
    source_id: Mapped[int]
    destination_id: Mapped[int]
    asset: Mapped[Asset] = mapped_column(word(Asset))
    amount: Mapped[int]
