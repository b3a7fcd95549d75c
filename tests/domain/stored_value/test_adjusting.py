"""Corrections need two people and a reason; two members who are one person have one balance."""

import pytest
from psycopg.errors import CheckViolation

from app.domain import ledger, stored_value
from app.domain.stored_value import (
    AdjustmentSettled,
    AdjustmentWaits,
    LotKind,
    NotEnoughValue,
    SecondPersonNeeded,
)
from app.kernel import audit
from app.kernel.db import execute, fetch_all, transaction
from app.kernel.errors import Invalid
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop
from tests.builders.stored_value import (
    a_gift_card,
    a_top_up,
    claimed_card,
    given_back,
    has,
    held,
    in_house,
    refunded,
    released,
    spent,
)


@pytest.fixture
def shop(database):
    return a_shop()


@pytest.fixture
def member(shop):
    return a_buyer(shop)


def propose(shop, member, change, *, kind=LotKind.BONUS, by="staff:1", reason="补偿"):
    with transaction():
        stored_value.propose_adjustment(
            merchant_id=shop.id,
            member_id=member.id,
            kind=kind,
            change_fen=change,
            reason=reason,
            by=by,
            at=NOON,
        )


def approve(shop, member, *, by="staff:2"):
    with transaction():
        return stored_value.approve_adjustment(
            merchant_id=shop.id, member_id=member.id, by=by, at=NOON
        )


def reject(shop, member, *, by="staff:2"):
    with transaction():
        stored_value.reject_adjustment(merchant_id=shop.id, member_id=member.id, by=by, at=NOON)


def test_two_people_add_a_bonus(shop, member):
    propose(shop, member, 500)
    assert has(shop, member) == (0, 0)

    with pytest.raises(SecondPersonNeeded):
        approve(shop, member, by="staff:1")
    assert approve(shop, member) == 500

    assert has(shop, member) == (0, 500)
    assert in_house(shop, "bonus_issued") == -500
    with pytest.raises(AdjustmentSettled):
        approve(shop, member)
    assert ledger.verify() == []


def test_paid_money_is_taken_as_spent_and_never_made_up(shop, member):
    a_top_up(shop, member)
    earned = in_house(shop, "earned")
    with pytest.raises(Invalid):
        propose(shop, member, 1, kind=LotKind.PAID)

    propose(shop, member, -40_000, kind=LotKind.PAID)
    approve(shop, member)
    propose(shop, member, -5_000)
    approve(shop, member)

    assert has(shop, member) == (60_000, 15_000)
    assert in_house(shop, "earned") == earned + 40_000
    assert in_house(shop, "bonus_issued") == -15_000
    assert ledger.verify() == []


def test_no_more_is_taken_than_there_is(shop, member):
    a_top_up(shop, member, paid=100, bonus=10)
    propose(shop, member, -11)

    with pytest.raises(NotEnoughValue):
        approve(shop, member)
    reject(shop, member)

    assert has(shop, member) == (100, 10)


def test_one_waits_at_a_time_with_a_reason_and_all_of_it_is_written_down(shop, member):
    with pytest.raises(Invalid):
        propose(shop, member, 5, reason=" ")
    propose(shop, member, 5)
    with pytest.raises(AdjustmentWaits):
        propose(shop, member, 6)
    (waiting,) = stored_value.list_adjustments(merchant_id=shop.id).items
    assert (waiting.change_fen, waiting.reason, waiting.proposed_by) == (5, "补偿", "staff:1")
    with pytest.raises(SecondPersonNeeded):
        reject(shop, member, by="staff:1")
    reject(shop, member)

    assert [(line.actor, line.action) for line in lines(shop)] == [
        ("staff:1", "value.propose"),
        ("staff:2", "value.rejected"),
    ]
    assert stored_value.list_adjustments(merchant_id=shop.id).items == []


def test_the_database_too_wants_two_people(shop, member):
    propose(shop, member, 500)

    with pytest.raises(CheckViolation, match="two_people"), transaction():
        execute(
            """UPDATE value_adjustments SET state = 'approved', decided_by = proposed_by,
              decided_at = proposed_at WHERE merchant_id = %(m)s""",
            {"m": shop.id},
        )


class _Line:
    def __init__(self, actor, action):
        self.actor, self.action = actor, action


def lines(shop):
    assert audit
    query = """SELECT actor, action FROM audit WHERE merchant_id = %(m)s AND action LIKE 'value.%%'
    ORDER BY id"""
    return fetch_all(_Line, query, {"m": shop.id})


def join(shop, loser, winner):
    pair = {"merchant_id": shop.id, "loser_id": loser.id, "winner_id": winner.id}
    with transaction():
        for _ in range(2):
            stored_value.take_over(**pair, at=NOON)


def test_two_members_who_are_one_have_one_balance(shop, member):
    winner = a_buyer(shop)
    top_up = a_top_up(shop, member)
    a_top_up(shop, winner, paid=100, bonus=10)
    used, waiting = spent(shop, member, 12_000), held(shop, member, 6_000)
    number, _, _ = a_gift_card(shop, member)

    join(shop, member, winner)

    assert (has(shop, member), has(shop, winner)) == ((0, 0), (85_100, 17_010))
    released(shop, waiting)
    given_back(shop, used, 12_000)
    assert (has(shop, member), has(shop, winner)) == ((0, 0), (100_100, 20_010))
    assert refunded(shop, top_up) == 100_000
    assert has(shop, winner) == (100, 10)
    assert stored_value.gift_card_link(merchant_id=shop.id, member_id=winner.id, number=number)
    assert ledger.verify() == []


def test_what_was_frozen_stays_frozen(shop, member):
    winner = a_buyer(shop)
    with transaction():
        stored_value.freeze(
            merchant_id=shop.id, member_id=member.id, reason="盗刷", actor="system", at=NOON
        )

    join(shop, member, winner)

    assert stored_value.balance(merchant_id=shop.id, member_id=winner.id).frozen


def test_a_claim_said_twice_by_a_joined_person_is_told_so(shop, member):
    winner = a_buyer(shop)
    _, token, _ = a_gift_card(shop, a_buyer(shop))
    claimed_card(shop, member, token)
    join(shop, member, winner)

    assert has(shop, winner) == (50_000, 0)
