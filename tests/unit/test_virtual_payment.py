"""What WeChat takes only its virtual payment for is not published, whatever it is wrapped in."""

from dataclasses import replace

import pytest

from app.domain.catalog import BenefitKind, GoodsKind, OfferKind
from app.domain.catalog.publishing import offer_problems
from tests.builders.moments import NOON
from tests.unit.test_offer_kinds import ITEM, MONTHLY, TOPUP, of_kind

DIGITAL = replace(ITEM, kind="code", face={"is_digital": True})
OFFLINE = replace(ITEM, kind="code", face={"is_digital": False})
TERMS = {
    OfferKind.TOPUP: {},
    OfferKind.MEMBERSHIP: {"term_days": 30, "tier": "T1"},
    OfferKind.SUBSCRIPTION: MONTHLY,
    OfferKind.GIFT_CARD: {"is_named": True},
}


def refused(kind, **changes):
    """The fields that are refused because of virtual payment."""
    draft = replace(of_kind(kind, TERMS.get(kind, {})), **changes)
    found = offer_problems(draft, zone="Asia/Shanghai", at=NOON)
    return [each.field for each in found if "虚拟支付" in each.why]


@pytest.mark.parametrize("kind", OfferKind)
def test_virtual_goods_of_no_kind_are_published(kind):
    assert refused(kind, goods_kind=GoodsKind.VIRTUAL) == ["goods_kind"]


@pytest.mark.parametrize(
    ("kind", "place"),
    [*((kind, "items") for kind in OfferKind), (OfferKind.SUBSCRIPTION, "named")],
)
def test_a_digital_code_makes_no_kind_publishable(kind, place):
    assert "items" in refused(kind, **{place: [DIGITAL]})
    assert refused(kind, **{place: [OFFLINE]}) == []


@pytest.mark.parametrize(
    ("kind", "face", "is_refused"),
    [
        (kind, {"is_digital": is_digital}, kind == BenefitKind.CODE and is_digital)
        for kind in BenefitKind
        for is_digital in (True, False)
    ],
)
def test_only_codes_can_be_digital(kind, face, is_refused):
    item = replace(ITEM, kind=kind.value, face=face)

    assert bool(refused(OfferKind.SINGLE, items=[item])) is is_refused


@pytest.mark.parametrize("goods_kind", [GoodsKind.ON_SITE, GoodsKind.PHYSICAL])
def test_what_is_used_at_the_counter_or_posted_needs_no_virtual_payment(goods_kind):
    assert refused(OfferKind.SINGLE, items=[ITEM], goods_kind=goods_kind) == []


def test_a_plain_topup_is_money_for_the_shop_and_no_virtual_goods():
    assert TOPUP.goods_kind == GoodsKind.ON_SITE
    assert refused(OfferKind.TOPUP) == []
