"""Each kind of offer brings what it promises, in the transaction that says it is paid."""

import pytest
from sqlalchemy import text

from app.domain import catalog, ledger, proofs, stored_value
from app.domain.catalog import BenefitKind, GoodsKind, LimitReached, OfferKind
from app.domain.gifting import NotGiftable, Wrapping
from app.kernel.db import reading
from tests.builders.catalog import a_benefit, an_offer
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_order, a_shop, an_order, vouchers_of


@pytest.fixture
def shop(database):
    return a_shop()


def a_topup(shop, **changes):
    words = {
        "kind": OfferKind.TOPUP,
        "title": "储值100元送10元",
        "price_fen": 100_00,
        "items": [],
        "terms": {"bonus_fen": 10_00},
    }
    return an_offer(merchant=shop.merchant, **words | changes)


def count(shop, table):
    query = text(f"SELECT count(*) FROM {table} WHERE merchant_id = :m")  # noqa: S608
    return reading().scalar(query, {"m": shop.id})


def troubles():
    return ledger.verify() + proofs.verify()


def test_a_topup_brings_paid_and_bonus_money(shop):
    buyer = a_buyer(shop)
    a_paid_order(shop, buyer=buyer, offer=a_topup(shop))
    balance = stored_value.balance(merchant_id=shop.id, member_id=buyer.id)
    assert (balance.paid_fen, balance.bonus_fen) == (100_00, 10_00)
    assert vouchers_of(shop, buyer) == []
    assert troubles() == []


def test_what_is_bound_to_its_buyer_is_bought_one_at_a_time(shop):
    with pytest.raises(LimitReached):
        an_order(shop, offer=a_topup(shop), quantity=2)


def test_gift_cards_come_one_for_each_piece(shop):
    card = an_offer(
        merchant=shop.merchant,
        kind=OfferKind.GIFT_CARD,
        title="礼品卡",
        price_fen=200_00,
        items=[],
        terms={"is_named": False},
    )
    a_paid_order(shop, offer=card, quantity=3)
    assert count(shop, "gift_cards") == 3
    assert troubles() == []


def test_a_benefit_card_brings_its_term_and_its_vouchers(shop):
    free_return = a_benefit(
        merchant=shop.merchant,
        kind=BenefitKind.RIGHT,
        name="免费退货权益",
        market_value_fen=12_00,
        face={"thing": "免费退货1次"},
        hand_over="为顾客免运费退货",
    )
    card = an_offer(
        merchant=shop.merchant,
        kind=OfferKind.MEMBERSHIP,
        title="年度权益卡",
        price_fen=100_00,
        items=[(free_return.benefit_id, 12)],
        terms={"term_days": 365},
    )
    buyer = a_buyer(shop)
    a_paid_order(shop, buyer=buyer, offer=card)
    assert len(vouchers_of(shop, buyer)) == 12
    assert count(shop, "membership_terms") == 1
    assert troubles() == []


def test_a_monthly_card_begins_with_its_order(shop):
    sample = a_benefit(
        merchant=shop.merchant,
        kind=BenefitKind.DELIVERY,
        name="咖啡豆小样",
        market_value_fen=39_00,
        face={"thing": "咖啡豆小样50克"},
        hand_over="寄出小样",
    )
    monthly = an_offer(
        merchant=shop.merchant,
        kind=OfferKind.SUBSCRIPTION,
        title="咖啡尝鲜卡",
        price_fen=99_00,
        items=[],
        goods_kind=GoodsKind.PHYSICAL,
        terms={"periods": 3, "items": [{"benefit_ids": [sample.benefit_id], "quantity": 1}]},
    )
    page = catalog.get_offer(merchant_id=shop.id, number=monthly.number, at=NOON)
    assert (page.total_value_fen, page.saving_fen) == (117_00, 18_00)
    shelf = catalog.list_offers(merchant_id=shop.id, at=NOON)
    assert {o.number: o.total_value_fen for o in shelf.items}[monthly.number] == 117_00

    a_paid_order(shop, offer=monthly)

    assert count(shop, "subscriptions") == 1
    assert troubles() == []


def test_a_line_remembers_the_terms_it_was_sold_on(shop):
    offer = a_topup(shop)
    an_order(shop, offer=offer)
    kept = reading().execute(
        text("SELECT kind, terms FROM order_lines WHERE merchant_id = :m"), {"m": shop.id}
    )
    assert kept.one() == ("topup", offer.terms)


def test_what_belongs_to_its_buyer_is_not_bought_as_a_gift(shop):
    shop.offer = a_topup(shop)

    with pytest.raises(NotGiftable) as refused:
        an_order(shop, buyer=a_buyer(shop), gift=Wrapping(message=None, cover=None, gives_at=None))

    assert refused.value.details["reason"] == "kind"
