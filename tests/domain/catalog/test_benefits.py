from dataclasses import replace

import pytest
from sqlalchemy import select

from app.domain import catalog
from app.domain.catalog import Conditions, Days, NotPublishable
from app.kernel.audit import AuditRow
from app.kernel.db import OutsideTransaction, reading, transaction
from app.kernel.errors import Invalid, NotFound
from tests.builders.catalog import (
    BOSS,
    a_benefit,
    a_draft_benefit,
    an_offer,
    words_of_a_benefit,
)
from tests.builders.merchants import a_merchant, a_store
from tests.builders.moments import NOON


@pytest.fixture
def shop(database):
    return a_merchant()


def publish(shop, revision):
    with transaction():
        return catalog.publish_benefit(
            merchant_id=shop.id, benefit_number=revision.benefit_number, actor=BOSS, at=NOON
        )


def revise(shop, revision, **changes):
    with transaction():
        return catalog.revise_benefit(
            merchant_id=shop.id,
            benefit_number=revision.benefit_number,
            **words_of_a_benefit(**changes),
        )


def terms_of(shop, revision):
    found = catalog.find_revisions(merchant_id=shop.id, revision_ids=[revision.id])
    return found.get(revision.id)


def test_a_benefit_begins_as_a_draft_that_nobody_is_sold(shop):
    draft = a_draft_benefit(merchant=shop)
    assert draft.benefit_number.startswith("B")
    assert draft.published_at is None
    assert terms_of(shop, draft) is None


def test_published_terms_are_what_was_written(shop):
    terms = terms_of(shop, a_benefit(merchant=shop))
    assert (terms.name, terms.market_value_fen, terms.cost_fen) == ("热拿铁兑换券", 32_00, 9_00)
    assert terms.conditions == Conditions(validity=Days(count=30))
    assert (terms.face, terms.hand_over) == ({"thing": "热拿铁1杯"}, "给一杯热拿铁")


def test_publishing_twice_changes_nothing(shop):
    first = a_benefit(merchant=shop)
    again = publish(shop, first)
    assert (again.id, again.published_at) == (first.id, NOON)


def test_sold_terms_stay_when_a_benefit_is_reworded(shop):
    sold = a_benefit(merchant=shop)
    reworded = publish(shop, revise(shop, sold, market_value_fen=35_00))
    assert (sold.revision, reworded.revision) == (1, 2)
    assert terms_of(shop, sold).market_value_fen == 32_00
    assert terms_of(shop, reworded).market_value_fen == 35_00


def test_a_draft_is_reworded_in_place(shop):
    draft = a_draft_benefit(merchant=shop)
    assert revise(shop, draft, name="冰拿铁兑换券").id == draft.id


def test_vague_words_are_refused_with_the_phrase(shop):
    draft = a_draft_benefit(merchant=shop, name="超 值 大 礼 包", hand_over="")
    with pytest.raises(NotPublishable) as refusal:
        publish(shop, draft)
    found = refusal.value.details["findings"]
    assert refusal.value.code == "not_publishable"
    assert [(each["field"], each["phrase"]) for each in found] == [
        ("name", "超值大礼包"),
        ("hand_over", ""),
    ]
    assert terms_of(shop, draft) is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"market_value_fen": 0}, "market_value_fen"),
        ({"cost_fen": -1}, "cost_fen"),
        ({"name": ""}, "name"),
        ({"face": {"worth": 1}}, "face"),
        ({"conditions": Conditions(validity=Days(count=1), store_ids=(2**40,))}, "store_ids"),
    ],
)
def test_what_cannot_be_right_is_not_even_a_draft(shop, changes, field):
    with pytest.raises(Invalid) as refusal:
        a_draft_benefit(merchant=shop, **changes)
    assert refusal.value.details["field"] == field


def test_a_benefit_may_be_for_ones_own_stores_only(shop):
    own = a_store(merchant=shop)
    foreign = a_store(merchant=a_merchant())
    here = Conditions(validity=Days(count=30), store_ids=(own.id,))
    assert a_benefit(merchant=shop, conditions=here)
    with pytest.raises(Invalid):
        a_draft_benefit(merchant=shop, conditions=replace(here, store_ids=(foreign.id,)))


def test_another_merchants_benefit_is_not_there(shop):
    foreign = a_benefit(merchant=a_merchant())
    with pytest.raises(NotFound):
        publish(shop, foreign)
    assert terms_of(shop, foreign) is None


def test_a_benefit_may_not_lose_the_value_that_an_offer_on_sale_rests_on(shop):
    latte = a_benefit(merchant=shop)
    an_offer(merchant=shop, items=[(latte.benefit_id, 2)], price_fen=60_00)
    cheaper = revise(shop, latte, market_value_fen=29_99)
    with pytest.raises(NotPublishable) as refusal:
        publish(shop, cheaper)
    assert refusal.value.details["findings"][0]["field"] == "price_fen"
    assert publish(shop, revise(shop, latte, market_value_fen=30_00)).revision == 2


def test_who_changed_what_is_on_record(shop):
    latte = a_benefit(merchant=shop)
    query = select(AuditRow.action, AuditRow.actor).where(
        AuditRow.merchant_id == shop.id, AuditRow.subject == latte.benefit_number
    )
    lines = reading().execute(query.order_by(AuditRow.id)).all()
    assert lines == [("benefit.add", BOSS), ("benefit.publish", BOSS)]


def test_nothing_changes_outside_a_transaction(shop):
    with pytest.raises(OutsideTransaction):
        catalog.add_benefit(merchant_id=shop.id, **words_of_a_benefit())
