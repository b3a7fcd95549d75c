"""Clients that keep their own log of what was acknowledged, and when."""

import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from deploy.local.children import LOOPBACK

CLIENTS = 8
PAUSE_S, TRIES = 0.1, 300
ANSWER_S = 20.0

Attempt = Callable[[int], bool]


@dataclass
class Log:
    """What the clients were told: the number, when they asked and when they were answered."""

    acknowledged: list[tuple[int, float, float]] = field(default_factory=list)
    failures: int = 0

    def seconds_without(self, since: float) -> float | None:
        """From then until the first success of somebody who asked after it."""
        later = [ended for _, began, ended in list(self.acknowledged) if began > since]
        return min(later) - since if later else None

    @property
    def numbers(self) -> set[int]:
        return {number for number, _, _ in list(self.acknowledged)}


@contextmanager
def clients(attempt: Attempt, *, count: int = CLIENTS) -> Iterator[Log]:
    """Each takes the next number and tries; whoever was not told yes tries the same once more."""
    log, numbers, over, turn = Log(), itertools.count(), threading.Event(), threading.Lock()

    def work() -> None:
        while not over.is_set():
            with turn:
                number = next(numbers)
            # Some end without a yes: a code that grew old meanwhile is not shown once more.
            for _ in range(TRIES):
                began = time.monotonic()
                if over.is_set():
                    break
                if attempt(number):
                    log.acknowledged.append((number, began, time.monotonic()))
                    break
                log.failures += 1
                over.wait(PAUSE_S)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield log
    finally:
        over.set()
        for thread in threads:
            thread.join(2 * ANSWER_S)


def through_sql(engine: Engine) -> Attempt:
    """A row per number; the same number once more is fine."""

    def attempt(number: int) -> bool:
        try:
            with engine.begin() as connection:
                connection.execute(
                    text("INSERT INTO told (number) VALUES (:number) ON CONFLICT DO NOTHING"),
                    {"number": number},
                )
        except DBAPIError:
            return False
        return True

    return attempt


def over_http(port: int, request_of: Callable[[int], bytes]) -> Attempt:
    """A redemption per number, the very same bytes each time that it is tried."""
    made: dict[int, bytes] = {}

    def attempt(number: int) -> bool:
        if number not in made:
            made[number] = request_of(number).replace(b"Host:", b"Connection: close\r\nHost:", 1)
        try:
            with socket.create_connection((LOOPBACK, port), timeout=ANSWER_S) as link:
                link.sendall(made[number])
                status = link.recv(12)[9:12]
        except OSError:
            return False
        return status == str(HTTPStatus.CREATED.value).encode()

    return attempt
