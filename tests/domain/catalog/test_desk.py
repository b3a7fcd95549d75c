"""What the shop sees and changes of its own catalogue."""

import pytest

from app.domain import catalog
from app.domain.catalog import GoodsKind, OfferKind, OfferState, RefundPolicy
from app.kernel.db import fetch_all, transaction
from app.kernel.errors import NotFound
from tests.builders.catalog import (
    BOSS,
    a_benefit,
    a_draft_benefit,
    a_draft_offer,
    an_offer,
    words_of_a_benefit,
)
from tests.builders.merchants import a_merchant
from tests.builders.moments import NOON


@pytest.fixture
def shop(database):
    return a_merchant()


def edit(shop, offer, **changes):
    words = {
        "title": "热拿铁双杯",
        "price_fen": 49_00,
        "items": catalog.open_offer(merchant_id=shop.id, number=offer.number, at=NOON).items,
        "goods_kind": GoodsKind.ON_SITE,
        "refund_policy": RefundPolicy.ANY_TIME_UNUSED,
    }
    with transaction():
        return catalog.edit_offer(
            merchant_id=shop.id, number=offer.number, actor=BOSS, at=NOON, **words | changes
        )


def set_stock(shop, offer, quota):
    with transaction():
        catalog.set_stock(
            merchant_id=shop.id, number=offer.number, quota=quota, actor=BOSS, at=NOON
        )


def opened(shop, offer):
    return catalog.open_offer(merchant_id=shop.id, number=offer.number, at=NOON)


def take(shop, offer, pieces):
    from app.kernel.db import execute

    with transaction():
        execute(
            """UPDATE offer_stock SET taken = %(pieces)s
            WHERE merchant_id = %(merchant_id)s AND offer_id = %(offer_id)s""",
            {"merchant_id": shop.id, "offer_id": offer.id, "pieces": pieces},
        )


def test_a_new_wording_stands_before_the_one_that_is_sold(shop):
    sold = a_benefit(merchant=shop)
    with transaction():
        catalog.revise_benefit(
            merchant_id=shop.id,
            benefit_number=sold.benefit_number,
            **words_of_a_benefit(name="大杯热拿铁兑换券"),
        )
    sheet = catalog.get_benefit(merchant_id=shop.id, number=sold.benefit_number)
    assert [each.name for each in sheet.revisions] == ["大杯热拿铁兑换券", "热拿铁兑换券"]
    assert sheet.sold.name == "热拿铁兑换券"
    [line] = catalog.list_benefits(merchant_id=shop.id).items
    assert (line.name, line.is_reworded, line.published_at) == ("大杯热拿铁兑换券", True, None)


def test_drafts_can_be_put_into_an_offer_and_are_told_apart(shop):
    a_draft_benefit(merchant=shop)
    a_benefit(merchant=shop)
    found = catalog.list_choices(merchant_id=shop.id)
    assert [each.is_published for each in found] == [False, True]


def test_the_shop_sees_what_a_draft_is_worth_and_customers_what_is_published(shop):
    benefit = a_draft_benefit(merchant=shop)
    offer = a_draft_offer(merchant=shop, items=[(benefit.benefit_id, 2)])
    assert opened(shop, offer).detail.total_value_fen == 64_00
    [problem] = catalog.examine_offer(merchant_id=shop.id, number=offer.number, at=NOON)
    assert problem.why == "该权益尚未发布"


def test_pages_of_benefits_follow_each_other(shop, statements):
    for name in ("一", "二", "三"):
        a_benefit(merchant=shop, name=f"券{name}")
    first = catalog.list_benefits(merchant_id=shop.id, limit=2)
    with statements() as seen:
        second = catalog.list_benefits(merchant_id=shop.id, limit=2, cursor=first.next_cursor)
    assert [each.name for each in (*first.items, *second.items)] == ["券三", "券二", "券一"]
    assert len(seen.statements) == 1


def test_a_draft_is_listed_with_what_it_is_worth(shop):
    offer = a_draft_offer(merchant=shop, stock=8)
    [line] = catalog.list_all_offers(merchant_id=shop.id).items
    assert (line.number, line.state, line.total_value_fen, line.saving_fen) == (
        offer.number,
        "draft",
        64_00,
        15_00,
    )
    assert (line.quota, line.taken) == (8, 0)
    assert not catalog.list_all_offers(merchant_id=shop.id, state=OfferState.ON_SALE).items


def test_what_stands_in_the_way_is_told_before_publishing(shop):
    offer = a_draft_offer(merchant=shop, title="超值大礼包", kind=OfferKind.SINGLE)
    found = catalog.examine_offer(merchant_id=shop.id, number=offer.number, at=NOON)
    assert [(each.field, each.phrase) for each in found] == [("title", "超值大礼包")]


def test_an_edited_draft_has_its_new_words_and_items_and_the_audit_both(shop):
    offer = a_draft_offer(merchant=shop)
    cake = a_benefit(merchant=shop, name="蛋糕券")
    edit(shop, offer, title="拿铁与蛋糕", items=[(cake.benefit_id, 1)], price_fen=30_00)
    sheet = opened(shop, offer)
    assert (sheet.detail.title, sheet.detail.price_fen, list(sheet.items)) == (
        "拿铁与蛋糕",
        30_00,
        [(cake.benefit_id, 1)],
    )
    [told] = _audited(shop, "offer.edit")
    assert told["price_fen"] == {"was": 49_00, "now": 30_00}
    assert "description" not in told


def test_what_is_on_sale_is_stopped_before_it_is_reworded(shop):
    offer = an_offer(merchant=shop)
    with pytest.raises(catalog.StillOnSale):
        edit(shop, offer, title="另一个名字")


def test_another_shops_offer_is_not_there(shop):
    offer = a_draft_offer()
    with pytest.raises(NotFound):
        opened(shop, offer)
    with pytest.raises(NotFound):
        set_stock(shop, offer, 3)


def test_stock_grows_shrinks_and_never_below_what_was_taken(shop):
    offer = an_offer(merchant=shop)
    set_stock(shop, offer, 10)
    take(shop, offer, 4)
    set_stock(shop, offer, 5)
    assert (opened(shop, offer).quota, opened(shop, offer).taken) == (5, 4)
    for refused in (3, None):
        with pytest.raises(catalog.StockTaken):
            set_stock(shop, offer, refused)


def test_a_limit_that_nobody_used_can_be_lifted(shop):
    offer = an_offer(merchant=shop, stock=3)
    set_stock(shop, offer, None)
    assert opened(shop, offer).quota is None


def test_a_new_cover_gives_the_old_one_back(shop):
    offer = an_offer(merchant=shop)
    words = {"merchant_id": shop.id, "number": offer.number, "actor": BOSS, "at": NOON}
    with transaction():
        assert catalog.set_cover(cover="M1/cover/one.webp", **words) is None
        assert catalog.set_cover(cover="M1/cover/two.webp", **words) == "M1/cover/one.webp"
    assert opened(shop, offer).detail.cover == "M1/cover/two.webp"


def _audited(shop, action):
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class Row:
        details: dict

    rows = fetch_all(
        Row,
        """SELECT details FROM audit
        WHERE merchant_id = %(merchant_id)s AND action = %(action)s""",
        {"merchant_id": shop.id, "action": action},
    )
    return [row.details for row in rows]
