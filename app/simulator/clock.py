"""The platform's clock: real time plus an offset that the person at the controls can move."""

import time
from datetime import UTC, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))


class Clock:
    """Unix seconds as the platform sees them."""

    def __init__(self, offset_seconds: float = 0.0) -> None:
        self.offset_seconds = offset_seconds

    def now(self) -> float:
        """Unix seconds, with the offset."""
        return self.wall() + self.offset_seconds

    def wall(self) -> float:
        """Unix seconds of this machine, by which client libraries sign whatever the offset."""
        return time.time()


def rfc3339(at: float) -> str:
    """An instant as WeChat Pay writes it, in Beijing time: 2026-05-01T10:00:00+08:00."""
    return datetime.fromtimestamp(int(at), BEIJING).isoformat()


def parse_rfc3339(text: str) -> float:
    """Unix seconds of an RFC 3339 instant. Raises ValueError when it is none."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(UTC).timestamp()


def beijing(at: float) -> datetime:
    """The wall clock in Beijing, where the platform's days begin and end."""
    return datetime.fromtimestamp(at, BEIJING)
