"""Guests hear of their seats, seats move on by themselves, and staff of codes that run out."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from app.domain import bookings, merchants, messaging, pools
from app.kernel import clock
from app.kernel.db import db, transaction
from jobs import bookings as jobs
from jobs import pools as pool_jobs
from tests.builders.bookings import EVENING, a_club, a_session, booked, cancelled, seat_of
from tests.builders.catalog import BOSS
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_voucher
from tests.builders.pools import a_code_benefit, fresh_codes, stock
from tests.simulator.world import APP, MERCHANT, TEMPLATE

MESSAGES = {"seat_offered": "ends_at", "session_called_off": "starts_at"}
HOLD = timedelta(hours=4)


@pytest.fixture
def club(shop):
    """A club of the shop that WeChat knows; three guests want its only seat."""
    with shop.house.app.app_context():
        found = a_club(merchant=shop.merchant)
        found.app = merchants.get_app(merchant_id=shop.merchant.id, appid=APP.appid)
        found.channel = SimpleNamespace(id=shop.channel_id, mchid=MERCHANT.mchid)
        _say(shop)
        guests = [shop.buyer, a_buyer(found), a_buyer(found)]
        session = a_session(found, seats=1)
        found.guests = [(guest, a_voucher(found, buyer=guest)) for guest in reversed(guests)]
        found.seats = [booked(found, guest, session) for guest in found.guests]
        found.session = session
        db.session.remove()
    return found


def _say(shop):
    with transaction():
        for message, when in MESSAGES.items():
            messaging.add_template(
                merchant_id=shop.merchant.id,
                appid=APP.appid,
                message=message,
                template_id=TEMPLATE,
                fields={"thing1": "session", "amount2": "=1元", "time3": when},
                page="pages/index/index",
                at=NOON,
            )


def states(shop, club):
    with shop.house.app.app_context():
        return [
            seat_of(club, guest, seat).state
            for guest, seat in zip(club.guests, club.seats, strict=True)
        ]


def sweep(shop, at):
    with shop.house.app.app_context():
        return jobs.settle_bookings(at=at)


def said(shop, message):
    rows = shop.rows(messaging.SentMessage, message=message)
    return [(row.member_id == shop.buyer.id, row.state.value) for row in rows]


def test_a_seat_moves_on_until_somebody_takes_it_and_each_is_told_once(shop, club):
    shop.allow_message()
    with shop.house.app.app_context():
        cancelled(club, club.guests[0], club.seats[0])
    assert states(shop, club) == ["cancelled", "offered", "waiting"]

    assert (sweep(shop, NOON + HOLD) >= 1, sweep(shop, NOON + HOLD)) == (True, 0)
    assert states(shop, club) == ["cancelled", "lapsed", "offered"]
    for _ in range(2):
        shop.run("bookings.tell_offered")

    assert (True, "sent") in said(shop, "seat_offered")
    assert len(said(shop, "seat_offered")) == 2
    assert "秋季品鉴夜" in str(shop.messages())
    with shop.house.app.app_context(), transaction():
        guest, seat = club.guests[2][0], club.seats[2]
        bookings.confirm(
            merchant_id=club.id,
            member_id=guest.id,
            booking_number=seat.number,
            at=NOON + HOLD + timedelta(hours=1),
        )
    assert states(shop, club)[2] == "booked"


def test_nobody_is_offered_a_seat_when_the_evening_has_begun(shop, club):
    over = EVENING + timedelta(hours=3)
    assert (sweep(shop, over) >= len(club.seats), sweep(shop, over)) == (True, 0)
    assert states(shop, club) == ["missed", "lapsed", "lapsed"]
    assert shop.run("bookings.tell_offered") == []


def test_an_evening_called_off_gives_every_voucher_back_and_is_told_once(shop, club):
    shop.allow_message()
    with shop.house.app.app_context(), transaction():
        bookings.call_off(merchant_id=club.id, session_number=club.session, actor=BOSS, at=NOON)

    assert (sweep(shop, NOON) >= len(club.seats), sweep(shop, NOON)) == (True, 0)
    for _ in range(2):
        shop.run("bookings.tell_called_off")

    assert states(shop, club) == ["called_off"] * 3
    assert max(said(shop, "session_called_off")) == (True, "sent")
    assert len(said(shop, "session_called_off")) == 3


def test_a_pool_that_runs_low_is_logged_once_and_again_when_it_is_filled(shop, capfd):
    with shop.house.app.app_context():
        taxi = a_code_benefit(merchant=shop.merchant)
        stock(shop.merchant, taxi, *fresh_codes(2))
        with transaction():
            pools.watch(
                merchant_id=shop.merchant.id,
                benefit_number=taxi.benefit_number,
                low_at=3,
                actor=BOSS,
                at=NOON,
            )

    def rung():
        shop.sweep(pool_jobs.fill_code_pools)
        return [
            line
            for line in capfd.readouterr().out.splitlines()
            if "code pool" in line and f"{taxi.benefit_id}" in line
        ]

    assert (len(rung()), len(rung())) == (1, 0)
    with shop.house.app.app_context():
        stock(shop.merchant, taxi, *fresh_codes(2), at=clock.now())
    assert (len(rung()), len(rung())) == (1, 0)
