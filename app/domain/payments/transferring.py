"""Money back by transfer, where a refund is not possible any more. The payer confirms it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain import ledger
from app.domain.ledger import AccountKind, Posting, house
from app.domain.payments.again import lock_closed
from app.domain.payments.chains import AFTER, refuse_if_arrived
from app.domain.payments.counting import count_back, lock_payment
from app.domain.payments.errors import RefundStands, WrongPayment
from app.domain.payments.events import TransferAsked, TransferSettled, TransferWaits
from app.domain.payments.models import TransferState
from app.kernel import numbers
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import NotFound
from app.kernel.outbox import publish

LOOK_AFTER = timedelta(minutes=2)
OVER = frozenset({TransferState.SUCCEEDED, TransferState.FAILED, TransferState.CANCELLED})
CAME_TO_NOTHING = OVER - {TransferState.SUCCEEDED}

# A state never goes back to one before it.
_RANK = {state: rank for rank, state in enumerate(TransferState)}


@dataclass(frozen=True)
class TransferView:
    """A transfer, and the payer whom it goes to as his app knows him. Amount in fen."""

    transfer_id: int
    number: str
    cause: str
    payment_id: int
    state: str
    channel_id: int
    appid: str
    openid: str
    amount_fen: int
    reason: str
    package_info: str | None
    fail_reason: str | None


@dataclass(frozen=True, kw_only=True)
class TransferFact:
    """What WeChat says about a transfer. `amount_fen` is None where it does not say."""

    merchant_id: int
    transfer_number: str
    state: TransferState
    bill_no: str | None
    package_info: str | None = None
    fail_reason: str | None = None
    amount_fen: int | None = None


@dataclass(frozen=True)
class OpenTransfer:
    merchant_id: int
    number: str


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True)
class _Open:
    id: int
    state: str
    amount_fen: int


def ask_transfer(
    *, merchant_id: int, payment_id: int, amount_fen: int, reason: str, cause: str, at: datetime
) -> str | None:
    """Write down the intent to pay the payer back and publish it; its number.

    None when this cause has its transfer already. Raises NotFound, TooMuchBack.
    """
    lock_payment(merchant_id=merchant_id, payment_id=payment_id)
    number = _write(
        merchant_id=merchant_id,
        payment_id=payment_id,
        amount_fen=amount_fen,
        reason=reason,
        cause=cause,
        at=at,
    )
    if number:
        count_back(merchant_id=merchant_id, payment_id=payment_id, amount_fen=amount_fen)
    return number


def transfer_anew(*, merchant_id: int, number: str, at: datetime) -> str:
    """Another transfer in the place of one that came to nothing; its number.

    Raises NotFound; RefundStands while the first may still arrive, or has its successor.
    """
    old = lock_failed(merchant_id=merchant_id, number=number)
    cause = f"{old.cause}{AFTER}{old.number}"
    fresh = _write(
        merchant_id=merchant_id,
        payment_id=old.payment_id,
        amount_fen=old.amount_fen,
        reason=old.reason,
        cause=cause,
        at=at,
    )
    if fresh is None:
        raise RefundStands("该转账已重新发起", state=old.state)
    return fresh


def lock_failed(*, merchant_id: int, number: str) -> TransferView:
    """The payment, ours until commit, and a transfer of it that came to nothing.

    Raises NotFound; RefundStands while it may still arrive, did, or another of its cause did.
    """
    old = find_transfer(merchant_id=merchant_id, number=number)
    lock_payment(merchant_id=merchant_id, payment_id=old.payment_id)
    old = find_transfer(merchant_id=merchant_id, number=number)
    if old.state not in CAME_TO_NOTHING:
        raise RefundStands("该转账还可能到账，不能重新发起", state=old.state)
    refuse_if_arrived(merchant_id=merchant_id, cause=old.cause)
    return old


def replace_refund(*, merchant_id: int, number: str, at: datetime) -> str:
    """A transfer for money that was counted for a refund which WeChat closed; its number.

    Raises NotFound; RefundStands while the refund may still arrive, or has its successor.
    """
    old = lock_closed(merchant_id=merchant_id, number=number)
    made = _write(
        merchant_id=merchant_id,
        payment_id=old.payment_id,
        amount_fen=old.amount_fen,
        reason=old.reason,
        cause=f"{old.cause}{AFTER}{old.number}",
        at=at,
    )
    if made is None:
        raise RefundStands("该退款已改为转账", state=old.state)
    return made


def find_transfer(*, merchant_id: int, number: str) -> TransferView:
    """Raises NotFound."""
    return _find(merchant_id, "t.number = %(which)s", number)


def transfer_to_send(*, merchant_id: int, transfer_id: int) -> TransferView:
    """Raises NotFound."""
    return _find(merchant_id, "t.id = %(which)s", transfer_id)


def list_open_transfers(*, at: datetime, limit: int) -> list[OpenTransfer]:
    """Transfers without an end that should be asked about by then, across merchants."""
    return fetch_all(
        OpenTransfer,
        """SELECT merchant_id, number FROM transfers
        WHERE state IN ('asked', 'waiting', 'moving') AND look_at <= %(at)s
        ORDER BY look_at LIMIT %(limit)s""",
        {"at": at, "limit": limit},
    )


def note_transfer_look(*, merchant_id: int, number: str, next_at: datetime) -> None:
    """Ask WeChat about it then, unless it has come to its end meanwhile."""
    execute(
        """UPDATE transfers SET look_at = %(next_at)s
        WHERE merchant_id = %(merchant_id)s AND number = %(number)s
          AND state IN ('asked', 'waiting', 'moving')""",
        {"merchant_id": merchant_id, "number": number, "next_at": next_at},
    )


def settle_transfer(fact: TransferFact, *, at: datetime) -> TransferState:
    """Write down what became of a transfer. Late and repeated facts are harmless.

    One that succeeded is booked once: what was prepaid goes back to the payers. Raises NotFound;
    WrongPayment when WeChat names another amount.
    """
    found = _lock(fact)
    now = TransferState(found.state)
    if now in OVER or _RANK[fact.state] < _RANK[now]:
        return now
    _keep(fact, transfer_id=found.id, at=at)
    if fact.state is TransferState.WAITING and now is TransferState.ASKED:
        waits = TransferWaits(merchant_id=fact.merchant_id, transfer_number=fact.transfer_number)
        publish(waits, at=at)
    if fact.state is TransferState.SUCCEEDED:
        book(
            merchant_id=fact.merchant_id,
            number=fact.transfer_number,
            amount_fen=found.amount_fen,
            at=at,
        )
    if fact.state in OVER:
        told = TransferSettled(merchant_id=fact.merchant_id, transfer_number=fact.transfer_number)
        publish(told, at=at)
    return fact.state


def book(*, merchant_id: int, number: str, amount_fen: int, at: datetime) -> None:
    """What was prepaid goes back to the payers, once for each transfer."""
    returned = Posting(
        source=house(AccountKind.PREPAID),
        destination=house(AccountKind.PAYERS),
        amount=amount_fen,
    )
    ledger.post(merchant_id=merchant_id, cause=f"transfer:{number}", postings=[returned], at=at)


def _write(
    *, merchant_id: int, payment_id: int, amount_fen: int, reason: str, cause: str, at: datetime
) -> str | None:
    number = numbers.new(numbers.Kind.TRANSFER, merchant_id=merchant_id)
    made = fetch_one(
        _Id,
        """INSERT INTO transfers
          (merchant_id, number, cause, payment_id, amount_fen, reason, state, asked_at, look_at)
        VALUES (%(merchant_id)s, %(number)s, %(cause)s, %(payment_id)s, %(amount_fen)s,
          %(reason)s, 'asked', %(at)s, %(look_at)s)
        ON CONFLICT (merchant_id, cause) DO NOTHING RETURNING id""",
        {
            "merchant_id": merchant_id,
            "number": number,
            "cause": cause,
            "payment_id": payment_id,
            "amount_fen": amount_fen,
            "reason": reason,
            "at": at,
            "look_at": at + LOOK_AFTER,
        },
    )
    if made is None:
        return None
    publish(TransferAsked(merchant_id=merchant_id, transfer_id=made.id), at=at)
    return number


def _find(merchant_id: int, by: str, which: str | int) -> TransferView:
    found = fetch_one(
        TransferView,
        f"""SELECT t.id, t.number, t.cause, t.payment_id, t.state, p.channel_id, p.appid,
          p.payer_openid, t.amount_fen, t.reason, t.package_info, t.fail_reason
        FROM transfers t
        JOIN payments p ON p.merchant_id = t.merchant_id AND p.id = t.payment_id
        WHERE t.merchant_id = %(merchant_id)s AND {by}""",  # noqa: S608 - `by` is one of two literals above
        {"merchant_id": merchant_id, "which": which},
    )
    if found is None:
        raise NotFound("There is no such transfer.")
    return found


def _lock(fact: TransferFact) -> _Open:
    found = fetch_one(
        _Open,
        """SELECT id, state, amount_fen FROM transfers
        WHERE merchant_id = %(merchant_id)s AND number = %(number)s FOR NO KEY UPDATE""",
        {"merchant_id": fact.merchant_id, "number": fact.transfer_number},
    )
    if found is None:
        raise NotFound("There is no such transfer.", number=fact.transfer_number)
    if fact.amount_fen is not None and fact.amount_fen != found.amount_fen:
        raise WrongPayment("The transfer is not what was asked for.", wrong=["amount_fen"])
    return found


def _keep(fact: TransferFact, *, transfer_id: int, at: datetime) -> None:
    execute(
        """UPDATE transfers SET state = %(state)s, look_at = %(look_at)s,
          bill_no = coalesce(%(bill_no)s, bill_no),
          package_info = coalesce(%(package_info)s, package_info),
          fail_reason = %(fail_reason)s, settled_at = %(settled_at)s, trouble = NULL
        WHERE merchant_id = %(merchant_id)s AND id = %(id)s""",
        {
            "merchant_id": fact.merchant_id,
            "id": transfer_id,
            "state": fact.state.value,
            "bill_no": fact.bill_no,
            "package_info": fact.package_info,
            "fail_reason": fact.fail_reason,
            "look_at": at + LOOK_AFTER,
            "settled_at": at if fact.state in OVER else None,
        },
    )
