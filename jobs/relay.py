"""From the outbox to the queues. Any number of relays may run: at worst a row is handed out twice.

A row is marked after it was handed out, so dying in between repeats it and never loses it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from flask import Flask
from redis import Redis

from app.kernel import clock, outbox
from app.kernel.db import transaction
from app.kernel.errors import Busy
from jobs import queues, subscriptions
from jobs.loop import Loop

ROWS_PER_PASS = 2000
ROWS_PER_CHUNK = 200
SHORTEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.2, 1.0
# Rows that may wait stand before the others. All of them are read only so often; and a row falls due
# before it is to be seen, by as long as a transaction and the difference between two clocks may last.
WHOLE_LOOK_EVERY, SEEN_LATE = timedelta(seconds=30), timedelta(seconds=90)


class Skipped:
    """How far rows that may wait were read, so that not each pass reads a hundred thousand again."""

    def __init__(self) -> None:
        self._jobs: set[str] = set()
        self._looked_at: datetime | None = None

    def since(self, jobs: Collection[str], *, at: datetime) -> datetime | None:
        """From when on rows are to be looked at; None for all of them."""
        looked_at = self._looked_at if self._jobs == set(jobs) else None
        if not jobs or looked_at is None or not timedelta(0) <= at - looked_at < WHOLE_LOOK_EVERY:
            return None
        return looked_at - SEEN_LATE

    def note(self, jobs: Collection[str], *, at: datetime, is_whole: bool, is_all: bool) -> None:
        """`is_all`: nothing else was due, so that there is nothing left before `at`."""
        if not is_all:
            self._looked_at = None
        elif is_whole:
            self._jobs, self._looked_at = set(jobs), at


def relay_once(
    *, redis: Redis, again_after: timedelta, at: datetime, skipped: Skipped | None = None
) -> int:
    """Hand out what is due; how many rows that was. Unfinished rows return after `again_after`.

    Rows of a queue with a long line wait here, and go out together later: else they would stand in
    it a few at a time, each few for a process of its own, until they are too old and are dropped.
    """
    later = subscriptions.jobs_in(queues.long_lines(redis=redis))
    skipped = skipped or Skipped()
    since = skipped.since(later, at=at)
    due = outbox.list_due(at=at, limit=ROWS_PER_PASS, but_not=later, since=since)
    for job, rows in _chunks(due):
        queues.put(
            "jobs.running.run_batch",
            job,
            [[row.merchant_id, row.id] for row in rows],
            queue=subscriptions.queue_of(job),
            redis=redis,
            good_for=again_after,
            label=f"{job} x{len(rows)}",
        )
        # Unmarked they go out once more, as they would after a crash.
        with suppress(Busy), transaction():
            outbox.mark_handed_out(rows, at=at, again_after=again_after)
    # Only now: a queue that took nothing leaves them to the next look.
    is_all = len(due) < ROWS_PER_PASS
    skipped.note(later, at=at, is_whole=since is None, is_all=is_all)
    return len(due)


def relay(*, app: Flask, redis: Redis, again_after: timedelta) -> Loop:
    """The process around `relay_once`: quick while there is work, calmer while there is none."""
    return Loop("relay", _step(redis, again_after), app=app, redis=redis)


def _step(redis: Redis, again_after: timedelta) -> Callable[[], float]:
    wait, skipped = SHORTEST_WAIT_SECONDS, Skipped()

    def step() -> float:
        nonlocal wait
        handed_out = relay_once(
            redis=redis, again_after=again_after, at=clock.now(), skipped=skipped
        )
        calmer = min(wait + SHORTEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS)
        wait = SHORTEST_WAIT_SECONDS if handed_out else calmer
        return wait

    return step


def _chunks(due: Sequence[outbox.Due]) -> Iterator[tuple[str, list[outbox.Due]]]:
    by_job: dict[str, list[outbox.Due]] = defaultdict(list)
    for row in due:
        by_job[row.job].append(row)
    for job, rows in by_job.items():
        for start in range(0, len(rows), ROWS_PER_CHUNK):
            yield job, rows[start : start + ROWS_PER_CHUNK]
