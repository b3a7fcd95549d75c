"""Taking a seat with a voucher, or a place in the queue for one."""

from dataclasses import dataclass
from datetime import datetime

from app.domain import catalog, merchants, vouchers
from app.domain.bookings import statements
from app.domain.bookings.errors import AlreadyBooked, OfferLapsed, VoucherDoesNotFit
from app.domain.bookings.rules import BookingState, Seating, Ticket, check_booking
from app.domain.bookings.sessions import lock_session
from app.domain.catalog import BenefitKind
from app.domain.vouchers import Move
from app.kernel import numbers
from app.kernel.db import execute, fetch_one
from app.kernel.errors import NotFound


@dataclass(frozen=True)
class Booked:
    """`state` is "booked", or "waiting" when every seat was taken."""

    number: str
    state: str
    replayed: bool = False


@dataclass(frozen=True)
class _Open:
    number: str
    state: str
    session: str


@dataclass(frozen=True)
class _Written:
    id: int
    state: str


@dataclass(frozen=True)
class Own:
    id: int
    session_id: int
    voucher_id: int


def book(
    *,
    merchant_id: int,
    member_id: int,
    voucher_number: str,
    session_number: str,
    may_wait: bool,
    at: datetime,
) -> Booked:
    """Hold the voucher for a seat; if none is free and he may wait, for a place in the queue.

    The same voucher for the same session again finds what it has. Raises NotFound, AlreadyBooked,
    SessionOver, SessionFull, VoucherDoesNotFit, MoveRefused.
    """
    which = {"merchant_id": merchant_id, "member_id": member_id, "voucher": voucher_number}
    ticket = fetch_one(Ticket, statements.LOCK_TICKET, which)
    if ticket is None or ticket.kind != BenefitKind.BOOKING:
        raise NotFound("There is no such voucher in this wallet.", number=voucher_number[:40])
    if first := _booked_before(merchant_id, ticket, session_number):
        return first
    seating = lock_session(merchant_id, session_number)
    check_booking(seating, ticket, may_wait=may_wait, at=at)
    _check_conditions(merchant_id, seating, ticket)
    return _book(merchant_id, member_id, seating, ticket, at=at)


def confirm(*, merchant_id: int, member_id: int, booking_number: str, at: datetime) -> None:
    """Take the seat that was offered; again is harmless. Raises NotFound, OfferLapsed."""
    own = find_own(merchant_id, member_id, booking_number)
    which = {"merchant_id": merchant_id, "booking_id": own.id, "at": at}
    if execute(statements.CONFIRM, which):
        return
    found = fetch_one(Locked, statements.LOCK_BOOKING, which)
    if found is None or found.state != BookingState.BOOKED:
        raise OfferLapsed("没有为您保留的座位，或保留时间已过")


def find_own(merchant_id: int, member_id: int, number: str) -> Own:
    """Raises NotFound, also for another's."""
    which = {"merchant_id": merchant_id, "member_id": member_id, "booking": number}
    found = fetch_one(Own, statements.FIND_OWN, which)
    if found is None:
        raise NotFound("There is no such booking.", number=number[:40])
    return found


@dataclass(frozen=True)
class Locked:
    """A booking, held."""

    id: int
    number: str
    member_id: int
    voucher_id: int
    state: str
    is_open: bool
    offered_until: datetime | None


def _booked_before(merchant_id: int, ticket: Ticket, session_number: str) -> Booked | None:
    which = {"merchant_id": merchant_id, "voucher_id": ticket.id}
    found = fetch_one(_Open, statements.OPEN_BOOKING, which)
    if found is None:
        return None
    if found.session != session_number:
        raise AlreadyBooked("这张券已预约其他场次，请先取消", booking=found.number)
    return Booked(found.number, found.state, replayed=True)


def _check_conditions(merchant_id: int, seating: Seating, ticket: Ticket) -> None:
    """What would be refused at the door is refused now."""
    terms = catalog.find_revisions(merchant_id=merchant_id, revision_ids={ticket.revision_id})
    conditions = terms[ticket.revision_id].conditions
    stores = conditions.store_ids
    against = catalog.refuse_use(
        conditions,
        at=seating.starts_at,
        zone=merchants.profile(merchant_id=merchant_id).zone,
        store_id=seating.store_id or (stores[0] if stores else 0),
        spend_fen=conditions.minimum_spend_fen,
    )
    if against:
        raise VoucherDoesNotFit(against.holder_text, reason=against.code)


def _book(
    merchant_id: int, member_id: int, seating: Seating, ticket: Ticket, *, at: datetime
) -> Booked:
    number = numbers.new(numbers.Kind.BOOKING, merchant_id=merchant_id)
    written = fetch_one(
        _Written,
        statements.BOOK,
        {
            "merchant_id": merchant_id,
            "number": number,
            "session_id": seating.id,
            "member_id": member_id,
            "voucher_id": ticket.id,
            "at": at,
        },
    )
    vouchers.move(
        merchant_id=merchant_id,
        voucher_id=ticket.id,
        what=Move.HOLD,
        actor=f"member:{member_id}",
        reason="booking",
        reference=number,
        at=at,
    )
    if written is None:
        raise RuntimeError("a booking was written and gave no row")
    return Booked(number, written.state)
