"""Seats at dated sessions: booked with a voucher, waited for in order, used at the door."""

from app.domain.bookings.booking import Booked, book, confirm
from app.domain.bookings.errors import (
    AlreadyBooked,
    BookingClosed,
    BookingLocked,
    NotBooked,
    OfferLapsed,
    SessionFull,
    SessionOver,
    VoucherDoesNotFit,
)
from app.domain.bookings.events import BookingCalledOff, SeatOffered
from app.domain.bookings.models import Booking, BookingSession
from app.domain.bookings.queries import (
    BookingView,
    BookingWords,
    Guest,
    code_to_show,
    get_booking,
    list_bookings,
    list_guests,
    notice_words,
    page_sessions,
    sessions_for,
)
from app.domain.bookings.reporting import EveningReport, report
from app.domain.bookings.rules import BookingState, Seating
from app.domain.bookings.sessions import Plan, add_session, call_off, set_capacity
from app.domain.bookings.settling import (
    DueBooking,
    attend,
    cancel,
    check_door,
    let_go,
    list_due,
    settle,
    take_over,
)

__all__ = [
    "AlreadyBooked",
    "Booked",
    "Booking",
    "BookingCalledOff",
    "BookingClosed",
    "BookingLocked",
    "BookingSession",
    "BookingState",
    "BookingView",
    "BookingWords",
    "DueBooking",
    "EveningReport",
    "Guest",
    "NotBooked",
    "OfferLapsed",
    "Plan",
    "SeatOffered",
    "Seating",
    "SessionFull",
    "SessionOver",
    "VoucherDoesNotFit",
    "add_session",
    "attend",
    "book",
    "call_off",
    "cancel",
    "check_door",
    "code_to_show",
    "confirm",
    "get_booking",
    "let_go",
    "list_bookings",
    "list_due",
    "list_guests",
    "notice_words",
    "page_sessions",
    "report",
    "sessions_for",
    "set_capacity",
    "settle",
    "take_over",
]
