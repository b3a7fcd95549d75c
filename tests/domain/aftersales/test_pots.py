"""Money back to every pot that paid, and everything that the purchase earned taken back."""

from datetime import timedelta

import pytest

from app.domain import aftersales, ledger, membership, points, proofs, stored_value
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
from tests.builders.redemption import a_redemption
from tests.builders.stored_value import has, held
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


def test_an_order_paid_by_stored_value_alone_is_back_at_once(shop, buyer):
    with_value(shop, buyer, paid=100_00, bonus=20_00)
    before = has(shop, buyer)
    placed = an_order(shop, buyer=buyer, value_fen=49_00)

    refund = a_done_refund(shop, buyer, placed.order_number)

    assert went(shop, refund) == (0, 49_00, 0)
    assert has(shop, buyer) == before
    assert order_state(shop, placed.order_number) == "refunded"
    whole()


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


def test_after_part_use_of_a_mixed_order_the_rest_goes_back_in_proportion(shop, buyer):
    with_value(shop, buyer, paid=100_00, bonus=0)
    placed = an_order(shop, buyer=buyer, value_fen=20_00)
    paid(shop, placed)
    a_redemption(shop, of_order(shop, buyer, placed.order_number)[0])

    refund = a_done_refund(shop, buyer, placed.order_number)

    assert went(shop, refund) == (14_50, 10_00, 0)
    assert order_state(shop, placed.order_number) == "partly_refunded"
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


def test_of_a_partly_spent_top_up_only_paid_money_goes_back(shop, buyer):
    number = a_top_up_order(shop, buyer)
    spent = an_order(shop, buyer=buyer, value_fen=49_00)

    refund = a_done_refund(shop, buyer, number)

    assert spent.state == "fulfilled"
    # 49 of 120 were spent, in proportion: 40.83 of them were paid money.
    assert went(shop, refund) == (59_17, 0, 0)
    assert has(shop, buyer) == (0, 0)
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


def test_what_is_held_for_another_order_is_not_paid_out(shop, buyer):
    number = a_top_up_order(shop, buyer)
    held(shop, buyer, 60_00)

    refund = a_done_refund(shop, buyer, number)

    assert went(shop, refund) == (50_00, 0, 0)
    assert stored_value.balance(merchant_id=shop.id, member_id=buyer.id).paid_fen == 0
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


def test_gift_cards_go_back_as_long_as_nobody_claimed_them(shop, buyer):
    offer = an_offer(
        merchant=shop.merchant,
        kind=OfferKind.GIFT_CARD,
        title="礼品卡",
        price_fen=200_00,
        items=[],
        terms={"is_named": False},
    )
    number = a_paid_order(shop, buyer=buyer, offer=offer, quantity=2).order_number

    refund = a_done_refund(shop, buyer, number)

    assert went(shop, refund) == (400_00, 0, 0)
    assert order_state(shop, number) == "refunded"
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
