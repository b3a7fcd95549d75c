"""Money back by transfer: asked for under a number that never changes, and looked at until it ends."""

from datetime import datetime, timedelta

from app.domain import payments
from app.gateways.errors import CannotTransfer, GatewayError
from app.gateways.transfers import Transfer, Transfers
from app.gateways.wechat_pay import PaymentState
from app.kernel import clock, outbox
from app.kernel.db import transaction
from app.web import payouts, tills
from jobs import outside
from jobs.sweeping import ROWS_PER_PASS, each

# WeChat tells us by a notice; this is for lost ones.
LOOK_AGAIN = timedelta(minutes=10)


def send_transfer(task: outbox.Task) -> None:
    """Ask WeChat for the transfer; after a failure, first whether it has it already."""
    with transaction():
        wanted = payments.transfer_to_send(
            merchant_id=task.merchant_id, transfer_id=task.payload["transfer_id"]
        )
    answer: Transfer | payments.TransferFact | None = None
    if wanted.state == payments.TransferState.ASKED:
        answer = _try(task.merchant_id, wanted, may_be_there=task.attempts > 1)
    at = clock.now()
    with transaction():
        if not outbox.finish(task, at=at):
            return
        if isinstance(answer, Transfer):
            payouts.settle(answer, merchant_id=task.merchant_id, at=at)
        elif answer:
            payments.settle_transfer(answer, at=at)


def _try(
    merchant_id: int, wanted: payments.TransferView, *, may_be_there: bool
) -> Transfer | payments.TransferFact:
    """WeChat's answer, or why it is not asked; what it said instead of an answer is kept."""
    try:
        if trouble := _held_back_by(merchant_id, wanted):
            return _hold_back(merchant_id, wanted, trouble=trouble)
        return _send(merchant_id, wanted, may_be_there=may_be_there)
    except CannotTransfer as refusal:
        return _given_up(merchant_id, wanted, trouble=refusal.code)
    except GatewayError as refusal:
        with transaction():
            payments.note_transfer_trouble(
                merchant_id=merchant_id, transfer_id=wanted.transfer_id, trouble=refusal.code
            )
        raise


def _held_back_by(merchant_id: int, wanted: payments.TransferView) -> str | None:
    """Why what takes the place of another must not be sent: the money is there already."""
    if not payments.is_successor(wanted.cause):
        return None
    with transaction():
        if payments.has_arrived(merchant_id=merchant_id, cause=wanted.cause):
            return payments.ARRIVED_BEFORE
        behind = payments.payment_behind(merchant_id=merchant_id, payment_id=wanted.payment_id)
    if behind is None or behind.has_refunds:
        return None  # known as refunded because of ours
    till = outside.till(merchant_id=merchant_id, channel_id=behind.channel_id)
    known = till.look_up(number=behind.number)
    is_refunded = known is not None and known.state is PaymentState.REFUNDED
    return payments.REFUNDED_BY_HAND if is_refunded else None


def _hold_back(
    merchant_id: int, wanted: payments.TransferView, *, trouble: str
) -> Transfer | payments.TransferFact:
    """One that was sent before is what WeChat says of it."""
    known = _payout(merchant_id, wanted).look_up(number=wanted.number)
    return known or _given_up(merchant_id, wanted, trouble=trouble)


def _given_up(
    merchant_id: int, wanted: payments.TransferView, *, trouble: str
) -> payments.TransferFact:
    """It was not sent and will not be."""
    return payments.TransferFact(
        merchant_id=merchant_id,
        transfer_number=wanted.number,
        state=payments.TransferState.CANCELLED,
        bill_no=None,
        fail_reason=trouble,
    )


def open_transfers(*, at: datetime) -> int:
    """Ask WeChat what became of the transfers that have no end yet."""
    return each(lambda: payments.list_open_transfers(at=at, limit=ROWS_PER_PASS), _look)


def _look(opened: payments.OpenTransfer) -> None:
    # Noted before asking: a transfer whose look always fails must not crowd out the others.
    with transaction():
        payments.note_transfer_look(
            merchant_id=opened.merchant_id,
            number=opened.number,
            next_at=clock.now() + LOOK_AGAIN,
        )
        wanted = payments.find_transfer(merchant_id=opened.merchant_id, number=opened.number)
    answer = _payout(opened.merchant_id, wanted).look_up(number=wanted.number)
    if answer is None:
        return  # not sent yet: that is the outbox's to do
    with transaction():
        payouts.settle(answer, merchant_id=opened.merchant_id, at=clock.now())


def _send(merchant_id: int, wanted: payments.TransferView, *, may_be_there: bool) -> Transfer:
    payout = _payout(merchant_id, wanted)
    known = payout.look_up(number=wanted.number) if may_be_there else None
    # The sheet on the phone needs what only the first question is answered with; the same
    # question again is the same transfer.
    if known and payouts.BECAME[known.state] != payments.TransferState.WAITING:
        return known
    return payout.make(
        number=wanted.number,
        openid=wanted.openid,
        amount_fen=wanted.amount_fen,
        remark=wanted.reason,
        notify_url=tills.transfers_door(
            tills.channel_of(wanted.channel_id, merchant_id=merchant_id)
        ),
    )


def _payout(merchant_id: int, wanted: payments.TransferView) -> Transfers:
    keys = tills.channel_of(wanted.channel_id, merchant_id=merchant_id)
    return tills.payout(keys, appid=wanted.appid)
