"""A shift is closed once, however many say so at once."""

from datetime import timedelta
from functools import partial

from app.domain import shifts
from app.domain.shifts import shifts as verbs
from app.domain.shifts import statements
from app.kernel.db import db
from tests.builders.orders import a_shop, a_voucher
from tests.builders.redemption import LATER, a_redemption
from tests.races.racing import count, meet_after, pair, storm, tally, without

EVENING = LATER + timedelta(hours=2)


def closing_of(shop):
    a_redemption(shop, a_voucher(shop))
    which = {
        "merchant_id": shop.id,
        "staff_id": shop.clerk.staff_id,
        "store_id": shop.store.id,
        "at": EVENING,
    }
    starts_at = shifts.current(**which).starts_at
    db.session.rollback()
    return partial(shifts.close, **which, starts_at=starts_at)


def test_a_shift_closed_by_many_at_once_is_closed_once(app, shop):
    results = storm(app, [closing_of(shop)] * 32)

    assert tally(results) == {"done": 1, "shift_closed": 31}
    assert count(shop, "shift_closings") == 1
    assert count(shop, "audit", "action = 'shift.close'") == 1


def test_without_its_key_a_shift_is_closed_twice(unguarded, monkeypatch):
    shop = a_shop()
    close = closing_of(shop)
    monkeypatch.setattr(statements, "CLOSE", without(statements.CLOSE, "ON CONFLICT DO NOTHING"))
    meet_after(monkeypatch, verbs, "current")
    unique = "uq_shift_closings_merchant_id_staff_id_store_id_starts_at"
    with db.engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE shift_closings DROP CONSTRAINT {unique}")
    try:
        assert tally(pair(unguarded, close, close)) == {"done": 2}
        assert count(shop, "shift_closings") == 2
    finally:
        with db.engine.begin() as connection:
            connection.exec_driver_sql(
                f"DELETE FROM shift_closings WHERE merchant_id = {shop.id}"  # noqa: S608 - a number
            )
            connection.exec_driver_sql(
                f"ALTER TABLE shift_closings ADD CONSTRAINT {unique} "
                "UNIQUE (merchant_id, staff_id, store_id, starts_at)"
            )
