from app.domain.merchants import Role
from tests.builders.catalog import a_draft_offer, an_offer
from tests.builders.merchants import a_clerk, a_merchant, a_store


def test_the_list_says_what_is_missing_and_where_it_is_done(house):
    page = house.manager.get("/start").text
    assert "接入微信小程序" in page
    assert "2 / 7" in page
    assert f"/admin/{house.merchant.number}/recipes" in page


def test_it_grows_with_the_shop(house):
    a_draft_offer(merchant=house.merchant)
    assert "3 / 7" in house.manager.get("/start").text
    an_offer(merchant=house.merchant)
    assert "4 / 7" in house.manager.get("/start").text


def test_the_first_page_asks_for_it_and_hides_what_is_done(house):
    assert "/start/checklist" in house.owner.get("/").text
    short = house.owner.get("/start/checklist").text
    assert "添加门店" not in short
    assert "接入微信支付" in short


def test_a_clerk_is_not_bothered(house):
    assert "/start/checklist" not in house.clerk.get("/").text
    assert house.clerk.get("/start").status_code == 403


def test_what_another_shop_has_counts_for_nothing(house):
    other = a_merchant()
    a_clerk(a_store(merchant=other), role=Role.CLERK)
    an_offer(merchant=other)
    assert "2 / 7" in house.manager.get("/start").text
