"""Bills that wait: their prepay id, and when to ask WeChat about them."""

from dataclasses import dataclass
from datetime import datetime

from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import NotFound


@dataclass(frozen=True)
class WaitingPayment:
    merchant_id: int
    payment_id: int
    number: str
    order_id: int
    channel_id: int
    looks: int
    asked_at: datetime


@dataclass(frozen=True)
class Bill:
    """What the phone and WeChat need to know about an unpaid bill. Amount in fen."""

    payment_id: int
    number: str
    channel_id: int
    appid: str
    payer_openid: str
    amount_fen: int
    state: str
    prepay_id: str | None
    prepaid_at: datetime | None


def find_bill(*, merchant_id: int, order_id: int) -> Bill:
    """The newest bill of an order. Raises NotFound for an order that was free."""
    found = fetch_one(
        Bill,
        """SELECT id, number, channel_id, appid, payer_openid, amount_fen, state, prepay_id,
             prepaid_at
        FROM payments WHERE merchant_id = %(merchant_id)s AND order_id = %(order_id)s
        ORDER BY id DESC LIMIT 1""",
        {"merchant_id": merchant_id, "order_id": order_id},
    )
    if found is None:
        raise NotFound("There is nothing to pay for this order.")
    return found


@dataclass(frozen=True)
class Received:
    """Money that came in for an order, as WeChat knows it. Amount in fen."""

    transaction_id: str
    appid: str
    payer_openid: str
    amount_fen: int
    received_at: datetime


def find_received(*, merchant_id: int, order_id: int) -> Received | None:
    """What was paid for an order, the first time; None for one that was free or is unpaid."""
    return fetch_one(
        Received,
        """SELECT transaction_id, appid, payer_openid, amount_fen, received_at
        FROM payments WHERE merchant_id = %(merchant_id)s AND order_id = %(order_id)s
          AND state = 'received' AND transaction_id IS NOT NULL
        ORDER BY id LIMIT 1""",
        {"merchant_id": merchant_id, "order_id": order_id},
    )


def remember_prepay(*, merchant_id: int, payment_number: str, prepay_id: str, at: datetime) -> None:
    """Keep the prepay id, so that a second tap pays the same bill."""
    execute(
        """UPDATE payments SET prepay_id = %(prepay_id)s, prepaid_at = %(at)s
        WHERE merchant_id = %(merchant_id)s AND number = %(number)s AND state = 'waiting'""",
        {"merchant_id": merchant_id, "number": payment_number, "prepay_id": prepay_id, "at": at},
    )


def list_due_looks(*, at: datetime, limit: int) -> list[WaitingPayment]:
    """Unpaid bills that should be asked about by then, across merchants, without locks."""
    return fetch_all(
        WaitingPayment,
        """SELECT merchant_id, id, number, order_id, channel_id, looks, asked_at FROM payments
        WHERE state = 'waiting' AND look_at <= %(at)s ORDER BY look_at LIMIT %(limit)s""",
        {"at": at, "limit": limit},
    )


def note_look(*, merchant_id: int, payment_id: int, next_at: datetime) -> None:
    """WeChat says it is still unpaid; ask again then."""
    execute(
        """UPDATE payments SET looks = looks + 1, look_at = %(next_at)s
        WHERE merchant_id = %(merchant_id)s AND id = %(id)s AND state = 'waiting'""",
        {"merchant_id": merchant_id, "id": payment_id, "next_at": next_at},
    )
