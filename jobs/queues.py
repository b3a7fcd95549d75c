"""RQ carries names and ids, never state: whatever it loses is handed out again from the outbox."""

from datetime import timedelta

from redis import Redis
from rq import Queue

# A worker takes from the first queue that has something.
MONEY, MESSAGES, BULK = "money", "messages", "bulk"
IN_ORDER = (MONEY, MESSAGES, BULK)

LONGEST_RUN_SECONDS = 600
FAILURES_KEPT_SECONDS = 3600
MOST_IN_LINE = 20


def put(
    function: str, *args: object, queue: str, redis: Redis, good_for: timedelta, label: str
) -> None:
    """Ask a worker to call a function. Whoever is not served within `good_for` is dropped.

    Dropping is right because the same work is due again by then; without it a long stop of the
    workers would leave one copy per turn.
    """
    Queue(queue, connection=redis, serializer="json").enqueue_call(
        function,
        args=args,
        timeout=LONGEST_RUN_SECONDS,
        result_ttl=0,
        ttl=max(1, round(good_for.total_seconds())),
        failure_ttl=FAILURES_KEPT_SECONDS,
        description=label,
    )


def long_lines(*, redis: Redis) -> set[str]:
    """Queues before which so much stands that more of it need not be handed out now."""
    with redis.pipeline(transaction=False) as asked:
        for name in IN_ORDER:
            asked.llen(f"rq:queue:{name}")
        lengths = asked.execute()
    return {name for name, length in zip(IN_ORDER, lengths, strict=True) if length >= MOST_IN_LINE}
