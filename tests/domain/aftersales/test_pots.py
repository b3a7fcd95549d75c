"""Money back to every pot that paid, and everything that the purchase earned taken back."""

from datetime import timedelta

import pytest

from app.domain import aftersales, ledger, membership, points, proofs
from app.domain.catalog import OfferKind
from app.domain.membership import Growth
from app.kernel.db import transaction
from tests.builders.aftersales import (
    ASKED_AT,
    a_done_refund,
    a_refund,
    order_state,
    seen,
    walk,
    wechat_says,
)
from tests.builders.catalog import an_offer
from tests.builders.membership import tier, tiers_in
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_order, a_shop, an_order, vouchers_of
from tests.builders.stored_value import has
from tests.builders.tenders import a_discount, paid, points_pay, with_points, with_value


@pytest.fixture
def shop(database):
    shop = a_shop()
    points_pay(shop)
    return shop


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


def whole():
    assert ledger.verify() == []
    assert proofs.verify() == []


def spendable(shop, buyer):
    return points.balance(merchant_id=shop.id, member_id=buyer.id, at=NOON).spendable


def of_order(shop, buyer, number):
    """The vouchers that this order bought, and no other."""
    quote = aftersales.quote(
        merchant_id=shop.id,
        member_id=buyer.id,
        order_number=number,
        asker=aftersales.Asker.BUYER,
        at=ASKED_AT,
    )
    bought = {line.voucher for line in quote.lines}
    return [each for each in vouchers_of(shop, buyer) if each.number in bought]


def went(shop, refund):
    found = seen(shop, refund)
    return found.wechat_fen, found.value_fen, found.points


def test_a_mixed_order_goes_back_to_each_pot_in_the_end(shop, buyer):
    with_value(shop, buyer, paid=100_00, bonus=20_00)
    with_points(shop, buyer, 1_000)
    coupon = a_discount(shop, buyer, stackable=True)
    before = has(shop, buyer)
    placed = an_order(shop, buyer=buyer, value_fen=15_00, points=900, voucher_number=coupon.number)
    paid(shop, placed)
    mine = of_order(shop, buyer, placed.order_number)

    first = a_done_refund(shop, buyer, placed.order_number, vouchers=[mine[0]])
    assert order_state(shop, placed.order_number) == "partly_refunded"
    second = a_done_refund(shop, buyer, placed.order_number, vouchers=[mine[1]])

    both = [sum(pot) for pot in zip(went(shop, first), went(shop, second), strict=True)]
    assert both == [placed.total_fen - 15_00, 15_00, 900]
    assert (has(shop, buyer), spendable(shop, buyer)) == (before, 1_000)
    assert order_state(shop, placed.order_number) == "refunded"
    assert coupon.id in {each.id for each in vouchers_of(shop, buyer)}
    whole()


def a_top_up_order(shop, buyer):
    offer = an_offer(
        merchant=shop.merchant,
        kind=OfferKind.TOPUP,
        title="储值100元送20元",
        price_fen=100_00,
        items=[],
        terms={"bonus_fen": 20_00},
    )
    return a_paid_order(shop, buyer=buyer, offer=offer).order_number


def test_an_untouched_top_up_goes_back_whole_and_its_bonus_with_it(shop, buyer):
    number = a_top_up_order(shop, buyer)

    refund = a_refund(shop, buyer, number)
    # Frozen means: nobody spends it while the money is on its way.
    assert has(shop, buyer) == (0, 0)
    assert walk(shop, refund) == "paying"
    wechat_says(shop, refund)
    assert walk(shop, refund) == "done"

    assert went(shop, refund) == (100_00, 0, 0)
    assert order_state(shop, number) == "refunded"
    whole()


def test_after_a_week_a_top_up_waits_for_the_merchant_s_word(shop, buyer):
    number = a_top_up_order(shop, buyer)
    late = NOON + timedelta(days=8)

    refund = a_refund(shop, buyer, number, at=late)
    assert seen(shop, refund).state == "asked"
    assert has(shop, buyer) == (100_00, 20_00)
    an_order(shop, buyer=buyer, value_fen=49_00, at=late)

    with transaction():
        aftersales.approve(
            merchant_id=shop.id, number=refund, reason="老顾客", actor="staff:1", at=late
        )
    assert seen(shop, refund).amount_fen == 59_17
    assert walk(shop, refund, at=late) == "paying"
    wechat_says(shop, refund, at=late)
    assert walk(shop, refund, at=late) == "done"
    whole()


@pytest.mark.parametrize("how", ["decline", "withdraw"])
def test_what_comes_to_nothing_leaves_everything_as_it_was(shop, buyer, how):
    number = a_top_up_order(shop, buyer)
    late = NOON + timedelta(days=8)
    refund = a_refund(shop, buyer, number, at=late)

    with transaction():
        if how == "decline":
            aftersales.decline(
                merchant_id=shop.id, number=refund, reason="已使用", actor="staff:1", at=late
            )
        else:
            aftersales.withdraw(merchant_id=shop.id, member_id=buyer.id, number=refund, at=late)

    assert order_state(shop, number) == "fulfilled"
    assert has(shop, buyer) == (100_00, 20_00)
    assert a_refund(shop, buyer, number, at=late)
    whole()


def test_a_term_goes_back_for_the_days_that_are_left_and_ends(shop, buyer):
    tiers_in(shop.merchant)
    offer = an_offer(
        merchant=shop.merchant,
        kind=OfferKind.MEMBERSHIP,
        title="年卡",
        price_fen=365_00,
        items=[],
        terms={"tier": "silver", "term_days": 365},
    )
    number = a_paid_order(shop, buyer=buyer, offer=offer).order_number

    refund = a_done_refund(shop, buyer, number, at=NOON + timedelta(days=5, hours=1))

    assert went(shop, refund) == (360_00, 0, 0)
    assert tier(buyer, at=NOON + timedelta(days=5, hours=1)) == "base"
    assert order_state(shop, number) == "partly_refunded"
    whole()


def test_points_and_growth_of_the_purchase_go_in_proportion(shop, buyer):
    placed = a_paid_order(shop, buyer=buyer)
    number, mine = placed.order_number, vouchers_of(shop, buyer)
    with transaction():
        points.earn_pending(
            merchant_id=shop.id,
            member_id=buyer.id,
            points=49,
            cause=f"purchase:{number}",
            reason="消费",
            matures_at=NOON + timedelta(days=30),
            expires_at=NOON + timedelta(days=365),
            at=NOON,
        )
        membership.note_growth(
            merchant_id=shop.id,
            member_id=buyer.id,
            kind=Growth.SPEND,
            amount=49_00,
            source=f"order:{number}",
            at=NOON,
        )

    a_done_refund(shop, buyer, number, vouchers=[mine[0]])
    assert waiting(shop, buyer) == 25
    a_done_refund(shop, buyer, number, vouchers=[mine[1]], at=ASKED_AT + timedelta(hours=1))
    assert waiting(shop, buyer) == 0
    whole()


def waiting(shop, buyer):
    return sum(line.points for line in points.list_pending(merchant_id=shop.id, member_id=buyer.id))
