import re

import pytest

from app.domain import catalog, orders
from app.domain.catalog import OfferKind
from app.kernel import clock
from app.kernel.db import transaction
from tests.builders.catalog import a_benefit, a_draft_benefit, a_draft_offer, an_offer

NUMBER = re.compile(r"/offers/(\w+)$")


@pytest.fixture
def latte(house):
    return a_benefit(merchant=house.merchant)


def fields(*held, **changes):
    """`held` are (benefit id, quantity)."""
    rows = {}
    for place, (benefit_id, quantity) in enumerate(held):
        rows |= {f"benefit-{place}": str(benefit_id), f"quantity-{place}": str(quantity)}
    return {
        "title": "拿铁双杯",
        "description": "两杯拿铁，任一门店。",
        "price_fen": "49",
        "goods_kind": "on_site",
        "refund_policy": "any_time_unused",
        "row": [str(place) for place in range(len(held))],
        **rows,
    } | changes


def add(house, kind, *held, **changes):
    answer = house.manager.post(f"/offers/new/{kind}", fields(*held, **changes))
    assert answer.status_code == 303, re.findall(
        r"alert-danger[^<]*>([^<]*)|invalid[^>]*>([^<]*)<", answer.text
    )
    return NUMBER.search(answer.location).group(1)


def opened(house, number):
    return catalog.open_offer(merchant_id=house.id, number=number, at=clock.now())


def state(house, number):
    return opened(house, number).detail.state.value


def step(house, number, name):
    return house.manager.post(f"/offers/{number}/steps/{name}")


def test_an_empty_list_leads_to_the_recipes(house):
    page = house.manager.get("/offers").text
    assert "还没有商品" in page


def test_an_offer_is_put_together_published_stopped_and_published_again(house, latte):
    number = add(house, "single", (latte.benefit_id, 2), stock="20", per_member_limit="2")
    page = house.manager.get(f"/offers/{number}").text
    assert "¥64.00" in page
    assert "¥15.00" in page
    for name, then in (("publish", "on_sale"), ("stop", "stopped"), ("publish", "on_sale")):
        assert house.manager.get(f"/offers/{number}/steps/{name}").status_code == 200
        assert step(house, number, name).status_code == 303
        assert state(house, number) == then


@pytest.mark.parametrize(
    ("kind", "changes", "terms"),
    [
        (
            "topup",
            {"price_fen": "200", "bonus_fen": "20", "usage_order": "paid_first"},
            "bonus_fen",
        ),
        ("gift_card", {"price_fen": "50"}, "is_named"),
        ("membership", {"term_days": "90"}, "term_days"),
    ],
)
def test_other_kinds_keep_their_terms(house, latte, kind, changes, terms):
    held = [(latte.benefit_id, 1)] if kind == "membership" else []
    number = add(house, kind, *held, **changes)
    assert terms in opened(house, number).detail.terms
    page = house.manager.get(f"/offers/{number}/edit")
    assert page.status_code == 200


def test_a_monthly_card_keeps_its_choices(house, latte):
    tea = a_benefit(merchant=house.merchant, name="茶", market_value_fen=30_00)
    number = add(
        house,
        "subscription",
        (latte.benefit_id, 1),
        **{"periods": "3", "others-0": [str(tea.benefit_id)]},
    )
    detail = opened(house, number).detail
    assert detail.terms["items"] == [
        {"benefit_ids": [latte.benefit_id, tea.benefit_id], "quantity": 1}
    ]
    assert detail.total_value_fen == 96_00
    assert "顾客可改选" in house.manager.get(f"/offers/{number}/edit").text


def test_an_edit_changes_words_and_contents_and_keeps_the_window(house, latte):
    cake = a_benefit(merchant=house.merchant, name="蛋糕券", market_value_fen=20_00)
    number = add(house, "bundle", (latte.benefit_id, 2), sale_ends_at="2030-01-01T10:00")
    changed = fields(
        (latte.benefit_id, 1),
        (cake.benefit_id, 1),
        title="拿铁与蛋糕",
        sale_ends_at="2030-01-01T10:00",
        new_category="周末",
    )
    assert house.manager.post(f"/offers/{number}/edit", changed).status_code == 303
    sheet = opened(house, number)
    assert list(sheet.items) == [(latte.benefit_id, 1), (cake.benefit_id, 1)]
    assert sheet.detail.title == "拿铁与蛋糕"
    assert sheet.detail.sale_ends_at.isoformat() == "2030-01-01T02:00:00+00:00"
    assert sheet.detail.category_id is not None


def test_what_is_on_sale_is_stopped_before_it_is_changed(house):
    offer = an_offer(merchant=house.merchant)
    answer = house.manager.post(f"/offers/{offer.number}/edit", fields())
    assert answer.status_code == 422
    assert "请先下架" in answer.text


def test_publishing_tells_every_problem_and_changes_nothing(house):
    draft = a_draft_benefit(merchant=house.merchant, name="神秘大奖")
    offer = a_draft_offer(
        merchant=house.merchant, items=[(draft.benefit_id, 2)], title="全网最低价拿铁"
    )
    page = house.manager.get(f"/offers/{offer.number}/steps/publish").text
    assert "权益“神秘大奖”" in page
    assert " disabled" in page
    answer = step(house, offer.number, "publish")
    assert answer.status_code == 409
    assert state(house, offer.number) == "draft"
    assert catalog.get_benefit(merchant_id=house.id, number=draft.benefit_number).sold is None


def test_an_offer_takes_its_drafts_along_and_says_so(house):
    draft = a_draft_benefit(merchant=house.merchant)
    offer = a_draft_offer(merchant=house.merchant, items=[(draft.benefit_id, 2)])
    page = house.manager.get(f"/offers/{offer.number}/steps/publish").text
    assert "同时发布其中的权益：热拿铁兑换券" in page
    assert step(house, offer.number, "publish").status_code == 303
    assert state(house, offer.number) == "on_sale"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "必填"),
        ({"price_fen": "-1"}, "请输入金额"),
        ({"stock": "-3"}, "0 或以上"),
        ({"quantity-0": "101"}, "1 至 100 张"),
        (
            {"sale_starts_at": "2030-01-02T10:00", "sale_ends_at": "2030-01-01T10:00"},
            "结束销售须晚于开始销售",
        ),
    ],
)
def test_what_cannot_be_meant_is_told(house, latte, changes, said):
    answer = house.manager.post("/offers/new/single", fields((latte.benefit_id, 2), **changes))
    assert answer.status_code == 422
    assert said in answer.text


def test_the_preview_shows_the_phone_with_the_saving(house, latte):
    told = house.manager.post("/offers/preview/single", fields((latte.benefit_id, 2)))
    assert "phone-screen" in told.text
    assert "省 ¥15.00" in told.text
    assert "热拿铁兑换券 ×2" in told.text


def test_the_emergency_stop_makes_unpaid_orders_overdue_and_tells_so_first(house, monkeypatch):
    offer = an_offer(merchant=house.merchant)
    told = []
    with transaction():
        assert orders.sold_of_offer(merchant_id=house.id, offer_id=offer.id).waiting == 0
    monkeypatch.setattr(orders, "hurry_unpaid", lambda **words: told.append(words) or 0)
    page = house.manager.get(f"/offers/{offer.number}/steps/kill").text
    assert "待付款订单" in page
    assert step(house, offer.number, "kill").status_code == 303
    assert state(house, offer.number) == "stopped"
    assert [each["offer_number"] for each in told] == [offer.number]


def test_stock_is_changed_and_its_refusal_is_told(house):
    offer = an_offer(merchant=house.merchant, stock=5)
    assert house.manager.post(f"/offers/{offer.number}/stock", {"quota": "9"}).status_code == 303
    assert opened(house, offer.number).quota == 9
    answer = house.manager.post(f"/offers/{offer.number}/stock", {"quota": "-1"})
    assert answer.status_code == 422


def test_another_shops_offer_is_not_there(house):
    foreign = an_offer()
    for path in ("", "/edit", "/steps/stop", "/steps/kill"):
        assert house.manager.get(f"/offers/{foreign.number}{path}").status_code == 404
    for path in ("/steps/stop", "/steps/kill", "/stock", "/cover", "/cover/remove"):
        assert house.manager.post(f"/offers/{foreign.number}{path}").status_code == 404
    found = catalog.open_offer(
        merchant_id=foreign.merchant_id, number=foreign.number, at=clock.now()
    )
    assert found.detail.state == "on_sale"


def test_an_unknown_kind_or_step_is_not_there(house):
    offer = an_offer(merchant=house.merchant)
    assert house.manager.get("/offers/new/lottery").status_code == 404
    assert house.manager.get(f"/offers/{offer.number}/steps/burn").status_code == 404


def test_a_clerk_has_no_business_here(house):
    offer = an_offer(merchant=house.merchant)
    for path in ("/offers", "/offers/new", f"/offers/{offer.number}"):
        assert house.clerk.get(path).status_code == 403
    assert house.clerk.post(f"/offers/{offer.number}/steps/stop").status_code == 403


def test_the_list_filters_and_asks_once(house, statements):
    an_offer(merchant=house.merchant, title="在卖的")
    a_draft_offer(merchant=house.merchant, title="没卖的")
    with statements() as seen:
        page = house.manager.get("/offers?state=draft").text
    assert "没卖的" in page
    assert "在卖的" not in page
    assert len([s for s in seen.statements if "offer_stock" in s]) == 1


@pytest.mark.parametrize("kind", list(OfferKind))
def test_every_kind_has_its_form(house, latte, kind):
    page = house.manager.get(f"/offers/new/{kind.value}")
    assert page.status_code == 200
    assert house.manager.get(f"/offers/row?kind={kind.value}").status_code == 200
