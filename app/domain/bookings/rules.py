"""Seats on paper: who may book, who may still change, and what becomes of an open booking."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.bookings.errors import (
    BookingClosed,
    BookingLocked,
    SessionFull,
    SessionOver,
    VoucherDoesNotFit,
)

DOORS_OPEN = timedelta(hours=2)


class BookingState(StrEnum):
    """Open: waiting (for a seat), offered (one, for a while), booked. The others are ends.

    `lapsed`: waited in vain or did not answer; `missed`: booked and did not come; `called_off`:
    by the merchant.
    """

    WAITING = "waiting"
    OFFERED = "offered"
    BOOKED = "booked"
    ATTENDED = "attended"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    MISSED = "missed"
    CALLED_OFF = "called_off"


# Ends in which the seat was used, or kept free for nobody else.
SEAT_STAYS_TAKEN = frozenset({BookingState.ATTENDED, BookingState.MISSED})
HOLDS_A_SEAT = frozenset({BookingState.OFFERED, BookingState.BOOKED})


@dataclass(frozen=True)
class Seating:
    """A session, locked or just looked at."""

    id: int
    number: str
    benefit_id: int
    store_id: int | None
    title: str
    starts_at: datetime
    ends_at: datetime
    changes_until: datetime
    capacity: int
    taken: int
    hold_hours: int
    cancelled_at: datetime | None

    @property
    def is_full(self) -> bool:
        return self.taken >= self.capacity


@dataclass(frozen=True)
class Ticket:
    """The voucher that somebody wants to book with."""

    id: int
    number: str
    state: str
    kind: str
    benefit_id: int
    revision_id: int
    valid_from: datetime
    valid_until: datetime


def check_booking(seating: Seating, ticket: Ticket, *, may_wait: bool, at: datetime) -> None:
    """Raises SessionOver, SessionFull, VoucherDoesNotFit."""
    if seating.cancelled_at or at >= seating.starts_at:
        raise SessionOver("该场次已取消或已开始，不能预约")
    if ticket.benefit_id != seating.benefit_id:
        raise VoucherDoesNotFit("这张券不能预约该场次")
    if not ticket.valid_from <= seating.starts_at < ticket.valid_until:
        raise VoucherDoesNotFit("该场次不在这张券的有效期内")
    if seating.is_full and (not may_wait or at >= seating.changes_until):
        raise SessionFull("该场次已约满")


def check_change(state: BookingState, seating: Seating, *, at: datetime) -> None:
    """Raises BookingClosed, BookingLocked. Whoever waits may leave at any time."""
    if state not in {BookingState.WAITING, *HOLDS_A_SEAT}:
        raise BookingClosed("该预约已结束", state=state.value)
    if state is BookingState.BOOKED and at >= seating.changes_until:
        raise BookingLocked("已过可取消时间", changes_until=seating.changes_until)


def end_of(
    state: BookingState, seating: Seating, *, offered_until: datetime | None, at: datetime
) -> BookingState | None:
    """What an open booking ends as by itself, or None while it goes on."""
    if seating.cancelled_at:
        return BookingState.CALLED_OFF
    if at >= seating.ends_at:
        return BookingState.MISSED if state is BookingState.BOOKED else BookingState.LAPSED
    is_over = state is BookingState.OFFERED and offered_until is not None and at >= offered_until
    return BookingState.LAPSED if is_over else None


def offer_until(seating: Seating, *, at: datetime) -> datetime:
    return min(at + timedelta(hours=seating.hold_hours), seating.starts_at)


def is_door_open(seating: Seating, *, at: datetime) -> bool:
    return seating.starts_at - DOORS_OPEN <= at < seating.ends_at
