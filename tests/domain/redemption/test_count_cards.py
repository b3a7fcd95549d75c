"""A count card is as many vouchers as it has uses, with a rule for how often."""

from datetime import timedelta

import pytest

from app.domain.catalog import Conditions, Days
from app.domain.redemption import OutsideConditions
from tests.builders.catalog import a_benefit
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_order, a_shop, vouchers_of
from tests.builders.redemption import a_redemption

HOUR = timedelta(hours=1)


def ten_coffees(**rules):
    shop = a_shop()
    conditions = Conditions(validity=Days(count=90), **rules)
    coffee = a_benefit(merchant=shop.merchant, conditions=conditions)
    return shop, a_shop(
        merchant=shop.merchant,
        offer={"items": [(coffee.benefit_id, 10)], "price_fen": 199_00, "title": "咖啡十次卡"},
    )


def uses_of(shop, buyer):
    a_paid_order(shop, buyer=buyer)
    return sorted(vouchers_of(shop, buyer), key=lambda voucher: voucher.id)


def refused(shop, voucher, *, at):
    with pytest.raises(OutsideConditions) as refusal:
        a_redemption(shop, voucher, at=at)
    return refusal.value


def test_once_a_day_means_once_until_midnight_in_the_shop(database):
    _, shop = ten_coffees(uses_per_day=1)
    first, second, third, *_ = uses_of(shop, a_buyer(shop))
    a_redemption(shop, first, at=NOON + HOUR)

    refusal = refused(shop, second, at=NOON + 3 * HOUR)

    midnight = NOON + 4 * HOUR
    assert (refusal.code, refusal.details["next_allowed_at"]) == ("used_up_today", midnight)
    a_redemption(shop, second, at=midnight)
    assert refused(shop, third, at=midnight).code == "used_up_today"


def test_uses_lie_apart_as_long_as_was_said(database):
    _, shop = ten_coffees(hours_between_uses=48)
    first, second, *_ = uses_of(shop, a_buyer(shop))
    a_redemption(shop, first, at=NOON + HOUR)
    refusal = refused(shop, second, at=NOON + 48 * HOUR)
    assert (refusal.code, refusal.details["next_allowed_at"]) == ("too_soon", NOON + 49 * HOUR)
    a_redemption(shop, second, at=NOON + 49 * HOUR)


def test_another_card_has_its_own_day(database):
    _, shop = ten_coffees(uses_per_day=1)
    buyer = a_buyer(shop)
    uses_of(shop, buyer)
    a_paid_order(shop, buyer=buyer)
    both = {each.card_number: each for each in vouchers_of(shop, buyer)}
    for voucher in both.values():
        a_redemption(shop, voucher, at=NOON + HOUR)
    assert len(both) == 2
