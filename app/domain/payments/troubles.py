"""What WeChat answered instead of taking a refund or a transfer, kept for people to see."""

from datetime import datetime

from app.domain.payments.errors import RefundStands
from app.domain.payments.events import TransferAsked
from app.domain.payments.models import TransferState
from app.domain.payments.transferring import find_transfer
from app.kernel.db import execute
from app.kernel.outbox import publish

LONGEST = 100


def note_refund_trouble(*, merchant_id: int, refund_id: int, trouble: str) -> None:
    """Keep why a refund was not taken, unless it has come to its end meanwhile."""
    execute(
        """UPDATE refunds SET trouble = %(trouble)s
        WHERE merchant_id = %(merchant_id)s AND id = %(id)s AND state IN ('asked', 'processing')""",
        {"merchant_id": merchant_id, "id": refund_id, "trouble": trouble[:LONGEST]},
    )


def note_transfer_trouble(*, merchant_id: int, transfer_id: int, trouble: str) -> None:
    """Keep why a transfer was not taken, unless it has come to its end meanwhile."""
    execute(
        """UPDATE transfers SET trouble = %(trouble)s
        WHERE merchant_id = %(merchant_id)s AND id = %(id)s AND state IN ('asked', 'waiting')""",
        {"merchant_id": merchant_id, "id": transfer_id, "trouble": trouble[:LONGEST]},
    )


def transfer_again(*, merchant_id: int, number: str, at: datetime) -> None:
    """Have it asked for once more under its own number; WeChat knows it then, or takes it.

    Raises NotFound; RefundStands for one that waits for its payee, is on its way, or is over.
    """
    sent = find_transfer(merchant_id=merchant_id, number=number)
    if sent.state != TransferState.ASKED:
        raise RefundStands("微信支付已受理该转账", state=sent.state)
    publish(TransferAsked(merchant_id=merchant_id, transfer_id=sent.transfer_id), at=at)
