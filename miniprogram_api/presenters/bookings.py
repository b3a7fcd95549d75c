from collections.abc import Mapping, Sequence
from datetime import datetime

from app.domain import bookings
from app.domain.bookings import Booked, BookingView, Guest, Seating
from app.domain.members import masked_name
from app.kernel.paging import Page
from app.web.words import Told


class Evening(Told):
    """A session. Seats can be given back until `changes_until`; no store means any of them."""

    session: str
    title: str
    store: str | None
    starts_at: datetime
    ends_at: datetime
    changes_until: datetime
    seats: int
    seats_left: int
    full: bool
    called_off: bool


class Evenings(Told):
    items: list[Evening]


class BookingMade(Told):
    """`state` is "booked", or "waiting" when every seat was taken."""

    booking: str
    state: str
    replayed: bool


class BookingDetails(Told):
    """`place` in the queue while waiting; a seat is kept until `offered_until` while offered."""

    booking: str
    state: str
    voucher: str
    session: str
    title: str
    store: str | None
    starts_at: datetime
    ends_at: datetime
    changes_until: datetime
    asked_at: datetime
    offered_until: datetime | None
    place: int | None


class BookingPage(Told):
    items: list[BookingDetails]
    next_cursor: str | None


class GuestView(Told):
    booking: str
    member: str
    name: str
    state: str
    asked_at: datetime
    settled_at: datetime | None


class GuestList(Told):
    """`booked` are expected, `attended` are here, `waiting` have no seat (yet)."""

    evening: Evening
    booked: int
    attended: int
    waiting: int
    items: list[GuestView]


class EveningReport(Told):
    """One evening. Money in fen, `came` in basis points of those who had a seat.

    `early`: seats of orders placed before their offer was on sale for everybody. From two hours
    before it began until it ended, those who came paid `orders` for `spent` (what came back since
    is taken off), and used other vouchers there, for which they had paid `redeemed`.
    """

    evening: Evening
    booked: int
    waiting: int
    attended: int
    missed: int
    cancelled: int
    lapsed: int
    early: int
    came: int | None
    buyers: int
    orders: int
    spent: int
    redemptions: int
    redeemed: int


def present_evenings(found: Sequence[Seating], *, stores: Mapping[int, str]) -> Evenings:
    return Evenings(items=[_evening(each, stores) for each in found])


def present_made(made: Booked) -> BookingMade:
    return BookingMade(booking=made.number, state=made.state, replayed=made.replayed)


def present_bookings(page: Page[BookingView], *, stores: Mapping[int, str]) -> BookingPage:
    items = [present_booking(each, stores=stores) for each in page.items]
    return BookingPage(items=items, next_cursor=page.next_cursor)


def present_booking(booking: BookingView, *, stores: Mapping[int, str]) -> BookingDetails:
    return BookingDetails(
        booking=booking.number,
        state=booking.state,
        voucher=booking.voucher_number,
        session=booking.session_number,
        title=booking.title,
        store=stores.get(booking.store_id or 0),
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        changes_until=booking.changes_until,
        asked_at=booking.asked_at,
        offered_until=booking.offered_until if booking.state == "offered" else None,
        place=booking.place,
    )


def present_guests(
    seating: Seating, guests: Sequence[Guest], *, stores: Mapping[int, str]
) -> GuestList:
    states = [guest.state for guest in guests]
    return GuestList(
        evening=_evening(seating, stores),
        booked=states.count("booked"),
        attended=states.count("attended"),
        waiting=states.count("waiting") + states.count("offered"),
        items=[_guest(each) for each in guests],
    )


def present_report(found: bookings.EveningReport, *, stores: Mapping[int, str]) -> EveningReport:
    seats, spend = found.seats, found.spend
    return EveningReport(
        evening=_evening(found.seating, stores),
        booked=seats.booked,
        waiting=seats.waiting,
        attended=seats.attended,
        missed=seats.missed,
        cancelled=seats.cancelled,
        lapsed=seats.lapsed,
        early=seats.sold_early,
        came=seats.came_bp,
        buyers=spend.buyers,
        orders=spend.orders,
        spent=spend.spent_fen,
        redemptions=spend.redemptions,
        redeemed=spend.redeemed_fen,
    )


def _evening(seating: Seating, stores: Mapping[int, str]) -> Evening:
    return Evening(
        session=seating.number,
        title=seating.title,
        store=stores.get(seating.store_id or 0),
        starts_at=seating.starts_at,
        ends_at=seating.ends_at,
        changes_until=seating.changes_until,
        seats=seating.capacity,
        seats_left=seating.capacity - seating.taken,
        full=seating.is_full,
        called_off=seating.cancelled_at is not None,
    )


def _guest(guest: Guest) -> GuestView:
    return GuestView(
        booking=guest.booking_number,
        member=guest.member_number,
        name=masked_name(guest.nickname),
        state=guest.state,
        asked_at=guest.asked_at,
        settled_at=guest.settled_at,
    )
