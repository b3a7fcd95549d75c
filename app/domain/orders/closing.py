from dataclasses import dataclass
from datetime import datetime

from app.domain import catalog
from app.domain.orders import statements, tenders
from app.domain.orders.models import CloseReason
from app.kernel import audit
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import NotFound


@dataclass(frozen=True)
class Overdue:
    """An unpaid order whose time is over; nothing to pay: no payment number."""

    merchant_id: int
    order_id: int
    payment_number: str | None
    channel_id: int | None


@dataclass(frozen=True)
class _Locked:
    id: int
    member_id: int
    state: str
    has_tenders: bool
    number: str


@dataclass(frozen=True)
class _Line:
    offer_id: int
    quantity: int
    from_stock: bool
    is_counted: bool


def list_overdue(*, at: datetime, limit: int) -> list[Overdue]:
    """Unpaid orders that should be closed by then, across merchants, without locks.

    Those that nobody tried to close come first, then what was tried longest ago.
    """
    return fetch_all(Overdue, statements.OVERDUE, {"at": at, "limit": limit})


def note_close_try(*, merchant_id: int, order_id: int, at: datetime) -> None:
    """Somebody is about to close it; should that fail, others come first next time."""
    execute(statements.NOTE_CLOSE_TRY, {"merchant_id": merchant_id, "order_id": order_id, "at": at})


def hurry_unpaid(
    *, merchant_id: int, offer_id: int, offer_number: str, actor: str, at: datetime
) -> int:
    """Unpaid orders with this offer are overdue from now on; how many.

    They close by the same way as every overdue one, after a look at WeChat: whoever paid in the
    same second keeps what he paid for.
    """
    which = {"merchant_id": merchant_id, "offer_id": offer_id, "at": at}
    hurried = execute(statements.HURRY, which)
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="order.hurry_unpaid",
        subject=offer_number,
        at=at,
        details={"orders": hurried},
    )
    return hurried


def close(*, merchant_id: int, order_id: int, reason: CloseReason, at: datetime) -> bool:
    """Close an unpaid order and give back its stock and pots; False when it is no longer unpaid.

    WeChat's bill is closed first, by the caller, so that late money is rare. Raises NotFound.
    """
    which: dict[str, object] = {"merchant_id": merchant_id, "order_id": order_id}
    order = fetch_one(_Locked, statements.LOCK_TO_CLOSE, which)
    if order is None:
        raise NotFound("There is no such order.")
    if order.state != "pending":
        return False
    execute(statements.CLOSE, {**which, "reason": reason.value, "at": at})
    if order.has_tenders:
        tenders.release_voucher(
            merchant_id=merchant_id, order_id=order_id, order_number=order.number, at=at
        )
    _put_back(merchant_id, order)
    if order.has_tenders:
        tenders.release_balances(merchant_id=merchant_id, order_id=order_id, at=at)
    return True


def _put_back(merchant_id: int, order: _Locked) -> None:
    for line in _lines(merchant_id, order.id):
        catalog.put_back(
            merchant_id=merchant_id,
            offer_id=line.offer_id,
            member_id=order.member_id,
            quantity=line.quantity,
            limited=line.from_stock,
            counted=line.is_counted,
        )


def _lines(merchant_id: int, order_id: int) -> list[_Line]:
    which = {"merchant_id": merchant_id, "order_id": order_id}
    return fetch_all(_Line, statements.LINES_TO_PUT_BACK, which)
