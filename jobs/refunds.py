"""Money on its way back. The intent is written down under its number before WeChat is called.

Whatever happens on the way, the same number is asked about and sent again, so that one refund
stays one refund.
"""

from datetime import datetime, timedelta

from app.domain import orders, payments
from app.gateways.errors import GatewayError, Refused
from app.gateways.wechat_pay import Refund
from app.kernel import clock, outbox
from app.kernel.db import transaction
from app.web import applying
from jobs import outside
from jobs.sweeping import ROWS_PER_PASS, each

# WeChat tells us by a notice; this is for lost ones.
LOOK_AGAIN = timedelta(minutes=10)
# The order is too old, was refunded too often or by hand, or the payer's account is gone: nothing
# of that changes under the same number.
NEVER = frozenset({"INVALID_REQUEST", "USER_ACCOUNT_ABNORMAL"})


def return_late_money(task: outbox.Task) -> None:
    """Money came for an order that was closed: write down that it goes back."""
    at = clock.now()
    with transaction():
        if outbox.finish(task, at=at):
            orders.return_late_money(
                merchant_id=task.merchant_id, payment_id=task.payload["payment_id"], at=at
            )


def send_refund(task: outbox.Task) -> None:
    """Ask WeChat for the refund; after a failure, first whether it has it already."""
    merchant_id = task.merchant_id
    refund = _refund(merchant_id, task.payload["refund_id"])
    answer: Refund | payments.RefundFact | None = None
    if refund.state == payments.RefundState.ASKED:
        answer = _try(merchant_id, refund, may_be_there=task.attempts > 1)
    at = clock.now()
    with transaction():
        if not outbox.finish(task, at=at):
            return
        if isinstance(answer, Refund):
            applying.settle_answer(answer, merchant_id=merchant_id, at=at)
        elif answer:
            payments.settle_refund(answer, at=at)


def _try(
    merchant_id: int, refund: payments.RefundOrder, *, may_be_there: bool
) -> Refund | payments.RefundFact:
    """WeChat's answer, or that it will never take this refund; what it said is kept."""
    if _is_held_back(merchant_id, refund):
        return _close(merchant_id, refund, trouble=payments.ARRIVED_BEFORE)
    try:
        return _send(merchant_id, refund, may_be_there=may_be_there)
    except GatewayError as refusal:
        if isinstance(refusal, Refused) and refusal.code in NEVER:
            return _close(merchant_id, refund, trouble=refusal.code)
        with transaction():
            payments.note_refund_trouble(
                merchant_id=merchant_id, refund_id=refund.refund_id, trouble=refusal.code
            )
        raise


def _is_held_back(merchant_id: int, refund: payments.RefundOrder) -> bool:
    """Whether the one whose place it took has paid after all."""
    if not payments.is_successor(refund.cause):
        return False
    with transaction():
        return payments.has_arrived(merchant_id=merchant_id, cause=refund.cause)


def _close(
    merchant_id: int, refund: payments.RefundOrder, *, trouble: str
) -> Refund | payments.RefundFact:
    """The same words are said of a number that is known already, so WeChat is asked first."""
    till = outside.till(merchant_id=merchant_id, channel_id=refund.channel_id)
    return till.look_up_refund(refund_number=refund.number) or payments.RefundFact(
        merchant_id=merchant_id,
        refund_number=refund.number,
        state=payments.RefundState.CLOSED,
        wechat_refund_id=None,
        trouble=trouble,
    )


def open_refunds(*, at: datetime) -> int:
    """Ask WeChat what became of the refunds that have no end yet."""
    return each(lambda: payments.list_open_refunds(at=at, limit=ROWS_PER_PASS), _look)


def _look(opened: payments.OpenRefund) -> None:
    # Noted before asking: a refund whose look always fails must not crowd out the others.
    with transaction():
        payments.note_refund_look(
            merchant_id=opened.merchant_id,
            refund_id=opened.refund_id,
            next_at=clock.now() + LOOK_AGAIN,
        )
    refund = _refund(opened.merchant_id, opened.refund_id)
    till = outside.till(merchant_id=opened.merchant_id, channel_id=refund.channel_id)
    answer = till.look_up_refund(refund_number=refund.number)
    if answer is None:
        return  # not sent yet: that is the outbox's to do
    with transaction():
        applying.settle_answer(answer, merchant_id=opened.merchant_id, at=clock.now())


def _refund(merchant_id: int, refund_id: int) -> payments.RefundOrder:
    with transaction():
        return payments.refund_to_send(merchant_id=merchant_id, refund_id=refund_id)


def _send(merchant_id: int, refund: payments.RefundOrder, *, may_be_there: bool) -> Refund:
    till = outside.till(merchant_id=merchant_id, channel_id=refund.channel_id)
    known = till.look_up_refund(refund_number=refund.number) if may_be_there else None
    return known or till.refund(
        payment_number=refund.payment_number,
        refund_number=refund.number,
        amount_fen=refund.amount_fen,
        total_fen=refund.total_fen,
        reason=refund.reason,
    )
