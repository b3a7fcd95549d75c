"""Work that the platform does later: notices, retries, refunds that come through."""

import heapq
import itertools
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from app.simulator.clock import Clock

WORKERS = 16
Work = Callable[[], object]

log = logging.getLogger(__name__)


class Timetable:
    """Runs work when the platform's clock reaches its time, each in a thread of its own."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._due: list[tuple[float, int, Work]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="simulator")
        self._watch: threading.Thread | None = None
        self._closed = False

    def at(self, due: float, work: Work) -> None:
        """Do `work` at `due`, in unix seconds of the platform's clock."""
        with self._changed:
            heapq.heappush(self._due, (due, next(self._order), work))
            if self._watch is None:
                self._watch = threading.Thread(target=self._run, daemon=True)
                self._watch.start()
            self._changed.notify()

    def wake(self) -> None:
        """Look again, because the clock has moved."""
        with self._changed:
            self._changed.notify()

    def close(self) -> None:
        """Forget what is still to do, and stop."""
        with self._changed:
            self._closed = True
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._changed.notify()

    def _run(self) -> None:
        with self._changed:
            while not self._closed:
                if self._due and self._due[0][0] <= self._clock.now():
                    self._pool.submit(_carry_out, heapq.heappop(self._due)[2])
                else:
                    self._changed.wait(self._seconds_left())

    def _seconds_left(self) -> float | None:
        return max(self._due[0][0] - self._clock.now(), 0.0) if self._due else None


def _carry_out(work: Work) -> None:
    try:
        work()
    except Exception:  # The edge of a thread: nobody else would hear of it.
        log.exception("the simulator could not do what was due")
