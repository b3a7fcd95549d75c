"""Facts, kept with the change that caused them, until the work that follows from them is done.

One row is one job to do. It is finished when its job says so in the job's own transaction, not
when a queue took it: a queue may be emptied without losing anything.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import tracing
from app.kernel.db import Base, OwnedByMerchant, execute, fetch_all, fetch_one, flush


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact that has already happened. It carries ids, and no personal data in the clear."""

    merchant_id: int


class OutboxRow(OwnedByMerchant, Base):
    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_due",
            "due_at",
            postgresql_where=text("done_at IS NULL AND failed_at IS NULL"),
        ),
        Index(
            "ix_outbox_given_up",
            "merchant_id",
            "id",
            postgresql_where=text("failed_at IS NOT NULL AND done_at IS NULL"),
        ),
    )

    job: Mapped[str]
    event: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    published_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(server_default="0")
    failures: Mapped[int] = mapped_column(server_default="0")
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    error: Mapped[str | None]


@dataclass(frozen=True)
class Task:
    """One row as its job receives it.

    `attempts` counts how often it was handed out, `failures` how often it was tried in vain: while
    no worker runs, rows are handed out again and again and nobody tries them.
    """

    merchant_id: int
    id: int
    job: str
    payload: dict[str, Any]
    attempts: int
    failures: int
    published_at: datetime


_jobs_by_event: dict[str, list[str]] = {}


def subscribe(jobs_by_event: Mapping[str, Sequence[str]]) -> None:
    """Tell the outbox which jobs follow from which fact. Called once, when the app is made."""
    _jobs_by_event.clear()
    _jobs_by_event.update({event: list(jobs) for event, jobs in jobs_by_event.items()})


def jobs_of(event: type[Event]) -> list[str]:
    return _jobs_by_event.get(event.__name__, [])


def payload_of(event: Event) -> str:
    carried = tracing.carry()
    told = vars(event) if carried is None else {**vars(event), tracing.CARRIED: carried}
    return json.dumps(told)


def publish(event: Event, *, at: datetime) -> None:
    """Remember the fact with the change that caused it, once for each job that follows."""
    flush()
    if jobs_of(type(event)):
        execute(PUBLISH, publish_parameters(event, at=at))


PUBLISH = """
INSERT INTO outbox (merchant_id, job, event, payload, published_at, due_at)
SELECT %(merchant_id)s, job, %(event)s, %(payload)s::jsonb, %(at)s, %(at)s
FROM unnest(%(jobs)s::text[]) AS job
"""


def publish_parameters(event: Event, *, at: datetime) -> dict[str, object]:
    return {
        "merchant_id": event.merchant_id,
        "event": type(event).__name__,
        "payload": payload_of(event),
        # An array as PostgreSQL writes it; names of jobs need no quoting.
        "jobs": "{" + ",".join(jobs_of(type(event))) + "}",
        "at": at,
    }


@dataclass(frozen=True)
class Due:
    merchant_id: int
    id: int
    job: str


def list_due(
    *, at: datetime, limit: int, but_not: Collection[str] = (), since: datetime | None = None
) -> list[Due]:
    """What waits to be done, oldest first, without locks: the job's own transaction decides.

    `but_not`: jobs whose rows may wait. `since`: only what fell due from then on.
    """
    return fetch_all(
        Due,
        """SELECT merchant_id, id, job FROM outbox
        WHERE due_at <= %(at)s AND done_at IS NULL AND failed_at IS NULL
          AND due_at >= coalesce(%(since)s::timestamptz, '-infinity')
          AND job <> ALL(%(but_not)s::text[])
        ORDER BY due_at LIMIT %(limit)s""",
        {"at": at, "limit": limit, "but_not": list(but_not), "since": since},
    )


def mark_handed_out(due: Collection[Due], *, at: datetime, again_after: timedelta) -> None:
    """Count the attempt and hide the rows for a while; if nobody finishes them they return."""
    execute(
        """UPDATE outbox SET due_at = %(again)s, attempts = attempts + 1
        FROM unnest(%(merchants)s::bigint[], %(ids)s::bigint[]) AS given (merchant_id, id)
        WHERE outbox.merchant_id = given.merchant_id AND outbox.id = given.id
          AND done_at IS NULL""",
        {
            "again": at + again_after,
            "merchants": [row.merchant_id for row in due],
            "ids": [row.id for row in due],
        },
    )


def find_task(*, merchant_id: int, task_id: int) -> Task | None:
    """The row, while it still waits to be done."""
    return fetch_one(
        Task,
        """SELECT merchant_id, id, job, payload, attempts, failures, published_at FROM outbox
        WHERE merchant_id = %(merchant_id)s AND id = %(id)s
          AND done_at IS NULL AND failed_at IS NULL""",
        {"merchant_id": merchant_id, "id": task_id},
    )


def finish(task: Task, *, at: datetime) -> bool:
    """Mark the row done with the work itself; False when another worker was first.

    Call it before the work in the same transaction: a second worker then waits here, and finds
    nothing left to do.
    """
    return bool(_settle(task, "done_at = %(at)s, error = NULL", {"at": at}))


def reopen(task: Task) -> None:
    """There is work left after all: another worker saw it in our hands and took it for done."""
    execute(
        """UPDATE outbox SET done_at = NULL
        WHERE merchant_id = %(merchant_id)s AND id = %(id)s""",
        {"merchant_id": task.merchant_id, "id": task.id},
    )


def count_failure(task: Task) -> None:
    """Count a try as failed before it is made: for a row whose workers never came back."""
    _settle(task, "failures = %(failures)s", {"failures": task.failures + 1})


def postpone(task: Task, *, until: datetime, error: str) -> None:
    """Count the try that failed, and try again later; the reason is kept for people to see."""
    _settle(
        task,
        "due_at = %(until)s, failures = %(failures)s, error = %(error)s",
        {"until": until, "failures": task.failures + 1, "error": error[:500]},
    )


def give_up(task: Task, *, at: datetime, error: str) -> None:
    """Stop trying. The row stays, is counted and shown, and can be revived by hand."""
    _settle(task, "failed_at = %(at)s, error = %(error)s", {"at": at, "error": error[:500]})


def _settle(task: Task, change: str, values: dict[str, object]) -> int:
    return execute(
        f"""UPDATE outbox SET {change} WHERE merchant_id = %(merchant_id)s AND id = %(id)s
        AND done_at IS NULL""",  # noqa: S608 - `change` is one of the literals above
        {"merchant_id": task.merchant_id, "id": task.id, **values},
    )


@dataclass(frozen=True)
class Backlog:
    """How much waits, since when, and how much was given up."""

    waiting: int
    oldest_at: datetime | None
    failed: int


def backlog() -> Backlog:
    found = fetch_one(
        Backlog,
        """SELECT count(*) FILTER (WHERE failed_at IS NULL), min(published_at)
             FILTER (WHERE failed_at IS NULL), count(*) FILTER (WHERE failed_at IS NOT NULL)
        FROM outbox WHERE done_at IS NULL""",
        {},
    )
    return found or Backlog(0, None, 0)


@dataclass(frozen=True)
class GivenUp:
    """A row that nobody tries any more, and why."""

    merchant_id: int
    id: int
    job: str
    attempts: int
    failed_at: datetime
    error: str | None


def list_given_up(*, limit: int) -> list[GivenUp]:
    """Rows that wait for a person, the oldest first, across merchants."""
    return fetch_all(
        GivenUp,
        """SELECT merchant_id, id, job, attempts, failed_at, error FROM outbox
        WHERE failed_at IS NOT NULL AND done_at IS NULL ORDER BY failed_at LIMIT %(limit)s""",
        {"limit": limit},
    )


def find_given_up(*, merchant_id: int, task_id: int) -> GivenUp | None:
    """The row, if it was given up and nobody has settled it."""
    return fetch_one(
        GivenUp,
        """SELECT merchant_id, id, job, attempts, failed_at, error FROM outbox
        WHERE merchant_id = %(merchant_id)s AND id = %(id)s
          AND failed_at IS NOT NULL AND done_at IS NULL""",
        {"merchant_id": merchant_id, "id": task_id},
    )


def revive(*, merchant_id: int, task_id: int, at: datetime) -> bool:
    """Try a given-up row again from the start; False when it is not given up."""
    return bool(
        execute(
            """UPDATE outbox SET failed_at = NULL, attempts = 0, failures = 0,
              due_at = %(at)s
            WHERE merchant_id = %(merchant_id)s AND id = %(id)s
              AND failed_at IS NOT NULL AND done_at IS NULL""",
            {"merchant_id": merchant_id, "id": task_id, "at": at},
        )
    )


def dismiss(*, merchant_id: int, task_id: int, at: datetime) -> bool:
    """Settle a given-up row that nobody will do; its error stays. False when it is not given up."""
    return bool(
        execute(
            """UPDATE outbox SET done_at = %(at)s
            WHERE merchant_id = %(merchant_id)s AND id = %(id)s
              AND failed_at IS NOT NULL AND done_at IS NULL""",
            {"merchant_id": merchant_id, "id": task_id, "at": at},
        )
    )


def forget_done(*, before: datetime, limit: int) -> int:
    """Delete rows done before that instant, at most `limit`; how many went."""
    return execute(
        """DELETE FROM outbox WHERE (merchant_id, id) IN (
             SELECT merchant_id, id FROM outbox WHERE done_at < %(before)s LIMIT %(limit)s)""",
        {"before": before, "limit": limit},
    )
