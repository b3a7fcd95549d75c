"""How the house stands: what a person may have to do something about, and how the machines do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from flask import current_app
from redis import Redis
from redis.exceptions import RedisError

from app.domain import approvals, payments, shipping
from app.domain.shipping import Stuck
from app.gateways import counting
from app.gateways.counting import Calls
from app.kernel import outbox_desk
from app.kernel.outbox_desk import Standing
from app.web.memory import Memory

QUEUES = ("money", "messages", "bulk")
PROCESSES = ("relay", "schedule")
MINUTES = 60
# A job that nobody has tried for so long: the processes that should do not run, or cannot keep up.
LATE = timedelta(minutes=5)
KNOWN_SECONDS = 5.0
ENOUGH_CALLS, TOO_MANY_FAILED_BP = 20, 1000


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What of a merchant waits for a person."""

    jobs: Standing
    stuck: Stuck
    differences: int
    approvals: int
    is_late: bool

    @property
    def is_quiet(self) -> bool:
        shipping_waits = self.stuck.refused or self.stuck.overdue
        return not (
            self.jobs.given_up
            or self.is_late
            or shipping_waits
            or self.differences
            or self.approvals
        )


@dataclass(frozen=True, kw_only=True)
class Machines:
    """Queues by name with what waits in them, processes with their last sign of life, WeChat."""

    queues: dict[str, int]
    processes: dict[str, str | None]
    calls: Calls

    @property
    def is_wechat_ailing(self) -> bool:
        failed = self.calls.failed_bp or 0
        return self.calls.asked >= ENOUGH_CALLS and failed >= TOO_MANY_FAILED_BP


_needs = Memory[Needs](seconds=KNOWN_SECONDS)


def needs_of(*, merchant_id: int, at: datetime) -> Needs:
    """What waits for a person, a few seconds old at most. Inside a transaction."""
    return _needs.recall_or_learn(merchant_id, lambda: needs_now(merchant_id=merchant_id, at=at))


def needs_now(*, merchant_id: int, at: datetime) -> Needs:
    """The same, asked anew."""
    jobs = outbox_desk.standing(merchant_id=merchant_id, at=at)
    return Needs(
        jobs=jobs,
        stuck=shipping.stuck(merchant_id=merchant_id, at=at),
        differences=payments.count_differences(merchant_id=merchant_id),
        approvals=approvals.count_waiting(merchant_id=merchant_id, at=at),
        is_late=jobs.oldest_at is not None and at - jobs.oldest_at > LATE,
    )


def forget() -> None:
    """What was done just now is to be seen at once."""
    _needs.forget()


def machines(*, at: datetime) -> Machines | None:
    """None while Redis is away."""
    redis = cast("Redis", current_app.extensions["redis"])
    try:
        return Machines(
            queues={name: cast("int", redis.llen(f"rq:queue:{name}")) for name in QUEUES},
            processes={name: _beat(redis, name) for name in PROCESSES},
            calls=counting.of_last(MINUTES, redis=redis, at=at),
        )
    except RedisError:
        return None


def _beat(redis: Redis, name: str) -> str | None:
    found = redis.get(f"kabao:alive:{name}")
    return found.decode() if isinstance(found, bytes) else None
