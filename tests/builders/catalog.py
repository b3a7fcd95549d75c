"""Benefits and offers as tests want them: sensible unless a word says otherwise."""

from app.domain import catalog
from app.domain.catalog import BenefitKind, Conditions, Days, OfferKind
from tests.builders.merchants import a_merchant
from tests.builders.moments import NOON
from tests.builders.transactions import joined

BOSS = "staff:1"


def words_of_a_benefit(**changes):
    """A latte worth 32 yuan, which costs the shop 9."""
    return {
        "kind": BenefitKind.EXCHANGE,
        "name": "热拿铁兑换券",
        "market_value_fen": 32_00,
        "cost_fen": 9_00,
        "face": {"thing": "热拿铁1杯"},
        "conditions": Conditions(validity=Days(count=30)),
        "hand_over": "给一杯热拿铁",
        "actor": BOSS,
        "at": NOON,
    } | changes


def a_draft_benefit(*, merchant=None, **changes):
    merchant = merchant or a_merchant()
    with joined():
        return catalog.add_benefit(merchant_id=merchant.id, **words_of_a_benefit(**changes))


def a_benefit(*, merchant=None, **changes):
    """Published. Gives the revision; `benefit_id` and `benefit_number` hang on it."""
    draft = a_draft_benefit(merchant=merchant, **changes)
    with joined():
        return catalog.publish_benefit(
            merchant_id=draft.merchant_id, benefit_number=draft.benefit_number, actor=BOSS, at=NOON
        )


def a_draft_offer(*, merchant=None, items=None, **changes):
    """Without `items`: two lattes for 49 yuan, which is 15 less than they are worth."""
    merchant = merchant or a_merchant()
    if items is None:
        items = [(a_benefit(merchant=merchant).benefit_id, 2)]
    words = {"kind": OfferKind.SINGLE, "title": "热拿铁双杯", "price_fen": 49_00}
    words |= {"actor": BOSS, "at": NOON}
    with joined():
        return catalog.add_offer(merchant_id=merchant.id, items=items, **words | changes)


def an_offer(*, merchant=None, **changes):
    """On sale."""
    draft = a_draft_offer(merchant=merchant, **changes)
    with joined():
        return catalog.publish_offer(
            merchant_id=draft.merchant_id, number=draft.number, actor=BOSS, at=NOON
        )
