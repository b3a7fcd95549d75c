"""Rules and factors are rows: what an occasion earns, once, within limits, and shown."""

from datetime import timedelta

import pytest

from app.domain import ledger, points, redemption
from app.domain.merchants import Role
from app.domain.points import EarnOn, Factor, RuleSource
from app.kernel.db import transaction
from app.kernel.errors import Invalid, NotFound
from tests.builders.membership import a_ladder, grow, tiers_in
from tests.builders.merchants import a_merchant
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop, a_voucher, clerk_of
from tests.builders.points import a_factor, a_rule, an_occasion, earn_on, look, mature_due
from tests.builders.redemption import LATER, a_redemption, a_scan

DAY = timedelta(days=1)


@pytest.fixture
def shop(database):
    return a_shop()


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


def earn(occasion, **more):
    with transaction():
        return points.earn_by_rules(occasion, **more)


def newest(shop, buyer):
    page = points.list_entries(merchant_id=shop.id, member_id=buyer.id, cursor=None, limit=1)
    return page.items[0]


def test_an_event_pays_once_and_says_why(shop, buyer):
    a_rule(shop, name="完善资料奖励")
    occasion = an_occasion(shop, buyer)

    assert [earn(occasion), earn(occasion)] == [50, 0]

    assert look(shop, buyer).spendable == 50
    assert newest(shop, buyer).reason == "完善资料奖励"


def test_without_a_rule_only_a_redemption_earns(shop, buyer):
    assert earn(an_occasion(shop, buyer)) == 0
    assert earn(an_occasion(shop, buyer, kind=RuleSource.PURCHASE, value_fen=100_00)) == 0
    assert earn(an_occasion(shop, buyer, kind=RuleSource.REDEMPTION, value_fen=100_00)) == 100


def test_a_rule_that_came_later_does_not_pay_an_event_again(shop, buyer):
    a_rule(shop)
    occasion = an_occasion(shop, buyer)
    earn(occasion)
    a_rule(shop, name="第二条")

    assert earn(occasion) == 0


def test_a_day_is_full_and_the_next_begins_at_the_shops_midnight(shop, buyer):
    a_rule(shop, fixed_points=20, most_per_day=50)
    midnight = NOON + timedelta(hours=4)

    today = [earn(an_occasion(shop, buyer, at=NOON)) for _ in range(4)]
    before = earn(an_occasion(shop, buyer, at=midnight - timedelta(seconds=1)))
    after = earn(an_occasion(shop, buyer, at=midnight))

    assert (today, before, after) == ([20, 20, 10, 0], 0, 20)


def test_a_rule_is_used_up_for_a_member_and_not_for_another(shop, buyer):
    a_rule(shop, fixed_points=20, most_in_all=30)

    assert [earn(an_occasion(shop, buyer, at=NOON + n * DAY)) for n in range(3)] == [20, 10, 0]
    assert earn(an_occasion(shop, a_buyer(shop))) == 20


def test_a_rule_cools_down(shop, buyer):
    a_rule(shop, cool_down_minutes=60)
    minutes = [0, 59, 60]

    earned = [earn(an_occasion(shop, buyer, at=NOON + timedelta(minutes=each))) for each in minutes]

    assert earned == [50, 0, 50]


def test_what_is_undone_frees_its_limit(shop, buyer):
    a_rule(shop, fixed_points=20, most_in_all=20)
    occasion = an_occasion(shop, buyer)
    earn(occasion)

    with transaction():
        undone = [
            points.undo(merchant_id=shop.id, earned_by=occasion.source, cause="back:1", at=NOON)
            for _ in range(2)
        ]

    assert undone == [20, 0]
    assert look(shop, buyer).spendable == 0
    assert earn(an_occasion(shop, buyer)) == 20


def test_several_rules_of_one_occasion_are_one_entry(shop, buyer):
    a_rule(shop, fixed_points=20, name="一")
    a_rule(shop, fixed_points=5, name="二")

    assert earn(an_occasion(shop, buyer)) == 25
    assert newest(shop, buyer).reason == "一、二"


def test_each_factor_is_kept_and_shown_with_the_entry(shop, buyer):
    a_rule(shop, fixed_points=10)
    a_factor(shop, name="每月15日会员日", days_of_month=[NOON.day])

    assert earn(an_occasion(shop, buyer), factors=[Factor("银卡", 15_000)]) == 30

    (working,) = newest(shop, buyer).workings
    assert (working.base, working.points) == (10, 30)
    assert [(line.name, line.added) for line in working.factors] == [
        ("银卡", 5),
        ("每月15日会员日", 15),
    ]


def test_a_purchase_is_paid_when_it_can_no_longer_be_given_back(shop, buyer):
    a_rule(shop, source=RuleSource.PURCHASE, points_per_yuan=2, name="消费奖励")
    occasion = an_occasion(shop, buyer, kind=RuleSource.PURCHASE, value_fen=49_00)
    with transaction():
        assert points.earn_pending_by_rules(occasion, matures_at=NOON + 7 * DAY) == 98
    assert (look(shop, buyer).spendable, look(shop, buyer).pending) == (0, 98)

    with transaction():
        mature_due(at=NOON + 7 * DAY, limit=100)

    line = newest(shop, buyer)
    assert (line.change, line.reason) == (98, "消费奖励")
    assert ledger.verify() == []


def test_what_a_period_promises_is_not_multiplied_and_a_rule_comes_on_top(shop, buyer):
    a_rule(shop, source=RuleSource.PERIOD, fixed_points=10, name="月卡奖励")
    a_factor(shop, name="会员日")
    occasion = an_occasion(
        shop,
        buyer,
        kind=RuleSource.PERIOD,
        source="period:72222:1",
        promised=50,
        promised_name="月卡积分",
    )

    assert (earn(occasion), earn(occasion)) == (70, 0)

    entry = newest(shop, buyer)
    assert (entry.change, entry.reason) == (70, "月卡积分、月卡奖励")
    promised, ruled = entry.workings
    assert (promised.base, promised.points, promised.factors) == (50, 50, ())
    assert (ruled.base, ruled.points, ruled.cut) == (10, 20, 0)
    assert ledger.verify() == []


def test_an_entry_says_what_a_limit_cut(shop, buyer):
    a_rule(shop, fixed_points=10, most_per_day=12)
    a_factor(shop)

    assert earn(an_occasion(shop, buyer)) == 12

    (working,) = newest(shop, buyer).workings
    assert (working.base, working.cut, working.points) == (10, 8, 12)


@pytest.mark.parametrize("step", [RuleSource.PURCHASE, RuleSource.REDEMPTION])
def test_where_one_step_earns_the_other_does_not(shop, buyer, step):
    a_rule(shop, source=RuleSource.PURCHASE, points_per_yuan=2, name="消费奖励")
    earn_on(shop, EarnOn(step.value))

    paid = earn(an_occasion(shop, buyer, kind=RuleSource.PURCHASE, value_fen=49_00))
    used = a_redemption(shop, a_voucher(shop, buyer=buyer)).points

    assert (paid, used) == ((98, 0) if step == RuleSource.PURCHASE else (0, 24))


def test_a_rule_for_the_step_that_earns_nothing_is_refused(shop):
    earn_on(shop, EarnOn.PURCHASE)

    with pytest.raises(Invalid):
        a_rule(shop, source=RuleSource.REDEMPTION, fixed_points=5)


# At the counter.


def test_a_member_day_doubles_what_a_redemption_earns_and_the_quote_says_so(shop, buyer):
    a_factor(shop, name="会员日")
    voucher = a_voucher(shop, buyer=buyer)

    assert redemption.quote(a_scan(shop, voucher), at=LATER).points == 48
    verdict = a_redemption(shop, voucher)

    assert (verdict.points, verdict.points_balance) == (48, 48)
    (working,) = newest(shop, buyer).workings
    assert [(line.name, line.added) for line in working.factors] == [("会员日", 24)]
    assert ledger.verify() == []


def test_a_factor_of_another_store_or_source_leaves_it_alone(shop, buyer):
    a_factor(shop, store_ids=[shop.store.id + 1])
    a_factor(shop, source=RuleSource.PURCHASE)

    assert a_redemption(shop, a_voucher(shop, buyer=buyer)).points == 24
    assert newest(shop, buyer).workings == ()


def test_a_rule_of_redemption_stands_in_for_the_plain_rate(shop, buyer):
    a_rule(shop, source=RuleSource.REDEMPTION, fixed_points=7, most_per_day=10, name="核销有礼")

    first = a_redemption(shop, a_voucher(shop, buyer=buyer))
    second = a_redemption(shop, a_voucher(shop, buyer=buyer))

    assert (first.points, second.points) == (7, 3)
    assert newest(shop, buyer).reason == "核销有礼"


def test_a_reversed_redemption_frees_the_days_limit(shop, buyer):
    a_rule(shop, source=RuleSource.REDEMPTION, fixed_points=7, most_per_day=7)
    voucher = a_voucher(shop, buyer=buyer)
    verdict = a_redemption(shop, voucher)
    with transaction():
        redemption.reverse(
            merchant_id=shop.id,
            number=verdict.number,
            reason="扫错券",
            actor=clerk_of(shop),
            role=Role.MANAGER,
            at=LATER,
        )

    assert a_redemption(shop, voucher).points == 7
    assert ledger.verify() == []


def test_a_tier_multiplies_what_a_redemption_earns_and_is_named(shop, buyer):
    tiers_in(shop.merchant, a_ladder(silver={"points_multiplier_bp": 15_000}))
    grow(buyer, amount=500_00)
    a_factor(shop, name="会员日")

    verdict = a_redemption(shop, a_voucher(shop, buyer=buyer))

    assert verdict.points == 72
    (working,) = newest(shop, buyer).workings
    assert [(line.name, line.added) for line in working.factors] == [("银卡", 12), ("会员日", 36)]


def test_the_plain_rate_leaves_no_working_behind(shop, buyer):
    assert a_redemption(shop, a_voucher(shop, buyer=buyer)).points == 24
    assert newest(shop, buyer).workings == ()
    assert newest(shop, buyer).reason == "核销奖励"


# Setting up.


@pytest.mark.parametrize(
    "words",
    [
        {"points_per_yuan": 1, "fixed_points": 1},
        {"fixed_points": 0},
        {"fixed_points": 10_001},
        {"most_per_day": 0},
        {"name": " "},
        {"event": None},
        {"source": RuleSource.VISIT, "event": "profile"},
        {"cool_down_minutes": -1},
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(shop, words):
    with pytest.raises(Invalid):
        a_rule(shop, **words)


@pytest.mark.parametrize(
    "words",
    [{"bp": -1}, {"bp": 100_001}, {"days_of_month": [32]}, {"days_of_month": []}, {"name": ""}],
)
def test_a_factor_that_cannot_be_meant_is_refused(shop, words):
    with pytest.raises(Invalid):
        a_factor(shop, **words)


def test_an_ended_rule_earns_no_more_and_belongs_to_its_merchant(shop, buyer):
    rule = a_rule(shop)
    with pytest.raises(NotFound), transaction():
        points.end_rule(merchant_id=a_merchant().id, rule_id=rule.id, actor="system", at=NOON)
    with transaction():
        points.end_rule(merchant_id=shop.id, rule_id=rule.id, actor="system", at=NOON)

    assert earn(an_occasion(shop, buyer)) == 0
    with pytest.raises(NotFound), transaction():
        points.end_rule(merchant_id=shop.id, rule_id=rule.id, actor="system", at=NOON)
