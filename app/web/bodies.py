"""Bodies that come slowly: while one is awaited a thread does nothing else, so few may wait at once.

The first wall is a proxy that reads a request whole before it passes it on (docs/deploy.md). Without
one, as many slow callers as there are threads would stop a worker for everybody. With this they
take all threads but one, and those who ask without a body are served by that. It is not kept from
them either by a crowd of slow callers, each of whom would wait there for a place in turn: where all
who have a place are slow, the others are refused at once.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any

from app.kernel.errors import DomainError

INPUT = "wsgi.input"
# A body that is here already is read in less; whoever comes meanwhile takes no notice. Who has had
# a place for longer is slow.
WAIT_SECONDS = 0.3

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]


class TooManyAwaited(DomainError):
    """Other callers have not said yet what they want."""

    code, status = "unavailable", 503


def places_for(*, database_pool: int) -> int:
    """How many threads of a process may wait at once.

    The pool has two connections for each thread and one more. All threads but one, so that
    somebody serves those who bring no body. With two threads one slow caller is enough to have
    the orders of others refused meanwhile: production has four.
    """
    threads = (database_pool - 1) // 2
    return max(1, threads - 1)


class _Places:
    """Of those who wait for bodies."""

    def __init__(self, count: int) -> None:
        self._free = BoundedSemaphore(count)
        self._last_taken = 0.0  # of time.monotonic; that two write it at once does no harm

    @contextmanager
    def one(self) -> Iterator[None]:
        """Raise TooManyAwaited where none becomes free in time."""
        patience = max(0.0, self._last_taken + WAIT_SECONDS - time.monotonic())
        if not self._free.acquire(timeout=patience):
            raise TooManyAwaited("Please try again in a moment.", retry_after_seconds=1)
        self._last_taken = time.monotonic()
        try:
            yield
        finally:
            self._free.release()


class FewAwaited:
    """Around an application: no more than `at_once` of its threads wait for bodies."""

    def __init__(self, application: Application, *, at_once: int) -> None:
        self._application = application
        self._places = _Places(at_once)

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        # A request without a body has nothing to wait for, whoever asks for it. HTTP/2 need not say.
        is_two = environ.get("SERVER_PROTOCOL", "").startswith("HTTP/2")
        if is_two or environ.get("CONTENT_LENGTH") or "HTTP_TRANSFER_ENCODING" in environ:
            environ[INPUT] = _Awaited(environ[INPUT], self._places)
        return self._application(environ, start_response)


class _Awaited:
    """A request's body as WSGI wants it. Each read raises TooManyAwaited where there is no place."""

    def __init__(self, body: Any, places: _Places) -> None:
        self._body, self._places = body, places

    def read(self, size: int = -1) -> bytes:
        found: bytes = self._alone(self._body.read, size)
        return found

    def readline(self, size: int = -1) -> bytes:
        found: bytes = self._alone(self._body.readline, size)
        return found

    def readlines(self, hint: int = -1) -> list[bytes]:
        found: list[bytes] = self._alone(self._body.readlines, hint)
        return found

    def __iter__(self) -> Iterator[bytes]:
        while line := self.readline():
            yield line

    def _alone(self, read: Callable[..., Any], size: int) -> Any:
        with self._places.one():
            # Not every server takes a number below zero for "all of it".
            return read(size) if size >= 0 else read()
