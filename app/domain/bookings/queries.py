from dataclasses import dataclass
from datetime import datetime

from app.domain import members, vouchers
from app.domain.bookings import statements
from app.domain.bookings.errors import BookingClosed
from app.domain.bookings.rules import BookingState, Seating, Ticket
from app.domain.vouchers import ShowCode
from app.kernel import paging
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import NotFound
from app.kernel.paging import Page

MOST_SESSIONS = 100
MOST_GUESTS = 2000


@dataclass(frozen=True)
class BookingView:
    """`place` is that in the queue, for whoever waits."""

    id: int
    number: str
    state: str
    asked_at: datetime
    offered_until: datetime | None
    settled_at: datetime | None
    voucher_id: int
    voucher_number: str
    holder_version: int
    session_number: str
    title: str
    starts_at: datetime
    ends_at: datetime
    changes_until: datetime
    store_id: int | None
    place: int | None


@dataclass(frozen=True)
class Guest:
    """One line of the list at the door."""

    booking_number: str
    state: str
    member_number: str
    nickname: str | None
    asked_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True)
class BookingWords:
    """What a message about a booking says; the order is the one that the voucher came with."""

    number: str
    member_id: int
    offered_until: datetime | None
    title: str
    starts_at: datetime
    order_id: int | None
    order_number: str | None
    appid: str | None


def sessions_for(
    *, merchant_id: int, member_id: int, voucher_number: str, at: datetime
) -> list[Seating]:
    """The sessions to come for which this member's voucher is good. Raises NotFound."""
    which = {"merchant_id": merchant_id, "member_id": member_id, "voucher": voucher_number}
    ticket = fetch_one(Ticket, statements.LOOK_AT_TICKET, which)
    if ticket is None:
        raise NotFound("There is no such voucher in this wallet.", number=voucher_number[:40])
    wanted = {
        "merchant_id": merchant_id,
        "benefit_id": ticket.benefit_id,
        "at": at,
        "limit": MOST_SESSIONS,
    }
    found = fetch_all(Seating, statements.SESSIONS_OF_BENEFIT, wanted)
    return [each for each in found if ticket.valid_from <= each.starts_at < ticket.valid_until]


def page_sessions(
    *,
    merchant_id: int,
    store_id: int | None = None,
    since: datetime,
    cursor: str | None = None,
    limit: int = MOST_SESSIONS,
) -> Page[Seating]:
    """The merchant's sessions that end after `since`, called off ones included, the soonest first.

    With a store those there, and those at no store of their own.
    """
    after_time, after_id = paging.after_moment(cursor)
    which = {
        "merchant_id": merchant_id,
        "store_id": store_id,
        "since": since,
        "after_time": after_time,
        "after_id": after_id,
        "limit": limit + 1,
    }
    rows = fetch_all(Seating, statements.SESSIONS, which)
    return paging.cut(rows, limit=limit, key=lambda row: paging.moment_key(row.ends_at, row.id))


def list_guests(
    *, merchant_id: int, session_number: str, store_id: int | None = None
) -> tuple[Seating, list[Guest]]:
    """A session and who comes, waits or was there, in the order in which they asked.

    With a store only sessions there, or at no store of their own. Raises NotFound.
    """
    which: dict[str, object] = {"merchant_id": merchant_id, "session": session_number}
    seating = fetch_one(Seating, statements.ONE_SESSION, which)
    if seating is None or (store_id and seating.store_id not in {None, store_id}):
        raise NotFound("There is no such session.", number=session_number[:40])
    wanted = {**which, "session_id": seating.id, "limit": MOST_GUESTS}
    return seating, fetch_all(Guest, statements.GUESTS, wanted)


def get_booking(*, merchant_id: int, member_id: int, number: str) -> BookingView:
    """Raises NotFound, also for another's."""
    which = {"merchant_id": merchant_id, "member_id": member_id, "booking": number}
    found = fetch_one(BookingView, statements.VIEW_ONE, which)
    if found is None:
        raise NotFound("There is no such booking.", number=number[:40])
    return found


def list_bookings(
    *, merchant_id: int, member_id: int, cursor: str | None, limit: int
) -> Page[BookingView]:
    """The newest first. Raises Invalid for a cursor that is not ours."""
    which = {
        "merchant_id": merchant_id,
        "member_id": member_id,
        "after": paging.after(cursor),
        "limit": limit + 1,
    }
    rows = fetch_all(BookingView, statements.VIEW_PAGE, which)
    return paging.cut(rows, limit=limit, key=lambda row: row.id)


def code_to_show(*, merchant_id: int, member_id: int, number: str, at: datetime) -> ShowCode:
    """The present code of a booked seat's voucher, for the door.

    Raises NotFound, BookingClosed, CodesFrozen.
    """
    booking = get_booking(merchant_id=merchant_id, member_id=member_id, number=number)
    if booking.state != BookingState.BOOKED:
        raise BookingClosed("只有已预约成功的场次可以出示入场码", state=booking.state)
    members.code_state(merchant_id=merchant_id, member_id=member_id).require_unfrozen()
    return vouchers.show_code(
        merchant_id=merchant_id,
        voucher_id=booking.voucher_id,
        holder_version=booking.holder_version,
        at=at,
    )


def notice_words(*, merchant_id: int, booking_number: str) -> BookingWords:
    """Raises NotFound."""
    which = {"merchant_id": merchant_id, "booking": booking_number}
    found = fetch_one(BookingWords, statements.WORDS, which)
    if found is None:
        raise NotFound("There is no such booking.")
    return found
