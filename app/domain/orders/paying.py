from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.domain import ledger, members, payments
from app.domain.orders import statements, tenders
from app.domain.orders.events import OrderPaid, PaymentCameLate
from app.domain.orders.fulfilling import hand_over
from app.domain.orders.rules import Line, wrapping_of
from app.domain.payments import Asked, PaidFact, UnknownPayment
from app.kernel import outbox
from app.kernel.db import execute, fetch_one
from app.kernel.errors import NotFound


class Outcome(StrEnum):
    """What a paid fact led to.

    Handed over; known before; too late and on its way back; given back by hand before we heard.
    """

    PAID = "paid"
    ALREADY = "already"
    LATE = "late"
    RETURNED = "returned"


@dataclass(frozen=True)
class _Locked:
    payment_id: int
    channel_id: int
    appid: str
    payer_openid: str
    amount_fen: int
    payment_state: str
    transaction_id: str | None
    order_id: int
    order_number: str
    member_id: int
    order_state: str
    lines: list[list[Any]]
    buyer_was_merged: bool
    gift: dict[str, Any] | None
    promised_at: datetime | None
    has_tenders: bool


def confirm_paid(fact: PaidFact, *, at: datetime) -> Outcome:
    """Money arrived: book it, and hand over what it bought, once. Safe to repeat.

    A fact cannot be refused: money for an order that is closed, or paid before, is booked apart
    and goes back by itself. Money that was given back by hand is booked apart too, and buys
    nothing.

    Raises UnknownPayment; WrongPayment when amount, currency, account, app or payer differ.
    """
    found = fetch_one(
        _Locked,
        statements.LOCK_FOR_PAYMENT,
        {"merchant_id": fact.merchant_id, "number": fact.payment_number},
    )
    if found is None:
        raise UnknownPayment("There is no such bill.", number=fact.payment_number)
    _check(fact, found)
    if found.payment_state == "received":
        return Outcome.ALREADY
    ledger.open_house_accounts(fact.merchant_id)
    in_time = found.order_state == "pending" and not fact.is_returned
    execute(statements.RECEIVE, _parameters(fact, found, in_time=in_time, at=at))
    if fact.is_returned:
        return Outcome.RETURNED
    if not in_time:
        return Outcome.LATE
    if found.has_tenders:
        tenders.capture(
            merchant_id=fact.merchant_id,
            order_id=found.order_id,
            order_number=found.order_number,
            at=at,
        )
    hand_over(
        merchant_id=fact.merchant_id,
        order_id=found.order_id,
        order_number=found.order_number,
        member_id=_holder(fact.merchant_id, found),
        lines=[Line(*line) for line in found.lines],
        gift=wrapping_of(found.gift),
        promised_at=found.promised_at,
        at=at,
    )
    return Outcome.PAID


def _holder(merchant_id: int, found: _Locked) -> int:
    """The buyer; or the member he turned out to be before his money came."""
    if not found.buyer_was_merged:
        return found.member_id
    return members.canonical_id(merchant_id=merchant_id, member_id=found.member_id)


def _check(fact: PaidFact, found: _Locked) -> None:
    asked = Asked(
        amount_fen=found.amount_fen,
        channel_id=found.channel_id,
        appid=found.appid,
        payer_openid=found.payer_openid,
    )
    payments.check_fact(fact, asked)


def _parameters(
    fact: PaidFact, found: _Locked, *, in_time: bool, at: datetime
) -> dict[str, object]:
    event: outbox.Event = (
        OrderPaid(merchant_id=fact.merchant_id, order_id=found.order_id)
        if in_time
        else PaymentCameLate(merchant_id=fact.merchant_id, payment_id=found.payment_id)
    )
    published = outbox.publish_parameters(event, at=at)
    if fact.is_returned:
        # Nothing follows from it: the bill of that day tells a person of both, money and refund.
        published["jobs"] = "{}"
    return {
        **published,
        "payment_id": found.payment_id,
        "order_id": found.order_id,
        "transaction_id": fact.transaction_id,
        "paid_at": fact.paid_at,
        "amount_fen": fact.amount_fen,
        "in_time": in_time,
        "kept_as": "prepaid" if in_time else "late_money",
        "cause": f"payment:{fact.payment_number}",
    }


@dataclass(frozen=True)
class _Late:
    payment_id: int
    amount_fen: int


def return_late_money(*, merchant_id: int, payment_id: int, at: datetime) -> str | None:
    """Ask for the refund of money that came too late; its number, None when asked before.

    Raises NotFound.
    """
    found = fetch_one(
        _Late,
        """SELECT id, amount_fen FROM payments WHERE merchant_id = %(merchant_id)s
        AND id = %(payment_id)s AND state = 'received'""",
        {"merchant_id": merchant_id, "payment_id": payment_id},
    )
    if found is None:
        raise NotFound("There is no such payment.")
    return payments.ask_refund(
        merchant_id=merchant_id,
        payment_id=payment_id,
        amount_fen=found.amount_fen,
        reason="订单已关闭，款项原路退回",
        cause=f"late:{payment_id}",
        at=at,
    )
