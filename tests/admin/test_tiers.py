import re
from html import unescape

import pytest

from app.domain import membership
from app.kernel.db import transaction
from tests.builders.catalog import a_benefit, an_offer
from tests.builders.members import a_member
from tests.builders.membership import grow, tiers_in
from tests.builders.merchants import a_merchant

WRITTEN = re.compile(r'name="rules" value="([^"]+)"')


def fields(**changes):
    """Everybody's, and silver for 500 yuan or 3 visits."""
    return {
        "tier": ["a", "b"],
        "number-a": "base",
        "rank-a": "0",
        "name-a": "普通会员",
        "needs-a": "any",
        "times-a": "1",
        "early-a": "0",
        "number-b": "silver",
        "rank-b": "10",
        "name-b": "银卡",
        "needs-b": "any",
        "times-b": "1.25",
        "early-b": "24",
        "privileges-b": "专属客服\n生日蛋糕",
        "kind-b": ["spend", "visit", "spend"],
        "amount-b": ["500", "3", ""],
        "days-b": ["365", "90", "365"],
        "offer-b": ["", "", ""],
        "keeps_months": "12",
        "warn_days": "14",
        "grace_days": "30",
    } | changes


def tried(house, **changes):
    return house.manager.post("/tiers/edit", fields(**changes))


def written(page):
    return unescape(WRITTEN.search(page.text).group(1))


def rules(house):
    with transaction():
        book = membership.in_force(merchant_id=house.id)
    return book.rules if book else None


def test_a_shop_without_tiers_begins_with_a_ladder(house):
    assert "还没有会员等级" in house.manager.get("/tiers").text
    page = house.manager.get("/tiers/edit").text
    for name in ("普通会员", "银卡", "金卡"):
        assert name in page


def test_the_form_reads_its_rules_aloud(house):
    told = house.manager.post("/tiers/sentences", fields()).text
    assert "近365天消费满500元，或近90天到店3次，升级为银卡" in told
    assert "再消费500元，或再到店3次，即可升级银卡" in told
    assert "积分 1.25 倍" in told


def test_rules_are_tried_on_the_members_then_published(house):
    rich = a_member(merchant=house.merchant)
    tiers_in(house.merchant)
    grow(rich, amount=800_00)
    page = tried(house, **{"amount-b": ["1000", "9", ""]})
    assert page.status_code == 200
    assert "到期后降级" in page.text
    assert rich.number in page.text
    assert rules(house).find("silver").conditions[0].at_least == 500_00
    answer = house.manager.post("/tiers", {"rules": written(page)})
    # Gold is in nobody's hands, so it may go.
    assert answer.status_code == 303
    assert rules(house).find("silver").conditions[0].at_least == 1000_00
    assert "近365天消费满1000元" in house.manager.get("/tiers").text


def test_packs_and_their_cost_are_told_before(house):
    latte = a_benefit(merchant=house.merchant)
    a_member(merchant=house.merchant)
    page = tried(
        house,
        **{
            "upgrade-benefit-b": [latte.benefit_number, ""],
            "upgrade-quantity-b": ["2", "1"],
        },
    )
    assert page.status_code == 200
    house.manager.post("/tiers", {"rules": written(page)})
    (item,) = rules(house).find("silver").packs.upgrade
    assert (item.benefit, item.quantity) == (latte.benefit_number, 2)
    assert "热拿铁兑换券 × 2" in house.manager.get("/tiers").text
    assert latte.benefit_number in house.manager.get("/tiers/edit").text


def test_one_may_go_on_editing_what_was_tried(house):
    page = tried(house, **{"name-b": "白银"})
    again = house.manager.post("/tiers/edit", {"rules": written(page), "again": "1"})
    assert again.status_code == 200
    assert 'value="白银"' in again.text
    assert rules(house) is None


def test_a_new_tier_gets_a_word_and_an_emptied_one_goes(house):
    assert house.manager.get("/tiers/block").status_code == 200
    page = tried(
        house,
        **{
            "tier": ["a", "b", "c"],
            "name-b": "",
            "name-c": "金卡",
            "rank-c": "20",
            "needs-c": "bought",
            "times-c": "2",
            "early-c": "0",
        },
    )
    house.manager.post("/tiers", {"rules": written(page)})
    assert [tier.number for tier in rules(house).tiers] == ["base", "tier1"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name-a": "", "name-b": ""}, "至少填写一个等级"),
        ({"rank-b": "0"}, "不能相同"),
        ({"rank-b": "x"}, "级别"),
        ({"times-b": "0.5"}, "积分倍数为 1 至 10"),
        ({"amount-b": ["1.234", "3", ""]}, "最多两位小数"),
        ({"amount-b": ["500", "1.5", ""]}, "整数"),
        ({"kind-b": ["purchase", "visit", "spend"]}, "请选择要购买的商品"),
        ({"keeps_months": "0"}, "有效月数"),
        ({"name-b": "长" * 21}, "名称最多 20 字"),
        ({"privileges-b": "长" * 61}, "每条权益最多 60 字"),
        ({"needs-b": "bought"}, "只能购买的等级不能有条件"),
        ({"upgrade-benefit-b": ["B404"], "upgrade-quantity-b": ["1"]}, "找不到这个内容"),
    ],
)
def test_what_cannot_be_meant_is_told(house, changes, said):
    answer = tried(house, **changes)
    assert answer.status_code == 422
    assert said in answer.text
    assert rules(house) is None


def test_a_tier_that_is_reached_by_a_purchase_names_the_offer(house):
    offer = an_offer(merchant=house.merchant)
    told = house.manager.post(
        "/tiers/sentences",
        fields(
            **{
                "kind-b": ["purchase", "visit", "spend"],
                "amount-b": ["2", "", ""],
                "offer-b": [offer.number, "", ""],
            }
        ),
    ).text
    assert "购买「" in told


def test_a_tier_that_somebody_has_stays(house):
    tiers_in(house.merchant)
    grow(a_member(merchant=house.merchant), amount=800_00)
    page = tried(house, **{"name-b": ""})
    answer = house.manager.post("/tiers", {"rules": written(page)})
    assert answer.status_code == 409
    assert "不能删除" in answer.text
    assert rules(house).find("silver")


def test_the_log_keeps_both_rules(house):
    for amount in ("500", "600"):
        page = tried(house, **{"amount-b": [amount, "3", ""]})
        house.manager.post("/tiers", {"rules": written(page)})
    assert "会员等级" in house.owner.get("/history?action=tiers.publish").text


def test_rules_that_nobody_wrote_are_refused(house):
    for said in ("", "nonsense", "{}"):
        assert house.manager.post("/tiers", {"rules": said}).status_code == 422


def test_another_shops_tiers_stay_where_they_are(house):
    other = a_merchant()
    tiers_in(other)
    assert "还没有会员等级" in house.manager.get("/tiers").text


def test_a_clerk_has_no_business_here(house):
    for path in ("/tiers", "/tiers/edit", "/tiers/block"):
        assert house.clerk.get(path).status_code == 403
    for path in ("/tiers", "/tiers/edit", "/tiers/sentences"):
        assert house.clerk.post(path).status_code == 403
