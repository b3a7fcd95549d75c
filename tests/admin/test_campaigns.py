import re
from datetime import timedelta

import pytest

from app.domain import approvals, promotions
from app.domain.promotions import Kind
from app.kernel import clock
from app.kernel.db import transaction
from tests.builders import promotions as build
from tests.builders.catalog import a_benefit, a_draft_offer, an_offer
from tests.builders.members import a_member
from tests.builders.merchants import a_merchant

NUMBER = re.compile(r"/campaigns/(\w+)$")


def local(at):
    """As it is typed into a field of a shop in Shanghai."""
    return (at + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M")


def fields(**changes):
    now = clock.now()
    return {
        "name": "深夜观赛",
        "starts_at": local(now + timedelta(hours=1)),
        "ends_at": local(now + timedelta(days=2)),
        "event": "",
        "factor": "0",
    } | changes


def add(house, kind, **changes):
    answer = house.manager.post(f"/campaigns/new/{kind}", fields(**changes))
    assert answer.status_code == 303, re.findall(r'alert-danger"[^>]*>([^<]*)', answer.text)
    return NUMBER.search(answer.location).group(1)


def found(house, number):
    with transaction():
        return promotions.get_promotion(merchant_id=house.id, number=number)


def terms(house, number):
    return promotions.parse(found(house, number).terms)


def publish(house, number, **more):
    if "terms_print" not in more:
        more["terms_print"] = approvals.terms_print(found(house, number).terms)
    return house.manager.post(f"/campaigns/{number}/steps/publish", more)


def stop(house, number):
    return house.manager.post(f"/campaigns/{number}/steps/stop")


@pytest.fixture
def offer(house):
    return a_draft_offer(merchant=house.merchant, title="观赛双人餐")


@pytest.fixture
def latte(house):
    return a_benefit(merchant=house.merchant)


def test_an_empty_list_says_what_can_be_begun(house):
    assert "还没有活动" in house.manager.get("/campaigns").text
    page = house.manager.get("/campaigns/new").text
    for name in ("会员日", "限时商品", "储值赠送", "定向发券", "好友助力"):
        assert name in page


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_its_form_with_and_without_things_to_choose(house, kind):
    assert house.manager.get(f"/campaigns/new/{kind.value}").status_code == 200
    an_offer(merchant=house.merchant)
    assert house.manager.get(f"/campaigns/new/{kind.value}").status_code == 200


def test_a_sale_is_written_published_and_stopped(house, offer):
    number = add(house, "sale", offers=[offer.number], theme="世界杯", tags="老友，熟客")
    assert terms(house, number).audience.tags == ("老友", "熟客")
    page = house.manager.get(f"/campaigns/{number}").text
    assert "观赛双人餐" in page
    assert "标签 老友、熟客" in page
    assert "只在活动时间" in house.manager.get(f"/campaigns/{number}/steps/publish").text
    assert publish(house, number).status_code == 303
    assert found(house, number).state.value == "published"
    assert build.sale_of(offer)[0] == "on_sale"
    assert "个商品下架" in house.manager.get(f"/campaigns/{number}/steps/stop").text
    assert stop(house, number).status_code == 303
    assert found(house, number).state.value == "stopped"
    assert build.sale_of(offer)[0] == "stopped"


def test_a_member_day_has_its_day_and_its_factor(house, offer):
    number = add(house, "member_day", offers=[offer.number], day="m8", factor="20000", ends_at="")
    told = terms(house, number)
    assert (told.day.of_month, told.factor_bp, told.ends_at) == (8, 20_000, None)
    page = house.manager.get(f"/campaigns/{number}").text
    assert "每月8日" in page
    assert "2 倍" in page
    weekly = add(house, "member_day", day="w3", factor="15000")
    assert terms(house, weekly).day.weekday == 3
    assert "每周三" in house.manager.get("/campaigns").text


def test_a_sale_around_an_event_follows_it(house, offer):
    event = build.an_event(
        house.merchant,
        starts_at=clock.now() + timedelta(days=3),
        ends_at=clock.now() + timedelta(days=3, hours=2),
    )
    number = add(
        house,
        "sale",
        offers=[offer.number],
        event=event.number,
        before="120",
        after="30",
        starts_at="",
        ends_at="",
    )
    around = terms(house, number).around
    assert (around.event, around.from_minutes, around.until_minutes) == (event.number, -120, 30)
    assert "决赛" in house.manager.get(f"/campaigns/{number}").text
    page = house.manager.get(f"/campaigns/{number}/edit").text
    assert 'value="120"' in page


def test_a_small_grant_is_published_at_once(house, latte):
    number = add(
        house,
        "grant",
        **{"gift-0": latte.benefit_number, "quantity-0": "1"},
        vouchers="10",
        cost="90",
    )
    assert "每人自动收到一份" in house.manager.get(f"/campaigns/{number}/steps/publish").text
    assert "请填写原因" in publish(house, number).text
    assert publish(house, number, reason="开业").status_code == 303
    assert found(house, number).state.value == "published"
    assert "0 / 10 张" in house.manager.get("/campaigns").text


def test_a_large_grant_waits_for_a_second_person(house, latte):
    number = add(
        house,
        "grant",
        **{"gift-0": latte.benefit_number, "quantity-0": "1"},
        vouchers="10000",
        cost="90000",
    )
    page = house.manager.get(f"/campaigns/{number}/steps/publish").text
    assert "提交复核" in page
    assert publish(house, number, reason="周年庆").status_code == 303
    assert found(house, number).state.value == "draft"
    with transaction():
        waiting = approvals.list_waiting(
            merchant_id=house.id, at=clock.now(), cursor=None, limit=10
        ).items
    assert len(waiting) == 1
    assert "等另一人同意后自动发布" in house.manager.get(f"/campaigns/{number}").text
    assert house.owner.post(f"/approvals/{waiting[0].id}/approve").status_code == 303
    assert found(house, number).state.value == "published"


@pytest.mark.parametrize(
    ("kind", "changes", "said"),
    [
        ("sale", {"name": ""}, "必填"),
        ("sale", {}, "至少选择一个商品"),
        ("sale", {"starts_at": ""}, "请填写开始时间"),
        ("sale", {"ends_at": "2020-01-01T00:00"}, "结束须晚于开始"),
        ("member_day", {"day": "m8"}, "请选择商品，或让积分翻倍"),
        ("member_day", {"day": "m8", "factor": "20000", "tags": "老友"}, "不能翻倍积分"),
        ("member_day", {"day": "m99", "factor": "20000"}, "请选择每月或每周的哪一天"),
        ("grant", {}, "至少选择一项权益"),
        ("grant", {"gift-0": "B1", "quantity-0": "99", "vouchers": "5"}, "1 至 20 张"),
        ("grant", {"gift-0": "B1", "quantity-0": "1"}, "请填写最多发多少张券"),
        ("grant", {"gift-0": "B1", "quantity-0": "1", "vouchers": "5"}, "找不到这个内容"),
        ("topup_bonus", {}, "至少选择一个商品"),
    ],
)
def test_what_cannot_be_meant_is_told(house, kind, changes, said):
    answer = house.manager.post(f"/campaigns/new/{kind}", fields(**changes))
    assert answer.status_code == 422
    assert said in answer.text


def test_an_edit_is_kept_with_what_was_before(house, offer):
    number = add(house, "sale", offers=[offer.number])
    changed = fields(offers=[offer.number], name="决赛夜")
    assert house.manager.post(f"/campaigns/{number}/edit", changed).status_code == 303
    assert terms(house, number).name == "决赛夜"
    log = house.owner.get("/history?action=promotion.edit").text
    assert number in log
    assert publish(house, number).status_code == 303
    refused = house.manager.post(f"/campaigns/{number}/edit", changed)
    assert refused.status_code == 422
    assert "不能这样操作" in refused.text


def test_what_stands_against_it_is_told_and_nothing_is_published(house):
    topup = an_offer(merchant=house.merchant, title="储值一百")
    number = add(house, "event", tier="")
    bad = add(house, "topup_bonus", offers=[topup.number])
    assert "不是带赠送金额的储值商品" in house.manager.get(f"/campaigns/{bad}").text
    answer = publish(house, bad)
    assert answer.status_code == 409
    assert "储值一百" in answer.text
    assert found(house, bad).state.value == "draft"
    assert house.manager.get(f"/campaigns/{number}").status_code == 200


def test_a_clash_is_told_in_titles(house, offer):
    one = add(house, "sale", offers=[offer.number], name="上半场")
    two = add(house, "sale", offers=[offer.number], name="下半场")
    page = house.manager.get(f"/campaigns/{one}").text
    assert "与其他活动冲突" in page
    assert "下半场" in page
    assert "“观赛双人餐”" in page
    assert publish(house, one).status_code == 303
    assert "仍然可以发布" in house.manager.get(f"/campaigns/{two}/steps/publish").text


def test_the_tags_of_the_shop_are_offered(house):
    member = a_member(merchant=house.merchant)
    for word in ("老友", "熟客", "老友"):
        build.tag(member, word)
    with transaction():
        assert sorted(promotions.list_tags(merchant_id=house.id)) == ["熟客", "老友"]
        assert promotions.list_tags(merchant_id=a_merchant().id) == []
    assert "已有：" in house.manager.get("/campaigns/new/sale").text


def test_the_list_asks_the_same_however_many_there_are(house, offer, statements):
    add(house, "sale", offers=[offer.number])
    with statements() as few:
        house.manager.get("/campaigns")
    for _more in range(3):
        add(house, "sale", offers=[offer.number])
    with statements() as many:
        house.manager.get("/campaigns")
    assert len(many.statements) == len(few.statements)


def test_another_shops_campaign_is_not_there(house):
    foreign = build.a_draft(
        a_merchant(), "event", starts_at=clock.now(), ends_at="2099-01-01T00:00:00Z"
    )
    for path in ("", "/edit", "/steps/publish", "/steps/stop"):
        assert house.manager.get(f"/campaigns/{foreign.number}{path}").status_code == 404
    assert publish(house, foreign.number, terms_print="x").status_code == 404
    assert stop(house, foreign.number).status_code == 404
    assert house.manager.get("/campaigns/new/lottery").status_code == 404


def test_a_clerk_has_no_business_here(house, offer):
    number = add(house, "sale", offers=[offer.number])
    for path in ("/campaigns", "/campaigns/new", f"/campaigns/{number}", "/agenda"):
        assert house.clerk.get(path).status_code == 403
    assert house.clerk.post(f"/campaigns/{number}/steps/stop").status_code == 403


def test_what_was_edited_after_it_was_read_is_not_published(house, offer):
    number = add(house, "sale", offers=[offer.number])
    page = house.manager.get(f"/campaigns/{number}/steps/publish").text
    seen = re.search(r'name="terms_print" value="(\w+)"', page).group(1)
    changed = fields(offers=[offer.number], name="另一个名字")
    assert house.owner.post(f"/campaigns/{number}/edit", changed).status_code == 303

    answer = publish(house, number, terms_print=seen)

    assert (answer.status_code, "活动内容已修改" in answer.text) == (409, True)
    assert found(house, number).state == promotions.State.DRAFT
    assert publish(house, number, terms_print="").status_code == 422
    assert publish(house, number).status_code == 303
