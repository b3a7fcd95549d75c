"""Two people decide at once: it is done once or not at all."""

from dataclasses import replace
from functools import partial

import pytest

from app.domain import aftersales, approvals, promotions
from app.domain.approvals import (
    Kind,
    MassGrant,
    RefundOrder,
    asking,
    carrying,
    deciding,
    spending,
    statements,
)
from app.kernel.db import db, transaction
from tests.builders.approvals import (
    ASKER,
    SOON,
    a_limit,
    a_waiting_present,
    a_waiting_refund,
    look,
)
from tests.builders.catalog import BOSS
from tests.builders.orders import a_buyer, a_paid_order, a_shop, vouchers_of
from tests.builders.promotions import a_draft
from tests.builders.together import crowd
from tests.domain.approvals.test_asking import grant_words
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


def doing(shop, action, actor=ASKER):
    which = {"merchant_id": shop.id, "reason": "客人投诉", "at": SOON}
    return partial(approvals.ask_or_do, action=action, actor=actor, **which)


def two_slices(shop):
    """Each within the limit of one person, and both together above it."""
    a_limit(shop, above_fen=49_00)
    orders = [a_paid_order(shop, buyer=a_buyer(shop)).order_number for _ in range(2)]
    return [doing(shop, RefundOrder(order_number=number)) for number in orders]


def test_of_two_slices_at_once_one_waits_for_somebody(app, shop):
    pair(app, *two_slices(shop))

    assert (count(shop, "returns"), count(shop, "approvals")) == (1, 1)


def test_without_the_lock_both_slices_are_done_alone(unguarded, monkeypatch):
    shop = a_shop()
    calls = two_slices(shop)
    monkeypatch.setattr(spending, "lock_actor", lambda _by, _kind: None)
    meet_after(monkeypatch, asking, "_is_within")

    pair(unguarded, *calls)

    assert (count(shop, "returns"), count(shop, "approvals")) == (2, 0)


def test_a_slice_against_the_question_about_its_order_is_one_of_them(app, shop, buyer):
    order = a_paid_order(shop, buyer=buyer).order_number
    a_limit(shop, above_fen=48_99)
    one = vouchers_of(shop, buyer, at=SOON)[0].number
    slice_ = doing(shop, RefundOrder(order_number=order, vouchers=(one,)), "staff:8")

    pair(app, doing(shop, RefundOrder(order_number=order)), slice_)

    assert count(shop, "returns") + count(shop, "approvals") == 1


def a_campaign_and_its_edit(shop):
    """Published by what was read, and edited to give a thousand times as much."""
    draft = a_draft(shop.merchant, "grant", **grant_words(shop, {"vouchers": 1, "cost_fen": 9_00}))
    more = {**draft.terms, "budget": {"vouchers": 1000, "cost_fen": 9_000_00}}
    seen = approvals.terms_print(draft.terms)
    publishing = doing(shop, MassGrant(campaign_number=draft.number, terms_print=seen))
    which = {"merchant_id": shop.id, "number": draft.number, "actor": BOSS, "at": SOON}
    return publishing, partial(promotions.edit, terms=promotions.parse(more), **which)


def is_published_dear(shop):
    return count(shop, "promotions", "state = 'published' AND most_vouchers = 1000")


def test_publishing_against_an_edit_publishes_what_was_read_or_nothing(app, shop):
    pair(app, *a_campaign_and_its_edit(shop))

    assert not is_published_dear(shop)


def test_without_the_lock_what_nobody_read_is_published(unguarded, monkeypatch):
    shop = a_shop()
    publishing, editing = a_campaign_and_its_edit(shop)
    db.session.rollback()
    unlocked = replace(carrying.WORKS[Kind.MASS_GRANT], lock=lambda _wanted, _by: None)
    monkeypatch.setitem(carrying.WORKS, Kind.MASS_GRANT, unlocked)
    real = asking._is_within

    def and_edit(*asked):
        told = real(*asked)
        crowd(unguarded, [editing])
        return told

    monkeypatch.setattr(asking, "_is_within", and_edit)
    with transaction():
        publishing()

    assert is_published_dear(shop)
