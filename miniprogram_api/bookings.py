"""Seats at dated sessions: guests book, wait, confirm and cancel; staff see who comes."""

from apiflask import APIBlueprint
from flask import Response

from app.domain import bookings, merchants
from app.kernel import clock, numbers
from app.kernel.db import transaction
from app.web import auth, parse
from app.web.answers import answer
from app.web.openapi import MEMBER, STAFF, documented
from app.web.words import Asked, Cursor, Limit, Number
from miniprogram_api.presenters.bookings import (
    BookingDetails,
    BookingMade,
    BookingPage,
    EveningReport,
    Evenings,
    GuestList,
    present_booking,
    present_bookings,
    present_evenings,
    present_guests,
    present_made,
    present_report,
)
from miniprogram_api.presenters.wallet import CodeView, present_code

bp = APIBlueprint("bookings", __name__, url_prefix="/api/v1/<merchant>", tag="Customer")
counter = APIBlueprint(
    "evenings", __name__, url_prefix="/api/v1/<merchant>/counter/evenings", tag="Counter"
)


class MakeBooking(Asked):
    """`may_wait`: a place in the queue will do when every seat is taken."""

    voucher: Number
    session: Number
    may_wait: bool = True


class PageOfBookings(Asked):
    cursor: Cursor | None = None
    limit: Limit = 20


@bp.get("/vouchers/<voucher>/sessions")
@documented(who=[MEMBER], told={200: Evenings})
def list_sessions(merchant: str, voucher: str) -> Response:
    """The sessions to come that this voucher of mine is good for."""
    member = auth.member(merchant)
    number = parse.number(voucher, numbers.Kind.VOUCHER, merchant_id=member.merchant_id)
    with transaction():
        found = bookings.sessions_for(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            voucher_number=number,
            at=clock.now(),
        )
        stores = _stores(member.merchant_id)
    return answer(present_evenings(found, stores=stores))


@bp.post("/bookings")
@documented(who=[MEMBER], body=MakeBooking, told={201: BookingMade}, refuses=[409])
def book(merchant: str) -> Response:
    """Take a seat with a voucher of mine, or a place in the queue. Again finds the same."""
    member, wanted = auth.member(merchant), parse.body(MakeBooking)
    shop = member.merchant_id
    voucher = parse.number(wanted.voucher, numbers.Kind.VOUCHER, merchant_id=shop)
    session = parse.number(wanted.session, numbers.Kind.SESSION, merchant_id=shop)
    with transaction():
        made = bookings.book(
            merchant_id=shop,
            member_id=member.member_id,
            voucher_number=voucher,
            session_number=session,
            may_wait=wanted.may_wait,
            at=clock.now(),
        )
    return answer(present_made(made), 201)


@bp.get("/bookings")
@documented(who=[MEMBER], query=PageOfBookings, told={200: BookingPage})
def list_bookings(merchant: str) -> Response:
    """My bookings, the newest first."""
    member, wanted = auth.member(merchant), parse.query(PageOfBookings)
    with transaction():
        page = bookings.list_bookings(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            cursor=wanted.cursor,
            limit=wanted.limit,
        )
        stores = _stores(member.merchant_id)
    return answer(present_bookings(page, stores=stores))


@bp.get("/bookings/<booking>")
@documented(who=[MEMBER], told={200: BookingDetails})
def get_booking(merchant: str, booking: str) -> Response:
    """One booking, with my place in the queue while I wait."""
    return _told(*_own(merchant, booking))


@bp.post("/bookings/<booking>/confirm")
@documented(who=[MEMBER], told={200: BookingDetails}, refuses=[409])
def confirm(merchant: str, booking: str) -> Response:
    """Take the seat that was kept for me."""
    member, number = _own(merchant, booking)
    with transaction():
        bookings.confirm(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            booking_number=number,
            at=clock.now(),
        )
    return _told(member, number)


@bp.post("/bookings/<booking>/cancel")
@documented(who=[MEMBER], told={200: BookingDetails}, refuses=[409])
def cancel(merchant: str, booking: str) -> Response:
    """Give my seat back, or leave the queue; the voucher is usable again."""
    member, number = _own(merchant, booking)
    with transaction():
        bookings.cancel(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            booking_number=number,
            at=clock.now(),
        )
    return _told(member, number)


@bp.get("/bookings/<booking>/code")
@documented(who=[MEMBER], told={200: CodeView}, refuses=[409])
def show_code(merchant: str, booking: str) -> Response:
    """The code to show at the door. It changes every thirty seconds."""
    member, number = _own(merchant, booking)
    with transaction():
        code = bookings.code_to_show(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            number=number,
            at=clock.now(),
        )
    return answer(present_code(code))


@counter.get("")
@documented(who=[STAFF], told={200: Evenings})
def list_evenings(merchant: str) -> Response:
    """The next hundred sessions at my store that are not over yet, called off ones included."""
    staff = auth.staff(merchant)
    with transaction(merchant=staff.merchant_id):
        found = bookings.page_sessions(
            merchant_id=staff.merchant_id, store_id=staff.store_id, since=clock.now()
        )
        stores = _stores(staff.merchant_id)
    return answer(present_evenings(found.items, stores=stores))


@counter.get("/<session>/guests")
@documented(who=[STAFF], told={200: GuestList})
def list_guests(merchant: str, session: str) -> Response:
    """Who comes, who waits, and who is there. At the door the ordinary scan checks them in.

    A clerk sees the sessions at his store; managers see all.
    """
    staff = auth.staff(merchant)
    number = parse.number(session, numbers.Kind.SESSION, merchant_id=staff.merchant_id)
    with transaction(merchant=staff.merchant_id):
        seating, guests = bookings.list_guests(
            merchant_id=staff.merchant_id,
            session_number=number,
            store_id=staff.store_id if staff.role == merchants.Role.CLERK else None,
        )
        stores = _stores(staff.merchant_id)
    return answer(present_guests(seating, guests, stores=stores))


@counter.get("/<session>/report")
@documented(who=[STAFF], told={200: EveningReport})
def report(merchant: str, session: str) -> Response:
    """Who was asked in early, who came, and what they spent that evening."""
    manager = auth.manager(merchant)
    number = parse.number(session, numbers.Kind.SESSION, merchant_id=manager.merchant_id)
    with transaction(merchant=manager.merchant_id):
        found = bookings.report(merchant_id=manager.merchant_id, session_number=number)
        stores = _stores(manager.merchant_id)
    return answer(present_report(found, stores=stores))


def _own(merchant: str, booking: str) -> tuple[auth.MemberOnLine, str]:
    member = auth.member(merchant)
    return member, parse.number(booking, numbers.Kind.BOOKING, merchant_id=member.merchant_id)


def _told(member: auth.MemberOnLine, number: str) -> Response:
    with transaction():
        found = bookings.get_booking(
            merchant_id=member.merchant_id, member_id=member.member_id, number=number
        )
        stores = _stores(member.merchant_id)
    return answer(present_booking(found, stores=stores))


def _stores(merchant_id: int) -> dict[int, str]:
    return {store.id: store.name for store in merchants.list_stores(merchant_id=merchant_id)}
