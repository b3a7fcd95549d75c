import pytest

from app.domain import points
from app.domain.points import EarnOn, RuleSource
from app.kernel import clock
from app.kernel.db import transaction
from tests.builders.catalog import an_offer
from tests.builders.merchants import a_merchant
from tests.builders.orders import a_paid_order, a_shop

TERMS = {
    "earn_on": "redemption",
    "worth": "50",
    "pay_percent": "30",
    "warn_days": "10",
    "valid_months": "12",
}
RULE = {"name": "核销多给", "source": "redemption", "way": "per_yuan", "amount": "2"}
FACTOR = {
    "factor-name": "周末双倍",
    "factor-times": "2",
    "factor-source": "",
    "factor-weekdays": ["6", "7"],
}


def terms(house):
    points.forget_rulebook(house.id)
    with transaction():
        return points.rulebook(merchant_id=house.id).terms


def rules(house):
    with transaction():
        return list(points.list_rules(merchant_id=house.id))


def factors(house):
    with transaction():
        return list(points.list_factors(merchant_id=house.id))


def test_a_fresh_shop_reads_its_plain_rate(house):
    page = house.manager.get("/points").text
    assert "没有规则时，核销每元得 1 积分" in page
    assert "商城里还没有商品" in page


def test_worth_and_limits_are_set_and_the_log_keeps_both(house):
    for worth in ("50", "80"):
        answer = house.manager.post("/points/terms", TERMS | {"worth": worth})
        assert answer.status_code == 303
    told = terms(house)
    assert (told.worth, told.pay_bp, told.warn_days, told.valid_months) == (80, 3000, 10, 12)
    assert "50" in house.owner.get("/history?action=points.terms").text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"worth": "0"}, "1 或以上"),
        ({"pay_percent": "101"}, "0 至 100"),
        ({"warn_days": ""}, "整数"),
        ({"valid_months": "200"}, "1 至 120 个月"),
    ],
)
def test_terms_that_cannot_be_meant_are_told(house, changes, said):
    answer = house.manager.post("/points/terms", TERMS | changes)
    assert answer.status_code == 422
    assert said in answer.text


def test_a_rule_begins_and_ends(house):
    answer = house.manager.post("/points/rules", RULE | {"most_per_day": "100", "cool_down": "30"})
    assert answer.status_code == 303
    (rule,) = rules(house)
    assert (rule.points_per_yuan, rule.most_per_day, rule.cool_down_minutes) == (2, 100, 30)
    page = house.manager.get("/points").text
    assert "每元 2" in page
    assert "间隔 30 分钟" in page
    assert house.manager.post(f"/points/rules/{rule.id}/end").status_code == 303
    assert rules(house) == []
    assert house.manager.post(f"/points/rules/{rule.id}/end").status_code == 404


def test_an_event_has_a_word_and_a_fixed_number(house):
    told = {"name": "问卷", "source": "event", "way": "fixed", "amount": "20"}
    assert "请填写事情的代号" in house.manager.post("/points/rules", told).text
    answer = house.manager.post("/points/rules", told | {"event": "survey"})
    assert answer.status_code == 303
    (rule,) = rules(house)
    assert (rule.source, rule.event, rule.fixed_points) == (RuleSource.EVENT, "survey", 20)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "必填"),
        ({"amount": "0"}, "1 至 10000"),
        ({"source": "visit"}, "只能给固定积分"),
        ({"source": "purchase"}, "这一步现在不给积分"),
    ],
)
def test_rules_that_cannot_be_meant_are_told(house, changes, said):
    answer = house.manager.post("/points/rules", RULE | changes)
    assert answer.status_code == 422
    assert said in answer.text
    assert rules(house) == []


def test_a_factor_has_its_days_hours_and_stores(house):
    more = {
        "factor-ranges": ["14:00", "17:30"],
        "factor-days": "8，18",
        "factor-stores": [str(house.store.id)],
    }
    assert house.manager.post("/points/factors", FACTOR | more).status_code == 303
    (factor,) = factors(house)
    assert (factor.bp, factor.days_of_month) == (20_000, [8, 18])
    assert factor.store_ids == [house.store.id]
    page = house.manager.get("/points").text
    assert "14:00–17:30" in page
    assert "每月 8、18 日" in page
    assert house.manager.post(f"/points/factors/{factor.id}/end").status_code == 303
    assert factors(house) == []


def test_a_factor_for_every_day_has_no_hours(house):
    every = FACTOR | {"factor-weekdays": [str(day) for day in range(1, 8)], "factor-times": "1.5"}
    assert house.manager.post("/points/factors", every).status_code == 303
    (factor,) = factors(house)
    assert (factor.bp, factor.hours) == (15_000, None)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"factor-name": ""}, "必填"),
        ({"factor-times": "x"}, "0 至 10"),
        ({"factor-times": "11"}, "最多 10 倍"),
        ({"factor-weekdays": []}, "至少选择一天"),
        ({"factor-days": "32"}, "写 1 至 31"),
        ({"factor-stores": ["999999999"]}, "没有这家门店"),
        (
            {"factor-starts_at": "2030-01-02T00:00", "factor-ends_at": "2030-01-01T00:00"},
            "结束须晚于开始",
        ),
    ],
)
def test_factors_that_cannot_be_meant_are_told(house, changes, said):
    answer = house.manager.post("/points/factors", FACTOR | changes)
    assert answer.status_code == 422
    assert said in answer.text
    assert factors(house) == []


def test_the_last_days_are_worked_out_both_ways(house):
    shop = a_shop(merchant=house.merchant)
    a_paid_order(shop, at=clock.now())
    told = {"try-days": "30", "try-earn_on": "both", "try-amount": "2"}
    page = house.manager.post("/points/try", told).text
    assert "付款购买" in page
    assert "会多给相当于" in page
    assert "1 至 10000" in house.manager.post("/points/try", told | {"try-amount": "0"}).text
    assert terms(house).earn_on == EarnOn.REDEMPTION


def test_the_mall_shows_what_costs_points(house):
    an_offer(merchant=house.merchant, title="积分换拿铁", terms={"points": 300})
    page = house.manager.get("/points").text
    assert "积分换拿铁" in page
    assert "300" in page


def test_another_shops_rules_go_on(house):
    other = a_merchant()
    with transaction():
        rule = points.add_rule(
            merchant_id=other.id,
            name="别家",
            source=RuleSource.REDEMPTION,
            points_per_yuan=1,
            actor="system",
            at=clock.now(),
        )
    assert house.manager.post(f"/points/rules/{rule.id}/end").status_code == 404
    assert house.manager.post(f"/points/factors/{rule.id}/end").status_code == 404
    assert "别家" not in house.manager.get("/points").text


def test_a_clerk_has_no_business_here(house):
    assert house.clerk.get("/points").status_code == 403
    for path in ("/points/terms", "/points/rules", "/points/factors", "/points/try"):
        assert house.clerk.post(path).status_code == 403
