"""One balance, one voucher, many orders; and an order that is paid while it is being closed."""

import secrets
from functools import partial

import pytest

from app.domain import orders, proofs, stored_value
from app.domain.orders import Outcome, planning
from app.domain.orders import tender_statements as statements
from app.domain.stored_value import holding
from app.kernel.db import db
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop, a_wish, an_order
from tests.builders.stored_value import has
from tests.builders.tenders import a_discount, points_pay, with_points, with_value
from tests.builders.together import one_behind_the_other
from tests.races.calls import balance, closing_of
from tests.races.racing import count, meet_after, pair, storm, tally, value, without
from tests.races.test_paying import confirming


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


def placing(shop, buyer, **pots):
    wish = a_wish(shop, buyer=buyer, **pots)
    db.session.rollback()
    return partial(orders.place, wish, key=None, at=NOON)


def left(shop, buyer):
    found = has(shop, buyer)
    db.session.rollback()
    return sum(found)


def held_state(shop, voucher):
    return value(shop, "state", "vouchers", "id = :v", v=voucher.id)


def test_one_balance_pays_for_as_many_orders_as_it_holds(app, shop, buyer):
    with_value(shop, buyer, paid=100_00, bonus=0)

    results = storm(app, [placing(shop, buyer, value_fen=30_00)] * 32)

    assert tally(results) == {"done": 3, "not_enough_value": 29}
    assert count(shop, "order_tenders", "state = 'held'") == 3
    assert left(shop, buyer) == 10_00


def test_one_voucher_lowers_the_price_of_one_order(app, shop, buyer):
    voucher = a_discount(shop, buyer)

    results = storm(app, [placing(shop, buyer, voucher_number=voucher.number)] * 32)

    assert tally(results) == {"done": 1, "tender_refused": 31}
    assert count(shop, "order_tenders") == 1
    assert held_state(shop, voucher) == "held"
    assert proofs.verify() == []
    db.session.rollback()


def test_paying_against_closing_captures_all_pots_or_releases_all(app, committed):
    shop = a_shop(offer={"stock": 50})
    points_pay(shop)
    buyer = a_buyer(shop)
    with_value(shop, buyer, paid=200_00, bonus=0)
    with_points(shop, buyer, 2_000)
    pots = {"value_fen": 10_00, "points": 100}
    placed = [an_order(shop, buyer=buyer, **pots) for _ in range(18)]
    rounds = [(confirming(shop, each), closing_of(shop, each.order_number)) for each in placed]
    calls = [call for number, both in enumerate(rounds) for call in both[:: 1 - number % 2 * 2]]

    results = storm(app, calls)

    paid = results.count(Outcome.PAID)
    assert paid + results.count(Outcome.LATE) == 18
    assert count(shop, "order_tenders", "state = 'captured'") == 2 * paid
    assert count(shop, "order_tenders", "state = 'released'") == 2 * (18 - paid)
    assert left(shop, buyer) == 200_00 - paid * 10_00
    assert balance(shop, buyer)[0] == 2_000 - paid * 100


def all_three_pots(stock):
    """A shop, a buyer, and what he pays with beside WeChat: a voucher, points, stored value."""
    shop = a_shop(offer={"stock": stock})
    points_pay(shop)
    buyer = a_buyer(shop)
    with_value(shop, buyer, paid=100_00, bonus=0)
    with_points(shop, buyer, 1_000)
    voucher = a_discount(shop, buyer, stackable=True)
    return (
        shop,
        buyer,
        voucher,
        {"voucher_number": voucher.number, "points": 400, "value_fen": 10_00},
    )


@pytest.mark.parametrize("pays_first", [True, False])
def test_all_pots_go_with_whichever_of_paying_and_closing_comes_first(app, committed, pays_first):
    shop, buyer, voucher, pots = all_three_pots(5)
    placed = an_order(shop, buyer=buyer, **pots)
    pay, close = confirming(shop, placed), closing_of(shop, placed.order_number)
    calls = (pay, close) if pays_first else (close, pay)
    db.session.rollback()

    both = one_behind_the_other(app, *calls)

    assert both.waited
    state, ends = ("captured", "redeemed") if pays_first else ("released", "active")
    assert both.first == (Outcome.PAID if pays_first else True)
    assert both.second == (False if pays_first else Outcome.LATE)
    assert count(shop, "order_tenders", "state = :s", s=state) == 3
    assert held_state(shop, voucher) == ends
    assert left(shop, buyer) == (90_00 if pays_first else 100_00)
    assert balance(shop, buyer)[0] == (600 if pays_first else 1_000)


def test_one_return_32_times_at_once_gives_back_once(app, shop, buyer):
    with_value(shop, buyer, paid=100_00, bonus=0)
    placed = an_order(shop, buyer=buyer, value_fen=49_00)
    order_id = value(shop, "id", "orders", "number = :n", n=placed.order_number)
    giving = partial(
        orders.give_back, merchant_id=shop.id, order_id=order_id, amount_fen=20_00, at=NOON
    )

    storm(app, [partial(giving, cause="return:once")] * 32)

    assert left(shop, buyer) == 71_00


def test_returns_at_once_never_give_back_more_than_was_paid(app, shop, buyer):
    with_value(shop, buyer, paid=100_00, bonus=0)
    placed = an_order(shop, buyer=buyer, value_fen=49_00)
    order_id = value(shop, "id", "orders", "number = :n", n=placed.order_number)
    giving = partial(
        orders.give_back, merchant_id=shop.id, order_id=order_id, amount_fen=10_00, at=NOON
    )

    results = storm(
        app, [partial(giving, cause=f"return:{secrets.token_hex(4)}") for _ in range(32)]
    )

    assert tally(results) == {"done": 4, "nothing_to_give_back": 28}
    assert left(shop, buyer) == 91_00


# Controls: the same without its guard.


def test_without_the_lock_two_orders_mean_the_same_voucher(unguarded, monkeypatch):
    shop = a_shop()
    buyer = a_buyer(shop)
    voucher = a_discount(shop, buyer)
    monkeypatch.setattr(
        statements, "LOCK_VOUCHER", without(statements.LOCK_VOUCHER, "FOR NO KEY UPDATE")
    )
    meet_after(monkeypatch, planning, "weigh")
    call = placing(shop, buyer, voucher_number=voucher.number)

    # Both counted on it; that only an active voucher is held is the second wall.
    assert tally(pair(unguarded, call, call)) == {"done": 1, "voucher_move_refused": 1}


def test_without_the_lock_two_orders_see_the_same_balance(unguarded, monkeypatch):
    shop = a_shop()
    buyer = a_buyer(shop)
    with_value(shop, buyer, paid=50_00, bonus=0)
    monkeypatch.setattr(holding, "_check_thawed", lambda *_: None)
    meet_after(monkeypatch, holding, "open_lots")
    call = placing(shop, buyer, value_fen=49_00)

    found = tally(pair(unguarded, call, call))

    # Both counted on it; that an account has a floor is the second wall.
    assert found["done"] == 1
    assert left(shop, buyer) == 1_00
    assert stored_value.NotEnoughValue.code not in found
