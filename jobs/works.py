"""Long work, step by step. A worker that is killed costs the step at hand and nothing else.

Each step is one transaction: it takes the work under a lock, does its part and writes down how
far it came. Whoever gets the same row of the outbox a second time goes on from there. A worker
keeps at it for a while and then hands the rest on, so that long work holds nobody up.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from app.domain import works
from app.domain.works import OldWork, Step, Work
from app.gateways import gateways
from app.kernel import clock, outbox
from app.kernel.db import transaction
from app.kernel.errors import Busy, DomainError
from jobs import works_exports
from jobs.sweeping import each

# Less than an outbox row waits before it is handed out again.
AT_IT_SECONDS = 10
# A step that fails so often for reasons of its own is not tried for ever.
TRIES = 3
WORKS_KEPT = timedelta(days=30)
PER_PASS = 500

Do = Callable[[Work, datetime], Step]
# What a kind's step does. It runs inside the transaction, and may be run again: what it writes
# into files it writes under the same name.
KINDS: Mapping[str, Do] = {
    works_exports.KIND: works_exports.step,
}


class UnknownKind(DomainError):
    """The code that did this kind of work is gone."""

    code = "unknown_work"


def go_on(task: outbox.Task) -> None:
    """Do the next steps of a work."""
    until = clock.monotonic() + AT_IT_SECONDS
    try:
        while _step(task, is_last=clock.monotonic() >= until):
            pass
    except Busy:
        # Somebody else is at it, or will be when this row comes again.
        return
    except DomainError as refusal:
        _fail(task, told=refusal.message)
    except Exception:
        if task.failures + 1 < TRIES:
            raise
        _fail(task, told="任务多次出错，已停止；可以重试，或联系技术支持")


def forget_works(*, at: datetime) -> int:
    """Delete files whose time is over, and what is left of work that ended long ago."""

    def forget_files(old: OldWork) -> None:
        # The files first: what breaks off in between is found again.
        gateways().results.delete_all(merchant_id=old.merchant_id, work_id=old.work_id)
        with transaction():
            works.forget_files(old, at=at)

    def forget(old: OldWork) -> None:
        gateways().results.delete_all(merchant_id=old.merchant_id, work_id=old.work_id)
        with transaction():
            works.forget(old)

    files = each(lambda: works.list_old_files(at=at, limit=PER_PASS), forget_files)
    return files + each(lambda: works.list_old(before=at - WORKS_KEPT, limit=PER_PASS), forget)


def _step(task: outbox.Task, *, is_last: bool) -> bool:
    """Whether there is more to do for this worker."""
    at, work_id = clock.now(), task.payload["work_id"]
    with transaction(merchant=task.merchant_id):
        work = works.take(merchant_id=task.merchant_id, work_id=work_id, at=at)
        if work is None:
            outbox.finish(task, at=at)
            return False
        step = _do_of(work.kind)(work, at)
        works.advance(work, step, at=at)
        if step.is_over:
            outbox.finish(task, at=at)
        elif is_last and outbox.finish(task, at=at):
            rest = works.WorkAsked(merchant_id=work.merchant_id, work_id=work.id)
            outbox.publish(rest, at=at)
    return not step.is_over and not is_last


def _fail(task: outbox.Task, *, told: str) -> None:
    at, work_id = clock.now(), task.payload["work_id"]
    with transaction(merchant=task.merchant_id):
        work = works.take(merchant_id=task.merchant_id, work_id=work_id, at=at)
        if work is not None:
            works.fail(work, told=told, at=at)
        outbox.finish(task, at=at)


def _do_of(kind: str) -> Do:
    if kind not in KINDS:
        raise UnknownKind("这种任务已不再支持", kind=kind)
    return KINDS[kind]
