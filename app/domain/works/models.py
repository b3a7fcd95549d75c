"""Long work, the wishes to stop it, and the files that came of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, OwnedByMerchant, belongs_to, word


class WorkState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class WorkRow(OwnedByMerchant, Base):
    """Something that takes longer than anybody waits for a page.

    `payload` says what was asked for, in ids and words of ours, no personal data. `position` is
    how far it came, in words of its kind: the next step begins there. `done` of `total` are the
    rows (None: nobody knows how many there will be). `told` is what became of it, or why not.
    """

    __tablename__ = "works"
    __table_args__ = (
        Index("ix_works_asker", "merchant_id", "asked_by", "id"),
        Index(
            "ix_works_open",
            "merchant_id",
            "id",
            postgresql_where=text("state IN ('waiting', 'running')"),
        ),
        Index("ix_works_ended", "ended_at", postgresql_where=text("ended_at IS NOT NULL")),
        CheckConstraint("done >= 0 AND total >= 0", name="progress_not_negative"),
        CheckConstraint(
            "(state IN ('waiting', 'running')) = (ended_at IS NULL)", name="ended_has_time"
        ),
    )

    kind: Mapped[str]
    title: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    position: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    asked_by: Mapped[str]
    state: Mapped[WorkState] = mapped_column(word(WorkState))
    done: Mapped[int] = mapped_column(server_default="0")
    total: Mapped[int | None]
    told: Mapped[str | None]
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    moved_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class WorkStop(Base):
    """Somebody wants it stopped. A row of its own, so that nobody waits for the step at hand."""

    __tablename__ = "work_stops"
    __table_args__ = (belongs_to("works", "work_id"),)

    merchant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    work_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]


class WorkFile(OwnedByMerchant, Base):
    """A file that came of it, for whoever asked, until `ends_at`."""

    __tablename__ = "work_files"
    __table_args__ = (
        belongs_to("works", "work_id"),
        Index("ix_work_files_work", "merchant_id", "work_id"),
        Index("ix_work_files_ending", "ends_at"),
    )

    work_id: Mapped[int]
    name: Mapped[str]
    media_type: Mapped[str]
    key: Mapped[str]
    size_bytes: Mapped[int]
    ends_at: Mapped[datetime]
