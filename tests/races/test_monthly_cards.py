"""A period begins once, whoever sweeps, skips or gives back at the same moment."""

from datetime import date
from functools import partial

import pytest

from app.domain import aftersales, ledger, points, subscriptions
from app.domain.subscriptions import opening, parcels, statements
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
FIRST_DAY = date(2026, 5, 15)


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
    return partial(subscriptions.skip, **which, period=period, starts_on=FIRST_DAY, at=at)


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
    assert (skipped["done"] > 0) == (first == 1)


def meanwhile(app, monkeypatch, call, *, where=opening, name="_parts"):
    """Between a look and what follows from it, somebody else comes once and is done."""
    look, came, is_here = getattr(where, name), [], []

    def and_let_come(*args):
        found = look(*args)
        if not is_here:
            is_here.append(True)
            came.extend(together(app, [call]))
        return found

    monkeypatch.setattr(where, name, and_let_come)
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


# A parcel


def a_packed_parcel(shop, buyer, card):
    begin = opening_of(shop, card)
    with transaction():
        assert begin() == 1
        return (
            subscriptions.get_own(
                merchant_id=shop.id, member_id=buyer.id, number=card, at=FIRST_LOCK
            )
            .parcels[0]
            .number
        )


def sending_of(shop, number):
    return partial(
        subscriptions.send,
        merchant_id=shop.id,
        number=number,
        company="SF",
        tracking_number="SF1",
        actor="staff:1",
        at=FIRST_LOCK,
    )


def refunding_of(shop, number):
    return partial(
        aftersales.refund_parcel,
        merchant_id=shop.id,
        number=number,
        reason="缺货",
        actor="staff:1",
        at=FIRST_LOCK,
    )


def test_a_parcel_is_sent_or_its_money_goes_back_but_not_both(app, shop, buyer, card):
    number = a_packed_parcel(shop, buyer, card)
    both = [sending_of(shop, number), refunding_of(shop, number)]

    results = storm(app, both * 18)

    sent, refunded = tally(results[0::2]), tally(results[1::2])
    assert sorted((sent["done"] > 0, refunded["done"] + refunded["None"] > 0)) == [False, True]
    assert count(shop, "returns") <= 1
    assert count(shop, "returns") == (sent["done"] == 0)
    assert ledger.verify() == []


def test_without_lock_and_state_a_parcel_on_its_way_is_given_up(unguarded, monkeypatch):
    shop, buyer, card = a_committed_card()
    number = a_packed_parcel(shop, buyer, card)
    monkeypatch.setattr(parcels, "_LOCK", without(parcels._LOCK, " FOR NO KEY UPDATE OF p"))
    guard = " AND state IN ('to_send', 'failed')"
    monkeypatch.setattr(parcels, "_GIVE_UP", without(parcels._GIVE_UP, guard))
    sending = sending_of(shop, number)
    came = meanwhile(unguarded, monkeypatch, sending, where=parcels, name="_lock")

    (refund,) = together(unguarded, [refunding_of(shop, number)])

    assert (came, isinstance(refund, str)) == ([None], True)
    assert count(shop, "returns") == count(shop, "parcels", "sent_at IS NOT NULL") == 1


# The reminder


def reminding_of(shop):
    which = {"merchant_id": shop.id, "period_id": value(shop, "min(id)", "subscription_periods")}
    return partial(subscriptions.remind, **which, at=BEFORE)


def test_many_sweeps_remind_once(app, shop, card):
    assert sum(storm(app, [reminding_of(shop)] * 36)) == 1
    assert count(shop, "outbox", "event = 'PeriodClosing'") == 1


def test_without_its_mark_the_reminder_comes_twice(unguarded, monkeypatch):
    shop, _, _ = a_committed_card()
    mark = "\n  AND p.reminded_at IS NULL"
    monkeypatch.setattr(statements, "REMIND", without(statements.REMIND, mark))
    assert pair(unguarded, reminding_of(shop), reminding_of(shop)) == [True, True]
