"""What the books promise about points that wait and points that are held, broken by hand."""

import pytest

from app.domain import ledger
from app.kernel.db import execute, transaction
from tests.builders.orders import a_buyer, a_shop
from tests.builders.points import given, held, pending


@pytest.fixture
def shop(database):
    return a_shop()


def troubles_after(shop, sql):
    before = set(ledger.verify())
    with transaction():
        assert execute(sql, {"m": shop.id})
    return [each.partition(":")[0] for each in set(ledger.verify()) - before]


def test_a_pending_row_without_its_points_is_seen(shop):
    pending(shop, a_buyer(shop), 40)

    assert troubles_after(
        shop, "UPDATE pending_points SET taken_back = 10 WHERE merchant_id = %(m)s"
    ) == ["pending points are the sum of pending rows"]


def test_a_hold_that_is_forgotten_is_seen(shop):
    buyer = a_buyer(shop)
    given(shop, buyer, 40)
    held(shop, buyer, 30)

    assert "held points belong to open holds" in troubles_after(
        shop, "UPDATE point_holds SET state = 'released' WHERE merchant_id = %(m)s"
    )


def test_a_lot_that_got_more_back_than_was_booked_is_seen(shop):
    buyer = a_buyer(shop)
    given(shop, buyer, 40)
    held(shop, buyer, 30)

    assert troubles_after(
        shop, "UPDATE point_lot_uses SET returned = 5 WHERE merchant_id = %(m)s"
    ) == ["a lot is what it earned less what was taken from it"]
