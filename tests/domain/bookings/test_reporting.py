"""The report of an evening, against one that was counted by hand."""

from datetime import timedelta

import pytest

from app.domain import bookings
from app.kernel.db import execute, transaction
from app.kernel.errors import NotFound
from tests.builders.aftersales import a_refund, walk, wechat_says
from tests.builders.bookings import EVENING, a_club, a_guest, a_session, booked, cancelled
from tests.builders.catalog import an_offer
from tests.builders.merchants import a_store
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_order, a_voucher, vouchers_of
from tests.builders.redemption import a_redemption

HOUR = timedelta(hours=1)
DURING, OVER = EVENING + HOUR, EVENING + 4 * HOUR


@pytest.fixture
def club(database):
    return a_club()


def reported(club, session):
    """Seats and spending."""
    found = bookings.report(merchant_id=club.id, session_number=session)
    return found.seats, found.spend


def came(club, guest):
    a_redemption(club, guest[1], at=EVENING)


def over(club, at=OVER):
    """As the sweep does when the session has ended."""
    with transaction():
        for due in bookings.list_due(at=at, limit=100_000):
            if due.merchant_id == club.id:
                bookings.settle(due, at=at)


def test_seats_are_counted_by_what_became_of_them(club):
    session = a_session(club, seats=3)
    guests = [a_guest(club) for _ in range(5)]
    seats = [booked(club, guest, session) for guest in guests]
    cancelled(club, guests[2], seats[2])
    came(club, guests[0])

    before, _ = reported(club, session)
    over(club)
    after, _ = reported(club, session)

    # The seat of the third was offered to the fourth, who said nothing; the fifth waited.
    assert (before.attended, before.booked, before.waiting, before.cancelled) == (1, 1, 2, 1)
    assert (after.attended, after.missed, after.lapsed, after.booked, after.waiting) == (
        1,
        1,
        2,
        0,
        0,
    )
    assert (before.came_bp, after.came_bp) == (10_000, 5_000)


def test_before_anybody_is_accounted_for_no_share_is_told(club):
    assert reported(club, a_session(club))[0].came_bp is None


def test_what_those_who_came_paid_and_used_that_evening_is_summed(club):
    session = a_session(club, seats=5)
    guest, absent = a_guest(club), a_guest(club)
    for each in (guest, absent):
        booked(club, each, session)
    came(club, guest)
    latte = an_offer(merchant=club.merchant)
    for who, at in ((guest, DURING), (absent, DURING), (guest, OVER), (guest, NOON)):
        a_paid_order(club, buyer=who[0], offer=latte, at=at)
    two_lattes = vouchers_of(club, guest[0], at=DURING)
    a_redemption(club, two_lattes[0], at=DURING + HOUR)
    elsewhere = a_store(merchant=club.merchant)
    a_redemption(club, two_lattes[1], at=DURING + HOUR, store_id=elsewhere.id)

    _, found = reported(club, session)

    # One order of 49 yuan within the evening; one of its two lattes at the session's store.
    assert (found.buyers, found.orders, found.spent_fen) == (1, 1, 49_00)
    assert (found.redemptions, found.redeemed_fen) == (1, 24_50)


def test_what_came_back_since_is_not_spent(club):
    session = a_session(club)
    guest = a_guest(club)
    booked(club, guest, session)
    came(club, guest)
    number = a_paid_order(
        club, buyer=guest[0], offer=an_offer(merchant=club.merchant), at=DURING
    ).order_number
    refund = a_refund(club, guest[0], number, at=DURING + HOUR)
    walk(club, refund, at=DURING + HOUR)
    wechat_says(club, refund, at=DURING + HOUR)
    assert walk(club, refund, at=DURING + HOUR) == "done"

    _, found = reported(club, session)
    assert (found.orders, found.spent_fen) == (1, 0)


def test_a_seat_bought_before_everybody_could_is_told_as_early(club):
    session = a_session(club)
    early, later = a_guest(club), a_guest(club)
    for guest in (early, later):
        booked(club, guest, session)
    with transaction():
        execute(
            """UPDATE offers SET sale_starts_at = %(at)s WHERE merchant_id = %(m)s""",
            {"m": club.id, "at": NOON + HOUR},
        )
        execute(
            """UPDATE orders SET placed_at = %(at)s
            WHERE merchant_id = %(m)s AND member_id = %(who)s""",
            {"m": club.id, "who": later[0].id, "at": NOON + 2 * HOUR},
        )

    assert reported(club, session)[0].sold_early == 1


def test_another_s_evening_is_not_found(club):
    session = a_session(club)
    with pytest.raises(NotFound):
        bookings.report(merchant_id=a_club().id, session_number=session)


def test_a_guest_without_an_order_of_the_evening_is_counted_with_nothing(club):
    session = a_session(club)
    guest = (buyer := a_buyer(club), a_voucher(club, buyer=buyer))
    booked(club, guest, session)
    came(club, guest)
    seats, found = reported(club, session)
    assert (seats.attended, found.buyers, found.spent_fen, found.redemptions) == (1, 0, 0, 0)
