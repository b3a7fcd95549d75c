"""How points are earned here: read, tried out and published by managers."""

from datetime import timedelta

import pytest

from app.domain import points
from app.domain.points import Occasion, RuleSource
from app.kernel import clock
from app.kernel.db import db, fetch_all, transaction
from tests.builders.catalog import an_offer
from tests.builders.orders import a_paid_order, vouchers_of
from tests.builders.redemption import a_redemption

DESK = "/counter/points"
TERMS = {"pay_bp": 5_000, "worth": 100, "warn_days": 7}


@pytest.fixture
def terms(manager):
    def say(**more):
        return manager.post(f"{DESK}/terms", TERMS | more)

    return say


def test_they_are_read_whole_with_what_holds_when_nothing_was_said(manager):
    told = manager.get(DESK).json

    assert told["terms"] == {
        "earn_on": "redemption",
        "pay_bp": 0,
        "worth": 100,
        "warn_days": 7,
        "valid_months": None,
    }
    assert (told["plain_rate"], told["usual_months"], told["rounding"]) == (1, 12, "down")
    assert (told["rules"], told["factors"]) == ([], [])


def test_a_rule_and_a_factor_are_published_and_ended_and_it_is_written_down(manager, shop):
    rule = manager.post(
        f"{DESK}/rules", {"name": "完善资料", "source": "event", "event": "p", "fixed_points": 5}
    )
    hours = {"weekdays": [5], "ranges": [["08:00", "10:00"]]}
    factor = manager.post(
        f"{DESK}/factors",
        {"name": "周五早餐", "bp": 20_000, "hours": hours, "stores": [shop.store.number]},
    )

    told = manager.get(DESK).json
    assert (rule.status_code, factor.status_code) == (201, 201)
    assert (told["rules"], told["factors"]) == ([rule.json], [factor.json])
    assert (rule.json["pays"], factor.json["stores"]) == (True, [shop.store.number])

    assert manager.post(f"{DESK}/rules/end", {"rule": rule.json["rule"]}).status_code == 204
    assert manager.post(f"{DESK}/factors/end", {"factor": factor.json["factor"]}).status_code == 204
    assert manager.post(f"{DESK}/rules/end", {"rule": rule.json["rule"]}).status_code == 404
    assert manager.get(DESK).json["rules"] == []
    assert written_down(shop) == [
        "points.rule.add",
        "points.factor.add",
        "points.rule.end",
        "points.factor.end",
    ]


class _Line:
    def __init__(self, action):
        self.action = action


def written_down(shop):
    query = """SELECT action FROM audit
    WHERE merchant_id = %(m)s AND action LIKE 'points.%%' ORDER BY id"""
    found = [line.action for line in fetch_all(_Line, query, {"m": shop.id})]
    db.session.rollback()
    return found


def test_it_is_for_managers(clerk, member):
    for who in (clerk, member):
        assert who.get(DESK).status_code == 403
        assert who.post(f"{DESK}/terms", TERMS | {"earn_on": "both"}).status_code == 403


def test_paying_and_using_both_earn_only_where_that_is_said(manager, terms):
    rule = {"name": "消费奖励", "source": "purchase", "points_per_yuan": 1}
    quiet = manager.post(f"{DESK}/rules", rule)
    assert (quiet.status_code, quiet.json["code"]) == (409, "point_rule_refused")
    assert quiet.json["details"] == {"earn_on": "redemption", "source": "purchase"}

    assert terms(earn_on="both").json["earn_on"] == "both"
    assert manager.post(f"{DESK}/rules", rule).json["pays"]

    terms(earn_on="redemption")
    (told,) = manager.get(DESK).json["rules"]
    assert not told["pays"]


@pytest.mark.parametrize(
    ("earn_on", "paid", "used"), [("redemption", 0, 49), ("purchase", 49, 0), ("both", 0, 49)]
)
def test_the_plain_rate_is_paid_once_whichever_step_earns(shop, buyer, terms, earn_on, paid, used):
    terms(earn_on=earn_on)

    assert (earns(shop, buyer, "purchase"), earns(shop, buyer, "redemption")) == (paid, used)


def earns(shop, buyer, kind):
    with transaction():
        return points.earn_by_rules(
            Occasion(
                merchant_id=shop.id,
                member_id=buyer.id,
                kind=RuleSource(kind),
                source=f"{kind}:T1",
                value_fen=49_00,
                at=clock.now(),
            )
        )


def test_a_dry_run_works_out_the_sales_of_the_month_both_ways(manager, shop, buyer):
    a_paid_order(shop, buyer=buyer, at=clock.now())
    voucher, _ = vouchers_of(shop, buyer)
    a_redemption(shop, voucher, at=clock.now() + timedelta(minutes=1))
    db.session.rollback()
    idea = {"name": "消费奖励", "source": "purchase", "points_per_yuan": 2}

    told = manager.post(f"{DESK}/dry-run", {"earn_on": "purchase", "rules": [idea]}).json

    purchase, redemption = told["steps"]
    assert (purchase["sales"], purchase["value_fen"]) == (1, 49_00)
    assert (purchase["points_now"], purchase["points_then"]) == (0, 98)
    assert (redemption["points_now"], redemption["points_then"]) == (24, 0)
    assert told["cost_fen"] == 74
    assert manager.get(DESK).json["rules"] == []


def test_points_last_as_long_as_the_terms_say(manager, shop, terms):
    assert terms(earn_on="redemption", valid_months=1).json["valid_months"] == 1

    at = clock.now().replace(month=1, day=31, hour=4)
    ends = points.expiry_of(merchant_id=shop.id, day_of=at)
    # The last day of February is over at midnight in Shanghai.
    assert (ends.month, ends.hour) == (2, 16)
    db.session.rollback()


def test_the_price_list_of_the_mall(manager, shop):
    offer = an_offer(merchant=shop.merchant, price_fen=9_90, terms={"points": 200})

    (price,) = manager.get(f"{DESK}/prices").json["items"]

    assert (price["offer"], price["points"], price["price_fen"]) == (offer.number, 200, 9_90)
