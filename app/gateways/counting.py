"""How often WeChat was asked and how often that went wrong, minute by minute, over all processes."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from redis import Redis
from redis.exceptions import RedisError

from app.kernel import clock

KEPT = timedelta(hours=2)
A_MINUTE = timedelta(minutes=1)
WHOLE_BP = 10_000


@dataclass(frozen=True)
class Calls:
    """Questions to WeChat, and those without a usable answer."""

    asked: int
    failed: int

    @property
    def failed_bp(self) -> int | None:
        """In basis points; None when nobody asked anything."""
        return self.failed * WHOLE_BP // self.asked if self.asked else None


class _Counter:
    """Counts once it was told where; without Redis nobody's call waits or fails for it."""

    def __init__(self) -> None:
        self.redis: Redis | None = None

    def count(self, *, failed: bool) -> None:
        if self.redis is None:
            return
        key = _key(clock.now())
        with suppress(RedisError):
            pipeline = self.redis.pipeline(transaction=False)
            pipeline.hincrby(key, "asked", 1)
            if failed:
                pipeline.hincrby(key, "failed", 1)
            pipeline.expire(key, KEPT)
            pipeline.execute()


counter = _Counter()


def of_last(minutes: int, *, redis: Redis, at: datetime) -> Calls:
    """The sums of the last so many minutes. Raises RedisError."""
    pipeline = redis.pipeline(transaction=False)
    for ago in range(minutes):
        pipeline.hgetall(_key(at - ago * A_MINUTE))
    found = cast("list[dict[bytes, Any]]", pipeline.execute())
    return Calls(
        asked=sum(int(each.get(b"asked", 0)) for each in found),
        failed=sum(int(each.get(b"failed", 0)) for each in found),
    )


def _key(at: datetime) -> str:
    return f"kabao:wechat_calls:{at:%Y%m%d%H%M}"
