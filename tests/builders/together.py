"""Several calls at the very same time, each in a thread and a session of its own."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Barrier, Event
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import text

from app.kernel.db import db, reading, transaction

OPEN_SESSIONS = text(
    """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend'
      AND xact_start IS NOT NULL AND pid <> pg_backend_pid()"""
)
PATIENCE_SECONDS = 30
# Live, a waiter gives up after three seconds; a slow machine must not decide a race.
PATIENT = text(f"SET LOCAL lock_timeout = '{PATIENCE_SECONDS}s'")


@dataclass(kw_only=True)
class Crowd:
    """What each call returned or raised, in order, and how many stood in the door at once.

    `sessions` is what PostgreSQL itself counted: backends with an open transaction, at the moment
    when the calls were let go.
    """

    results: list[Any]
    sessions: int = 0


def together(app: Flask, calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each call returned or raised, in order, each in its own committed transaction."""
    return crowd(app, calls).results


def crowd(app: Flask, calls: Sequence[Callable[[], Any]], *, sessions: int | None = None) -> Crowd:
    """Let all calls go at once; with fewer `sessions` than calls, the rest follow without pause."""
    width = min(sessions or len(calls), len(calls))
    found = Crowd(results=[None] * len(calls))
    door = Barrier(width, action=lambda: _count_sessions(found))
    waiting = deque(enumerate(calls))

    def stand_in_line(_number: int) -> None:
        number, call = waiting.popleft()
        found.results[number] = _run(app, call, before=lambda: door.wait(PATIENCE_SECONDS))
        for number, call in _rest(waiting):
            found.results[number] = _run(app, call)

    with ThreadPoolExecutor(width) as threads:
        list(threads.map(stand_in_line, range(width)))
    return found


def _rest(waiting: deque[tuple[int, Callable[[], Any]]]) -> Iterator[tuple[int, Any]]:
    while True:
        try:
            yield waiting.popleft()
        except IndexError:
            return


def _count_sessions(found: Crowd) -> None:
    with db.engine.connect() as connection:
        found.sessions = connection.scalar(OPEN_SESSIONS) or 0


def _run(app: Flask, call: Callable[[], Any], *, before: Callable[[], Any] | None = None) -> Any:
    """The call's outcome. Its transaction is open, on a connection of its own, before `before`."""
    with app.app_context():
        try:
            with transaction():
                reading().execute(PATIENT)
                if before:
                    before()
                return call()
        except Exception as refused:  # noqa: BLE001 - the test looks at what was raised
            return refused
        finally:
            db.session.remove()


@dataclass(kw_only=True)
class Pair:
    """What the two returned or raised, and whether the second had to wait for the first."""

    first: Any
    second: Any
    waited: bool = field(default=False)


def one_behind_the_other(
    app: Flask,
    first: Callable[[], Any],
    second: Callable[[], Any],
    *,
    hold: "Hold | None" = None,
) -> Pair:
    """`first` holds what it locked until `second` waits for it, or is done without waiting.

    The hold is just before the first commits; or, where `hold` is given, wherever the test calls
    `hold.here()` from inside the first.
    """
    hold = hold or Hold(app)

    def leading() -> Any:
        result = first()
        if not hold.inside:
            hold.here()
        return result

    def following() -> Any:
        if not hold.reached.wait(PATIENCE_SECONDS):
            raise RuntimeError("the first never came to its hold")
        try:
            return second()
        finally:
            hold.second_done.set()

    with ThreadPoolExecutor(2) as threads:
        one, two = threads.submit(_run, app, leading), threads.submit(_run, app, following)
        return Pair(first=one.result(), second=two.result(), waited=hold.waited)


class Hold:
    """A place where the first of two stays until the second waits for a lock."""

    def __init__(self, app: Flask, *, inside: bool = False) -> None:
        self.inside = inside
        self.reached, self.second_done = Event(), Event()
        self.waited = False
        with app.app_context():
            self._url = db.engine.url.set(drivername="postgresql")

    def here(self) -> None:
        """Called in the first's thread, in the middle of its transaction."""
        if self.reached.is_set():
            return
        with self._watch() as somebody_waits:
            self.reached.set()
            until = time.monotonic() + PATIENCE_SECONDS
            while time.monotonic() < until and not self.second_done.is_set():
                if somebody_waits():
                    self.waited = True
                    return
                time.sleep(0.005)

    @contextmanager
    def _watch(self) -> Iterator[Callable[[], bool]]:
        url = self._url.render_as_string(hide_password=False)
        with psycopg.connect(url, autocommit=True) as watcher:
            yield lambda: bool(
                watcher.execute(
                    """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                    AND wait_event_type = 'Lock' AND state = 'active'"""
                ).fetchone()[0]
            )
