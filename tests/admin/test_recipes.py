from urllib.parse import parse_qs, urlsplit

import pytest

from app.admin.recipes_book import RECIPES
from app.domain import campaigns, catalog, promotions
from app.kernel import clock
from tests.builders.catalog import an_offer


def load(house, name):
    answer = house.manager.post(f"/recipes/{name}")
    assert answer.status_code == 303, answer.text
    return answer.location, parse_qs(urlsplit(answer.location).query)


def opened(house, number):
    return catalog.open_offer(merchant_id=house.id, number=number, at=clock.now()).detail


@pytest.mark.parametrize("name", list(RECIPES))
def test_a_recipe_is_loaded_by_a_click_looked_at_edited_and_published(house, name):
    where, made = load(house, name)
    page = house.manager.get(where).text
    # Nothing stands in its way, so that one more click publishes it.
    assert "problems" not in page
    for number in made["offer"]:
        detail = opened(house, number)
        assert detail.state == "draft"
        assert detail.title in page
        assert house.manager.get(f"/offers/{number}/edit").status_code == 200
    answer = house.manager.post(f"/recipes/{name}/publish", {"offer": made["offer"]})
    assert answer.status_code == 303, answer.text
    assert {opened(house, number).state.value for number in made["offer"]} == {"on_sale"}


@pytest.mark.parametrize("name", list(RECIPES))
def test_every_recipe_saves_its_buyer_something(house, name):
    _where, made = load(house, name)
    assert all(opened(house, number).saving_fen > 0 for number in made["offer"])


def test_all_of_a_recipe_is_made_or_nothing(house, monkeypatch):
    def fail(**_words):
        raise campaigns.CampaignState("busy")

    monkeypatch.setattr(campaigns, "draft", fail)
    assert house.manager.post("/recipes/friends").status_code == 409
    assert not catalog.list_benefits(merchant_id=house.id).items
    assert not catalog.list_all_offers(merchant_id=house.id).items


def test_campaigns_come_as_drafts_with_their_offer(house):
    _where, friends = load(house, "friends")
    campaign = campaigns.get_campaign(merchant_id=house.id, number=friends["campaign"][0])
    assert (campaign.state, campaign.terms["offer"]) == ("draft", friends["offer"][0])
    _where, day = load(house, "member-day")
    promotion = promotions.get_promotion(merchant_id=house.id, number=day["promotion"][0])
    assert (promotion.state, promotion.terms["day"]["of_month"]) == ("draft", 8)


def test_the_same_recipe_twice_is_two_sets(house):
    _where, first = load(house, "topup")
    _where, second = load(house, "topup")
    assert first["offer"] != second["offer"]


def test_what_was_edited_into_something_vague_is_not_published(house):
    where, made = load(house, "weekend")
    number = made["offer"][0]
    sheet = catalog.open_offer(merchant_id=house.id, number=number, at=clock.now())
    fields = {
        "title": "超值大礼包",
        "price_fen": "59",
        "goods_kind": "on_site",
        "refund_policy": "any_time_unused",
        "row": ["0", "1"],
    }
    for place, (benefit_id, quantity) in enumerate(sheet.items[:2]):
        fields |= {f"benefit-{place}": str(benefit_id), f"quantity-{place}": str(quantity)}
    assert house.manager.post(f"/offers/{number}/edit", fields).status_code == 303
    assert "超值大礼包" in house.manager.get(where).text
    answer = house.manager.post("/recipes/weekend/publish", {"offer": [number]})
    assert answer.status_code == 409
    assert "<mark>超值大礼包</mark>" in answer.text
    found = catalog.list_benefits(merchant_id=house.id).items
    assert not any(each.published_at for each in found)


def test_the_page_lists_all_seven(house):
    page = house.manager.get("/recipes").text
    for name in (
        "周末欢聚包",
        "咖啡月卡",
        "尝鲜卡",
        "权益金字塔三层",
        "好友助力主卡",
        "储值翻倍",
        "会员日",
    ):
        assert name in page


def test_the_rewards_of_friends_are_published_with_the_card_and_the_campaign_is_next(house):
    _where, made = load(house, "friends")
    (number,) = made["campaign"]
    answer = house.manager.post("/recipes/friends/publish", made)
    assert answer.location.endswith(f"/assists/{number}")
    found = campaigns.get_campaign(merchant_id=house.id, number=number)
    rewards = campaigns.parse(found.terms).benefits
    assert all(catalog.get_benefit(merchant_id=house.id, number=each).sold for each in rewards)
    page = house.manager.get(f"/assists/{number}/steps/publish").text
    assert "先发布该权益" not in page
    assert "先上架" not in page


def test_a_foreign_campaign_publishes_nothing(house):
    _where, made = load(house, "friends")
    told = {"offer": made["offer"], "campaign": "KAAAAAAAAAAAAAAA2"}
    assert house.manager.post("/recipes/friends/publish", told).status_code == 404
    assert opened(house, made["offer"][0]).state == "draft"


def test_foreign_offers_and_unknown_recipes_are_not_there(house):
    foreign = an_offer()
    assert house.manager.get(f"/recipes/weekend/made?offer={foreign.number}").status_code == 404
    assert (
        house.manager.post("/recipes/weekend/publish", {"offer": foreign.number}).status_code == 404
    )
    assert house.manager.post("/recipes/gold").status_code == 404
    assert house.clerk.post("/recipes/weekend").status_code == 403
