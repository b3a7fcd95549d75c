"""What RQ calls: a batch of outbox rows of one job, or one sweep. Neither ever raises.

Each row has its own application context and its own transactions, so that one bad row costs the
others nothing.
"""

import secrets
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from flask import current_app
from rq.timeouts import JobTimeoutException

from app.gateways.errors import GatewayError
from app.kernel import clock, outbox, tracing
from app.kernel.db import transaction
from app.kernel.errors import Busy, DomainError
from app.kernel.tracing import Kind
from jobs import subscriptions
from jobs.loop import LOST

# How long to wait after the first, the second … failure. After the last one a person decides.
BACK_OFF = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
)
# Handed out so often beyond what we heard of: its workers may have died of it, and cannot say so.
SILENCES = 3

log = structlog.get_logger("jobs")


def run_batch(job: str, rows: list[list[int]]) -> None:
    """Do the outbox rows [merchant_id, id] that are still to do."""
    # In another order each time: behind a row that kills its process others would never come up.
    secrets.SystemRandom().shuffle(rows)
    try:
        for merchant_id, task_id in rows:
            with current_app.app_context():
                _run_row(merchant_id, task_id)
    except (JobTimeoutException, *LOST) as trouble:
        # What is left comes again by itself.
        log.warning("batch broken off", job=job, because=type(trouble).__name__)


def sweep(name: str, *, at: datetime) -> int:
    """Do one sweep as if it were then; how many things it touched."""
    from jobs import schedule  # noqa: PLC0415 - the schedule names what runs, and this runs it

    with current_app.app_context():
        return schedule.find(name).run(at=at)


def run_sweep(name: str) -> None:
    """Do one sweep of the schedule."""
    began = clock.monotonic()
    with tracing.step(Kind.SWEEP, f"sweep {name}", {"kabao.sweep": name}) as step:
        try:
            touched = sweep(name, at=clock.now())
        except Exception as trouble:  # the edge of the process
            step.fail(type(trouble).__name__)
            log.exception("sweep failed", sweep=name)
            return
    if touched:
        log.info("swept", sweep=name, touched=touched, ms=_since(began))


def _run_row(merchant_id: int, task_id: int) -> None:
    task = outbox.find_task(merchant_id=merchant_id, task_id=task_id)
    if task is None:
        return
    if task.failures > len(BACK_OFF):
        _give_up(task, error="never_came_back")
        return
    with _step(task) as step:
        try:
            _doubt(task)
            subscriptions.handler_of(task.job)(task)
        except JobTimeoutException:
            raise
        except (GatewayError, DomainError) as refusal:
            step.fail(refusal.code)
            _refused(task, refusal)
        except Exception as trouble:  # the edge of the process
            step.fail(type(trouble).__name__)
            log.exception("job failed", job=task.job, task=task.id)
            _later(task, error=type(trouble).__name__)


def _step(task: outbox.Task) -> tracing.Step:
    if not tracing.is_on():
        return tracing.UNTOLD
    facts = {
        "kabao.job": task.job,
        "kabao.task": task.id,
        "kabao.attempts": task.attempts,
        "kabao.failures": task.failures,
    }
    waited = clock.now() - task.published_at
    carried = task.payload.get(tracing.CARRIED)
    return tracing.work(task.job, facts, carried=carried, waited=waited)


def _doubt(task: outbox.Task) -> None:
    """A row that kills its process cannot count its failures, so they are counted before."""
    if task.attempts - task.failures > SILENCES:
        with transaction():
            outbox.count_failure(task)


def _refused(task: outbox.Task, refusal: GatewayError | DomainError) -> None:
    log.warning("job refused", job=task.job, task=task.id, reason=refusal.code)
    if _may_change(refusal):
        _later(task, error=refusal.code, after=getattr(refusal, "after", timedelta(0)))
        return
    _give_up(task, error=refusal.code)


def _may_change(refusal: GatewayError | DomainError) -> bool:
    if isinstance(refusal, GatewayError):
        return refusal.retryable
    return isinstance(refusal, Busy)


def _later(task: outbox.Task, *, error: str, after: timedelta = timedelta(0)) -> None:
    """Postpone, by `after` at least, or give up when the last distance was waited for."""
    failures = task.failures + 1
    if failures > len(BACK_OFF):
        _give_up(task, error=error)
        return
    # Who holds the row is at work on it, and will say himself what became of it.
    with suppress(Busy), transaction():
        wait = max(BACK_OFF[failures - 1], after)
        outbox.postpone(task, until=clock.now() + wait, error=error)


def _give_up(task: outbox.Task, *, error: str) -> None:
    with suppress(Busy), transaction():
        outbox.give_up(task, at=clock.now(), error=error)


def _since(began: float) -> int:
    return round(1000 * (clock.monotonic() - began))
