"""Who may enter the panel, with what, and where he is signed in."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.merchants import Role
from app.kernel.db import Base, OwnedByMerchant, belongs_to, word


class How(StrEnum):
    """How a session began."""

    PASSWORD = "password"  # noqa: S105 - a word for a way in
    WECHAT = "wechat"


class TicketKind(StrEnum):
    """What a picture that is scanned with WeChat is for."""

    SIGN_IN = "sign_in"
    LINK = "link"
    PROVE = "prove"


class Account(Base):
    """A password and a second factor of somebody who works here."""

    __tablename__ = "panel_accounts"
    __table_args__ = (
        belongs_to("staff", "staff_id"),
        UniqueConstraint("merchant_id", "login"),
        CheckConstraint("login = lower(login)", name="login_is_lower"),
    )

    merchant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    staff_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    login: Mapped[str]
    password_hash: Mapped[str]
    totp_sealed: Mapped[bytes | None]
    totp_since: Mapped[datetime | None]
    totp_step: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class RecoveryCode(Base):
    """One way in for whoever lost his phone; each works once."""

    __tablename__ = "panel_recovery_codes"
    __table_args__ = (belongs_to("staff", "staff_id"),)

    merchant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    staff_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    fingerprint: Mapped[bytes] = mapped_column(primary_key=True)
    used_at: Mapped[datetime | None]


class Tries(Base):
    """Wrong tries in a row, by who tried what from where; nobody's name stands in it."""

    __tablename__ = "panel_tries"
    __table_args__ = (
        CheckConstraint("failures >= 0", name="failures_not_negative"),
        Index("ix_panel_tries_failed", "failed_at"),
    )

    merchant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    fingerprint: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    failed_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]


class PanelSession(OwnedByMerchant, Base):
    """A browser that is signed in. `sure_at`: when its person last proved who he is."""

    __tablename__ = "panel_sessions"
    __table_args__ = (
        belongs_to("staff", "staff_id"),
        UniqueConstraint("merchant_id", "fingerprint"),
        Index("ix_panel_sessions_staff", "merchant_id", "staff_id", "id"),
    )

    staff_id: Mapped[int]
    fingerprint: Mapped[bytes]
    epoch: Mapped[int]
    how: Mapped[How] = mapped_column(word(How))
    store_id: Mapped[int | None]
    view_as: Mapped[Role | None] = mapped_column(word(Role))
    agent: Mapped[str]
    address: Mapped[str] = mapped_column(INET)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    sure_at: Mapped[datetime | None]
    ends_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class PanelTicket(OwnedByMerchant, Base):
    """A picture on the screen that one phone confirms within two minutes.

    `digits` stand on the screen and are typed on the phone, which says first what is asked for
    and which browser asks from where. To link and to prove belong to a session and end with it.
    """

    __tablename__ = "panel_tickets"
    __table_args__ = (
        belongs_to("staff", "staff_id"),
        UniqueConstraint("merchant_id", "fingerprint"),
        CheckConstraint(
            "kind = 'sign_in' OR (staff_id IS NOT NULL AND session_id IS NOT NULL)",
            name="is_somebodys_or_signs_in",
        ),
        Index("ix_panel_tickets_ends", "ends_at", postgresql_where=text("taken_at IS NULL")),
    )

    kind: Mapped[TicketKind] = mapped_column(word(TicketKind))
    fingerprint: Mapped[bytes]
    browser: Mapped[bytes]
    digits: Mapped[str]
    agent: Mapped[str]
    address: Mapped[str] = mapped_column(INET)
    session_id: Mapped[int | None]
    asked_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(server_default="0")
    staff_id: Mapped[int | None]
    confirmed_at: Mapped[datetime | None]
    taken_at: Mapped[datetime | None]
    ends_at: Mapped[datetime]
