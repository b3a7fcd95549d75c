"""A period begins once, whoever sweeps, skips or gives back at the same moment."""

from functools import partial

import pytest

from app.domain import points, subscriptions
from app.domain.subscriptions import opening, statements
from app.kernel.db import db, transaction
from tests.builders.orders import a_buyer
from tests.builders.subscriptions import (
    a_monthly_card,
    a_monthly_shop,
    an_address,
    card_id_of,
    later,
    order_of_card,
)
from tests.builders.together import together
from tests.races.racing import count, meet_after, pair, storm, tally, value, without

FIRST_LOCK, BEFORE = later(5), later(4)


@pytest.fixture
def shop(committed):
    return a_monthly_shop()


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


@pytest.fixture
def card(shop, buyer):
    an_address(shop, buyer)
    number = a_monthly_card(shop, buyer)
    yield number
    # What stays due would be found by the sweeps of other tests.
    subscriptions_over(shop, number)


def subscriptions_over(shop, number):
    with transaction():
        subscriptions.stop(merchant_id=shop.id, order_id=order_of_card(shop, number), at=later(100))


def opening_of(shop, number, *, at=FIRST_LOCK):
    which = {"merchant_id": shop.id, "subscription_id": card_id_of(shop, number)}
    db.session.rollback()
    return partial(subscriptions.open_periods, **which, at=at)


def skipping_of(shop, buyer, number, *, period=1, at=BEFORE):
    which = {"merchant_id": shop.id, "member_id": buyer.id, "number": number}
    db.session.rollback()
    return partial(subscriptions.skip, **which, period=period, at=at)


def stopping_of(shop, number, *, at=FIRST_LOCK):
    which = {"merchant_id": shop.id, "order_id": order_of_card(shop, number)}
    db.session.rollback()
    return partial(subscriptions.stop, **which, at=at)


def points_of(shop, buyer):
    found = points.balance(merchant_id=shop.id, member_id=buyer.id, at=FIRST_LOCK).spendable
    db.session.rollback()
    return found


def test_many_sweeps_begin_a_period_once(app, shop, buyer, card):
    results = storm(app, [opening_of(shop, card) for _ in range(40)])

    assert sum(results) == 1
    assert count(shop, "parcels") == 1
    assert count(shop, "vouchers") == 1
    assert points_of(shop, buyer) == 10


def begin_unguarded(monkeypatch):
    lock = without(statements.LOCK_BY_ID, " FOR NO KEY UPDATE SKIP LOCKED")
    monkeypatch.setattr(statements, "LOCK_BY_ID", lock)


def a_committed_card():
    shop = a_monthly_shop()
    buyer = a_buyer(shop)
    an_address(shop, buyer)
    return shop, buyer, a_monthly_card(shop, buyer)


def test_without_the_lock_the_state_lets_one_of_two_sweeps_begin(unguarded, monkeypatch):
    shop, _, card = a_committed_card()
    begin_unguarded(monkeypatch)
    meet_after(monkeypatch, opening, "_parts")

    results = pair(unguarded, opening_of(shop, card), opening_of(shop, card))

    assert sorted(results) == [0, 1]
    assert count(shop, "parcels") == 1


def test_without_lock_and_state_the_index_is_the_last_wall(unguarded, monkeypatch):
    shop, _, card = a_committed_card()
    begin_unguarded(monkeypatch)
    state = without(statements.OPEN, " AND state = 'waiting'")
    monkeypatch.setattr(statements, "OPEN", state)
    meet_after(monkeypatch, opening, "_parts")

    results = pair(unguarded, opening_of(shop, card), opening_of(shop, card))

    assert sum(isinstance(each, Exception) for each in results) == 1
    assert count(shop, "parcels") == 1


def test_a_period_is_skipped_or_begins_but_not_both(app, shop, buyer, card):
    skips = [skipping_of(shop, buyer, card) for _ in range(20)]
    sweeps = [opening_of(shop, card) for _ in range(20)]

    results = storm(app, [call for both in zip(skips, sweeps, strict=True) for call in both])

    skipped = tally(results[0::2])
    began = sum(result for result in results[1::2] if not isinstance(result, Exception))
    assert set(skipped) <= {"done", "period_locked"}
    first = value(shop, "month", "subscription_periods", "n = 1")
    assert (began == 1) == (first == 0)
    assert count(shop, "parcels") == began
    assert (skipped["done"] > 0) == (first > 0)


def meanwhile(app, monkeypatch, call):
    """Between looking at a card and beginning its period, somebody else comes and is done."""
    look, came = opening._parts, []

    def and_let_come(*args):
        found = look(*args)
        if not came:
            came.extend(together(app, [call]))
        return found

    monkeypatch.setattr(opening, "_parts", and_let_come)
    return came


def test_without_the_lock_what_is_packed_for_may_is_skipped_to_june(unguarded, monkeypatch):
    shop, buyer, card = a_committed_card()
    begin_unguarded(monkeypatch)
    came = meanwhile(unguarded, monkeypatch, skipping_of(shop, buyer, card))

    together(unguarded, [opening_of(shop, card)])

    assert tally(came) == {"done": 1}
    assert value(shop, "state", "subscription_periods", "n = 1") == "opened"
    assert value(shop, "month", "subscription_periods", "n = 1") == 1
    assert value(shop, "send_on::text", "parcels") == "2026-05-15"


def test_a_period_begins_or_is_given_back_but_not_both(app, shop, card):
    stops = [stopping_of(shop, card) for _ in range(20)]
    sweeps = [opening_of(shop, card) for _ in range(20)]

    results = storm(app, [call for both in zip(stops, sweeps, strict=True) for call in both])

    given = {result.amount_fen for result in results[0::2]}
    began = sum(results[1::2])
    assert given == ({66_66} if began else {100_00})
    assert count(shop, "parcels") == began
    assert count(shop, "subscription_periods", "state = 'waiting'") == 0


def test_without_the_lock_the_state_keeps_what_was_given_back(unguarded, monkeypatch):
    shop, _, card = a_committed_card()
    begin_unguarded(monkeypatch)
    came = meanwhile(unguarded, monkeypatch, stopping_of(shop, card))

    (began,) = together(unguarded, [opening_of(shop, card)])

    assert (began, came[0].amount_fen, count(shop, "parcels")) == (0, 100_00, 0)


def test_without_lock_and_state_what_was_given_back_is_packed(unguarded, monkeypatch):
    shop, _, card = a_committed_card()
    begin_unguarded(monkeypatch)
    state = without(statements.OPEN, " AND state = 'waiting'")
    monkeypatch.setattr(statements, "OPEN", state)
    came = meanwhile(unguarded, monkeypatch, stopping_of(shop, card))

    together(unguarded, [opening_of(shop, card)])

    assert came[0].amount_fen == 100_00
    assert count(shop, "parcels") == 1
