"""What every walk does: choose, tell the time, let jobs do their work, and prove it at the end."""

from contextlib import contextmanager

from hypothesis import strategies as st

from app.domain import ledger, proofs
from app.kernel import audit, clock, outbox
from app.kernel.db import execute, fetch_all, transaction
from tests.domain.proofs.economy_shop import TASKS
from tests.domain.proofs.model import TaskId

# Which of those that are there; a step with none of them does nothing.
PICK = st.integers(min_value=0, max_value=10_000)


def one_of(some, which):
    return some[which % len(some)] if some else None


def taken_from(some, which):
    return some.pop(which % len(some)) if some else None


@contextmanager
def told_the_time(at):
    """Jobs and edges ask the clock, which shows the time of the walk meanwhile."""
    clock.shift(round((at - clock.now()).total_seconds()))
    try:
        yield
    finally:
        clock.shift(0)


def run_tasks(shop, job, handler, *, at):
    """What the outbox has of this shop for this job; how many there were."""
    found = fetch_all(TaskId, TASKS, {"m": shop.id, "job": job})
    for each in found:
        with transaction():
            task = outbox.find_task(merchant_id=shop.id, task_id=each.id)
        with told_the_time(at):
            handler(task)
    return len(found)


def look_anew():
    """A test is one transaction, of which autovacuum sees nothing: plans would stay those for
    empty tables.
    """
    with transaction():
        execute("SET LOCAL statement_timeout = 0", {})
        execute("ANALYZE", {})


def troubles():
    """What breaks a promise of the books, of the vouchers or of the log's chain."""
    found = set(ledger.verify()) | set(proofs.verify())
    for merchant_id in audit.list_unsealed_merchants(before=clock.now()):
        with transaction():
            audit.seal(merchant_id=merchant_id, before=clock.now(), limit=1_000_000)
            found |= set(audit.verify(merchant_id=merchant_id))
    return found
