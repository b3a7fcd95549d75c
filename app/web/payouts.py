"""What WeChat says of a transfer becomes a fact of the domain, by notice or by answer."""

from collections.abc import Mapping
from datetime import datetime

from app.domain import merchants, payments
from app.gateways.transfers import Transfer, TransferNotice, TransferState
from app.web import tills
from app.web.logs import log

# WeChat's words for where a transfer is, in ours.
BECAME = {
    TransferState.ACCEPTED: payments.TransferState.WAITING,
    TransferState.WAIT_USER_CONFIRM: payments.TransferState.WAITING,
    TransferState.PROCESSING: payments.TransferState.MOVING,
    TransferState.TRANSFERING: payments.TransferState.MOVING,
    TransferState.CANCELING: payments.TransferState.MOVING,
    TransferState.SUCCESS: payments.TransferState.SUCCEEDED,
    TransferState.FAIL: payments.TransferState.FAILED,
    TransferState.CANCELLED: payments.TransferState.CANCELLED,
}


def read(
    keys: merchants.ChannelSecrets,
    headers: Mapping[str, str],
    body: bytes,
    *,
    received_at: datetime,
) -> TransferNotice:
    """Raises ForgedNotice, StaleNotice."""
    return tills.payout(keys).read_notice(headers, body, received_at=received_at)


def settle_notice(keys: merchants.ChannelSecrets, notice: TransferNotice, *, at: datetime) -> None:
    """Raises WrongPayment, NotFound."""
    if notice.mchid != keys.mchid:
        raise payments.WrongPayment("The money is another account's.", wrong=["account"])
    settle(notice.transfer, merchant_id=keys.merchant_id, at=at)


def settle(transfer: Transfer, *, merchant_id: int, at: datetime) -> None:
    """Raises WrongPayment, NotFound."""
    state = BECAME[transfer.state]
    if state in payments.CAME_TO_NOTHING:
        log.warning("transfer came to nothing", transfer=transfer.number, why=transfer.fail_reason)
    payments.settle_transfer(
        payments.TransferFact(
            merchant_id=merchant_id,
            transfer_number=transfer.number,
            state=state,
            bill_no=transfer.bill_no,
            package_info=transfer.package_info,
            fail_reason=transfer.fail_reason,
            amount_fen=transfer.amount_fen,
        ),
        at=at,
    )
