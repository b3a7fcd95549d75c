"""What lies on a manager's desk: long work, a job that gave up, a line that the bill does not have."""

from datetime import date

from app.domain import payments, works
from app.domain.payments import Difference
from app.kernel import clock, outbox
from app.kernel.db import transaction, writing
from tests.builders.merchants import a_pay_channel

BILL_DAY = date(2026, 11, 20)


def a_work(merchant_id, *, by="system", title="导出核销明细", kind="export", total=None):
    """Asked for and waiting; its id."""
    with transaction():
        return works.ask(
            merchant_id=merchant_id,
            kind=kind,
            title=title,
            payload={},
            asked_by=by,
            total=total,
            at=clock.now(),
        )


def a_job(merchant_id, *, error=None, job="messages.push_order_paid", at=None):
    """One that waits since then; with an error, one that was given up. Its id."""
    at = at or clock.now()
    with transaction():
        row = outbox.OutboxRow(
            merchant_id=merchant_id,
            job=job,
            event="Test",
            payload={},
            published_at=at,
            due_at=at,
            attempts=0,
        )
        writing().add(row)
        writing().flush()
    if error:
        with transaction():
            task = outbox.find_task(merchant_id=merchant_id, task_id=row.id)
            outbox.give_up(task, at=clock.now(), error=error)
    return row.id


def a_difference(merchant, *, number="P1", ours=4900, theirs=None):
    """A payment on which WeChat's bill and our books disagree; its id."""
    channel = a_pay_channel(merchant=merchant)
    found = Difference(kind="payment", number=number, ours_fen=ours, theirs_fen=theirs)
    with transaction():
        payments.record_differences(
            merchant_id=merchant.id,
            channel_id=channel.id,
            day=BILL_DAY,
            differences=[found],
            at=clock.now(),
        )
    page = payments.list_differences(merchant_id=merchant.id, is_open=True, cursor=None, limit=1)
    return page.items[0].id
