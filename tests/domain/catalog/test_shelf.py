from datetime import timedelta

import pytest

from app.domain import catalog
from app.kernel.db import transaction
from app.kernel.errors import Invalid
from tests.builders.catalog import BOSS, a_benefit, a_draft_offer, an_offer
from tests.builders.merchants import a_merchant
from tests.builders.moments import NOON

A_WEEK = timedelta(days=7)


@pytest.fixture
def shop(database):
    return a_merchant()


def put(shop, title, **changes):
    items = [(a_benefit(merchant=shop).benefit_id, 2)]
    return an_offer(merchant=shop, title=title, items=items, **changes)


def shelf(shop, **wanted):
    return catalog.list_offers(merchant_id=shop.id, **{"at": NOON} | wanted)


def titles(page):
    return [offer.title for offer in page.items]


def test_the_newest_offer_stands_first_with_its_sums(shop):
    put(shop, "周一拿铁")
    put(shop, "周二拿铁", stock=3, price_fen=50_00)
    page = shelf(shop)
    assert titles(page) == ["周二拿铁", "周一拿铁"]
    first, second = page.items
    assert (first.price_fen, first.total_value_fen, first.saving_fen) == (50_00, 64_00, 14_00)
    assert (first.remaining, second.remaining, first.coming) == (3, None, False)


def test_pages_continue_without_gap_or_repeat_although_new_offers_arrive(shop):
    for n in range(5):
        put(shop, f"拿铁{n}")
    first = shelf(shop, limit=2)
    put(shop, "新品")
    second = shelf(shop, limit=2, cursor=first.next_cursor)
    third = shelf(shop, limit=2, cursor=second.next_cursor)
    assert titles(first) + titles(second) + titles(third) == [f"拿铁{n}" for n in (4, 3, 2, 1, 0)]
    assert third.next_cursor is None


def test_only_what_can_be_bought_now_or_within_a_week_is_shown(shop):
    a_draft_offer(merchant=shop, title="草稿")
    put(shop, "今天开售", sale_starts_at=NOON)
    put(shop, "七天后开售", sale_starts_at=NOON + A_WEEK)
    put(shop, "更晚开售", sale_starts_at=NOON + A_WEEK + timedelta(seconds=1))
    put(shop, "一小时后结束", sale_ends_at=NOON + timedelta(hours=1))
    seen = {offer.title: offer.coming for offer in shelf(shop).items}
    assert seen == {"今天开售": False, "七天后开售": True, "一小时后结束": False}
    assert "一小时后结束" not in titles(shelf(shop, at=NOON + timedelta(hours=1)))


def test_words_are_found_in_title_and_description_whatever_their_form(shop):
    put(shop, "LATTE双杯")
    put(shop, "蛋糕", description="配ｌａｔｔｅ更香")
    put(shop, "茶")
    assert titles(shelf(shop, words=" ｌatte ")) == ["蛋糕", "LATTE双杯"]


@pytest.mark.parametrize("words", ["%", "_", "\\", "100%"])
def test_wildcards_are_ordinary_characters(shop, words):
    put(shop, "拿铁")
    put(shop, f"咖啡豆含量{words}")
    assert titles(shelf(shop, words=words)) == [f"咖啡豆含量{words}"]


def test_words_are_cut_at_forty_characters(shop):
    put(shop, "拿" * 45)
    assert len(shelf(shop, words="拿" * 40 + "铁").items) == 1


def test_a_category_holds_only_its_own(shop):
    with transaction():
        sweet = catalog.add_category(merchant_id=shop.id, name="甜品", actor=BOSS, at=NOON)
    put(shop, "蛋糕", category_id=sweet.id)
    put(shop, "拿铁")
    assert titles(shelf(shop, category_id=sweet.id)) == ["蛋糕"]


def test_another_merchants_shelf_is_another_shelf(shop):
    put(a_merchant(), "别家拿铁")
    assert titles(shelf(shop)) == []


def test_a_made_up_cursor_is_refused(shop):
    with pytest.raises(Invalid) as refusal:
        shelf(shop, cursor="LTE")
    assert refusal.value.code == "invalid"
