"""A confirmation is good once, and a day of small spendings has one limit, whoever is quicker."""

import pytest

from app.domain import stored_value
from app.domain.stored_value import confirming, holding, lots, statements
from app.kernel.db import transaction
from tests.builders.family import a_family
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop
from tests.builders.stored_value import a_top_up, has, held
from tests.races.racing import meet_after, pair, storm, tally, without
from tests.races.test_stored_value import holding_of


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


def test_a_confirmation_is_good_for_one_of_32(app, shop, buyer):
    a_top_up(shop, buyer, paid=400_000, bonus=0)
    with transaction():
        told = stored_value.confirm(
            merchant_id=shop.id, member_id=buyer.id, amount_fen=90_000, at=NOON
        )
    more = {"confirmed": False, "confirmation": told.token}

    results = storm(app, [holding_of(shop, buyer, 30_000, **more) for _ in range(32)])

    assert tally(results)["done"] == 1
    assert set(tally(results)) == {"done", "confirmation_invalid"}
    assert sum(has(shop, buyer)) == 370_000


def two_purses(shop, buyer):
    """Somebody who may spend his own value and his family's, both more than his day allows."""
    ((relative, _),) = a_family(shop, buyer, caps=[100_000])
    a_top_up(shop, buyer)
    a_top_up(shop, relative)
    return relative


def small_spendings(shop, owner, relative, *, each):
    """From both purses in turn: another wallet is another row to lock."""
    more = {"confirmed": False}
    whose = [owner, relative]
    return [holding_of(shop, whose[n % 2], 2_000, spender=relative, **more) for n in range(each)]


def test_a_day_of_small_spendings_from_two_purses_ends_at_its_limit(app, shop, buyer):
    relative = two_purses(shop, buyer)

    results = storm(app, small_spendings(shop, buyer, relative, each=32))

    assert tally(results) == {"done": 10, "step_up_needed": 22}


# Controls: the same without its guard.


def test_without_the_spenders_own_lock_two_purses_make_one_day_two(unguarded, monkeypatch):
    shop = a_shop()
    buyer = a_buyer(shop)
    relative = two_purses(shop, buyer)
    held(shop, buyer, 18_000, spender=relative, confirmed=False)
    calls = small_spendings(shop, buyer, relative, each=2)
    monkeypatch.setattr(holding, "_check_thawed", only_the_purse_that_pays)
    meet_after(monkeypatch, confirming, "unconfirmed_fen")

    assert tally(pair(unguarded, *calls)) == {"done": 2}


def only_the_purse_that_pays(merchant_id, member_id, _spender_id):
    lots.lock_wallet(merchant_id, member_id)


def test_without_its_condition_a_confirmation_is_good_for_two(unguarded, monkeypatch):
    shop = a_shop()
    buyer = a_buyer(shop)
    a_top_up(shop, buyer, paid=400_000, bonus=0)
    with transaction():
        told = stored_value.confirm(
            merchant_id=shop.id, member_id=buyer.id, amount_fen=90_000, at=NOON
        )
    unguarded_use = without(statements.USE_CONFIRMATION, " AND used_at IS NULL")
    monkeypatch.setattr(statements, "USE_CONFIRMATION", unguarded_use)
    more = {"confirmed": False, "confirmation": told.token}
    calls = [holding_of(shop, buyer, 30_000, **more) for _ in range(2)]

    assert tally(pair(unguarded, *calls)) == {"done": 2}
