"""What `/metrics` asks at the moment of showing: the database, the queues, and what waits."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import cast

import psycopg
from flask import current_app
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from app.domain import complaints, proofs, shipping
from app.gateways import counting
from app.kernel import clock, outbox, vitals
from app.kernel.db import transaction
from app.kernel.errors import Busy
from app.web.standing import PROCESSES, QUEUES

CALLS_OF_MINUTES = 5

Families = Iterator[Metric]


def text() -> bytes:
    """Without one of the servers the other figures are wanted all the more."""
    at = clock.now()
    registry = CollectorRegistry()
    registry.register(_Read(_of_database(at)))
    registry.register(_Read(_of_valkey(at)))
    return generate_latest(registry)


class _Read:
    """Figures that are known already, as the library wants to be told them."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Families:
        yield from self._families


def _of_database(at: datetime) -> list[Metric]:
    try:
        with transaction():
            read = [family for figures in _FROM_DATABASE for family in figures(at)]
    except (SQLAlchemyError, psycopg.Error, Busy):
        # A table that somebody holds for long is as good as away.
        return [_up("database", is_up=False)]
    return [_up("database", is_up=True), *read]


def _of_valkey(at: datetime) -> list[Metric]:
    redis = cast("Redis", current_app.extensions["redis"])
    try:
        read = [family for figures in _FROM_VALKEY for family in figures(redis, at)]
    except RedisError:
        return [_up("valkey", is_up=False)]
    return [_up("valkey", is_up=True), *read]


def _backlog(at: datetime) -> Families:
    """What waits in the outbox."""
    waits = outbox.backlog()
    age = _seconds(waits.oldest_at, at)
    yield GaugeMetricFamily("kabao_outbox_waiting", "Jobs to do", value=waits.waiting)
    yield GaugeMetricFamily("kabao_outbox_failed", "Jobs given up", value=waits.failed)
    yield GaugeMetricFamily("kabao_outbox_oldest_seconds", "Age of the oldest", value=age)


def _waiting(at: datetime) -> Families:
    count = _labelled("kabao_waiting", "What has come to no end", "what")
    oldest = _labelled("kabao_waiting_oldest_seconds", "Since when the oldest waits", "what")
    for each in proofs.waiting_everywhere(at=at):
        count.add_metric([each.what], each.count)
        oldest.add_metric([each.what], _seconds(each.oldest_at, at))
    yield from (count, oldest)


def _shipping(at: datetime) -> Families:
    """Money that WeChat keeps until it knows of the delivery."""
    stuck = shipping.stuck_everywhere(at=at)
    money = _labelled("kabao_shipping_stuck_fen", "Money that WeChat keeps", "why")
    money.add_metric(["not_reported"], stuck.waiting_fen)
    money.add_metric(["refused"], stuck.refused_fen)
    money.add_metric(["not_settled"], stuck.unsettled_fen)
    yield money
    yield GaugeMetricFamily(
        "kabao_shipping_overdue", "Orders not reported in time", value=stuck.overdue
    )


def _complaints(at: datetime) -> Families:
    """Complaints that are not settled, and what went wrong with them."""
    found = _labelled("kabao_complaints", "Complaints not settled", "how")
    for how, count in vars(complaints.figures(at=at)).items():
        found.add_metric([how], count)
    yield found


def _vitals(_at: datetime) -> Families:
    seen = vitals.vitals()
    if seen is None:
        return
    done = CounterMetricFamily(
        "kabao_database_transactions", "Transactions by their end", labels=["end"]
    )
    done.add_metric(["commit"], seen.commits)
    done.add_metric(["rollback"], seen.rollbacks)
    blocks = CounterMetricFamily("kabao_database_blocks", "Blocks read", labels=["source"])
    blocks.add_metric(["memory"], seen.blocks_hit)
    blocks.add_metric(["disk"], seen.blocks_read)
    sessions = _labelled("kabao_database_sessions", "Connections", "state")
    sessions.add_metric(["active"], seen.active)
    sessions.add_metric(["idle"], seen.idle)
    sessions.add_metric(["waits_for_lock"], seen.waiting_for_locks)
    yield from (done, blocks, sessions)
    yield CounterMetricFamily("kabao_database_deadlocks", "Deadlocks", value=seen.deadlocks)
    yield GaugeMetricFamily("kabao_database_bytes", "Its size", value=seen.size_bytes)
    yield GaugeMetricFamily(
        "kabao_database_longest_seconds",
        "Age of the oldest transaction",
        value=seen.longest_seconds,
    )


def _slots(_at: datetime) -> Families:
    """Who copies every change: with nobody there, the last copy grows old and the disk full."""
    there = _labelled("kabao_replication_slot_up", "Whether somebody reads it", "slot")
    behind = _labelled("kabao_replication_slot_behind_bytes", "Changes not fetched yet", "slot")
    for slot in vitals.slots():
        there.add_metric([slot.name], slot.is_there)
        behind.add_metric([slot.name], slot.behind_bytes)
    yield from (there, behind)


def _queues(redis: Redis, _at: datetime) -> Families:
    waiting = _labelled("kabao_queue_waiting", "Batches in a queue", "queue")
    for name in QUEUES:
        waiting.add_metric([name], cast("int", redis.llen(f"rq:queue:{name}")))
    up = _labelled("kabao_process_up", "Whether it showed a sign of life lately", "process")
    for name in PROCESSES:
        up.add_metric([name], cast("int", redis.exists(f"kabao:alive:{name}")))
    yield from (waiting, up)
    yield GaugeMetricFamily(
        "kabao_workers", "Workers of the queues", value=cast("int", redis.scard("rq:workers"))
    )


def _calls(redis: Redis, at: datetime) -> Families:
    calls = counting.of_last(CALLS_OF_MINUTES, redis=redis, at=at)
    found = _labelled(
        "kabao_wechat_calls", f"Questions to WeChat in {CALLS_OF_MINUTES} minutes", "outcome"
    )
    found.add_metric(["answered"], calls.asked - calls.failed)
    found.add_metric(["failed"], calls.failed)
    yield found


def _memory(redis: Redis, _at: datetime) -> Families:
    told = cast("dict[str, int]", redis.info())
    yield GaugeMetricFamily("kabao_valkey_bytes", "Memory in use", value=told["used_memory"])
    yield GaugeMetricFamily("kabao_valkey_clients", "Connections", value=told["connected_clients"])
    yield CounterMetricFamily(
        "kabao_valkey_evicted_keys",
        "Keys thrown out for want of memory",
        value=told["evicted_keys"],
    )
    yield CounterMetricFamily(
        "kabao_valkey_commands", "Commands done", value=told["total_commands_processed"]
    )


_FROM_DATABASE: tuple[Callable[[datetime], Families], ...] = (
    _backlog,
    _waiting,
    _shipping,
    _complaints,
    _vitals,
    _slots,
)
_FROM_VALKEY: tuple[Callable[[Redis, datetime], Families], ...] = (_queues, _calls, _memory)


def _up(server: str, *, is_up: bool) -> Metric:
    return GaugeMetricFamily(f"kabao_{server}_up", "Whether it answered", value=is_up)


def _labelled(name: str, meaning: str, label: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, meaning, labels=[label])


def _seconds(since: datetime | None, at: datetime) -> float:
    return max(0.0, (at - since).total_seconds()) if since else 0.0
