"""A list asks the database as often for one row as for thirty, and for its second page too."""

from datetime import timedelta

import pytest

from app.kernel import audit, clock
from app.kernel.db import fetch_one, hot_transaction, transaction
from tests.builders.aftersales import a_refund
from tests.builders.approvals import a_waiting_refund
from tests.builders.assist import a_draft as an_assist
from tests.builders.bookings import a_club, a_session
from tests.builders.catalog import a_benefit, an_offer
from tests.builders.complaints import a_ticket
from tests.builders.desk import a_difference, a_job, a_work
from tests.builders.merchants import a_clerk, a_merchant
from tests.builders.orders import a_buyer, a_paid_order, a_shop, an_order, clerk_of, vouchers_of
from tests.builders.promotions import an_event
from tests.builders.redemption import a_redemption

MANY = 31
# Where such a list begins is looked up first; a cursor says it.
BEGINNINGS = {"/numbers/unused": 1}


def a_use(shop, n):
    buyer = a_buyer(shop)
    a_paid_order(shop, buyer=buyer, at=clock.now() - timedelta(minutes=90 + n))
    a_redemption(shop, vouchers_of(shop, buyer)[0], at=clock.now())


def a_return(shop, _n):
    buyer = a_buyer(shop)
    a_refund(shop, buyer, a_paid_order(shop, buyer=buyer).order_number)


def a_doubt(shop, _n):
    a_waiting_refund(shop, a_paid_order(shop, buyer=a_buyer(shop)).order_number)


def a_line_of_each(shop, _n):
    """By a customer and by one of the house: names of both are asked for."""
    a_ticket(shop, a_buyer(shop))
    with transaction():
        audit.record(
            merchant_id=shop.id,
            actor=clerk_of(shop),
            action="member.reveal_phone",
            subject="U1",
            at=clock.now(),
            details={},
        )


# What one more row of a list comes from.
LISTS = {
    "/approvals": a_doubt,
    "/assists": lambda shop, _n: an_assist(shop),
    "/benefits": lambda shop, _n: a_benefit(merchant=shop.merchant),
    "/campaigns": lambda shop, _n: an_event(shop.merchant),
    "/complaints": lambda shop, _n: a_ticket(shop, a_buyer(shop)),
    "/history": a_line_of_each,
    "/members": lambda shop, _n: a_buyer(shop),
    "/money": lambda shop, n: a_difference(shop.merchant, number=f"P{n}"),
    "/numbers/unused": lambda shop, _n: a_paid_order(shop, buyer=a_buyer(shop)),
    "/numbers/used": a_use,
    "/offers": lambda shop, _n: an_offer(merchant=shop.merchant),
    "/operations": lambda shop, _n: a_job(shop.id, error="43101"),
    "/orders": lambda shop, _n: an_order(shop, buyer=a_buyer(shop), at=clock.now()),
    "/people": lambda shop, n: a_clerk(shop.store, name=f"小王{n}"),
    "/refunds?tab=all": a_return,
    "/vouchers": lambda shop, _n: a_paid_order(shop, buyer=a_buyer(shop)),
    "/works?of=all": lambda shop, _n: a_work(shop.id),
}


@pytest.mark.parametrize("path", LISTS)
def test_a_list_asks_as_often_for_thirty_rows_as_for_one(house, statements, path):
    shop = a_shop(merchant=house.merchant)
    LISTS[path](shop, 0)
    few = _asked(house, statements, path)
    for n in range(1, MANY):
        LISTS[path](shop, n)
    assert _asked(house, statements, path) == few
    cursor = house.owner.get(path).text.partition("cursor=")[2].partition('"')[0]
    if cursor:
        deeper = f"{path}{'&' if '?' in path else '?'}cursor={cursor.partition('&')[0]}"
        assert _asked(house, statements, deeper) == few - BEGINNINGS.get(path, 0)


def test_sessions_ask_as_often_for_thirty_as_for_one(house, statements):
    club = a_club(merchant=house.merchant)
    soon = clock.now() + timedelta(days=3)
    a_session(club, starts_at=soon)
    few = _asked(house, statements, "/bookings")
    for n in range(1, MANY):
        a_session(club, starts_at=soon + timedelta(hours=n))
    assert _asked(house, statements, "/bookings") == few


def test_a_desk_plans_each_statement_for_what_was_asked(committed):
    """A plan made for all neither knows that a page is short nor what it is about.

    What is hot keeps the plans that it has, also after a desk had the same connection. No desk has
    others start to share its work: for the little that a page reads they cost more than they do.
    """
    merchant = a_merchant().id
    with transaction(merchant=merchant):
        assert _plans() == "force_custom_plan"
        assert _setting("max_parallel_workers_per_gather") == "0"
    with hot_transaction():
        assert _plans() == "force_generic_plan"
    with hot_transaction(merchant=merchant):
        assert _plans() == "force_generic_plan"


def _plans():
    return _setting("plan_cache_mode")


def _setting(name):
    return fetch_one(str, "SELECT current_setting(%(name)s)", {"name": name})


def _asked(house, statements, path):
    """Once before, so that what a process remembers is remembered."""
    assert house.owner.get(path).status_code == 200, path
    with statements() as seen:
        house.owner.get(path)
    return len(seen.statements)
