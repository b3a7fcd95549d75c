"""Money that a person paid back outside of WeChat, or in its console, written down once."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.payments.again import RefundView, lock_closed
from app.domain.payments.chains import AFTER
from app.domain.payments.errors import RefundStands
from app.domain.payments.events import TransferSettled
from app.domain.payments.transferring import TransferView, book, lock_failed
from app.kernel import numbers
from app.kernel.db import fetch_one
from app.kernel.outbox import publish

_WRITE = """
INSERT INTO transfers (merchant_id, number, cause, payment_id, amount_fen, reason, state, by_hand,
  asked_at, look_at, settled_at)
VALUES (%(merchant_id)s, %(number)s, %(cause)s, %(payment_id)s, %(amount_fen)s, %(reason)s,
  'succeeded', %(how)s, %(at)s, %(at)s, %(at)s)
ON CONFLICT (merchant_id, cause) DO NOTHING RETURNING id
"""


@dataclass(frozen=True)
class _Id:
    id: int


def refund_by_hand(*, merchant_id: int, number: str, how: str, at: datetime) -> str:
    """What a refund that WeChat closed was for has been paid by a person; the payout's number.

    `how` says by which way and under which number. Raises NotFound; RefundStands while WeChat may
    still pay it, did, or it has its successor.
    """
    old = lock_closed(merchant_id=merchant_id, number=number)
    return _write(merchant_id, old, how=how, at=at)


def transfer_by_hand(*, merchant_id: int, number: str, how: str, at: datetime) -> str:
    """The same for a transfer that came to nothing. Raises NotFound, RefundStands."""
    old = lock_failed(merchant_id=merchant_id, number=number)
    return _write(merchant_id, old, how=how, at=at)


def _write(merchant_id: int, old: RefundView | TransferView, *, how: str, at: datetime) -> str:
    """In the place of the old one, so that what was counted and booked for it stays once."""
    number = numbers.new(numbers.Kind.TRANSFER, merchant_id=merchant_id)
    made = fetch_one(
        _Id,
        _WRITE,
        {
            "merchant_id": merchant_id,
            "number": number,
            "cause": f"{old.cause}{AFTER}{old.number}",
            "payment_id": old.payment_id,
            "amount_fen": old.amount_fen,
            "reason": old.reason,
            "how": how,
            "at": at,
        },
    )
    if made is None:
        raise RefundStands("该款项已重新发起", state=old.state)
    book(merchant_id=merchant_id, number=number, amount_fen=old.amount_fen, at=at)
    publish(TransferSettled(merchant_id=merchant_id, transfer_number=number), at=at)
    return number
