"""Seats: booked with a voucher, waited for in order, used at the door."""

from datetime import timedelta

import pytest

from app.domain import bookings, ledger, members, proofs, vouchers
from app.domain.bookings import (
    AlreadyBooked,
    BookingClosed,
    BookingLocked,
    NotBooked,
    OfferLapsed,
    SessionFull,
    SessionOver,
    VoucherDoesNotFit,
)
from app.kernel.db import execute, transaction
from app.kernel.errors import NotFound
from tests.builders.bookings import (
    EVENING,
    a_club,
    a_guest,
    a_session,
    booked,
    cancelled,
    seat_of,
    swept,
)
from tests.builders.catalog import BOSS
from tests.builders.merchants import a_store
from tests.builders.moments import NOON
from tests.builders.orders import look_at_voucher
from tests.builders.redemption import a_redemption

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ARRIVAL = EVENING - HOUR


@pytest.fixture
def club(database):
    return a_club()


def state(club, guest, booking):
    return seat_of(club, guest, booking).state


def confirmed(club, guest, booking, *, at=NOON):
    with transaction():
        bookings.confirm(
            merchant_id=club.id, member_id=guest[0].id, booking_number=booking.number, at=at
        )


def test_sessions_are_paged_by_what_ends_soonest_and_a_store_sees_its_own(club):
    later, sooner = (a_session(club, starts_at=EVENING + n * DAY) for n in (1, 0))
    elsewhere = a_session(
        club, starts_at=EVENING + 2 * DAY, store_id=a_store(merchant=club.merchant).id
    )
    which = {"merchant_id": club.id, "since": NOON, "limit": 1}
    seen, cursor = [], None
    while len(seen) < 4:
        page = bookings.page_sessions(**which, cursor=cursor)
        seen += [each.number for each in page.items]
        if (cursor := page.next_cursor) is None:
            break
    assert seen == [sooner, later, elsewhere]
    here = bookings.page_sessions(merchant_id=club.id, store_id=club.store.id, since=NOON)
    assert [each.number for each in here.items] == [sooner, later]


def test_a_seat_holds_its_voucher_and_the_third_guest_waits(club):
    session = a_session(club, seats=2)
    guests = [a_guest(club) for _ in range(3)]
    seats = [booked(club, guest, session) for guest in guests]
    assert [seat.state for seat in seats] == ["booked", "booked", "waiting"]
    assert {look_at_voucher(club, voucher.id).state for _, voucher in guests} == {"held"}
    assert seat_of(club, guests[2], seats[2]).place == 1
    assert (ledger.verify(), proofs.verify()) == ([], [])


def test_booking_again_finds_what_there_is(club):
    session, other = a_session(club), a_session(club, starts_at=EVENING + DAY)
    guest = a_guest(club)
    first = booked(club, guest, session)
    again = booked(club, guest, session)
    assert (again.number, again.replayed) == (first.number, True)
    with pytest.raises(AlreadyBooked):
        booked(club, guest, other)


def test_whoever_may_not_wait_is_told_that_it_is_full(club):
    session = a_session(club, seats=1)
    booked(club, a_guest(club), session)
    guest = a_guest(club)
    with pytest.raises(SessionFull):
        booked(club, guest, session, may_wait=False)
    assert look_at_voucher(club, guest[1].id).state == "active"


def test_a_voucher_that_ends_before_the_evening_does_not_fit(club):
    late = a_session(club, starts_at=NOON + 60 * DAY)
    with pytest.raises(VoucherDoesNotFit):
        booked(club, a_guest(club), late)


def test_a_session_that_has_begun_is_over(club):
    session = a_session(club)
    with pytest.raises(SessionOver):
        booked(club, a_guest(club), session, at=EVENING)


def test_a_seat_given_back_is_offered_to_whoever_waits_longest_for_four_hours(club):
    session = a_session(club, seats=1)
    first, second, third = (a_guest(club) for _ in range(3))
    one, two, three = (booked(club, guest, session) for guest in (first, second, third))

    cancelled(club, first, one, at=NOON + HOUR)

    offered = seat_of(club, second, two)
    assert (offered.state, offered.offered_until) == ("offered", NOON + 5 * HOUR)
    assert state(club, third, three) == "waiting"
    confirmed(club, second, two, at=NOON + 2 * HOUR)
    confirmed(club, second, two, at=NOON + 3 * HOUR)
    assert state(club, second, two) == "booked"
    assert look_at_voucher(club, first[1].id).state == "active"
    assert (ledger.verify(), proofs.verify()) == ([], [])


def test_an_offer_without_an_answer_moves_on(club):
    session = a_session(club, seats=1)
    first, second, third = (a_guest(club) for _ in range(3))
    one, two, three = (booked(club, guest, session) for guest in (first, second, third))
    cancelled(club, first, one)

    assert swept(club, at=NOON + 4 * HOUR) == 1
    assert swept(club, at=NOON + 4 * HOUR) == 0

    assert (state(club, second, two), state(club, third, three)) == ("lapsed", "offered")
    with pytest.raises(OfferLapsed):
        confirmed(club, second, two, at=NOON + 4 * HOUR)


def test_nobody_changes_his_mind_on_the_last_day(club):
    session = a_session(club)
    guest = a_guest(club)
    seat = booked(club, guest, session)
    with pytest.raises(BookingLocked):
        cancelled(club, guest, seat, at=EVENING - DAY)
    cancelled(club, guest, seat, at=EVENING - DAY - HOUR)
    cancelled(club, guest, seat, at=EVENING - DAY)
    assert state(club, guest, seat) == "cancelled"


def test_at_the_door_one_scan_uses_the_voucher(club):
    session = a_session(club)
    guest = a_guest(club)
    seat = booked(club, guest, session)
    code = bookings.code_to_show(
        merchant_id=club.id, member_id=guest[0].id, number=seat.number, at=ARRIVAL
    )
    verdict = a_redemption(club, guest[1], at=ARRIVAL, code=code.digits)
    assert verdict.hand_over == "核对预约后请入座"
    assert state(club, guest, seat) == "attended"
    assert look_at_voucher(club, guest[1].id).state == "redeemed"
    with pytest.raises(BookingClosed):
        cancelled(club, guest, seat, at=ARRIVAL)
    seating, [line] = bookings.list_guests(merchant_id=club.id, session_number=session)
    assert (seating.taken, line.state) == (1, "attended")
    assert (ledger.verify(), proofs.verify()) == ([], [])


def test_at_the_door_the_codes_of_a_card_issued_anew_count_and_older_ones_do_not(club):
    guest = a_guest(club)
    seat = booked(club, guest, a_session(club))
    who = {"merchant_id": club.id, "member_id": guest[0].id}
    old = bookings.code_to_show(**who, number=seat.number, at=ARRIVAL)
    for verb in (members.freeze_codes, members.reissue_codes):
        with transaction():
            verb(**who, actor=BOSS, at=ARRIVAL)

    with pytest.raises(vouchers.CodeUnknown):
        a_redemption(club, guest[1], at=ARRIVAL, code=old.digits)
    new = bookings.code_to_show(**who, number=seat.number, at=ARRIVAL)
    a_redemption(club, guest[1], at=ARRIVAL, code=new.digits)

    assert state(club, guest, seat) == "attended"


def test_the_list_at_the_door_is_for_its_own_store(club):
    here, nowhere = a_session(club), a_session(club, store_id=None)
    elsewhere = a_store(merchant=club.merchant)
    which = {"merchant_id": club.id}

    with pytest.raises(NotFound):
        bookings.list_guests(**which, session_number=here, store_id=elsewhere.id)
    for session, store_id in ((here, club.store.id), (here, None), (nowhere, elsewhere.id)):
        seating, _ = bookings.list_guests(**which, session_number=session, store_id=store_id)
        assert seating.number == session


def test_without_a_seat_or_at_another_time_or_place_nobody_gets_in(club):
    session = a_session(club)
    guest, stranger = a_guest(club), a_guest(club)
    booked(club, guest, session)
    other = a_store(merchant=club.merchant)
    for who, at, more in (
        (stranger, ARRIVAL, {}),
        (guest, EVENING - 3 * HOUR, {}),
        (guest, EVENING + 3 * HOUR, {}),
        (guest, ARRIVAL, {"store_id": other.id}),
    ):
        with pytest.raises(NotBooked) as refusal:
            a_redemption(club, who[1], at=at, **more)
        assert refusal.value.code == "not_booked"


def test_whoever_did_not_come_has_his_voucher_back_and_kept_his_seat(club):
    session = a_session(club, seats=1)
    guest, waiter = a_guest(club), a_guest(club)
    seat, queue = booked(club, guest, session), booked(club, waiter, session)
    assert swept(club, at=EVENING + 3 * HOUR) == 2
    assert (state(club, guest, seat), state(club, waiter, queue)) == ("missed", "lapsed")
    assert look_at_voucher(club, guest[1].id).state == "active"
    assert ledger.verify() == []


def test_a_session_called_off_gives_everybody_his_voucher_back(club):
    session = a_session(club, seats=1)
    guests = [a_guest(club) for _ in range(2)]
    seats = [booked(club, guest, session) for guest in guests]
    with transaction():
        bookings.call_off(merchant_id=club.id, session_number=session, actor=BOSS, at=NOON)
    assert swept(club, at=NOON) == 2
    assert {state(club, *each) for each in zip(guests, seats, strict=True)} == {"called_off"}
    assert {look_at_voucher(club, voucher.id).state for _, voucher in guests} == {"active"}
    with pytest.raises(SessionOver):
        booked(club, guests[0], session)
    assert (ledger.verify(), proofs.verify()) == ([], [])


def test_more_seats_go_to_those_who_wait(club):
    session = a_session(club, seats=1)
    guests = [a_guest(club) for _ in range(3)]
    seats = [booked(club, guest, session) for guest in guests]

    def resized(capacity):
        with transaction():
            return bookings.set_capacity(
                merchant_id=club.id,
                session_number=session,
                capacity=capacity,
                actor=BOSS,
                at=NOON,
            )

    assert resized(2) == 1
    assert [state(club, *each) for each in zip(guests, seats, strict=True)] == [
        "booked",
        "offered",
        "waiting",
    ]
    with pytest.raises(SessionFull):
        resized(1)
    assert ledger.verify() == []


def test_another_members_voucher_books_nothing(club):
    session = a_session(club)
    (_, voucher), (buyer, _) = a_guest(club), a_guest(club)
    with pytest.raises(NotFound):
        booked(club, (buyer, voucher), session)


def test_a_booked_voucher_whose_time_ran_out_at_the_evening_ends_after_it(club):
    until = EVENING + HOUR
    session = a_session(club)
    guest = a_guest(club)
    booked(club, guest, session)
    with transaction():
        execute(
            "UPDATE vouchers SET valid_until = %(until)s WHERE merchant_id = %(m)s AND id = %(id)s",
            {"m": club.id, "id": guest[1].id, "until": until},
        )

    def expired(at):
        with transaction():
            return vouchers.expire(merchant_id=club.id, voucher_ids=[guest[1].id], at=at)

    assert (expired(until), look_at_voucher(club, guest[1].id).state) == (0, "held")
    assert swept(club, at=EVENING + 3 * HOUR) == 1
    assert (expired(EVENING + 3 * HOUR), look_at_voucher(club, guest[1].id).state) == (1, "expired")
