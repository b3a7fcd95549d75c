from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.domain.catalog import (
    BenefitKind,
    Conditions,
    Days,
    Fixed,
    GoodsKind,
    Hours,
    OfferKind,
)
from app.domain.catalog.publishing import (
    BenefitDraft,
    OfferDraft,
    OfferItemDraft,
    benefit_problems,
    offer_problems,
)

SHANGHAI = "Asia/Shanghai"
NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
LATTE = BenefitDraft(
    kind=BenefitKind.EXCHANGE,
    name="热拿铁兑换券",
    market_value_fen=32_00,
    face={"thing": "热拿铁1杯"},
    conditions=Conditions(validity=Days(count=30)),
    hand_over="给一杯热拿铁",
)
FULL_PRICE = OfferDraft(
    kind=OfferKind.SINGLE,
    goods_kind=GoodsKind.ON_SITE,
    title="拿铁两杯",
    description="",
    price_fen=64_00,
    sale_ends_at=None,
    items=[
        OfferItemDraft(
            name="热拿铁兑换券", quantity=2, market_value_fen=32_00, conditions=LATTE.conditions
        )
    ],
)
ITEM = FULL_PRICE.items[0]


def fields_of(draft):
    return [
        problem.field
        for problem in benefit_problems(draft, open_store_ids={1}, zone=SHANGHAI, at=NOON)
    ]


def offer_fields(**changes):
    draft = replace(FULL_PRICE, **changes)
    return [problem.field for problem in offer_problems(draft, zone=SHANGHAI, at=NOON)]


def test_a_clear_benefit_may_be_published():
    assert fields_of(LATTE) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"market_value_fen": 0}, "market_value_fen"),
        ({"name": " "}, "name"),
        ({"name": "超值大礼包"}, "name"),
        ({"hand_over": ""}, "hand_over"),
        ({"hand_over": "送神秘礼物"}, "hand_over"),
        ({"face": {"thing": "惊喜好礼"}}, "face"),
        ({"kind": BenefitKind.CASH, "face": {}}, "face"),
        ({"kind": BenefitKind.DISCOUNT, "face": {"cap_fen": 5}}, "face"),
        ({"conditions": Conditions(validity=Days(count=1), store_ids=(1, 2))}, "store_ids"),
        (
            {
                "conditions": Conditions(
                    validity=Fixed(starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 20))
                )
            },
            "validity",
        ),
        (
            {
                "conditions": Conditions(
                    validity=Fixed(starts_on=date(2026, 11, 23), ends_on=date(2026, 11, 27)),
                    hours=Hours(weekdays=(6, 7)),
                )
            },
            "hours",
        ),
    ],
)
def test_an_unclear_benefit_is_refused_and_the_place_is_named(changes, field):
    assert fields_of(replace(LATTE, **changes)) == [field]


def test_every_problem_is_told_at_once():
    draft = replace(LATTE, name="惊喜好礼", market_value_fen=0, hand_over="")
    assert fields_of(draft) == ["market_value_fen", "name", "hand_over"]


def test_an_offer_may_cost_all_that_it_is_worth():
    assert offer_fields() == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"price_fen": 64_01}, "price_fen"),
        ({"title": "顶级咖啡"}, "title"),
        ({"description": "更多福利"}, "description"),
        ({"goods_kind": GoodsKind.VIRTUAL}, "goods_kind"),
        ({"items": []}, "items"),
        ({"items": [ITEM, ITEM]}, "items"),
        ({"kind": OfferKind.BUNDLE, "items": [replace(ITEM, quantity=1)], "price_fen": 0}, "items"),
        ({"items": [replace(ITEM, market_value_fen=None, conditions=None)]}, "items"),
        ({"sale_ends_at": NOON}, "sale_ends_at"),
    ],
)
def test_an_offer_that_misleads_is_refused(changes, field):
    assert offer_fields(**changes) == [field]


def test_a_bundle_of_two_vouchers_is_one():
    assert offer_fields(kind=OfferKind.BUNDLE) == []


def test_virtual_goods_are_refused_with_the_reason():
    draft = replace(FULL_PRICE, goods_kind=GoodsKind.VIRTUAL)
    (problem,) = offer_problems(draft, zone=SHANGHAI, at=NOON)
    assert "虚拟支付" in problem.why


@pytest.mark.parametrize(
    ("sale_ends_at", "fields"),
    [
        (None, ["sale_ends_at"]),
        (datetime(2026, 11, 30, 16, 0, 1, tzinfo=UTC), ["sale_ends_at"]),
        (datetime(2026, 11, 30, 16, tzinfo=UTC), []),
    ],
)
def test_nothing_is_sold_that_has_already_run_out(sale_ends_at, fields):
    november = Conditions(validity=Fixed(starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 30)))
    items = [replace(ITEM, conditions=november)]
    assert offer_fields(items=items, sale_ends_at=sale_ends_at) == fields
