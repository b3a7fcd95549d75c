"""Sessions with seats, and vouchers for them."""

from datetime import timedelta

from app.domain import bookings
from app.domain.bookings import Plan
from app.domain.catalog import BenefitKind
from tests.builders.catalog import BOSS, a_benefit
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop, a_voucher
from tests.builders.transactions import joined

EVENING = NOON + timedelta(days=7)


def a_club(*, merchant=None, **more):
    """A shop that sells seats at its private evenings for 88 yuan."""
    from tests.builders.merchants import a_merchant

    merchant = merchant or a_merchant(**more)
    benefit = a_benefit(
        merchant=merchant,
        kind=BenefitKind.BOOKING,
        name="VIP私享夜入场券",
        market_value_fen=128_00,
        face={"thing": "私享夜座位1个"},
        hand_over="核对预约后请入座",
    )
    items = [(benefit.benefit_id, 1)]
    shop = a_shop(
        merchant=merchant, offer={"items": items, "title": "VIP私享夜", "price_fen": 88_00}
    )
    shop.benefit = benefit
    return shop


def a_session(shop, *, seats=2, starts_at=EVENING, **changes):
    """Its number. Changes are possible until a day before."""
    said = {
        "title": "秋季品鉴夜",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=3),
        "capacity": seats,
        "store_id": shop.store.id,
        "hold_hours": 4,
    }
    with joined():
        return bookings.add_session(
            merchant_id=shop.id,
            benefit_number=shop.benefit.benefit_number,
            plan=Plan(**said | changes),
            actor=BOSS,
            at=NOON,
        )


def a_guest(shop):
    """A member with a voucher: (buyer, voucher)."""
    buyer = a_buyer(shop)
    return buyer, a_voucher(shop, buyer=buyer)


def booked(shop, guest, session, *, may_wait=True, at=NOON):
    buyer, voucher = guest
    with joined():
        return bookings.book(
            merchant_id=shop.id,
            member_id=buyer.id,
            voucher_number=voucher.number,
            session_number=session,
            may_wait=may_wait,
            at=at,
        )


def cancelled(shop, guest, booking, *, at=NOON):
    with joined():
        bookings.cancel(
            merchant_id=shop.id, member_id=guest[0].id, booking_number=booking.number, at=at
        )


def swept(shop, *, at):
    """Everything that is due ends; how many."""
    with joined():
        due = [b for b in bookings.list_due(at=at, limit=1000) if b.merchant_id == shop.id]
        return sum(bookings.settle(each, at=at) for each in due)


def seat_of(shop, guest, booking):
    return bookings.get_booking(merchant_id=shop.id, member_id=guest[0].id, number=booking.number)
