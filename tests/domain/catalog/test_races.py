"""Real threads, real commits: books add up however many come at once."""

from sqlalchemy import select

from app.domain import catalog
from app.domain.catalog import NotPublishable
from app.domain.catalog.models import OfferStock, OfferTaker
from app.kernel.db import reading, transaction, writing
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
from tests.builders.together import together

AT_ONCE = 12


def test_every_piece_put_back_at_once_arrives(app):
    with app.app_context():
        shop = a_merchant()
        offer, member = an_offer(merchant=shop, stock=6), a_member(merchant=shop)
        _take(offer, member, pieces=AT_ONCE)

        def put_one_back():
            catalog.put_back(
                merchant_id=shop.id,
                offer_id=offer.id,
                member_id=member.id,
                quantity=1,
                limited=True,
                counted=True,
            )

        results = together(app, [put_one_back] * (AT_ONCE + 2))

        refused = [each for each in results if each is not None]
        assert [type(each) for each in refused] == [RuntimeError, RuntimeError]
        assert _taken_of(shop) == ([0, 0], [0])


def test_an_offer_and_a_cheaper_wording_of_its_benefit_are_never_both_published(app):
    with app.app_context():
        shop = a_merchant()
        for _ in range(5):
            benefit = a_benefit(merchant=shop)
            offer = a_draft_offer(merchant=shop, items=[(benefit.benefit_id, 2)], price_fen=60_00)
            _word_cheaper(benefit)

            results = together(app, [_publish_offer(offer), _publish_benefit(benefit)])

            refused = [each for each in results if isinstance(each, Exception)]
            assert [type(each) for each in refused] == [NotPublishable]


def test_a_category_added_by_many_at_once_is_one(app):
    with app.app_context():
        shop = a_merchant()

        def add():
            return catalog.add_category(merchant_id=shop.id, name="咖啡", actor=BOSS, at=NOON).id

        assert len(set(together(app, [add] * AT_ONCE))) == 1


def _take(offer, member, *, pieces):
    """Half of them from each of two slots."""
    with transaction():
        named = {"merchant_id": offer.merchant_id, "offer_id": offer.id}
        writing().get_one(OfferStock, (offer.merchant_id, offer.id, 0)).taken = pieces // 2
        writing().add(OfferStock(**named, slot=1, quota=pieces // 2, taken=pieces // 2))
        writing().add(OfferTaker(**named, member_id=member.id, taken=pieces))


def _taken_of(shop):
    reading().rollback()
    stock = select(OfferStock.taken).where(OfferStock.merchant_id == shop.id)
    takers = select(OfferTaker.taken).where(OfferTaker.merchant_id == shop.id)
    reading().expire_all()
    return list(reading().scalars(stock)), list(reading().scalars(takers))


def _word_cheaper(benefit):
    with transaction():
        catalog.revise_benefit(
            merchant_id=benefit.merchant_id,
            benefit_number=benefit.benefit_number,
            **words_of_a_benefit(market_value_fen=29_99),
        )


def _publish_offer(offer):
    return lambda: catalog.publish_offer(
        merchant_id=offer.merchant_id, number=offer.number, actor=BOSS, at=NOON
    )


def _publish_benefit(benefit):
    number = benefit.benefit_number
    return lambda: catalog.publish_benefit(
        merchant_id=benefit.merchant_id, benefit_number=number, actor=BOSS, at=NOON
    )
