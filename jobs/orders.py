"""Orders that nobody paid in time."""

from datetime import datetime

from app.domain import orders
from app.gateways.errors import AlreadyPaid
from app.kernel import clock
from app.kernel.db import transaction
from jobs import outside, reconciliation
from jobs.sweeping import ROWS_PER_PASS, each


def close_unpaid_orders(*, at: datetime) -> int:
    """Close what is overdue, at WeChat first, so that money rarely comes for a closed order."""
    return each(lambda: orders.list_overdue(at=at, limit=ROWS_PER_PASS), _close)


def _close(overdue: orders.Overdue) -> None:
    # Noted before asking: an order that cannot be closed must not crowd out the others.
    with transaction():
        orders.note_close_try(
            merchant_id=overdue.merchant_id, order_id=overdue.order_id, at=clock.now()
        )
    if not _close_bill(overdue):
        return
    with transaction():
        orders.close(
            merchant_id=overdue.merchant_id,
            order_id=overdue.order_id,
            reason=orders.CloseReason.TIMEOUT,
            at=clock.now(),
        )


def _close_bill(overdue: orders.Overdue) -> bool:
    """Whether the order can no longer be paid; when it was paid, that is written down instead."""
    if overdue.payment_number is None or overdue.channel_id is None:
        return True
    till = outside.till(merchant_id=overdue.merchant_id, channel_id=overdue.channel_id)
    try:
        till.close(number=overdue.payment_number)
    except AlreadyPaid:
        reconciliation.confirm_if_paid(
            till,
            merchant_id=overdue.merchant_id,
            channel_id=overdue.channel_id,
            number=overdue.payment_number,
        )
        return False
    return True
