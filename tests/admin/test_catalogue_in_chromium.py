"""The catalogue as a merchant has it before him: recipes by a click, previews that follow the form."""

from app.admin.recipes_book import RECIPES
from app.domain import catalog
from app.domain.catalog import OfferState
from app.kernel.db import db
from tests.admin.chromium import SIZES, a_page, is_too_wide, keep_picture
from tests.builders.catalog import a_benefit


def on_sale(house):
    db.session.rollback()
    found = catalog.list_all_offers(merchant_id=house.id, state=OfferState.ON_SALE, limit=100)
    return [each.title for each in found.items]


# A campaign of friends comes after its card, on a page of its own.
SAID = {"friends": "请马上检查文案并发布活动"}


@SIZES
def test_each_recipe_goes_from_a_click_to_the_shelf(house, browser, address, size):
    home = f"/admin/{house.merchant.number}"
    with a_page(browser, address, house.manager, size=size) as (page, _context, seen):
        page.on("dialog", lambda asked: asked.accept())
        for name, recipe in RECIPES.items():
            page.goto(f"{address}{home}/recipes")
            page.click(f'form[action$="/recipes/{name}"] button')
            page.wait_for_url("**/made?**")
            keep_picture(page, f"recipe-{name}-{size['width']}")
            assert not is_too_wide(page)
            page.click('form[action$="/publish"] button')
            page.wait_for_selector(f"text={SAID.get(name, '已发布，顾客现在可以购买')}")
            titles = [offer.words["title"] for offer in recipe.offers]
            assert set(titles) <= set(on_sale(house))
        assert (seen.errors, seen.strangers) == ([], [])


@SIZES
def test_the_preview_follows_the_benefits_form(house, browser, address, size):
    with a_page(browser, address, house.manager, size=size) as (page, _context, seen):
        page.goto(f"{address}/admin/{house.merchant.number}/benefits/new")
        page.select_option("#kind", "discount")
        page.wait_for_selector("#rate", state="visible")
        assert not page.is_visible("#thing")
        page.fill("#rate", "8.5")
        page.fill("#name", "超值烘焙折扣券")
        page.fill('input[name="ranges"] >> nth=0', "07:00")
        page.fill('input[name="ranges"] >> nth=1', "10:30")
        page.wait_for_selector("#preview >> text=可用时间：每天 07:00–10:30")
        page.wait_for_selector("#preview >> text=8.5折")
        page.wait_for_selector("#preview mark >> text=超值")
        keep_picture(page, f"benefit-form-{size['width']}")
        assert not is_too_wide(page)
        assert (seen.errors, seen.strangers) == ([], [])


@SIZES
def test_an_offer_is_built_row_by_row_with_its_phone_beside_it(house, browser, address, size):
    for name in ("拿铁兑换券", "蛋糕兑换券"):
        a_benefit(merchant=house.merchant, name=name)
    with a_page(browser, address, house.manager, size=size) as (page, _context, seen):
        page.goto(f"{address}/admin/{house.merchant.number}/offers/new/bundle")
        page.fill("#title", "拿铁与蛋糕")
        page.fill("#price_fen", "49")
        page.select_option("#rows select >> nth=0", index=1)
        page.click("text=再加一项")
        page.wait_for_selector("#rows select >> nth=1")
        page.select_option("#rows select >> nth=1", index=2)
        page.wait_for_selector("#preview >> text=省 ¥15.00")
        keep_picture(page, f"offer-form-{size['width']}")
        assert not is_too_wide(page)
        page.click("button:has-text('保存')")
        page.wait_for_selector("text=草稿已保存")
        assert (seen.errors, seen.strangers) == ([], [])
