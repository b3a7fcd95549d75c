import re

import pytest

from app.domain import catalog
from tests.builders.catalog import a_benefit, a_draft_benefit, an_offer

NUMBER = re.compile(r"/benefits/(\w+)$")


def fields(**changes):
    """A latte at weekends, from seven to half past ten."""
    return {
        "kind": "exchange",
        "name": "拿铁兑换券",
        "market_value_fen": "28",
        "cost_fen": "9",
        "thing": "大杯拿铁1杯",
        "hand_over": "给一杯大杯拿铁",
        "validity": "days",
        "days": "30",
        "weekdays": ["6", "7"],
        "ranges": ["07:00", "10:30", "", "", "", ""],
        "blackout": "2027-10-01至2027-10-03",
        "minimum_spend_fen": "0",
        "hours_between_uses": "0",
        "giftable": "y",
        "refundable": "y",
    } | changes


def add(house, **changes):
    answer = house.manager.post("/benefits/new", fields(**changes))
    assert answer.status_code == 303, answer.text
    return NUMBER.search(answer.location).group(1)


def kept(house, number):
    return catalog.get_benefit(merchant_id=house.id, number=number).newest


def test_an_empty_list_says_what_to_do_first(house):
    page = house.manager.get("/benefits").text
    assert "还没有权益" in page
    assert "/benefits/new" in page


def test_a_benefit_is_written_published_and_listed(house):
    number = add(house)
    told = kept(house, number)
    assert (told.market_value_fen, told.cost_fen, told.face) == (
        28_00,
        9_00,
        {"thing": "大杯拿铁1杯"},
    )
    assert told.conditions["hours"] == {
        "weekdays": [6, 7],
        "ranges": [["07:00", "10:30"]],
        "blackout": ["2027-10-01", "2027-10-02", "2027-10-03"],
    }
    assert house.manager.post(f"/benefits/{number}/publish").status_code == 303
    page = house.manager.get("/benefits").text
    assert "拿铁兑换券" in page
    assert "已发布" in page


def test_what_is_kept_stands_in_the_form_again(house):
    number = add(house, ranges=["22:00", "02:00"], uses_per_day="2")
    page = house.manager.get(f"/benefits/{number}/edit").text
    assert 'value="22:00"' in page
    assert "2027-10-01至2027-10-03" in page
    again = fields(name="超大杯拿铁兑换券")
    assert house.manager.post(f"/benefits/{number}/edit", again).status_code == 303
    assert kept(house, number).name == "超大杯拿铁兑换券"


def test_a_published_wording_stays_and_the_next_is_a_draft(house):
    sold = a_benefit(merchant=house.merchant)
    answer = house.manager.post(f"/benefits/{sold.benefit_number}/edit", fields(name="新名字"))
    assert answer.status_code == 303
    sheet = catalog.get_benefit(merchant_id=house.id, number=sold.benefit_number)
    assert (sheet.newest.name, sheet.sold.name) == ("新名字", "热拿铁兑换券")
    page = house.manager.get(f"/benefits/{sold.benefit_number}").text
    assert "现售版本" in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "必填"),
        ({"market_value_fen": "很多"}, "请输入金额"),
        ({"market_value_fen": "0"}, "金额超出范围"),
        ({"weekdays": []}, "至少选择一个可用的星期"),
        ({"ranges": ["07:00", ""]}, "请填写完整的开始和结束时间"),
        ({"ranges": ["07:00", "10:00", "09:00", "11:00"]}, "可用时段不能重叠"),
        ({"blackout": "国庆节"}, "看不懂"),
        ({"blackout": "2027-02-30"}, "这一天"),
        ({"validity": "fixed"}, "请填写有效期的开始和结束日期"),
        ({"validity": "fixed", "starts_on": "2027-05-02", "ends_on": "2027-05-01"}, "先开始后结束"),
        ({"kind": "discount", "rate": "12"}, "0.1 至 9.9 折"),
    ],
)
def test_what_cannot_be_meant_is_told_at_its_place(house, changes, said):
    answer = house.manager.post("/benefits/new", fields(**changes))
    assert answer.status_code == 422
    assert said in answer.text
    assert not catalog.list_benefits(merchant_id=house.id).items


def test_the_preview_speaks_as_the_customer_will_read_it(house):
    told = house.manager.post("/benefits/preview", fields(kind="discount", rate="8.5"))
    assert "8.5折" in told.text
    assert "周六、周日 07:00–10:30" in told.text
    assert "不可用日期：2027年10月1日至10月3日" in told.text


def test_the_preview_bears_a_form_that_is_half_empty(house):
    told = house.manager.post("/benefits/preview", {"kind": "cash", "weekdays": ["1"]})
    assert told.status_code == 200
    assert "没有抵扣金额" in told.text


def test_the_preview_names_vague_words_with_their_reason(house):
    told = house.manager.post("/benefits/preview", fields(name="超值大礼包"))
    assert "<mark>超值大礼包</mark>" in told.text
    assert "看不出具体是什么" in told.text


def test_what_may_not_be_published_comes_back_with_every_reason(house):
    draft = a_draft_benefit(merchant=house.merchant, name="史上最强拿铁", hand_over="")
    answer = house.manager.post(f"/benefits/{draft.benefit_number}/publish")
    assert answer.status_code == 409
    assert "广告法" in answer.text
    assert "没有填写" in answer.text
    assert kept(house, draft.benefit_number).published_at is None


def test_a_benefit_shows_the_offers_that_hold_it(house):
    sold = a_benefit(merchant=house.merchant)
    offer = an_offer(merchant=house.merchant, items=[(sold.benefit_id, 2)])
    page = house.manager.get(f"/benefits/{sold.benefit_number}").text
    assert f"/offers/{offer.number}" in page


def test_stores_of_others_are_refused(house):
    answer = house.manager.post("/benefits/new", fields(stores=["999999"]))
    assert answer.status_code == 422


def test_another_shops_benefit_is_not_there(house):
    foreign = a_draft_benefit()
    for path in ("", "/edit"):
        answer = house.manager.get(f"/benefits/{foreign.benefit_number}{path}")
        assert answer.status_code == 404
    assert house.manager.post(f"/benefits/{foreign.benefit_number}/publish").status_code == 404
    assert foreign.published_at is None


def test_a_clerk_has_no_business_here(house):
    for path in ("/benefits", "/benefits/new"):
        assert house.clerk.get(path).status_code == 403
    assert house.clerk.post("/benefits/new", fields()).status_code == 403


def test_a_page_of_the_list_costs_one_statement_of_its_own(house, statements):
    for number in range(3):
        a_benefit(merchant=house.merchant, name=f"券{number}")
    with statements() as seen:
        house.manager.get("/benefits")
    assert len([s for s in seen.statements if "benefit_revisions" in s]) == 1


def test_looking_for_a_name_finds_it(house):
    a_benefit(merchant=house.merchant, name="燕麦拿铁券")
    a_benefit(merchant=house.merchant, name="曲奇券")
    page = house.manager.get("/benefits?words=燕麦").text
    assert "燕麦拿铁券" in page
    assert "曲奇券" not in page
