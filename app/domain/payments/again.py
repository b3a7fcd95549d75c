"""A refund that did not arrive, tried once more by whoever may: never two of one cause at once."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.payments.chains import AFTER, refuse_if_arrived
from app.domain.payments.counting import lock_payment
from app.domain.payments.errors import RefundStands
from app.domain.payments.events import RefundAsked
from app.domain.payments.models import KeptAs, RefundState
from app.domain.payments.refunding import LOOK_AFTER
from app.kernel import numbers
from app.kernel.db import fetch_one
from app.kernel.errors import NotFound
from app.kernel.outbox import publish


@dataclass(frozen=True)
class RefundView:
    """A refund as its case sees it. Amount in fen."""

    refund_id: int
    number: str
    cause: str
    payment_id: int
    amount_fen: int
    reason: str
    kept_as: str
    state: str
    wechat_refund_id: str | None
    channel_id: int
    trouble: str | None


@dataclass(frozen=True)
class _Id:
    id: int


_VIEW = """
SELECT r.id, r.number, r.cause, r.payment_id, r.amount_fen, r.reason, r.kept_as, r.state,
  r.wechat_refund_id, p.channel_id, r.trouble
FROM refunds r JOIN payments p ON p.merchant_id = r.merchant_id AND p.id = r.payment_id
WHERE r.merchant_id = %(merchant_id)s AND r.number = %(number)s
"""
_LOCK = _VIEW + " FOR NO KEY UPDATE OF r"


def find_refund(*, merchant_id: int, number: str) -> RefundView:
    """Raises NotFound."""
    found = fetch_one(RefundView, _VIEW, {"merchant_id": merchant_id, "number": number})
    if found is None:
        raise NotFound("There is no such refund.", number=number[:40])
    return found


def lock_closed(*, merchant_id: int, number: str) -> RefundView:
    """The payment, then a refund that WeChat closed without paying, both ours until commit.

    Raises NotFound; RefundStands while it may still arrive, did, or another of its cause did.
    """
    old = find_refund(merchant_id=merchant_id, number=number)
    lock_payment(merchant_id=merchant_id, payment_id=old.payment_id)
    found = fetch_one(RefundView, _LOCK, {"merchant_id": merchant_id, "number": number})
    if found is None or found.state != RefundState.CLOSED:
        state = found.state if found else old.state
        raise RefundStands("该退款还可能到账，不能重新发起", state=state)
    refuse_if_arrived(merchant_id=merchant_id, cause=found.cause)
    return found


def send_again(*, merchant_id: int, number: str, at: datetime) -> None:
    """Have it sent once more under its own number; WeChat knows it then, or takes it.

    Raises NotFound; RefundStands for one that WeChat has in hand or that is over.
    """
    refund = find_refund(merchant_id=merchant_id, number=number)
    if refund.state != RefundState.ASKED:
        raise RefundStands("微信支付已受理该退款", state=refund.state)
    publish(RefundAsked(merchant_id=merchant_id, refund_id=refund.refund_id), at=at)


def ask_anew(*, merchant_id: int, number: str, at: datetime) -> str:
    """A new number in the place of a refund that WeChat closed without paying; that number.

    What was counted for the first counts for the second. Raises NotFound; RefundStands while the
    first may still arrive, and when it has its successor already.
    """
    old = lock_closed(merchant_id=merchant_id, number=number)
    fresh = numbers.new(numbers.Kind.REFUND, merchant_id=merchant_id)
    made = fetch_one(
        _Id,
        """INSERT INTO refunds (merchant_id, number, cause, payment_id, amount_fen, reason, kept_as,
          state, asked_at, look_at)
        VALUES (%(merchant_id)s, %(number)s, %(cause)s, %(payment_id)s, %(amount_fen)s,
          %(reason)s, %(kept_as)s, 'asked', %(at)s, %(look_at)s)
        ON CONFLICT (merchant_id, cause) DO NOTHING RETURNING id""",
        {
            "merchant_id": merchant_id,
            "number": fresh,
            "cause": f"{old.cause}{AFTER}{old.number}",
            "payment_id": old.payment_id,
            "amount_fen": old.amount_fen,
            "reason": old.reason,
            "kept_as": KeptAs(old.kept_as).value,
            "at": at,
            "look_at": at + LOOK_AFTER,
        },
    )
    if made is None:
        raise RefundStands("该退款已重新发起", state=old.state)
    publish(RefundAsked(merchant_id=merchant_id, refund_id=made.id), at=at)
    return fresh
