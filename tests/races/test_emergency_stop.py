"""Offers that are sold, limited and taken off sale at the same moment."""

from datetime import timedelta
from functools import partial
from threading import Barrier

from app.domain import catalog, orders
from app.domain.catalog import editing, offers
from app.domain.orders import closing, paying, statements
from app.kernel.db import locked
from tests.builders.catalog import BOSS
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_fact, a_shop, a_wish, an_order
from tests.builders.together import one_behind_the_other
from tests.races.calls import closing_of
from tests.races.racing import MEETING_SECONDS, count, pair, storm, tally, told, value, without

NOW = NOON + timedelta(seconds=1)


def placing(shop, buyer, **wish):
    return partial(orders.place, a_wish(shop, buyer=buyer, **wish), key=None, at=NOON)


def stop(shop):
    catalog.stop_offer(merchant_id=shop.id, number=shop.offer.number, actor=BOSS, at=NOW)


def hurry(shop):
    orders.hurry_unpaid(
        merchant_id=shop.id,
        offer_id=shop.offer.id,
        offer_number=shop.offer.number,
        actor=BOSS,
        at=NOW,
    )


def killing(shop):
    def kill():
        stop(shop)
        hurry(shop)

    return kill


def limiting(shop, quota):
    words = {"merchant_id": shop.id, "number": shop.offer.number, "actor": BOSS, "at": NOW}
    return partial(orders.set_stock, quota=quota, **words)


def payable(shop):
    return count(shop, "orders", "state = 'pending' AND expires_at > :now", now=NOW)


def take_the_door_away(monkeypatch):
    """As it was: the offer is looked at, and nobody waits for anybody."""
    monkeypatch.setattr(
        statements, "PLACE", without(statements.PLACE, f"AND {catalog.SELLING}", "FOR SHARE")
    )


def test_the_emergency_stop_finds_the_order_that_began_before_it(app, shop):
    both = one_behind_the_other(app, placing(shop, a_buyer(shop)), killing(shop))

    assert (told(both.first), both.second, both.waited) == ("done", None, True)
    assert (count(shop, "orders"), payable(shop)) == (1, 0)


def test_an_order_that_waited_for_the_emergency_stop_is_refused(app, shop):
    both = one_behind_the_other(app, killing(shop), placing(shop, a_buyer(shop)))

    assert (both.first, told(both.second), both.waited) == (None, "not_on_sale", True)
    assert count(shop, "orders") == 0


def test_without_its_door_an_order_slips_past_the_emergency_stop(unguarded, monkeypatch):
    shop = a_shop()
    take_the_door_away(monkeypatch)

    both = one_behind_the_other(unguarded, placing(shop, a_buyer(shop)), killing(shop))

    assert (told(both.first), both.second, both.waited) == ("done", None, False)
    assert payable(shop) == 1


def test_without_a_look_at_the_newest_version_a_stopped_offer_is_sold(unguarded, monkeypatch):
    shop = a_shop()
    monkeypatch.setattr(statements, "PLACE", without(statements.PLACE, "FOR SHARE"))

    both = one_behind_the_other(unguarded, killing(shop), placing(shop, a_buyer(shop)))

    assert (told(both.second), both.waited) == ("done", True)


def test_of_many_buyers_none_is_left_with_an_order_that_he_may_still_pay(app, shop):
    calls = [placing(shop, a_buyer(shop)) for _ in range(35)]

    results = storm(app, [*calls[:18], killing(shop), *calls[18:]])

    assert set(tally(results)) <= {"done", "not_on_sale"}
    assert results[18] is None
    assert payable(shop) == 0


def stopping_and_paying(app, shop, monkeypatch):
    """The stop holds the offer, the payment holds its order; then each goes on."""
    placed = an_order(shop)
    fact, meeting, real = a_paid_fact(shop, placed), Barrier(2), paying._check

    def and_meet(*args):
        real(*args)
        meeting.wait(MEETING_SECONDS)

    def kill():
        stop(shop)
        meeting.wait(MEETING_SECONDS)
        hurry(shop)

    monkeypatch.setattr(paying, "_check", and_meet)
    return pair(app, kill, partial(orders.confirm_paid, fact, at=NOW))


def test_whoever_pays_in_the_second_of_the_emergency_stop_gets_what_he_paid_for(
    app, shop, monkeypatch
):
    stopped, paid = stopping_and_paying(app, shop, monkeypatch)

    assert (stopped, told(paid)) == (None, "paid")
    assert count(shop, "vouchers", "state = 'active'") == 2


def test_a_stop_that_keeps_references_out_and_a_payment_meet_head_on(unguarded, monkeypatch):
    shop = a_shop()
    monkeypatch.setattr(offers, "locked", lambda query, **_mild: locked(query))

    results = stopping_and_paying(unguarded, shop, monkeypatch)

    refused = [each for each in results if isinstance(each, Exception)]
    assert [type(each.__cause__).__name__ for each in refused] == ["DeadlockDetected"]


def test_stock_changes_while_everybody_buys(app, committed):
    shop = a_shop(offer={"stock": 100, "per_member_limit": 5})
    buys = [placing(shop, a_buyer(shop)) for _ in range(24)]
    changes = [limiting(shop, 100 + number) for number in range(12)]

    trios = zip(buys[::2], changes, buys[1::2], strict=True)
    results = storm(app, [call for trio in trios for call in trio])

    assert tally(results) == {"done": 36}
    assert value(shop, "sum(taken)", "offer_stock") == 24


def test_a_limit_set_while_everybody_buys_counts_every_piece(app, shop):
    calls = [placing(shop, a_buyer(shop), quantity=2) for _ in range(35)]

    results = storm(app, [*calls[:18], limiting(shop, 1000), *calls[18:]])

    assert tally(results) == {"done": 36}
    assert value(shop, "taken", "offer_stock") == 70
    assert count(shop, "order_lines", "NOT from_stock") == 0


def test_a_limit_that_does_not_ask_orders_sells_too_many(unguarded, monkeypatch):
    shop = a_shop()
    orders_of = [an_order(shop) for _ in range(2)]

    results = pair(
        unguarded,
        partial(
            editing.set_stock,
            merchant_id=shop.id,
            number=shop.offer.number,
            quota=2,
            actor=BOSS,
            at=NOW,
        ),
    )

    assert results == [None]
    assert (len(orders_of), value(shop, "taken", "offer_stock")) == (2, 0)


def test_an_order_that_waited_for_the_limit_is_counted_under_it(app, shop):
    buyers = [a_buyer(shop) for _ in range(2)]

    both = one_behind_the_other(app, limiting(shop, 1), placing(shop, buyers[0]))

    assert (both.first, told(both.second), both.waited) == (None, "done", True)
    assert value(shop, "taken", "offer_stock") == 1
    assert tally(pair(app, placing(shop, buyers[1]))) == {"sold_out": 1}


def test_an_order_that_closes_behind_the_limit_gives_its_piece_back_to_it(app, shop):
    placed = an_order(shop)

    both = one_behind_the_other(app, limiting(shop, 5), closing_of(shop, placed.order_number))

    assert (both.first, both.second, both.waited) == (None, True, True)
    assert value(shop, "taken", "offer_stock") == 0


def test_by_lines_as_old_as_the_lock_a_piece_is_lost(unguarded, monkeypatch):
    shop = a_shop()
    placed = an_order(shop)
    seen_beside_the_lock = closing._lines(shop.id, value(shop, "id", "orders"))
    monkeypatch.setattr(closing, "_lines", lambda *_: seen_beside_the_lock)

    one_behind_the_other(unguarded, limiting(shop, 5), closing_of(shop, placed.order_number))

    assert (value(shop, "state", "orders"), value(shop, "taken", "offer_stock")) == ("closed", 1)
