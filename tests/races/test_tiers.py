"""Facts, refunds and sweeps at the same time: one move, one pack, and nothing kept that went back."""

from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest

from app.domain import ledger, membership
from app.domain.ledger import AccountKind, Asset, house
from app.domain.membership import (
    CONSENT_VERSION,
    Growth,
    Occasion,
    earning,
    settling,
    statements,
)
from app.kernel.db import db
from tests.builders.members import a_member
from tests.builders.membership import (
    a_ladder,
    a_pack,
    a_term_offer,
    grow,
    moves,
    presents,
    settle,
    tier,
    tiers_in,
)
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_order, a_shop, order_id_of
from tests.races.racing import (
    MEETING_SECONDS,
    count,
    meet_after,
    pair,
    storm,
    tally,
    told,
    value,
    without,
)

PACKED = {"upgrade", "monthly", "birthday"}


@pytest.fixture
def member(shop):
    return a_buyer(shop)


def with_packs(shop):
    pack = a_pack(shop.merchant)
    tiers_in(shop.merchant, a_ladder(silver={"packs": dict.fromkeys(PACKED, pack)}))


def fact(member, source, *, amount=500_00):
    """A purchase is noted, and what follows from it, as the job does both."""

    def note_and_settle():
        note(member, source, amount)
        membership.settle(merchant_id=member.merchant_id, member_id=member.id, at=NOON)

    return note_and_settle


def note(member, source, amount):
    membership.note_growth(
        merchant_id=member.merchant_id,
        member_id=member.id,
        kind=Growth.SPEND,
        amount=amount,
        source=source,
        at=NOON,
    )


def returning(member, source):
    return partial(
        membership.take_growth_back,
        merchant_id=member.merchant_id,
        source=source,
        share_bp=10_000,
        at=NOON,
    )


def growth(shop):
    return value(shop, "coalesce(sum(amount), 0)", "membership_growth")


def test_many_facts_at_once_make_one_upgrade_and_one_pack(app, shop, member):
    with_packs(shop)

    results = storm(app, [fact(member, f"order:{n}") for n in range(36)])

    assert tally(results) == {"done": 36}
    assert moves(member) == [(None, "silver", "upgrade")]
    assert presents(member) == [("银卡升级礼", "active")]
    assert growth(shop) == 36 * 500_00


def test_one_fact_told_by_many_counts_once(app, shop, member):
    with_packs(shop)

    results = storm(app, [fact(member, "order:1", amount=100_00)] * 36)

    assert tally(results) == {"done": 36}
    assert growth(shop) == 100_00
    assert tier(member) == "base"


def test_an_upgrade_against_its_refund_ends_without_tier_and_pack(app, shop, member):
    with_packs(shop)
    calls = [
        call
        for n in range(18)
        for call in (fact(member, f"order:{n}"), returning(member, f"order:{n}"))
    ]

    results = storm(app, calls)
    settle(member)

    assert tally(results) == {"done": 36}
    assert growth(shop) == 0
    assert tier(member) == "base"
    assert {state for _, state in presents(member)} <= {"void"}


def test_a_refund_told_by_many_is_taken_once(app, shop, member):
    tiers_in(shop.merchant)
    grow(member, amount=700_00)

    storm(app, [returning(member, "order:1")] * 36)

    assert growth(shop) == 0
    assert count(shop, "membership_growth", "amount < 0") == 1


def test_many_sweeps_at_once_give_each_pack_once(app, shop, member):
    with_packs(shop)
    grow(member)
    give = [
        partial(
            membership.give_due,
            merchant_id=shop.id,
            member_id=member.id,
            occasion=occasion,
            period="2026-05",
            at=NOON,
        )
        for occasion in (Occasion.MONTHLY, Occasion.BIRTHDAY)
    ]

    results = storm(app, give * 18)

    assert results.count(True) == 2
    assert count(shop, "pack_grants") == 3


def test_a_birthday_is_set_once_by_many(app, shop, member):
    calls = [
        partial(
            membership.set_birthday,
            merchant_id=shop.id,
            member_id=member.id,
            month=1 + n // 12,
            day=1 + n % 12,
            consent_version=CONSENT_VERSION,
            at=NOON,
        )
        for n in range(36)
    ]

    assert tally(storm(app, calls)) == {"done": 1, "birthday_set": 35}


def test_terms_bought_at_once_follow_each_other(app, shop, member):
    tiers_in(shop.merchant)
    orders = [order_id_of(shop, a_paid_order(shop, buyer=member).order_number) for _ in range(6)]
    calls = [
        partial(
            membership.start_term,
            merchant_id=shop.id,
            member_id=member.id,
            order_id=order_id,
            tier_number="gold",
            term_days=30,
            at=NOON,
        )
        for order_id in orders * 6
    ]

    results = storm(app, calls)

    assert tally(results) == {"done": 36}
    assert count(shop, "membership_terms") == 6
    last = value(shop, "max(ends_at)", "membership_terms")
    assert last - NOON == timedelta(days=180, hours=4)


# Controls: with the guards taken away, it does go wrong.


def two_facts(unguarded, monkeypatch, *, cut):
    """Two facts that reach the same tier, both having looked before either writes."""
    shop = a_shop()
    member = a_member(merchant=shop.merchant)
    tiers_in(shop.merchant, a_ladder(silver={"packs": {"upgrade": a_pack(shop.merchant)}}))
    settle(member)
    for name, guards in cut.items():
        monkeypatch.setattr(statements, name, without(getattr(statements, name), *guards))
    meet_after(monkeypatch, settling, "_deserves")
    db.session.rollback()
    results = pair(unguarded, fact(member, "order:1"), fact(member, "order:2"))
    monkeypatch.undo()
    return member, shop, sorted(told(result) for result in results)


LOCK = {"LOCK_STANDING": [" FOR NO KEY UPDATE"]}
STEPS = {"CHANGE_STANDING": [" AND steps = %(seen_steps)s"]}


def test_without_the_lock_the_steps_are_the_second_wall(unguarded, monkeypatch):
    member, _, results = two_facts(unguarded, monkeypatch, cut=LOCK)

    assert results == ["busy", "done"]
    assert moves(member) == [(None, "silver", "upgrade")]


def test_without_lock_and_steps_the_index_is_the_last_wall(unguarded, monkeypatch):
    member, shop, results = two_facts(unguarded, monkeypatch, cut=LOCK | STEPS)

    assert results[1] == "done" or results[0] == "done"
    assert any("uq_membership_moves_merchant_id_member_id_step" in each for each in results)
    assert len(moves(member)) == 1
    assert count(shop, "pack_grants") == 1


def test_without_any_of_them_a_member_moves_twice_and_still_gets_one_pack(unguarded, monkeypatch):
    anyhow = statements.MOVE.replace("%(step)s", "%(step)s + (random() * 1000000000)::bigint")
    monkeypatch.setattr(statements, "MOVE", anyhow)

    member, shop, results = two_facts(unguarded, monkeypatch, cut=LOCK | STEPS)

    assert results == ["done", "done"]
    assert len(moves(member)) == 2
    assert count(shop, "pack_grants") == 1


def test_without_its_source_held_growth_outlives_its_refund(unguarded, monkeypatch):
    shop = a_shop()
    member = a_member(merchant=shop.merchant)
    tiers_in(shop.merchant)
    settle(member)
    monkeypatch.setattr(statements, "HOLD_SOURCE", "SELECT %(share_bp)s::bigint")
    db.session.rollback()
    both_have_written = Barrier(2)

    def and_wait(call):
        def wait():
            call()
            both_have_written.wait(MEETING_SECONDS)

        return wait

    calls = (partial(note, member, "order:1", 500_00), returning(member, "order:1"))
    pair(unguarded, *map(and_wait, calls))

    assert growth(shop) == 500_00


# The fee of a bought term


def a_term(shop):
    """Bought and paid, thirty days for 100 yuan; the order's id."""
    member = a_buyer(shop)
    tiers_in(shop.merchant)
    placed = a_paid_order(shop, buyer=member, offer=a_term_offer(shop))
    return order_id_of(shop, placed.order_number)


def earning_of(shop, order_id):
    which = {"merchant_id": shop.id, "order_id": order_id}
    return partial(membership.earn_fee, **which, at=NOON + timedelta(days=18))


def giving_back_of(shop, order_id):
    which = {"merchant_id": shop.id, "order_id": order_id}
    return partial(membership.give_term_back, **which, at=NOON + timedelta(days=21))


def booked(shop):
    return ledger.balance_of(merchant_id=shop.id, account=house(AccountKind.EARNED, Asset.CNY))


def test_a_fee_is_earned_or_goes_back_to_the_fen_whoever_sweeps(app, shop):
    order_id = a_term(shop)

    results = storm(app, [earning_of(shop, order_id), giving_back_of(shop, order_id)] * 18)

    # Nine of thirty days are left.
    assert set(results[1::2]) == {30_00}
    assert sum(results[0::2]) <= 1
    assert booked(shop) == 70_00
    assert value(shop, "earned_fen + returned_fen", "membership_terms") == 100_00


def test_without_the_locks_more_is_earned_than_was_paid(unguarded, monkeypatch):
    shop = a_shop()
    order_id = a_term(shop)
    monkeypatch.setattr(
        statements, "LOCK_STANDING", without(statements.LOCK_STANDING, *LOCK["LOCK_STANDING"])
    )
    monkeypatch.setattr(
        statements, "LOCK_FEE", without(statements.LOCK_FEE, " FOR NO KEY UPDATE OF t")
    )
    meet_after(monkeypatch, earning, "_hold")

    results = pair(unguarded, earning_of(shop, order_id), giving_back_of(shop, order_id))

    assert results == [True, 30_00]
    assert booked(shop) > 100_00
