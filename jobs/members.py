from app.domain import points, vouchers
from app.kernel import clock, outbox
from app.kernel.db import transaction


def join_members(task: outbox.Task) -> None:
    """Two members turned out to be one person: what the one has, the other one takes over."""
    at = clock.now()
    pair = {
        "merchant_id": task.merchant_id,
        "loser_id": task.payload["loser_id"],
        "winner_id": task.payload["winner_id"],
    }
    with transaction():
        if not outbox.finish(task, at=at):
            return
        # In the order of the counter, which holds the voucher when it books the points.
        vouchers.take_over(**pair, at=at)
        points.take_over(**pair, at=at)
