"""A shift is closed once, however many say so at once; whatever is redeemed meanwhile is in one."""

from datetime import timedelta
from functools import partial

import pytest

from app.domain import shifts
from app.domain.shifts import shifts as verbs
from app.domain.shifts import statements
from app.kernel.db import db, execute, transaction
from tests.builders.orders import a_shop, a_voucher
from tests.builders.redemption import LATER, a_redemption
from tests.builders.together import one_behind_the_other
from tests.races.calls import redeeming_of
from tests.races.racing import count, meet_after, pair, storm, tally, told, value, without

EVENING = LATER + timedelta(hours=2)
UNIQUE = "uq_shift_closings_merchant_id_staff_id_store_id_starts_at"
EVENINGS = 5
EVERY_ENTRY = "WHERE (SELECT count(*) FROM kept) = (SELECT count(*) FROM entries)"


def which(shop, *, at=EVENING):
    return {
        "merchant_id": shop.id,
        "staff_id": shop.clerk.staff_id,
        "store_id": shop.store.id,
        "at": at,
    }


def closing_of(shop, *, at=EVENING):
    starts_at = shifts.current(**which(shop, at=at)).starts_at
    db.session.rollback()
    return partial(shifts.close, **which(shop, at=at), starts_at=starts_at)


def closing(shop, *, at=EVENING):
    """Whatever shift is open by then."""
    starts_at = shifts.current(**which(shop, at=at)).starts_at
    return shifts.close(**which(shop, at=at), starts_at=starts_at)


def closed(shop):
    """How many redemptions all shifts together say there were."""
    return value(shop, "coalesce(sum(redeemed + reversed), 0)", "shift_closings")


def test_a_shift_closed_by_many_at_once_is_closed_once(app, shop):
    a_redemption(shop, a_voucher(shop))
    results = storm(app, [closing_of(shop)] * 32)

    assert tally(results) == {"done": 1, "shift_closed": 31}
    assert count(shop, "shift_closings") == 1
    assert count(shop, "audit", "action = 'shift.close'") == 1


def test_what_commits_behind_the_closing_is_in_the_next_shift(app, shop):
    a_redemption(shop, a_voucher(shop))
    late = redeeming_of(shop, a_voucher(shop))

    both = one_behind_the_other(app, late, partial(closing, shop))

    # The closing did not wait, and counted what was there.
    assert (told(both.first), both.second.redeemed, both.waited) == ("done", 1, False)
    assert pair(app, partial(closing, shop, at=EVENING + timedelta(minutes=1)))[0].redeemed == 1
    assert closed(shop) == count(shop, "redemptions") == 2


def test_by_its_hours_alone_the_late_one_is_in_no_shift(app, shop, monkeypatch):
    monkeypatch.setattr(verbs, "LATEST", timedelta(0))
    a_redemption(shop, a_voucher(shop))
    late = redeeming_of(shop, a_voucher(shop))

    one_behind_the_other(app, late, partial(closing, shop))

    (again,) = pair(app, partial(closing, shop, at=EVENING + timedelta(minutes=1)))
    assert told(again) == "nothing_to_close"
    assert (closed(shop), count(shop, "redemptions")) == (1, 2)


def test_all_that_is_redeemed_while_shifts_are_closed_is_in_exactly_one(app, shop):
    held = [a_voucher(shop) for _ in range(30)]
    closings = [
        partial(closing, shop, at=EVENING + timedelta(seconds=second)) for second in range(10)
    ]
    scans = [redeeming_of(shop, each) for each in held]
    calls = [call for index in range(10) for call in (*scans[index::10], closings[index])]

    outcomes = tally(storm(app, calls))

    assert set(outcomes) <= {"done", "shift_closed", "nothing_to_close"}
    pair(app, partial(closing, shop, at=EVENING + timedelta(minutes=1)))
    assert closed(shop) == count(shop, "redemptions") == 30
    assert count(shop, "shift_entries") == 30


@pytest.fixture
def keyless(unguarded):
    """Without the key that says where a shift begins."""
    shop = a_shop()
    a_redemption(shop, a_voucher(shop))
    with db.engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE shift_closings DROP CONSTRAINT {UNIQUE}")
    yield shop
    with transaction():
        for table in ("shift_entries", "shift_closings"):
            execute(f"DELETE FROM {table} WHERE merchant_id = %(m)s", {"m": shop.id})  # noqa: S608
    with db.engine.begin() as connection:
        connection.exec_driver_sql(
            f"ALTER TABLE shift_closings ADD CONSTRAINT {UNIQUE} "
            "UNIQUE (merchant_id, staff_id, store_id, starts_at)"
        )


def test_without_its_key_the_entries_are_the_second_wall(unguarded, keyless, monkeypatch):
    close = closing_of(keyless)
    meet_after(monkeypatch, verbs, "_open")

    assert tally(pair(unguarded, close, close)) == {"done": 1, "shift_closed": 1}
    assert count(keyless, "shift_closings") == 1


def test_without_both_a_shift_is_closed_twice(unguarded, keyless, monkeypatch):
    """When both statements begin before either ends; on a busy machine that may take another evening."""
    monkeypatch.setattr(statements, "CLOSE", without(statements.CLOSE, EVERY_ENTRY))
    for evening in range(EVENINGS):
        at = EVENING + timedelta(hours=evening)
        close = closing_of(keyless, at=at)
        with monkeypatch.context() as meeting:
            meet_after(meeting, verbs, "_open")
            outcomes = tally(pair(unguarded, close, close))
        if outcomes == {"done": 2}:
            break
        a_redemption(keyless, a_voucher(keyless), at=at + timedelta(minutes=1))

    assert outcomes == {"done": 2}
    assert count(keyless, "shift_closings") == evening + 2
