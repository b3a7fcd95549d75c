"""The only place that reads the time. Verbs take `at`; only edges ask for `now()`."""

import time
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_offset = timedelta(0)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC) + _offset


def monotonic() -> float:
    """Seconds that only grow, for measuring how long something took."""
    return time.perf_counter()


def machine_ns() -> int:
    """Nanoseconds since 1970 as the machine has them, for what is laid beside others' figures."""
    return time.time_ns()


def shift(seconds: int) -> None:
    """Move this process's clock, so that a demo can show next week. Settings refuse it live."""
    global _offset  # noqa: PLW0603 - one clock per process is the point of this module
    _offset = timedelta(seconds=seconds)
