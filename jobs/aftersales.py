"""Returns go on by themselves, step by step, as far as they can."""

from datetime import datetime, timedelta

from app.domain import aftersales
from app.kernel import clock, outbox
from app.kernel.db import transaction
from jobs.sweeping import ROWS_PER_PASS, each

# A step follows from a fact within seconds; this is for facts that were lost.
STANDS_STILL_AFTER = timedelta(minutes=1)
MOST_STEPS = 3
# Another return of the same order takes its time.
LOOK_AT_EXPIRED_AGAIN = timedelta(hours=1)


def go_on(task: outbox.Task) -> None:
    """What goes back is frozen: its money can go."""
    _go_on(task, task.payload["refund_number"])


def go_on_refunded(task: outbox.Task) -> None:
    """WeChat said how a refund went."""
    _go_on(task, _return_of(task, task.payload["refund_number"]))


def go_on_transferred(task: outbox.Task) -> None:
    """WeChat said how a transfer went."""
    _go_on(task, _return_of(task, task.payload["transfer_number"]))


def advance_returns(*, at: datetime) -> int:
    """Try again whatever has stood still; a step that is not due changes nothing."""
    before = at - STANDS_STILL_AFTER
    return each(
        lambda: aftersales.list_running(before=before, limit=ROWS_PER_PASS),
        lambda running: _look(running, at=at),
    )


def refund_expired(*, at: datetime) -> int:
    """What was sold with a refund for that case and is over goes back."""
    return each(
        lambda: aftersales.list_expired(at=at, limit=ROWS_PER_PASS),
        lambda order: _refund_expired(order, at=at),
    )


def _look(running: aftersales.Running, *, at: datetime) -> None:
    with transaction():
        aftersales.note_look(merchant_id=running.merchant_id, number=running.number, at=at)
    _walk(running.merchant_id, running.number)


def _go_on(task: outbox.Task, number: str | None) -> None:
    at = clock.now()
    with transaction():
        if not outbox.finish(task, at=at) or number is None:
            return
        moved = aftersales.advance(merchant_id=task.merchant_id, number=number, at=at)
    if moved:
        _walk(task.merchant_id, number)


def _walk(merchant_id: int, number: str) -> None:
    for _ in range(MOST_STEPS):
        with transaction():
            if not aftersales.advance(merchant_id=merchant_id, number=number, at=clock.now()):
                return


def _return_of(task: outbox.Task, settled: str) -> str | None:
    with transaction():
        return aftersales.find_settled(merchant_id=task.merchant_id, settled=settled)


def _refund_expired(order: aftersales.ExpiredOrder, *, at: datetime) -> None:
    """Noted before asking: an order that always fails must not crowd out the others."""
    merchant_id, number = order.merchant_id, order.order_number
    with transaction():
        aftersales.look_at_expired(
            merchant_id=merchant_id, order_number=number, next_at=at + LOOK_AT_EXPIRED_AGAIN
        )
    with transaction():
        aftersales.ask_for_expired(merchant_id=merchant_id, order_number=number, at=at)
