"""What each kind of offer may promise, and what keeps it off the shelf."""

from dataclasses import replace

import pytest

from app.domain.catalog import Conditions, Days, GoodsKind, OfferKind
from app.domain.catalog.drafts import OfferDraft, OfferItemDraft
from app.domain.catalog.kind_words import kind_lines, money_value_fen
from app.domain.catalog.kinds import check_terms
from app.domain.catalog.publishing import offer_problems
from app.kernel.errors import Invalid
from tests.builders.moments import NOON

MONTHLY = {"periods": 3, "items": [{"benefit_ids": [7, 8], "quantity": 2}]}
UNSAID = {"points_per_period": 0, "lock_days": 7, "skip_limit": 3}
TOPUP = OfferDraft(
    kind=OfferKind.TOPUP,
    goods_kind=GoodsKind.ON_SITE,
    title="储值100元",
    description="",
    price_fen=100_00,
    sale_ends_at=None,
    items=[],
    terms=check_terms(OfferKind.TOPUP, {"bonus_fen": 10_00}),
)
ITEM = OfferItemDraft(
    name="打车券",
    quantity=1,
    market_value_fen=500_00,
    conditions=Conditions(validity=Days(count=30)),
    kind="exchange",
)


def problems(draft, **changes):
    changed = replace(draft, **changes)
    return [each.field for each in offer_problems(changed, zone="Asia/Shanghai", at=NOON)]


def of_kind(kind, terms, **changes):
    return replace(TOPUP, kind=kind, terms=check_terms(kind, terms), **changes)


@pytest.mark.parametrize(
    ("kind", "terms", "kept"),
    [
        (OfferKind.SINGLE, {}, {}),
        (OfferKind.BUNDLE, {"points": 300}, {"points": 300}),
        (
            OfferKind.TOPUP,
            {},
            {"bonus_fen": 0, "usage_order": "proportional", "bonus_cap_fen": None},
        ),
        (OfferKind.MEMBERSHIP, {"term_days": 365}, {"tier": None, "term_days": 365}),
        (OfferKind.SUBSCRIPTION, MONTHLY, MONTHLY | UNSAID),
        (OfferKind.GIFT_CARD, {"is_named": True}, {"is_named": True}),
    ],
)
def test_what_was_left_unsaid_is_filled_in(kind, terms, kept):
    assert check_terms(kind, terms) == kept


def of_parcels(*items):
    return MONTHLY | {"items": list(items)}


@pytest.mark.parametrize(
    ("kind", "terms", "field"),
    [
        (OfferKind.SINGLE, {"points": 0}, "terms.points"),
        (OfferKind.SINGLE, {"points": True}, "terms.points"),
        (OfferKind.SINGLE, {"bonus_fen": 1}, "terms"),
        (OfferKind.BUNDLE, {"points": 10_000_001}, "terms.points"),
        (OfferKind.ASSIST, {"points": 5}, "terms"),
        (OfferKind.TOPUP, {"bonus_fen": -1}, "terms.bonus_fen"),
        (OfferKind.TOPUP, {"bonus_fen": 1.5}, "terms.bonus_fen"),
        (OfferKind.TOPUP, {"usage_order": "any"}, "terms.usage_order"),
        (OfferKind.TOPUP, {"bonus_cap_fen": "5"}, "terms.bonus_cap_fen"),
        (OfferKind.MEMBERSHIP, {}, "terms.term_days"),
        (OfferKind.MEMBERSHIP, {"term_days": 0}, "terms.term_days"),
        (OfferKind.MEMBERSHIP, {"term_days": 1_099}, "terms.term_days"),
        (OfferKind.MEMBERSHIP, {"term_days": 30, "tier": 5}, "terms.tier"),
        (OfferKind.MEMBERSHIP, {"term_days": 30, "tier": ""}, "terms.tier"),
        (OfferKind.SUBSCRIPTION, {"periods": 3}, "terms.items"),
        (OfferKind.SUBSCRIPTION, MONTHLY | {"periods": 37}, "terms.periods"),
        (OfferKind.SUBSCRIPTION, MONTHLY | {"points_per_period": -1}, "terms.points_per_period"),
        (OfferKind.SUBSCRIPTION, MONTHLY | {"lock_days": 28}, "terms.lock_days"),
        (OfferKind.SUBSCRIPTION, MONTHLY | {"skip_limit": -1}, "terms.skip_limit"),
        (OfferKind.SUBSCRIPTION, of_parcels(), "terms.items"),
        (OfferKind.SUBSCRIPTION, of_parcels({"benefit_ids": [7]}), "terms.items"),
        (OfferKind.SUBSCRIPTION, of_parcels({"benefit_ids": [], "quantity": 1}), "terms.items"),
        (OfferKind.SUBSCRIPTION, of_parcels({"benefit_ids": [7, 7], "quantity": 1}), "terms.items"),
        (OfferKind.SUBSCRIPTION, of_parcels({"benefit_ids": ["7"], "quantity": 1}), "terms.items"),
        (OfferKind.SUBSCRIPTION, of_parcels({"benefit_ids": [7], "quantity": 0}), "terms.items"),
        (OfferKind.GIFT_CARD, {}, "terms.is_named"),
        (OfferKind.GIFT_CARD, {"is_named": 1}, "terms.is_named"),
        (OfferKind.GIFT_CARD, {"is_named": True, "face_fen": 1}, "terms"),
    ],
)
def test_terms_that_cannot_be_meant_are_refused_at_their_field(kind, terms, field):
    with pytest.raises(Invalid) as refused:
        check_terms(kind, terms)

    assert (refused.value.code, refused.value.details["field"]) == ("invalid", field)


def test_a_plain_topup_may_be_published():
    assert problems(TOPUP) == []


def test_a_topup_stays_below_what_a_named_card_may_hold():
    assert problems(TOPUP, price_fen=4_990_00) == []
    assert problems(TOPUP, price_fen=4_990_01) == ["price_fen"]


def test_a_topup_costs_money_holds_no_vouchers_and_a_cap_above_its_bonus():
    assert problems(TOPUP, price_fen=0) == ["price_fen"]
    assert "items" in problems(TOPUP, items=[ITEM])
    capped = TOPUP.terms | {"bonus_cap_fen": 9_99}
    assert problems(TOPUP, terms=capped) == ["terms.bonus_cap_fen"]


@pytest.mark.parametrize(("is_named", "most"), [(False, 1_000_00), (True, 5_000_00)])
def test_gift_cards_have_the_caps_of_the_law(is_named, most):
    card = of_kind(OfferKind.GIFT_CARD, {"is_named": is_named})
    assert problems(card, price_fen=most) == []
    assert problems(card, price_fen=most + 1) == ["price_fen"]


def test_a_membership_brings_a_tier_or_vouchers():
    nothing = of_kind(OfferKind.MEMBERSHIP, {"term_days": 30})
    assert problems(nothing) == ["terms.tier"]
    assert problems(of_kind(OfferKind.MEMBERSHIP, {"term_days": 30, "tier": "T1"})) == []
    assert problems(nothing, items=[ITEM]) == []


def test_a_tier_that_is_nowhere_in_the_rules_is_not_sold():
    bought = of_kind(OfferKind.MEMBERSHIP, {"term_days": 30, "tier": "T1"})
    assert problems(replace(bought, tiers={"T1", "T2"})) == []
    assert problems(replace(bought, tiers={"T2"})) == ["terms.tier"]


def test_a_monthly_card_is_priced_against_all_its_parcels():
    parcels = replace(ITEM, kind="delivery", market_value_fen=20_00, quantity=6)
    card = of_kind(OfferKind.SUBSCRIPTION, MONTHLY, named=[parcels], goods_kind=GoodsKind.PHYSICAL)
    assert problems(card, price_fen=120_00) == []
    assert problems(card, price_fen=120_01) == ["price_fen"]
    assert problems(card, price_fen=1, goods_kind=GoodsKind.ON_SITE) == ["goods_kind"]
    unpublished = replace(parcels, market_value_fen=None, conditions=None)
    assert problems(card, named=[unpublished]) == ["items"]


def test_digital_goods_that_need_virtual_payment_are_refused():
    single = of_kind(OfferKind.SINGLE, {}, items=[ITEM])
    assert problems(single) == []
    assert problems(single, goods_kind=GoodsKind.VIRTUAL) == ["goods_kind"]
    video = replace(ITEM, kind="code", face={"is_digital": True})
    taxi = replace(ITEM, kind="code", face={"is_digital": False})
    assert problems(single, items=[video]) == ["items"]
    assert problems(single, items=[taxi]) == []


def test_the_promises_in_words():
    assert kind_lines(
        OfferKind.TOPUP, TOPUP.terms | {"bonus_cap_fen": 50_00}, price_fen=100_00
    ) == [
        "储值100.00元，赠送10.00元",
        "消费时本金与赠送金按比例同时使用",
        "每人累计最多获赠50.00元",
        "退款只退未使用的本金，赠送金同时收回",
    ]
    monthly = check_terms(OfferKind.SUBSCRIPTION, MONTHLY | {"points_per_period": 100})
    assert kind_lines(OfferKind.SUBSCRIPTION, monthly, price_fen=1) == [
        "共3期，每月一期",
        "每期赠送100积分",
        "每期可任选一款，未选择时发放默认款",
        "每期开始前7天确定内容与收货地址",
        "最多可跳过3期，跳过的顺延至最后",
    ]
    assert kind_lines(OfferKind.SINGLE, {"points": 300}, price_fen=9_90) == ["300积分+9.90元"]
    assert kind_lines(OfferKind.SINGLE, {"points": 300}, price_fen=0) == ["300积分兑换"]
    assert kind_lines(OfferKind.GIFT_CARD, {"is_named": False}, price_fen=200_00) == [
        "不记名礼品卡，面值200.00元"
    ]


def test_money_for_money_is_worth_its_bonus_too():
    assert money_value_fen(OfferKind.TOPUP, TOPUP.terms, price_fen=100_00) == 110_00
    assert money_value_fen(OfferKind.SINGLE, {}, price_fen=100_00) == 0
