"""A family spends at once, and its limits hold."""

from functools import partial

import pytest

from app.domain import family
from app.domain.family import spending, statements
from tests.builders.family import a_family, an_invitation, family_of, spend
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop
from tests.builders.stored_value import a_top_up, an_open_order, has
from tests.races.racing import count, meet_after, pair, storm, tally, without


@pytest.fixture
def owner(shop):
    member = a_buyer(shop)
    a_top_up(shop, member)
    return member


def spending_of(shop, member, amount):
    order_id = an_open_order(shop, member)
    return partial(spend, shop, member, amount, order_id=order_id)


def test_one_member_at_his_limit_spends_it_once(app, shop, owner):
    ((member, _),) = a_family(shop, owner, caps=[1_000])

    results = storm(app, [spending_of(shop, member, 100) for _ in range(32)])

    assert tally(results) == {"done": 10, "family_cap": 22}
    assert sum(has(shop, owner)) == 119_000
    assert family_of(shop, member).seats[0].left_fen == 0


def test_two_members_at_the_familys_limit_spend_it_once(app, shop, owner):
    relatives = a_family(shop, owner, caps=[100_000, 100_000], whole=1_000)
    calls = [spending_of(shop, member, 100) for member, _ in relatives for _ in range(16)]

    results = storm(app, calls)

    assert tally(results) == {"done": 10, "family_cap": 22}
    assert sum(has(shop, owner)) == 119_000


def test_one_invitation_has_one_taker_of_32(app, shop, owner):
    a_family(shop, owner)
    invited = an_invitation(shop, owner)
    people = [a_buyer(shop) for _ in range(32)]
    calls = [
        partial(family.join, merchant_id=shop.id, member_id=each.id, token=invited.token, at=NOON)
        for each in people
    ]

    results = storm(app, calls)

    assert tally(results) == {"done": 1, "family_link_over": 31}


def test_somebody_joins_one_family_of_many_and_owns_none(app, shop, owner):
    owners = [owner, *[a_buyer(shop) for _ in range(30)]]
    for each in owners:
        a_family(shop, each)
    tokens = [an_invitation(shop, each).token for each in owners]
    member = a_buyer(shop)
    who = {"merchant_id": shop.id, "member_id": member.id, "at": NOON}
    calls = [partial(family.join, **who, token=token) for token in tokens]
    calls.append(partial(family.open_card, **who, monthly_cap_fen=None))

    results = storm(app, [*calls, calls[0]])

    told = tally(results)
    assert told["done"] == 1
    assert set(told) <= {"done", "family_exists", "own_family", "replayed"}


def test_five_places_are_given_by_32_at_once(app, shop, owner):
    a_family(shop, owner)
    invite = partial(
        family.invite,
        merchant_id=shop.id,
        member_id=owner.id,
        name="妈妈",
        monthly_cap_fen=1,
        at=NOON,
    )

    results = storm(app, [invite] * 32)

    assert tally(results) == {"done": 5, "family_full": 27}
    assert count(shop, "family_seats") == 5


def test_a_question_is_approved_once(app, shop, owner):
    ((member, seat),) = a_family(shop, owner, caps=[1_000])
    from app.kernel.db import transaction

    with transaction():
        family.ask(merchant_id=shop.id, member_id=member.id, amount_fen=500, note=None, at=NOON)
    approve = partial(family.approve, merchant_id=shop.id, member_id=owner.id, number=seat, at=NOON)

    results = storm(app, [approve] * 32)

    assert tally(results) == {"done": 1, "family_request_over": 31}
    assert family_of(shop, member).seats[0].left_fen == 1_500


def test_without_the_cards_lock_two_members_pass_the_familys_limit(unguarded, monkeypatch):
    shop = a_shop()
    owner = a_buyer(shop)
    a_top_up(shop, owner)
    relatives = a_family(shop, owner, caps=[1_000, 1_000], whole=1_000)
    calls = [spending_of(shop, member, 1_000) for member, _ in relatives]
    no_lock = without(statements.LOCK_CARD, " FOR NO KEY UPDATE")
    monkeypatch.setattr(statements, "LOCK_CARD", no_lock)
    meet_after(monkeypatch, spending, "left")

    assert tally(pair(unguarded, *calls)) == {"done": 2}
    assert sum(has(shop, owner)) == 118_000
