"""Scans that were taken without network: who may, with which browser, and what became of them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, OwnedByMerchant, belongs_to


class OfflineRules(Base):
    """Whether a merchant takes the risk, and how much of it. Without a row he does not."""

    __tablename__ = "offline_rules"
    __table_args__ = (
        CheckConstraint("most_minutes BETWEEN 1 AND 720", name="minutes_in_range"),
        CheckConstraint("most_scans BETWEEN 1 AND 500", name="scans_in_range"),
        CheckConstraint("most_value_fen >= 0", name="value_not_negative"),
    )

    merchant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    is_on: Mapped[bool]
    most_minutes: Mapped[int]
    most_scans: Mapped[int]
    most_value_fen: Mapped[int]
    changed_at: Mapped[datetime]


class OfflineDevice(OwnedByMerchant, Base):
    """A browser whose private key never leaves it, bound to a person, a store and a session.

    `last_counter` and `last_print` are the end of the chain that was uploaded so far.
    """

    __tablename__ = "offline_devices"
    __table_args__ = (
        belongs_to("staff", "staff_id"),
        belongs_to("stores", "store_id"),
        UniqueConstraint("merchant_id", "handle"),
    )

    handle: Mapped[str]
    staff_id: Mapped[int]
    store_id: Mapped[int]
    # No foreign key: sessions are forgotten in time, and what a device took in stays.
    session_id: Mapped[int]
    public_key: Mapped[bytes]
    agent: Mapped[str]
    enrolled_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    last_counter: Mapped[int] = mapped_column(server_default="0")
    last_print: Mapped[bytes]
    uploaded_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None]


class OfflineScan(OwnedByMerchant, Base):
    """One link of a device's chain: a redemption, or a refusal that a manager closes.

    `is_replay`: the network broke after the counter had redeemed; this scan found that again.
    """

    __tablename__ = "offline_scans"
    __table_args__ = (
        belongs_to("offline_devices", "device_id"),
        belongs_to("staff", "staff_id"),
        belongs_to("stores", "store_id"),
        UniqueConstraint("merchant_id", "device_id", "counter"),
        Index(
            "uq_offline_scans_redemption",
            "merchant_id",
            "redemption",
            unique=True,
            postgresql_where=text("redemption IS NOT NULL"),
        ),
        Index("ix_offline_scans_staff", "merchant_id", "staff_id", "scanned_at"),
        Index(
            "ix_offline_scans_open",
            "merchant_id",
            "id",
            postgresql_where=text("refusal IS NOT NULL AND closed_at IS NULL"),
        ),
        Index(
            "ix_offline_scans_refused",
            "merchant_id",
            "id",
            postgresql_where=text("refusal IS NOT NULL"),
        ),
        CheckConstraint("(redemption IS NULL) <> (refusal IS NULL)", name="taken_or_refused"),
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closing_has_actor"),
        CheckConstraint("closed_at IS NULL OR refusal IS NOT NULL", name="only_refused_is_closed"),
    )

    device_id: Mapped[int]
    staff_id: Mapped[int]
    store_id: Mapped[int]
    counter: Mapped[int]
    code_text: Mapped[str]
    spend_fen: Mapped[int | None]
    scanned_at: Mapped[datetime]
    uploaded_at: Mapped[datetime]
    print: Mapped[bytes]
    signature: Mapped[bytes]
    redemption: Mapped[str | None]
    value_fen: Mapped[int] = mapped_column(server_default="0")
    is_replay: Mapped[bool] = mapped_column(server_default="false")
    refusal: Mapped[str | None]
    voucher_id: Mapped[int | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    close_reason: Mapped[str | None]
