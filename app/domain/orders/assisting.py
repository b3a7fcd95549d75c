"""What an order brings beside its vouchers: tasks with which friends unlock more."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from app.domain import assist, campaigns
from app.domain.orders.rules import Line


def open_tasks(
    *,
    merchant_id: int,
    order_id: int,
    order_number: str,
    member_id: int,
    lines: Sequence[Line],
    promised_at: datetime,
    at: datetime,
) -> None:
    """The tasks of every campaign that ran when the order was placed. Call it once."""
    pieces: Counter[int] = Counter()
    for line in lines:
        pieces[line.offer_id] += line.quantity
    running = campaigns.find_running(
        merchant_id=merchant_id, offer_ids=pieces.keys(), ordered_at=promised_at
    )
    if not running:
        return
    bought = assist.Bought(
        merchant_id=merchant_id,
        order_id=order_id,
        order_number=order_number,
        member_id=member_id,
        pieces=pieces,
    )
    assist.open_tasks(bought, running, at=at)
