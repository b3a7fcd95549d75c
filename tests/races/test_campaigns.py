"""A campaign's budget and its members' only pack, asked for by many at once."""

from functools import partial

from sqlalchemy import text

from app.domain import promotions
from app.domain.promotions import Given, statements
from app.kernel.db import db, transaction
from tests.builders.catalog import BOSS
from tests.builders.membership import presents
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop
from tests.builders.promotions import HOUR, a_grant, budget_of, turn
from tests.races.racing import count, pair, storm, tally, value, without

CONDITIONS = (
    "AND given_vouchers + %(vouchers)s <= most_vouchers",
    "AND (most_fen IS NULL OR spent_fen + %(cost_fen)s <= most_fen)",
)


def giving(grant, member):
    return partial(
        promotions.give,
        merchant_id=grant.merchant_id,
        promotion_id=grant.id,
        member_id=member.id,
        at=NOON,
    )


def test_many_members_at_once_stay_within_the_budget(app, shop):
    grant = a_grant(shop.merchant, quantity=2, vouchers=21)
    crowd = [a_buyer(shop) for _ in range(36)]

    results = storm(app, [giving(grant, member) for member in crowd])

    assert tally(results) == {"now": 10, "spent": 26}
    assert budget_of(grant) == (20, 180_00)
    assert count(shop, "promotion_grants") == 10
    assert count(shop, "vouchers") == 20


def test_many_members_at_once_stay_within_the_cost(app, shop):
    grant = a_grant(shop.merchant, cost_fen=100_00)
    crowd = [a_buyer(shop) for _ in range(36)]

    assert tally(storm(app, [giving(grant, member) for member in crowd])) == {
        "now": 11,
        "spent": 25,
    }
    assert budget_of(grant) == (11, 99_00)


def test_one_member_is_given_once_by_many_jobs(app, shop):
    grant, member = a_grant(shop.merchant), a_buyer(shop)

    results = storm(app, [giving(grant, member)] * 36)

    assert tally(results) == {"now": 1, "before": 35}
    assert presents(member) == [("新店见面礼", "active")]
    assert budget_of(grant) == (1, 9_00)


def test_a_campaign_stopped_meanwhile_gives_nothing_afterwards(app, shop):
    grant = a_grant(shop.merchant)
    crowd = [a_buyer(shop) for _ in range(35)]
    stop = partial(promotions.stop, merchant_id=shop.id, number=grant.number, actor=BOSS, at=NOON)

    results = storm(app, [giving(grant, member) for member in crowd] + [stop])

    told = tally(results)
    assert told["done"] == 1
    assert told["now"] + told["spent"] == 35
    assert budget_of(grant)[0] == told["now"] == count(shop, "vouchers")
    assert giving_now(grant, crowd) <= {Given.SPENT, Given.BEFORE}


def test_many_sweeps_end_a_campaign_once(app, shop):
    grant = a_grant(shop.merchant, ends_at=NOON + HOUR)

    results = storm(app, [partial(turn, grant, at=NOON + HOUR)] * 36)

    assert results.count(True) == 1
    assert value(shop, "state", "promotions") == "over"
    assert count(shop, "audit", "action = 'promotion.over'") == 1


def giving_now(grant, crowd):
    outcomes = set()
    for member in crowd:
        with transaction():
            outcomes.add(giving(grant, member)())
    return outcomes


# Controls: with the guards taken away, it does go wrong.


def too_many(unguarded, monkeypatch, **budget):
    """Two members, and a budget for one."""
    shop = a_shop()
    grant = a_grant(shop.merchant, **budget)
    crowd = [a_buyer(shop) for _ in range(2)]
    monkeypatch.setattr(statements, "TAKE_BUDGET", without(statements.TAKE_BUDGET, *CONDITIONS))
    results = pair(unguarded, *[giving(grant, member) for member in crowd])
    return grant, results


def test_without_the_condition_the_check_is_the_last_wall(unguarded, monkeypatch):
    grant, results = too_many(unguarded, monkeypatch, vouchers=1)

    told = tally(results)
    assert told.pop("now") == 1
    assert ["ck_promotions_vouchers_in_budget" in each for each in told] == [True]
    assert budget_of(grant) == (1, 9_00)


def test_without_condition_and_check_a_budget_is_overspent(unguarded, monkeypatch):
    db.session.rollback()
    with transaction():
        alter("DROP CONSTRAINT ck_promotions_vouchers_in_budget")
    try:
        grant, results = too_many(unguarded, monkeypatch, vouchers=1)
        assert tally(results) == {"now": 2}
        assert budget_of(grant) == (2, 18_00)
    finally:
        db.session.rollback()
        with transaction():
            alter(
                "ADD CONSTRAINT ck_promotions_vouchers_in_budget"
                " CHECK (given_vouchers BETWEEN 0 AND most_vouchers) NOT VALID"
            )


def test_without_its_key_a_member_is_given_twice(unguarded, monkeypatch):
    shop = a_shop()
    grant, member = a_grant(shop.merchant), a_buyer(shop)
    monkeypatch.setattr(statements, "GRANT", "SELECT %(at)s")

    results = pair(unguarded, giving(grant, member), giving(grant, member))

    assert tally(results) == {"now": 2}
    assert len(presents(member)) == 2


def alter(what):
    db.session.execute(text(f"ALTER TABLE promotions {what}"))
