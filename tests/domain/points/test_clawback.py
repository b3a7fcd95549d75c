"""What is taken back after it was spent: to the point, and repaid to the point."""

import pytest

from app.domain import ledger, points
from app.kernel.db import transaction
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop
from tests.builders.points import a_cause, given, look, mature_due, pending

EARNED = 100


@pytest.fixture
def shop(database):
    return a_shop()


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


def spend(shop, buyer, amount):
    if amount:
        with transaction():
            points.spend(
                merchant_id=shop.id,
                member_id=buyer.id,
                points=amount,
                cause=a_cause("spend"),
                at=NOON,
            )


@pytest.mark.parametrize(
    ("spent", "taken", "left", "debt"),
    [
        (0, 1, 99, 0),
        (0, 100, 0, 0),
        (1, 99, 0, 0),
        (1, 100, 0, 1),
        (40, 60, 0, 0),
        (40, 61, 0, 1),
        (99, 1, 0, 0),
        (99, 2, 0, 1),
        (100, 1, 0, 1),
        (100, 100, 0, 100),
    ],
)
def test_what_is_missing_is_owed_and_not_a_point_more(shop, buyer, spent, taken, left, debt):
    cause = pending(shop, buyer, EARNED, matures_at=NOON)
    with transaction():
        mature_due(at=NOON, limit=10)
    spend(shop, buyer, spent)

    with transaction():
        points.cancel_pending(
            merchant_id=shop.id, earned_by=cause, cause=a_cause("return"), points=taken, at=NOON
        )

    found = look(shop, buyer)
    assert (found.spendable, found.debt) == (left, debt)
    assert (found.debt_words is None) == (debt == 0)
    assert ledger.verify() == []


@pytest.mark.parametrize(("earned", "left", "debt"), [(1, 0, 9), (9, 0, 1), (10, 0, 0), (11, 1, 0)])
def test_the_next_earning_repays_first(shop, buyer, earned, left, debt):
    given(shop, buyer, 10, cause="redemption:D1")
    spend(shop, buyer, 10)
    with transaction():
        points.take_back(
            merchant_id=shop.id,
            member_id=buyer.id,
            points=10,
            earned_by="redemption:D1",
            cause="reversal:D1:points",
            at=NOON,
        )

    given(shop, buyer, earned)

    found = look(shop, buyer)
    assert (found.spendable, found.debt) == (left, debt)
    assert ledger.verify() == []
