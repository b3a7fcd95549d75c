"""Seats, codes and cards in a house that the walks go through."""

from dataclasses import dataclass
from datetime import timedelta

from app.domain import bookings
from app.domain.bookings import Plan
from app.domain.catalog import BenefitKind
from app.kernel import clock
from app.kernel.db import fetch_one
from tests.builders.catalog import BOSS, a_benefit, an_offer
from tests.builders.orders import a_paid_order
from tests.builders.pools import a_code_benefit, a_code_offer, fresh_codes
from tests.builders.transactions import joined

LATELY = timedelta(minutes=1)


@dataclass(frozen=True)
class _Bought:
    number: str


def a_seat_voucher(house, *, of=None):
    """An unbooked voucher of our member's for a private evening, with that evening's benefit."""
    benefit = a_benefit(
        merchant=house.merchant,
        kind=BenefitKind.BOOKING,
        name="私享夜入场券",
        face={"thing": "私享夜座位1个"},
        hand_over="核对预约后请入座",
    )
    items = [(benefit.benefit_id, 1)]
    offer = an_offer(merchant=house.merchant, items=items, price_fen=8_00)
    return _bought(house, offer, of=of), benefit


def an_evening(house, benefit, *, capacity=5):
    now = clock.now()
    plan = Plan(
        title="品鉴夜",
        starts_at=now + timedelta(days=3),
        ends_at=now + timedelta(days=3, hours=2),
        capacity=capacity,
        store_id=house.store.id,
    )
    with joined():
        return bookings.add_session(
            merchant_id=house.id,
            benefit_number=benefit.benefit_number,
            plan=plan,
            actor=BOSS,
            at=now,
        )


def a_wish_for_a_seat(house):
    voucher, benefit = a_seat_voucher(house)
    return {"voucher": voucher.number, "session": an_evening(house, benefit)}


def a_seat(house):
    """The number of our member's booking."""
    voucher, benefit = a_seat_voucher(house)
    return _book(house, house.member.who, voucher, an_evening(house, benefit))


def a_seat_kept(house):
    """A booking of our member's for which a seat is being kept."""
    voucher, benefit = a_seat_voucher(house)
    evening = an_evening(house, benefit, capacity=1)
    offer = an_offer(merchant=house.merchant, items=[(benefit.benefit_id, 1)], price_fen=8_00)
    first = _bought(house, offer, of=house.neighbour.who)
    leaving = _book(house, house.neighbour.who, first, evening)
    number = _book(house, house.member.who, voucher, evening)
    with joined():
        bookings.cancel(
            merchant_id=house.id,
            member_id=house.neighbour.who.id,
            booking_number=leaving,
            at=clock.now(),
        )
    return number


def a_code_voucher(house):
    benefit = a_code_benefit(merchant=house.merchant)
    offer = a_code_offer(merchant=house.merchant, benefit=benefit, codes=fresh_codes(1))
    return _bought(house, offer)


def a_code_pool(house):
    """The number of a benefit that has codes."""
    return a_code_benefit(merchant=house.merchant).benefit_number


def _bought(house, offer, *, of=None):
    """The voucher that he got, whether he may look at his wallet or not."""
    placed = a_paid_order(house, buyer=of or house.member.who, offer=offer, at=clock.now() - LATELY)
    return fetch_one(
        _Bought,
        """SELECT v.number FROM vouchers v
        JOIN cards c ON c.merchant_id = v.merchant_id AND c.id = v.card_id
        JOIN orders o ON o.merchant_id = c.merchant_id AND o.id = c.order_id
        WHERE v.merchant_id = %(m)s AND o.number = %(number)s""",
        {"m": house.id, "number": placed.order_number},
    )


def _book(house, member, voucher, session):
    with joined():
        return bookings.book(
            merchant_id=house.id,
            member_id=member.id,
            voucher_number=voucher.number,
            session_number=session,
            may_wait=True,
            at=clock.now(),
        ).number
