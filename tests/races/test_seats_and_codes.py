"""Seats, codes and daily uses asked for at the same time: never one more than there is."""

from datetime import timedelta
from functools import partial

import pytest

from app.domain import bookings, orders, pools, proofs
from app.domain.bookings import booking
from app.domain.bookings import statements as booking_statements
from app.domain.catalog import Conditions, Days
from app.domain.pools import statements as pool_statements
from app.domain.redemption import admitting
from app.domain.redemption import statements as redemption_statements
from app.kernel.db import db
from tests.builders.bookings import a_club, a_guest, a_session, booked, cancelled, seat_of
from tests.builders.catalog import a_benefit
from tests.builders.moments import NOON
from tests.builders.orders import (
    a_buyer,
    a_paid_fact,
    a_paid_order,
    a_shop,
    an_order,
    vouchers_of,
)
from tests.builders.pools import a_code_benefit, a_code_offer, fresh_codes, stock
from tests.builders.together import one_behind_the_other
from tests.races.calls import redeeming_of
from tests.races.racing import count, meet_after, pair, storm, tally, told, value, without

SOON = NOON + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _every_voucher_is_where_it_should_be(request, app):
    if "unguarded" in request.fixturenames:
        yield
        return
    with app.app_context():
        before = set(proofs.verify())
    yield
    with app.app_context():
        assert set(proofs.verify()) == before
        db.session.remove()


def booking_of(shop, guest, session):
    buyer, voucher = guest
    return partial(
        bookings.book,
        merchant_id=shop.id,
        member_id=buyer.id,
        voucher_number=voucher.number,
        session_number=session,
        may_wait=True,
        at=NOON,
    )


def cancelling_of(shop, guest, seat, *, at=NOON):
    return partial(
        bookings.cancel,
        merchant_id=shop.id,
        member_id=guest[0].id,
        booking_number=seat.number,
        at=at,
    )


def settling_of(shop, *, at):
    [due] = [each for each in bookings.list_due(at=at, limit=1000) if each.merchant_id == shop.id]
    db.session.rollback()
    return partial(bookings.settle, due, at=at)


def states(shop):
    wanted = ("waiting", "offered", "booked", "cancelled", "lapsed")
    found = {state: count(shop, "bookings", "state = :s", s=state) for state in wanted}
    return {state: number for state, number in found.items() if number}


def test_forty_guests_ask_for_ten_seats_and_thirty_wait(app, committed):
    club = a_club()
    session = a_session(club, seats=10)
    calls = [booking_of(club, a_guest(club), session) for _ in range(40)]

    results = storm(app, calls)

    assert tally(results) == {"done": 40}
    assert states(club) == {"booked": 10, "waiting": 30}
    assert value(club, "taken", "booking_sessions") == 10


def test_without_lock_and_guard_the_wall_of_the_table_is_what_stays(unguarded, monkeypatch):
    club = a_club()
    session = a_session(club, seats=1)
    calls = [booking_of(club, a_guest(club), session) for _ in range(2)]
    blind(monkeypatch)
    monkeypatch.setattr(
        booking_statements, "BOOK", without(booking_statements.BOOK, "AND taken < capacity")
    )
    meet_after(monkeypatch, booking, "check_booking")

    results = pair(unguarded, *calls)

    assert sorted(told(each).split("(")[0] for each in results) == ["CheckViolation", "done"]


def blind(monkeypatch):
    unlocked = without(booking_statements.LOCK_SESSION, "FOR NO KEY UPDATE")
    monkeypatch.setattr(booking_statements, "LOCK_SESSION", unlocked)


def test_a_seat_given_back_goes_to_the_queue_and_not_to_whoever_comes_just_then(app, committed):
    club = a_club()
    session = a_session(club, seats=1)
    holder, waiter = a_guest(club), a_guest(club)
    seat, place = booked(club, holder, session), booked(club, waiter, session)
    newcomers = [booking_of(club, a_guest(club), session) for _ in range(33)]

    storm(app, [cancelling_of(club, holder, seat), *newcomers])

    assert seat_of(club, waiter, place).state == "offered"
    db.session.rollback()
    assert states(club) == {"cancelled": 1, "offered": 1, "waiting": 33}


def test_a_booking_cancelled_by_36_at_once_frees_one_seat(app, committed):
    club = a_club()
    session = a_session(club, seats=1)
    guest = a_guest(club)
    seat = booked(club, guest, session)
    waiting = [booked(club, a_guest(club), session) for _ in range(3)]

    results = storm(app, [cancelling_of(club, guest, seat) for _ in range(36)])

    assert tally(results) == {"done": 36}
    assert states(club) == {"cancelled": 1, "offered": 1, "waiting": len(waiting) - 1}


def test_an_offer_lapses_once_and_moves_on_once(app, committed):
    club = a_club()
    session = a_session(club, seats=1)
    holder = a_guest(club)
    seat = booked(club, holder, session)
    for _ in range(3):
        booked(club, a_guest(club), session)
    cancelled(club, holder, seat)
    over = NOON + timedelta(hours=4)

    storm(app, [settling_of(club, at=over) for _ in range(36)])

    assert states(club) == {"cancelled": 1, "lapsed": 1, "offered": 1, "waiting": 1}


def code_shop(*, codes):
    shop = a_shop()
    taxi = a_code_benefit(merchant=shop.merchant)
    offer = a_code_offer(merchant=shop.merchant, benefit=taxi, codes=fresh_codes(codes))
    return shop, taxi, offer


def paying_of(shop, offer):
    fact = a_paid_fact(shop, an_order(shop, offer=offer))
    db.session.rollback()
    return partial(orders.confirm_paid, fact, at=SOON)


def test_36_buyers_share_ten_codes_and_the_others_wait(app, committed):
    shop, taxi, offer = code_shop(codes=10)

    results = storm(app, [paying_of(shop, offer) for _ in range(36)])

    assert tally(results) == {"paid": 36}
    assert count(shop, "pool_codes", "voucher_id IS NOT NULL") == 10
    assert count(shop, "vouchers", "state = 'active'") == 10
    assert count(shop, "vouchers", "state = 'issuing'") == 26
    stock(shop.merchant, taxi, *fresh_codes(26))
    assert count(shop, "vouchers", "state = 'issuing'") == 0


def test_without_its_lock_two_buyers_reach_for_one_code_and_one_goes_without(
    unguarded, monkeypatch
):
    shop, _, offer = code_shop(codes=3)
    # The first sale of a shop opens its accounts, where the second one would wait.
    a_paid_order(shop, offer=offer)
    calls = [paying_of(shop, offer) for _ in range(2)]
    blind_fill = without(pool_statements.FILL, "\n    FOR UPDATE SKIP LOCKED")
    monkeypatch.setattr(pool_statements, "FILL", blind_fill)

    both = one_behind_the_other(unguarded, *calls)

    # Either one goes without although a code is free, or one code is given to both.
    assert (both.waited, count(shop, "pool_codes", "voucher_id IS NULL")) == (True, 1)


def test_a_code_asked_for_36_times_at_once_is_delivered_once(app, committed):
    shop, _, offer = code_shop(codes=1)
    buyer = a_buyer(shop)
    a_paid_order(shop, buyer=buyer, offer=offer)
    [voucher] = vouchers_of(shop, buyer, at=SOON)
    db.session.rollback()
    call = partial(
        pools.reveal,
        merchant_id=shop.id,
        member_id=buyer.id,
        voucher_number=voucher.number,
        at=SOON,
    )

    results = storm(app, [call] * 36)

    assert tally(results) == {"done": 1, "replayed": 35}
    assert len({each.code for each in results}) == 1
    assert count(shop, "voucher_events", "action = 'reveal'") == 1
    assert count(shop, "ledger_entries", "cause LIKE 'reveal:%'") == 1


def a_daily_card(*, uses):
    shop = a_shop()
    conditions = Conditions(validity=Days(count=30), uses_per_day=1)
    coffee = a_benefit(merchant=shop.merchant, conditions=conditions)
    shop = a_shop(
        merchant=shop.merchant, offer={"items": [(coffee.benefit_id, uses)], "price_fen": uses}
    )
    buyer = a_buyer(shop)
    a_paid_order(shop, buyer=buyer)
    return shop, vouchers_of(shop, buyer)


def test_36_scans_of_one_daily_card_at_once_and_one_is_todays(app, committed):
    shop, uses = a_daily_card(uses=36)
    calls = [redeeming_of(shop, voucher) for voucher in uses]
    assert tally(storm(app, calls)) == {"done": 1, "used_up_today": 35}


def test_without_the_cards_lock_two_uses_are_both_the_first_of_the_day(unguarded, monkeypatch):
    shop, uses = a_daily_card(uses=2)
    calls = [redeeming_of(shop, voucher) for voucher in uses]
    monkeypatch.setattr(
        redemption_statements,
        "LOCK_CARD",
        without(redemption_statements.LOCK_CARD, "FOR NO KEY UPDATE OF c"),
    )
    meet_after(monkeypatch, admitting.catalog, "refuse_again")
    assert tally(pair(unguarded, *calls)) == {"done": 2}
