"""Two people decide at once: it is done once or not at all."""

from functools import partial

import pytest

from app.domain import aftersales, approvals
from app.domain.approvals import deciding, statements
from tests.builders.approvals import SOON, a_waiting_present, a_waiting_refund, look
from tests.builders.catalog import BOSS
from tests.builders.orders import a_buyer, a_paid_order, a_shop
from tests.races.racing import count, meet_after, pair, storm, tally, without


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


def approving(shop, question, by=BOSS):
    return partial(approvals.approve, merchant_id=shop.id, approval_id=question, by=by, at=SOON)


def declining(shop, question, by=BOSS):
    return partial(
        approvals.decline, merchant_id=shop.id, approval_id=question, reason="否", by=by, at=SOON
    )


def test_of_36_yes_one_gives_the_present(app, shop, buyer):
    question = a_waiting_present(shop, buyer)
    calls = [approving(shop, question, f"staff:{n}") for n in range(100, 136)]

    assert tally(storm(app, calls)) == {None: 1, "approval_settled": 35}
    assert count(shop, "goodwill_grants") == 1


def test_yes_against_no_ends_in_one_of_them(app, shop, buyer):
    question = a_waiting_present(shop, buyer)
    calls = [
        each
        for n in range(18)
        for each in (approving(shop, question, f"staff:{n + 100}"), declining(shop, question))
    ]

    results = storm(app, calls)

    assert tally(results)["approval_settled"] == 35
    given = count(shop, "goodwill_grants")
    assert given == count(shop, "approvals", "state = 'approved'")
    assert look(shop, question).state == ("approved" if given else "declined")


def test_yes_against_the_same_refund_by_another_way_pays_once(app, shop, buyer):
    order = a_paid_order(shop, buyer=buyer).order_number
    question = a_waiting_refund(shop, order)
    other_way = partial(
        aftersales.ask_for_buyer,
        merchant_id=shop.id,
        wanted=aftersales.Wanted(order_number=order, reason="误买"),
        actor=BOSS,
        at=SOON,
    )

    pair(app, approving(shop, question), other_way)

    assert count(shop, "returns") == 1


def test_without_the_lock_two_people_give_it_twice(unguarded, monkeypatch):
    shop = a_shop()
    question = a_waiting_present(shop, a_buyer(shop))
    no_lock = without(statements.LOCK, "\nFOR NO KEY UPDATE")
    monkeypatch.setattr(statements, "LOCK", no_lock)
    meet_after(monkeypatch, deciding, "_lock")

    pair(unguarded, approving(shop, question), approving(shop, question, "staff:9"))

    assert count(shop, "goodwill_grants") == 2
