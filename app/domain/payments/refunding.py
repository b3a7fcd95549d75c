"""Money on its way back: the intent first, under a number that never changes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain import ledger
from app.domain.ledger import AccountKind, Posting, house
from app.domain.payments.counting import count_back, lock_payment
from app.domain.payments.errors import WrongPayment
from app.domain.payments.events import RefundAsked, RefundSettled
from app.domain.payments.models import KeptAs, RefundState
from app.kernel import numbers
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import NotFound
from app.kernel.outbox import publish

LOOK_AFTER = timedelta(minutes=2)

# By where it stands; from everywhere else everything can come.
_CAN_BECOME: dict[RefundState, frozenset[RefundState]] = {
    RefundState.SUCCEEDED: frozenset(),
    RefundState.CLOSED: frozenset({RefundState.SUCCEEDED}),
}


@dataclass(frozen=True)
class RefundOrder:
    """What a job needs to send a refund. Amounts in fen; total is the payment's."""

    refund_id: int
    number: str
    state: str
    payment_number: str
    channel_id: int
    amount_fen: int
    total_fen: int
    reason: str
    cause: str


@dataclass(frozen=True, kw_only=True)
class RefundFact:
    """What WeChat says about a refund. `amount_fen` is None where it does not say.

    `trouble`: it will never take it, and this is its word for why.
    """

    merchant_id: int
    refund_number: str
    state: RefundState
    wechat_refund_id: str | None
    amount_fen: int | None = None
    trouble: str | None = None


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True)
class OpenRefund:
    merchant_id: int
    refund_id: int


@dataclass(frozen=True)
class StuckRefund:
    """A refund that a person has to look at. Amount in fen."""

    merchant_id: int
    number: str
    state: str
    amount_fen: int
    cause: str
    asked_at: datetime


@dataclass(frozen=True)
class _Open:
    id: int
    state: str
    amount_fen: int
    kept_as: str


def ask_refund(
    *,
    merchant_id: int,
    payment_id: int,
    amount_fen: int,
    reason: str,
    cause: str,
    at: datetime,
    kept_as: KeptAs = KeptAs.LATE_MONEY,
) -> str | None:
    """Write down the intent to return money and publish it; its number.

    `kept_as`: the account that it leaves when it has arrived. None when this cause has its refund
    already. Raises NotFound; TooMuchBack when more would go back than came in.
    """
    lock_payment(merchant_id=merchant_id, payment_id=payment_id)
    number = numbers.new(numbers.Kind.REFUND, merchant_id=merchant_id)
    made = fetch_one(
        _Id,
        """INSERT INTO refunds (merchant_id, number, cause, payment_id, amount_fen, reason, kept_as,
          state, asked_at, look_at)
        VALUES (%(merchant_id)s, %(number)s, %(cause)s, %(payment_id)s, %(amount_fen)s,
          %(reason)s, %(kept_as)s, 'asked', %(at)s, %(look_at)s)
        ON CONFLICT (merchant_id, cause) DO NOTHING RETURNING id""",
        {
            "merchant_id": merchant_id,
            "number": number,
            "cause": cause,
            "payment_id": payment_id,
            "amount_fen": amount_fen,
            "reason": reason,
            "kept_as": kept_as.value,
            "at": at,
            "look_at": at + LOOK_AFTER,
        },
    )
    if made is None:
        return None
    count_back(merchant_id=merchant_id, payment_id=payment_id, amount_fen=amount_fen)
    publish(RefundAsked(merchant_id=merchant_id, refund_id=made.id), at=at)
    return number


def refund_to_send(*, merchant_id: int, refund_id: int) -> RefundOrder:
    """Raises NotFound."""
    found = fetch_one(
        RefundOrder,
        """SELECT r.id, r.number, r.state, p.number, p.channel_id, r.amount_fen, p.amount_fen,
             r.reason, r.cause
        FROM refunds r
        JOIN payments p ON p.merchant_id = r.merchant_id AND p.id = r.payment_id
        WHERE r.merchant_id = %(merchant_id)s AND r.id = %(refund_id)s""",
        {"merchant_id": merchant_id, "refund_id": refund_id},
    )
    if found is None:
        raise NotFound("There is no such refund.")
    return found


def list_open_refunds(*, at: datetime, limit: int) -> list[OpenRefund]:
    """Refunds without an end that should be asked about by then, across merchants."""
    return fetch_all(
        OpenRefund,
        """SELECT merchant_id, id FROM refunds
        WHERE state IN ('asked', 'processing') AND look_at <= %(at)s
        ORDER BY look_at LIMIT %(limit)s""",
        {"at": at, "limit": limit},
    )


def list_stuck_refunds(*, asked_before: datetime, limit: int) -> list[StuckRefund]:
    """Money that does not find its way back by itself, across merchants, the oldest first.

    WeChat could not deliver it, closed the refund, or has not finished one asked for before then.
    """
    return fetch_all(
        StuckRefund,
        """SELECT merchant_id, number, state, amount_fen, cause, asked_at FROM refunds
        WHERE state IN ('abnormal', 'closed')
          OR (state IN ('asked', 'processing') AND asked_at < %(asked_before)s)
        ORDER BY asked_at LIMIT %(limit)s""",
        {"asked_before": asked_before, "limit": limit},
    )


def note_refund_look(*, merchant_id: int, refund_id: int, next_at: datetime) -> None:
    """Ask WeChat about this refund then, unless it has come to its end meanwhile."""
    execute(
        """UPDATE refunds SET look_at = %(next_at)s
        WHERE merchant_id = %(merchant_id)s AND id = %(id)s AND state IN ('asked', 'processing')""",
        {"merchant_id": merchant_id, "id": refund_id, "next_at": next_at},
    )


def settle_refund(fact: RefundFact, *, at: datetime) -> RefundState:
    """Write down what became of a refund. Late and repeated facts are harmless.

    Success is the last word, and what was closed only ever turns out to have succeeded. A refund
    that succeeded is booked once: from where the money lay back to the payers. Raises NotFound;
    WrongPayment when WeChat names another amount.
    """
    refund = _lock(fact)
    now = RefundState(refund.state)
    if now is fact.state or fact.state not in _CAN_BECOME.get(now, RefundState):
        return now
    _write(fact, refund_id=refund.id, at=at)
    if fact.state is RefundState.SUCCEEDED:
        returned = Posting(
            source=house(AccountKind(refund.kept_as)),
            destination=house(AccountKind.PAYERS),
            amount=refund.amount_fen,
        )
        cause = f"refund:{fact.refund_number}"
        ledger.post(merchant_id=fact.merchant_id, cause=cause, postings=[returned], at=at)
    if refund.kept_as == KeptAs.PREPAID and fact.state is not RefundState.PROCESSING:
        settled = RefundSettled(merchant_id=fact.merchant_id, refund_number=fact.refund_number)
        publish(settled, at=at)
    return fact.state


def _lock(fact: RefundFact) -> _Open:
    found = fetch_one(
        _Open,
        """SELECT id, state, amount_fen, kept_as FROM refunds
        WHERE merchant_id = %(merchant_id)s AND number = %(number)s FOR NO KEY UPDATE""",
        {"merchant_id": fact.merchant_id, "number": fact.refund_number},
    )
    if found is None:
        raise NotFound("There is no such refund.", number=fact.refund_number)
    if fact.amount_fen is not None and fact.amount_fen != found.amount_fen:
        raise WrongPayment("The refund is not what was asked for.", wrong=["amount_fen"])
    return found


def _write(fact: RefundFact, *, refund_id: int, at: datetime) -> None:
    is_over = fact.state is not RefundState.PROCESSING
    execute(
        """UPDATE refunds SET state = %(state)s, look_at = %(look_at)s,
          wechat_refund_id = coalesce(%(wechat_refund_id)s, wechat_refund_id),
          settled_at = %(settled_at)s, trouble = %(trouble)s
        WHERE merchant_id = %(merchant_id)s AND id = %(id)s""",
        {
            "merchant_id": fact.merchant_id,
            "id": refund_id,
            "state": fact.state.value,
            "trouble": fact.trouble,
            "wechat_refund_id": fact.wechat_refund_id,
            "look_at": at + LOOK_AFTER,
            "settled_at": at if is_over else None,
        },
    )
