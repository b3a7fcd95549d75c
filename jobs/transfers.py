"""Money back by transfer: asked for under a number that never changes, and looked at until it ends."""

from datetime import datetime, timedelta

from app.domain import payments
from app.gateways.errors import GatewayError
from app.gateways.transfers import Transfer, Transfers
from app.kernel import clock, outbox
from app.kernel.db import transaction
from app.web import payouts, tills
from jobs.sweeping import ROWS_PER_PASS, each

# WeChat tells us by a notice; this is for lost ones.
LOOK_AGAIN = timedelta(minutes=10)


def send_transfer(task: outbox.Task) -> None:
    """Ask WeChat for the transfer; after a failure, first whether it has it already."""
    with transaction():
        wanted = payments.transfer_to_send(
            merchant_id=task.merchant_id, transfer_id=task.payload["transfer_id"]
        )
    answer = None
    if wanted.state == payments.TransferState.ASKED:
        answer = _try(task.merchant_id, wanted, may_be_there=task.attempts > 1)
    at = clock.now()
    with transaction():
        if outbox.finish(task, at=at) and answer:
            payouts.settle(answer, merchant_id=task.merchant_id, at=at)


def _try(merchant_id: int, wanted: payments.TransferView, *, may_be_there: bool) -> Transfer:
    """WeChat's answer; what it said instead of one is kept."""
    try:
        return _send(merchant_id, wanted, may_be_there=may_be_there)
    except GatewayError as refusal:
        with transaction():
            payments.note_transfer_trouble(
                merchant_id=merchant_id, transfer_id=wanted.transfer_id, trouble=refusal.code
            )
        raise


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
