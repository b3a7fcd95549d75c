"""What the world told us, word for word: verified first, kept, then applied.

A notice is kept and applied in one commit when all goes well. When applying fails it is kept by
itself with the reason, and a sweep applies it again.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from app.kernel.db import Base, OwnedByMerchant, execute, fetch_all, fetch_one
from app.kernel.errors import NotFound


class InboxRow(OwnedByMerchant, Base):
    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("merchant_id", "source", "reference"),
        Index("ix_inbox_waiting", "received_at", postgresql_where=text("applied_at IS NULL")),
    )

    source: Mapped[str]
    reference: Mapped[str]
    headers: Mapped[str]
    body: Mapped[str]
    received_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    tried_at: Mapped[datetime | None]
    failure: Mapped[str | None]


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A verified notice: who said it, under which reference, and the exact words."""

    merchant_id: int
    source: str
    reference: str
    headers: str
    body: str


@dataclass(frozen=True)
class Kept:
    merchant_id: int
    id: int
    source: str
    reference: str
    headers: str
    body: str
    received_at: datetime
    failure: str | None


def keep_applied(notice: Notice, *, at: datetime) -> bool:
    """Keep a notice in the transaction that applies it; False when it was applied before."""
    return keep_for_job(notice, at=at) is not None


def keep_for_job(notice: Notice, *, at: datetime) -> int | None:
    """The same for a job that reads the notice later: its id, None when it was applied before."""
    return _keep(notice, at=at, applied_at=at, failure=None)


def keep_unapplied(notice: Notice, *, failure: str, at: datetime) -> None:
    """Keep a notice that could not be applied, with the reason, for the sweep and for people."""
    _keep(notice, at=at, applied_at=None, failure=failure[:500])


def _keep(
    notice: Notice, *, at: datetime, applied_at: datetime | None, failure: str | None
) -> int | None:
    kept = fetch_one(
        _Id,
        """INSERT INTO inbox AS i
          (merchant_id, source, reference, headers, body, received_at, applied_at, failure)
        VALUES (%(merchant_id)s, %(source)s, %(reference)s, %(headers)s, %(body)s, %(at)s,
          %(applied_at)s, %(failure)s)
        ON CONFLICT (merchant_id, source, reference) DO UPDATE
          SET applied_at = EXCLUDED.applied_at, failure = EXCLUDED.failure
          WHERE i.applied_at IS NULL
        RETURNING i.id""",
        {**vars(notice), "at": at, "applied_at": applied_at, "failure": failure},
    )
    return kept.id if kept else None


@dataclass(frozen=True)
class _Id:
    id: int


def read(*, merchant_id: int, notice_id: int) -> Kept:
    """What was kept under this id. Raises NotFound."""
    kept = fetch_one(
        Kept,
        """SELECT merchant_id, id, source, reference, headers, body, received_at, failure FROM inbox
        WHERE merchant_id = %(merchant_id)s AND id = %(id)s""",
        {"merchant_id": merchant_id, "id": notice_id},
    )
    if kept is None:
        raise NotFound("There is no such notice.")
    return kept


def list_unapplied(*, before: datetime, limit: int) -> list[Kept]:
    """Notices kept, or last tried, before that instant and still not applied.

    Those never tried come first, so that what can never be applied does not stand before them;
    and each is left alone for a quarter of its age, so that it costs less and less.
    """
    return fetch_all(
        Kept,
        """SELECT merchant_id, id, source, reference, headers, body, received_at, failure FROM inbox
        WHERE applied_at IS NULL
          AND coalesce(tried_at + (tried_at - received_at) / 4, received_at) < %(before)s
        ORDER BY tried_at NULLS FIRST, received_at LIMIT %(limit)s""",
        {"before": before, "limit": limit},
    )


def note_try(kept: Kept, *, at: datetime) -> None:
    """Somebody is about to apply it; whatever becomes of that, others come first next time."""
    execute(
        """UPDATE inbox SET tried_at = %(at)s
        WHERE merchant_id = %(merchant_id)s AND id = %(id)s AND applied_at IS NULL""",
        {"merchant_id": kept.merchant_id, "id": kept.id, "at": at},
    )


def mark_applied(kept: Kept, *, at: datetime) -> bool:
    """False when somebody else applied it meanwhile."""
    return bool(
        execute(
            """UPDATE inbox SET applied_at = %(at)s, failure = NULL
            WHERE merchant_id = %(merchant_id)s AND id = %(id)s AND applied_at IS NULL""",
            {"merchant_id": kept.merchant_id, "id": kept.id, "at": at},
        )
    )
