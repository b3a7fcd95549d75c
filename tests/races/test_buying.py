"""Few pieces and many buyers: nothing is sold twice, nobody gets more than his share."""

from functools import partial
from threading import Barrier

from app.domain import orders
from app.domain.orders import statements
from app.kernel import request_keys
from app.kernel.db import execute, fetch_one
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_key, a_shop, a_wish, an_order
from tests.races.calls import closing_of
from tests.races.racing import (
    MEETING_SECONDS,
    count,
    meet_after,
    pair,
    storm,
    tally,
    value,
    without,
)


def placing(shop, buyer, *, key=None, **wish):
    return partial(orders.place, a_wish(shop, buyer=buyer, **wish), key=key, at=NOON)


def taken(shop):
    return value(shop, "sum(taken)", "offer_stock")


def a_keyed(shop, buyer, **more):
    return a_key(merchant_id=shop.id, actor=f"member:{buyer.id}", **more)


def test_fifty_buyers_of_ten_pieces_buy_ten_and_closing_gives_them_back(app, committed):
    shop = a_shop(offer={"stock": 10, "per_member_limit": 1})
    buyers = [a_buyer(shop) for _ in range(50)]

    results = storm(app, [placing(shop, buyer) for buyer in buyers])

    assert tally(results) == {"done": 10, "sold_out": 40}
    assert (taken(shop), count(shop, "orders"), count(shop, "payments")) == (10, 10, 10)
    assert value(shop, "sum(taken)", "offer_takers") == 10

    placed = [each.order_number for each in results if not isinstance(each, Exception)]
    closed = storm(app, [closing_of(shop, number) for number in placed * 4])

    assert (closed.count(True), closed.count(False)) == (10, 30)
    assert (taken(shop), value(shop, "sum(taken)", "offer_takers")) == (0, 0)
    assert count(shop, "orders", "state = 'closed'") == 10


def test_pieces_of_several_never_oversell(app, committed):
    shop = a_shop(offer={"stock": 20})
    buyers = [a_buyer(shop) for _ in range(40)]
    calls = [placing(shop, buyer, quantity=1 + number % 3) for number, buyer in enumerate(buyers)]

    results = storm(app, calls)

    sold = sum(each.quantity for each in results if not isinstance(each, Exception))
    assert set(tally(results)) == {"done", "sold_out"}
    assert sold == taken(shop) == 20


def test_one_buyer_in_32_places_at_once_gets_no_more_than_his_share(app, committed):
    shop = a_shop(offer={"stock": 100, "per_member_limit": 2})
    buyer = a_buyer(shop)

    results = storm(app, [placing(shop, buyer)] * 32)

    assert tally(results) == {"done": 2, "limit_reached": 30}
    assert (taken(shop), value(shop, "taken", "offer_takers")) == (2, 2)


def test_a_share_without_a_stock_limit_holds_too(app, committed):
    shop = a_shop(offer={"per_member_limit": 2})
    buyer = a_buyer(shop)

    results = storm(app, [placing(shop, buyer)] * 32)

    assert tally(results) == {"done": 2, "limit_reached": 30}


def test_one_attempt_sent_32_times_at_once_is_one_order(app, committed):
    shop = a_shop(offer={"stock": 10})
    buyer = a_buyer(shop)
    attempt = placing(shop, buyer, key=a_keyed(shop, buyer))

    results = storm(app, [attempt] * 32)

    assert tally(results) == {"done": 1, "replayed": 31}
    assert len({placed.order_number for placed in results}) == 1
    assert (taken(shop), count(shop, "orders")) == (1, 1)


def test_an_attempt_at_the_last_piece_is_answered_alike_every_time(app, committed):
    shop = a_shop(offer={"stock": 1})
    buyers = [a_buyer(shop) for _ in range(4)]
    attempts = [placing(shop, buyer, key=a_keyed(shop, buyer)) for buyer in buyers]

    results = storm(app, attempts * 8)

    assert tally(results) == {"done": 1, "replayed": 7, "sold_out": 24}
    assert taken(shop) == 1


def test_free_orders_hand_over_once_per_attempt(app, committed):
    shop = a_shop(offer={"price_fen": 0, "stock": 10})
    buyer = a_buyer(shop)

    results = storm(app, [placing(shop, buyer, key=a_keyed(shop, buyer))] * 32)

    assert tally(results) == {"done": 1, "replayed": 31}
    assert count(shop, "vouchers") == 2


def test_orders_and_their_closing_at_the_same_time_keep_the_stock_right(app, committed):
    shop = a_shop(offer={"stock": 20, "per_member_limit": 50})
    buyer = a_buyer(shop)
    old = [an_order(shop, buyer=buyer).order_number for _ in range(20)]
    calls = [call for number in old for call in (closing_of(shop, number), placing(shop, buyer))]

    results = storm(app, calls)

    assert [each for each in results if each is True] == [True] * 20
    fresh = count(shop, "orders", "state = 'pending'")
    assert set(tally(results)) <= {"done", "sold_out"}
    assert taken(shop) == value(shop, "taken", "offer_takers") == fresh


# Controls: the same without its guard.


class _Stock:
    def __init__(self, taken, quota):
        self.taken, self.quota = taken, quota


def test_reading_the_stock_before_writing_it_sells_the_last_piece_twice(unguarded):
    shop = a_shop(offer={"stock": 1})
    meeting = Barrier(2)
    where = {"m": shop.id, "o": shop.offer.id}

    def naive():
        query = (
            "SELECT taken, quota FROM offer_stock WHERE merchant_id = %(m)s AND offer_id = %(o)s"
        )
        stock = fetch_one(_Stock, query, where)
        meeting.wait(MEETING_SECONDS)
        if stock.taken >= stock.quota:
            return "sold out"
        change = (
            "UPDATE offer_stock SET taken = %(n)s WHERE merchant_id = %(m)s AND offer_id = %(o)s"
        )
        execute(change, where | {"n": stock.taken + 1})
        return "sold"

    assert pair(unguarded, naive, naive) == ["sold", "sold"]
    assert taken(shop) == 1


def test_without_the_conditions_in_the_statement_a_crowd_oversells(unguarded, monkeypatch):
    shop = a_shop(offer={"stock": 1, "per_member_limit": 1})
    buyer = a_buyer(shop)
    open_door = without(
        statements.PLACE,
        "AND taken + %(quantity)s <= quota",
        "WHERE t.taken + EXCLUDED.taken <= %(per_member)s",
    )
    monkeypatch.setattr(statements, "PLACE", open_door)

    results = pair(unguarded, *[placing(shop, buyer)] * 2)

    # The table's own check is the last wall of the stock; the share has none but the statement.
    assert tally(results)["done"] == 1
    assert any("ck_offer_stock" in str(each) for each in results if isinstance(each, Exception))
    shop = a_shop(offer={"per_member_limit": 1})
    buyer = a_buyer(shop)
    assert tally(pair(unguarded, *[placing(shop, buyer)] * 2)) == {"done": 2}


def test_looking_for_the_answer_before_the_work_orders_twice(unguarded, monkeypatch):
    shop = a_shop()
    buyer = a_buyer(shop)
    key = a_keyed(shop, buyer)
    meet_after(monkeypatch, request_keys, "find_answer")

    def naive():
        return request_keys.find_answer(key) or placing(shop, buyer)()

    assert tally(pair(unguarded, naive, naive)) == {"done": 2}
    assert count(shop, "orders") == 2


def test_without_the_lock_closing_twice_gives_the_piece_back_twice(unguarded, monkeypatch):
    from app.domain.orders import closing as closing_module

    shop = a_shop(offer={"stock": 5})
    an_order(shop)
    call = closing_of(shop, an_order(shop).order_number)
    monkeypatch.setattr(
        statements, "LOCK_TO_CLOSE", without(statements.LOCK_TO_CLOSE, "FOR NO KEY UPDATE")
    )
    meet_after(monkeypatch, closing_module, "fetch_one")

    assert pair(unguarded, call, call) == [True, True]
    assert (taken(shop), count(shop, "orders", "state = 'pending'")) == (0, 1)
