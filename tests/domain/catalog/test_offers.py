from datetime import timedelta

import pytest

from app.domain import catalog
from app.domain.catalog import GoodsKind, NotPublishable, OfferKind, OfferState, RefundPolicy
from app.kernel.db import transaction
from app.kernel.errors import Invalid, NotFound
from tests.builders.catalog import BOSS, a_benefit, a_draft_benefit, a_draft_offer, an_offer
from tests.builders.merchants import a_merchant
from tests.builders.moments import NOON


@pytest.fixture
def shop(database):
    return a_merchant()


def fields_refused(shop, **changes):
    with pytest.raises(NotPublishable) as refusal:
        an_offer(merchant=shop, **changes)
    return [finding["field"] for finding in refusal.value.details["findings"]]


def show(shop, offer, *, at=NOON):
    return catalog.get_offer(merchant_id=shop.id, number=offer.number, at=at)


def stop(shop, offer):
    with transaction():
        return catalog.stop_offer(merchant_id=shop.id, number=offer.number, actor=BOSS, at=NOON)


def test_the_page_adds_up_item_by_item(shop):
    latte = a_benefit(merchant=shop)
    cake = a_benefit(merchant=shop, name="巴斯克蛋糕券", market_value_fen=28_50)
    offer = an_offer(
        merchant=shop,
        kind=OfferKind.BUNDLE,
        items=[(latte.benefit_id, 2), (cake.benefit_id, 1)],
        price_fen=69_90,
        stock=10,
        refund_policy=RefundPolicy.ANY_TIME_AND_EXPIRED,
    )
    page = show(shop, offer)
    table = [(item.name, item.quantity, item.market_value_fen, item.sum_fen) for item in page.items]
    assert table == [("热拿铁兑换券", 2, 32_00, 64_00), ("巴斯克蛋糕券", 1, 28_50, 28_50)]
    assert (page.total_value_fen, page.price_fen, page.saving_fen) == (92_50, 69_90, 22_60)
    assert (page.remaining, page.sold_out, page.on_sale, page.may_be_bought(on_ios=True)) == (
        10,
        False,
        True,
        True,
    )
    assert page.refund_policy_text == "未使用可随时退款，过期未使用自动退款，均原路退回。"
    assert page.items[0].face_words == "热拿铁1杯"
    assert page.items[0].condition_lines[0] == "发放后30天内有效（发放当天不计，至最后一天24:00）"


def test_a_free_offer_promises_no_refund(shop):
    free = show(shop, an_offer(merchant=shop, price_fen=0))
    points = show(shop, an_offer(merchant=shop, price_fen=0, terms={"points": 100}))
    assert free.refund_policy_text == "免费领取，不涉及退款。"
    assert "未使用可退" not in free.items[0].condition_lines
    assert "未使用可退" in points.items[0].condition_lines
    assert points.refund_policy_text != free.refund_policy_text


def test_no_stock_row_means_no_limit(shop):
    page = show(shop, an_offer(merchant=shop))
    assert (page.remaining, page.sold_out) == (None, False)


def test_stock_of_nothing_is_sold_out(shop):
    page = show(shop, an_offer(merchant=shop, stock=0))
    assert (page.remaining, page.sold_out) == (0, True)


def test_an_offer_is_on_sale_within_its_window_only(shop):
    window = {"sale_starts_at": NOON, "sale_ends_at": NOON + timedelta(hours=1)}
    offer = an_offer(merchant=shop, **window)
    moments = (-1, 0, 3599, 3600)
    seen = [show(shop, offer, at=NOON + timedelta(seconds=s)).on_sale for s in moments]
    assert seen == [False, True, True, False]


def test_a_draft_is_not_shown_and_a_stopped_offer_is(shop):
    with pytest.raises(NotFound):
        show(shop, a_draft_offer(merchant=shop))
    stopped = stop(shop, an_offer(merchant=shop))
    assert stopped.state == OfferState.STOPPED
    assert show(shop, stopped).on_sale is False


def test_a_stopped_offer_may_come_back_and_a_draft_cannot_be_stopped(shop):
    offer = stop(shop, an_offer(merchant=shop))
    with transaction():
        catalog.publish_offer(merchant_id=shop.id, number=offer.number, actor=BOSS, at=NOON)
    assert show(shop, offer).on_sale is True
    assert stop(shop, a_draft_offer(merchant=shop)).state == OfferState.DRAFT


def test_an_offer_waits_for_its_benefits_to_be_published(shop):
    draft = a_draft_benefit(merchant=shop)
    assert fields_refused(shop, items=[(draft.benefit_id, 2)]) == ["items"]


def test_an_offer_dearer_than_its_parts_is_refused(shop):
    assert fields_refused(shop, price_fen=64_01) == ["price_fen"]
    assert an_offer(merchant=shop, price_fen=64_00)


def test_virtual_goods_and_empty_offers_are_refused(shop):
    assert fields_refused(shop, goods_kind=GoodsKind.VIRTUAL) == ["goods_kind"]
    assert fields_refused(shop, items=[]) == ["items"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"price_fen": -1}, "price_fen"),
        ({"title": ""}, "title"),
        ({"stock": -1}, "stock"),
        ({"per_member_limit": 0}, "per_member_limit"),
        ({"sale_starts_at": NOON, "sale_ends_at": NOON}, "sale_ends_at"),
    ],
)
def test_what_cannot_be_right_is_not_even_a_draft(shop, changes, field):
    with pytest.raises(Invalid) as refusal:
        a_draft_offer(merchant=shop, **changes)
    assert refusal.value.details["field"] == field


def test_one_benefit_stands_in_an_offer_once_and_at_most_a_hundredfold(shop):
    latte = a_benefit(merchant=shop).benefit_id
    for items in ([(latte, 1), (latte, 1)], [(latte, 0)], [(latte, 101)]):
        with pytest.raises(Invalid):
            a_draft_offer(merchant=shop, items=items)


def test_another_merchants_things_are_not_there(shop):
    stranger = a_merchant()
    foreign = a_benefit(merchant=stranger)
    with transaction():
        shelf = catalog.add_category(merchant_id=stranger.id, name="咖啡", actor=BOSS, at=NOON)
    with pytest.raises(NotFound):
        a_draft_offer(merchant=shop, items=[(foreign.benefit_id, 1)])
    with pytest.raises(NotFound):
        a_draft_offer(merchant=shop, category_id=shelf.id)
    with pytest.raises(NotFound):
        show(shop, an_offer(merchant=stranger))


def test_categories_stand_in_the_merchants_order(shop):
    with transaction():
        for name, position in (("甜品", 2), ("咖啡", 1), ("甜品", 9)):
            catalog.add_category(
                merchant_id=shop.id, name=name, position=position, actor=BOSS, at=NOON
            )
    names = [category.name for category in catalog.list_categories(merchant_id=shop.id)]
    assert names == ["咖啡", "甜品"]
