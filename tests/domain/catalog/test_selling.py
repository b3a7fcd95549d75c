import pytest
from sqlalchemy import select

from app.domain import catalog
from app.domain.catalog.models import OfferStock, OfferTaker
from app.kernel.db import reading, transaction, writing
from app.kernel.errors import NotFound
from tests.builders.catalog import (
    BOSS,
    a_benefit,
    a_draft_offer,
    an_offer,
    words_of_a_benefit,
)
from tests.builders.members import a_member
from tests.builders.merchants import a_merchant
from tests.builders.moments import NOON


@pytest.fixture
def shop(database):
    return a_merchant()


def sell(shop, offer):
    return catalog.for_sale(merchant_id=shop.id, offer_number=offer.number)


def test_what_is_for_sale_is_told_with_the_newest_published_wording(shop):
    latte = a_benefit(merchant=shop)
    cake = a_benefit(merchant=shop, name="蛋糕券", market_value_fen=28_50)
    offer = an_offer(
        merchant=shop,
        kind=catalog.OfferKind.BUNDLE,
        items=[(cake.benefit_id, 1), (latte.benefit_id, 2)],
        stock=5,
        per_member_limit=2,
    )
    newer = _republish(shop, latte, market_value_fen=33_00)
    _draft_again(shop, latte, market_value_fen=99_00)
    found = sell(shop, offer)
    assert (found.offer_id, found.state, found.price_fen) == (offer.id, "on_sale", 49_00)
    assert (found.per_member_limit, found.has_stock_limit, found.goods_kind) == (2, True, "on_site")
    assert found.contents == [
        {
            "benefit_id": cake.benefit_id,
            "revision_id": cake.id,
            "quantity": 1,
            "market_value_fen": 28_50,
        },
        {
            "benefit_id": latte.benefit_id,
            "revision_id": newer.id,
            "quantity": 2,
            "market_value_fen": 33_00,
        },
    ]


def test_a_draft_is_told_as_one_and_holds_nothing_unpublished(shop):
    draft = a_draft_offer(merchant=shop, items=[])
    found = sell(shop, draft)
    assert (found.state, found.contents, found.has_stock_limit) == ("draft", [], False)


def test_another_merchants_offer_is_not_there(shop):
    with pytest.raises(NotFound):
        sell(shop, an_offer(merchant=a_merchant()))


def test_one_statement_tells_what_is_for_sale(shop, statements):
    offer = an_offer(merchant=shop, stock=5)
    with transaction():
        sell(shop, offer)  # the first statement of a test also sets a savepoint
        with statements() as seen:
            sell(shop, offer)
    assert len(seen.statements) == 1


def test_pieces_come_back_to_the_stock_and_to_the_persons_count(shop):
    offer, member_id = _taken(shop, quantity=3)
    _put_back(shop, offer, member_id, quantity=2)
    assert _books(shop) == ([1], [1])


def test_without_limits_nothing_is_counted_back(shop):
    offer = an_offer(merchant=shop)
    _put_back(shop, offer, 1, quantity=2, limited=False, counted=False)
    assert _books(shop) == ([], [])


def test_pieces_come_back_to_the_slots_that_gave_them(shop):
    offer = an_offer(merchant=shop, stock=5)
    with transaction():
        _set_taken(shop, offer, 1)
        for slot, taken in ((1, 0), (2, 3), (3, 2)):
            stock = OfferStock(
                merchant_id=shop.id, offer_id=offer.id, slot=slot, quota=5, taken=taken
            )
            writing().add(stock)
    _put_back(shop, offer, 1, quantity=5, counted=False)
    assert _books(shop)[0] == [0, 0, 0, 1]


@pytest.mark.parametrize(("limited", "counted"), [(True, False), (False, True)])
def test_more_than_was_taken_never_comes_back(shop, limited, counted):
    offer, _ = _taken(shop, quantity=3)
    stranger = a_member(merchant=shop).id
    with pytest.raises(RuntimeError):
        _put_back(shop, offer, stranger, quantity=4, limited=limited, counted=counted)
    assert _books(shop) == ([3], [3])


def _republish(shop, latte, **changes):
    number = _draft_again(shop, latte, **changes).benefit_number
    with transaction():
        return catalog.publish_benefit(
            merchant_id=shop.id, benefit_number=number, actor=BOSS, at=NOON
        )


def _draft_again(shop, latte, **changes):
    with transaction():
        return catalog.revise_benefit(
            merchant_id=shop.id,
            benefit_number=latte.benefit_number,
            **words_of_a_benefit(**changes),
        )


def _taken(shop, *, quantity):
    offer = an_offer(merchant=shop, stock=10, per_member_limit=10)
    member_id = a_member(merchant=shop).id
    with transaction():
        _set_taken(shop, offer, quantity)
        taker = OfferTaker(
            merchant_id=shop.id, offer_id=offer.id, member_id=member_id, taken=quantity
        )
        writing().add(taker)
    return offer, member_id


def _set_taken(shop, offer, taken):
    writing().get_one(OfferStock, (shop.id, offer.id, 0)).taken = taken


def _put_back(shop, offer, member_id, *, quantity, limited=True, counted=True):
    with transaction():
        catalog.put_back(
            merchant_id=shop.id,
            offer_id=offer.id,
            member_id=member_id,
            quantity=quantity,
            limited=limited,
            counted=counted,
        )


def _books(shop):
    stock = select(OfferStock.taken).where(OfferStock.merchant_id == shop.id)
    takers = select(OfferTaker.taken).where(OfferTaker.merchant_id == shop.id)
    return (
        list(reading().scalars(stock.order_by(OfferStock.slot))),
        list(reading().scalars(takers)),
    )
