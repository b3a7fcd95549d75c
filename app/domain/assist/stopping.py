"""The order behind tasks was given back: nobody unlocks anything for it any more."""

from dataclasses import dataclass
from datetime import datetime

from app.domain import vouchers
from app.domain.assist import statements
from app.domain.vouchers import Move
from app.kernel.db import execute, fetch_all


@dataclass(frozen=True)
class _Task:
    """A task that is open, and the voucher that it would unlock."""

    id: int
    number: str
    voucher_id: int


def stop_tasks(*, merchant_id: int, order_id: int, at: datetime) -> int:
    """End the open tasks of an order, and what they would unlock is void; how many. Repeatable.

    Helpers keep what they got. The caller holds the order.
    """
    which = {"merchant_id": merchant_id, "order_id": order_id}
    tasks = fetch_all(_Task, statements.LOCK_OF_ORDER, which)
    for task in tasks:
        _stop(merchant_id, task, at=at)
    return len(tasks)


def _stop(merchant_id: int, task: _Task, *, at: datetime) -> None:
    vouchers.move(
        merchant_id=merchant_id,
        voucher_id=task.voucher_id,
        what=Move.CANCEL,
        actor="system",
        at=at,
        reference=task.number,
        reason="refunded",
    )
    stopped = {"merchant_id": merchant_id, "task_id": task.id, "state": "stopped", "at": at}
    execute(statements.CLOSE, stopped)
