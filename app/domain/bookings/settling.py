"""How a booking ends: given back, lapsed, called off, missed; or used, at the door."""

from dataclasses import dataclass
from datetime import datetime

from app.domain import vouchers
from app.domain.bookings import statements
from app.domain.bookings.booking import Locked, find_own
from app.domain.bookings.errors import NotBooked
from app.domain.bookings.events import BookingCalledOff
from app.domain.bookings.passing import pass_on
from app.domain.bookings.rules import (
    HOLDS_A_SEAT,
    SEAT_STAYS_TAKEN,
    BookingState,
    Seating,
    check_change,
    end_of,
    is_door_open,
)
from app.domain.vouchers import Move
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.outbox import publish


@dataclass(frozen=True)
class DueBooking:
    merchant_id: int
    booking_id: int
    session_id: int
    voucher_id: int


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True)
class _Open:
    id: int
    session_id: int


def cancel(*, merchant_id: int, member_id: int, booking_number: str, at: datetime) -> None:
    """Give the seat back, or leave the queue; the voucher is usable again.

    Again is harmless. Raises NotFound, BookingClosed, BookingLocked.
    """
    own = find_own(merchant_id, member_id, booking_number)
    seating, booking = _lock(merchant_id, own.voucher_id, own.session_id, own.id)
    state = BookingState(booking.state)
    if state is BookingState.CANCELLED:
        return
    check_change(state, seating, at=at)
    _end(merchant_id, seating, booking, BookingState.CANCELLED, f"member:{member_id}", at=at)


def let_go(*, merchant_id: int, voucher_id: int, actor: str, at: datetime) -> bool:
    """The voucher goes back: what it is booked for ends, however late; False when nothing is.

    The caller holds the voucher, which is usable again. Whoever waits longest is offered the seat.
    """
    which = {"merchant_id": merchant_id, "voucher_id": voucher_id}
    found = fetch_one(_Open, statements.OPEN_OF_VOUCHER, which)
    if found is None:
        return False
    seating, booking = _lock(merchant_id, voucher_id, found.session_id, found.id)
    _end(merchant_id, seating, booking, BookingState.CANCELLED, actor, at=at)
    return True


def list_due(*, at: datetime, limit: int) -> list[DueBooking]:
    """Open bookings that end by themselves, across merchants, without locks."""
    return fetch_all(DueBooking, statements.DUE, {"at": at, "limit": limit})


def settle(due: DueBooking, *, at: datetime) -> bool:
    """End one that is due; False when somebody was faster."""
    seating, booking = _lock(due.merchant_id, due.voucher_id, due.session_id, due.booking_id)
    if not booking.is_open:
        return False
    state = BookingState(booking.state)
    end = end_of(state, seating, offered_until=booking.offered_until, at=at)
    if end is None:
        return False
    _end(due.merchant_id, seating, booking, end, "system", at=at)
    if end is BookingState.CALLED_OFF:
        event = BookingCalledOff(merchant_id=due.merchant_id, booking_number=booking.number)
        publish(event, at=at)
    return True


def check_door(*, merchant_id: int, voucher_id: int, store_id: int, at: datetime) -> int:
    """The booking with which this voucher may be used here and now; its id. Raises NotBooked."""
    which = {"merchant_id": merchant_id, "voucher_id": voucher_id}
    booking = fetch_one(_Id, statements.BOOKED_WITH, which)
    seating = fetch_one(Seating, statements.SEAT_OF, which)
    if booking is None or seating is None:
        raise NotBooked.told()
    is_here = seating.store_id is None or seating.store_id == store_id
    if seating.cancelled_at or not is_here or not is_door_open(seating, at=at):
        raise NotBooked.told(starts_at=seating.starts_at, title=seating.title)
    return booking.id


def attend(*, merchant_id: int, voucher_id: int, store_id: int, actor: str, at: datetime) -> None:
    """The guest is here: his voucher is usable from now on. The caller holds it and uses it up.

    Raises NotBooked.
    """
    booking_id = check_door(
        merchant_id=merchant_id, voucher_id=voucher_id, store_id=store_id, at=at
    )
    which = {"merchant_id": merchant_id, "booking_id": booking_id}
    execute(statements.CLOSE, {**which, "state": BookingState.ATTENDED.value, "at": at})
    _release(merchant_id, voucher_id, "checked_in", actor, at=at)


def take_over(*, merchant_id: int, loser_id: int, winner_id: int) -> int:
    """One person turned out to be two members: his bookings come together. Repeatable."""
    who = {"merchant_id": merchant_id, "loser_id": loser_id, "winner_id": winner_id}
    return execute(statements.TAKE_OVER, who)


def _lock(
    merchant_id: int, voucher_id: int, session_id: int, booking_id: int
) -> tuple[Seating, Locked]:
    """Voucher, session, booking: always in this order."""
    which = {
        "merchant_id": merchant_id,
        "voucher_id": voucher_id,
        "session_id": session_id,
        "booking_id": booking_id,
    }
    fetch_one(_Id, statements.LOCK_VOUCHER, which)
    seating = fetch_one(Seating, statements.LOCK_SESSION_BY_ID, which)
    booking = fetch_one(Locked, statements.LOCK_BOOKING, which)
    if seating is None or booking is None:
        raise RuntimeError(f"booking {booking_id} of merchant {merchant_id} is gone")
    return seating, booking


def _end(
    merchant_id: int,
    seating: Seating,
    booking: Locked,
    end: BookingState,
    actor: str,
    *,
    at: datetime,
) -> None:
    which = {"merchant_id": merchant_id, "booking_id": booking.id}
    execute(statements.CLOSE, {**which, "state": end.value, "at": at})
    _release(merchant_id, booking.voucher_id, "booking_over", actor, at=at)
    if BookingState(booking.state) in HOLDS_A_SEAT and end not in SEAT_STAYS_TAKEN:
        pass_on(merchant_id, seating, at=at)


def _release(merchant_id: int, voucher_id: int, reason: str, actor: str, *, at: datetime) -> None:
    vouchers.move(
        merchant_id=merchant_id,
        voucher_id=voucher_id,
        what=Move.RELEASE,
        actor=actor,
        reason=reason,
        at=at,
    )
