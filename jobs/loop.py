"""A process that does one small thing again and again, and outlives the servers it needs."""

import signal
import threading
from collections.abc import Callable
from datetime import timedelta

import psycopg
import structlog
from flask import Flask
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import exc

from app.kernel import clock
from app.kernel.db import db

# Away for now, as opposed to wrong: a missing table or a broken rule must stay loud.
LOST = (
    RedisError,
    exc.OperationalError,
    exc.InterfaceError,
    exc.TimeoutError,
    psycopg.OperationalError,
    psycopg.InterfaceError,
    OSError,
)
FIRST_DELAY_SECONDS, LONGEST_DELAY_SECONDS = 0.5, 5.0
BEAT_LASTS = timedelta(seconds=30)

log = structlog.get_logger("jobs")


class Loop:
    """Calls `step` in an application context of its own until SIGTERM or `stop()`.

    `step` answers how many seconds to wait. When Redis or the database is away that is said once,
    and tried again with growing distance.
    """

    def __init__(self, name: str, step: Callable[[], float], *, app: Flask, redis: Redis) -> None:
        self._name, self._step, self._app, self._redis = name, step, app, redis
        self._stop = threading.Event()
        self._delay = 0.0

    def run(self) -> None:
        """Return after the step in which a signal came."""
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: self.stop())
        self.go()

    def go(self) -> None:
        """`run` without the signals, for a thread."""
        while not self._stop.is_set():
            self._stop.wait(self._once())

    def stop(self) -> None:
        self._stop.set()

    def _once(self) -> float:
        try:
            with self._app.app_context():
                pause = self._step()
                beat(self._redis, self._name)
        except LOST as trouble:
            return self._troubled(trouble)
        if self._delay:
            log.warning("going on", process=self._name)
        self._delay = 0.0
        return pause

    def _troubled(self, trouble: Exception) -> float:
        if not self._delay:
            log.error("cannot go on", process=self._name, because=type(trouble).__name__)
        with self._app.app_context():
            # Every pooled connection is as dead as this one after the database restarted.
            db.engine.dispose()
        self._delay = min(self._delay * 2 or FIRST_DELAY_SECONDS, LONGEST_DELAY_SECONDS)
        return self._delay


def beat(redis: Redis, name: str) -> None:
    """Leave a sign of life that fades."""
    redis.set(f"kabao:alive:{name}", clock.now().isoformat(timespec="seconds"), ex=BEAT_LASTS)


def last_beat(redis: Redis, name: str) -> str | None:
    """When the process last showed a sign of life, or None for half a minute and more ago."""
    found = redis.get(f"kabao:alive:{name}")
    return found.decode() if isinstance(found, bytes) else None
