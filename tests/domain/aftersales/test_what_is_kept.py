"""Points that paid weigh by market value, and what is over goes back without standing in the way."""

from datetime import timedelta

import pytest

from app.domain import aftersales, ledger, points, proofs, vouchers
from app.domain.catalog import OfferKind, RefundPolicy
from app.domain.orders import Weight
from app.kernel.db import execute, transaction
from app.kernel.errors import DomainError
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
from tests.builders.gifting import a_gift
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_order, a_shop, an_order, order_id_of, vouchers_of
from tests.builders.stored_value import has
from tests.builders.subscriptions import (
    a_monthly_card,
    a_monthly_offer,
    an_address,
    later,
    opened,
    order_of_card,
)
from tests.builders.tenders import (
    a_discount,
    given_back,
    paid,
    points_pay,
    with_points,
)
from tests.domain.aftersales.stories import BOUGHT, Named, fetch_all

LONG_AFTER = NOON + timedelta(days=40)


@pytest.fixture
def shop(database):
    shop = a_shop(offer={"refund_policy": RefundPolicy.ANY_TIME_AND_EXPIRED, "price_fen": 56_00})
    points_pay(shop, bp=10_000)
    return shop


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


def of_order(shop, placed):
    return fetch_all(Named, BOUGHT, {"m": shop.id, "n": placed.order_number})


def whole():
    assert ledger.verify() == proofs.verify() == []


def spendable(shop, buyer):
    return points.balance(merchant_id=shop.id, member_id=buyer.id, at=NOON).spendable


def expired_of(shop, *, at=LONG_AFTER):
    found = aftersales.list_expired(at=at, limit=1_000)
    return [each.order_number for each in found if each.merchant_id == shop.id]


def ask_for_expired(shop, number, *, at=LONG_AFTER):
    with transaction():
        return aftersales.ask_for_expired(merchant_id=shop.id, order_number=number, at=at)


def expire(shop, ids, *, at=LONG_AFTER):
    with transaction():
        assert vouchers.expire(merchant_id=shop.id, voucher_ids=list(ids), at=at)


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("used", [5_599, 5_600])
def test_half_of_what_points_paid_gives_half_of_the_points(shop, buyer, first, used):
    with_points(shop, buyer, used)
    placed = an_order(shop, buyer=buyer, points=used)
    if placed.payment_number:
        paid(shop, placed)
    mine = of_order(shop, placed)
    number = placed.order_number

    one = seen(shop, a_done_refund(shop, buyer, number, vouchers=[mine[first]]))
    assert (one.points, order_state(shop, number)) == (used // 2, "partly_refunded")
    two = seen(shop, a_done_refund(shop, buyer, number, vouchers=[mine[1 - first]]))

    assert one.points + two.points == spendable(shop, buyer) == used
    assert one.wechat_fen + two.wechat_fen == placed.total_fen == 56_00 - used
    assert order_state(shop, number) == "refunded"
    whole()


@pytest.mark.parametrize("first", [0, 1])
def test_the_voucher_that_paid_stays_used_while_a_part_is_kept(shop, buyer, first):
    with_points(shop, buyer, 50_99)
    coupon = a_discount(shop, buyer, stackable=True)
    placed = an_order(shop, buyer=buyer, points=50_99, voucher_number=coupon.number)
    paid(shop, placed)
    mine = of_order(shop, placed)

    a_done_refund(shop, buyer, placed.order_number, vouchers=[mine[first]])
    assert state_of(shop, buyer, coupon) == "redeemed"
    a_done_refund(shop, buyer, placed.order_number, vouchers=[mine[1 - first]])

    assert state_of(shop, buyer, coupon) == "active"
    assert spendable(shop, buyer) == 50_99
    whole()


def state_of(shop, buyer, voucher):
    (found,) = fetch_all(
        Named,
        "SELECT state, id FROM vouchers WHERE merchant_id = %(m)s AND id = %(i)s",
        {"m": shop.id, "i": voucher.id},
    )
    return found.number


def test_the_weight_that_is_said_goes_before_the_money(shop, buyer):
    with_points(shop, buyer, 55_99)
    placed = an_order(shop, buyer=buyer, points=55_99)
    paid(shop, placed)

    back = given_back(shop, placed, 1, weight=Weight(now=1, left=2))

    assert (back.wechat_fen, back.points) == (1, 27_99)


def test_a_gift_that_waits_does_not_hold_back_what_is_over_beside_it(shop, buyer):
    number = a_paid_order(shop, buyer=buyer).order_number
    mine = vouchers_of(shop, buyer)
    a_gift(shop, giver=buyer, vouchers=[mine[0]])
    expire(shop, [mine[1].id])

    refund = ask_for_expired(shop, number)

    assert seen(shop, refund).amount_fen == 28_00


@pytest.mark.parametrize("policy", [RefundPolicy.ANY_TIME_UNUSED, RefundPolicy.NONE])
def test_what_is_over_and_not_refundable_is_looked_at_once(shop, buyer, policy):
    shop.offer = an_offer(merchant=shop.merchant, refund_policy=policy)
    number = a_paid_order(shop, buyer=buyer).order_number
    expire(shop, [each.id for each in vouchers_of(shop, buyer)])
    assert expired_of(shop) == [number]

    assert ask_for_expired(shop, number) is None

    assert expired_of(shop) == []


def test_what_is_over_waits_for_another_return_and_goes_after_it(shop, buyer):
    number = a_paid_order(shop, buyer=buyer).order_number
    mine = vouchers_of(shop, buyer)
    first = a_refund(shop, buyer, number, vouchers=[mine[0]])
    expire(shop, [mine[1].id])

    assert ask_for_expired(shop, number) is None
    assert expired_of(shop) == [number]
    assert walk(shop, first) == "paying"
    wechat_says(shop, first)
    assert walk(shop, first) == "done"

    assert ask_for_expired(shop, number)
    assert expired_of(shop) == []


def test_an_order_that_was_looked_at_comes_after_the_others(shop, buyer):
    number = a_paid_order(shop, buyer=buyer).order_number
    expire(shop, [each.id for each in vouchers_of(shop, buyer)])
    with transaction():
        aftersales.look_at_expired(
            merchant_id=shop.id, order_number=number, next_at=LONG_AFTER + timedelta(hours=1)
        )

    assert expired_of(shop) == []
    assert expired_of(shop, at=LONG_AFTER + timedelta(hours=1)) == [number]


@pytest.mark.parametrize("is_code", [True, False])
def test_of_a_monthly_card_only_a_code_that_never_came_goes_back(shop, buyer, is_code):
    shop.offer = a_monthly_offer(shop)
    an_address(shop, buyer)
    card = a_monthly_card(shop, buyer)
    assert opened(shop, card, at=later(5)) == 1
    (mine,) = vouchers_of(shop, buyer)
    if is_code:
        with transaction():
            execute(
                """UPDATE vouchers SET state = 'issuing'
                WHERE merchant_id = %(m)s AND id = %(i)s""",
                {"m": shop.id, "i": mine.id},
            )
    expire(shop, [mine.id], at=later(200))
    (number,) = expired_of(shop, at=later(200))

    refund = ask_for_expired(shop, number, at=later(200))

    assert bool(refund) == is_code
    assert expired_of(shop, at=later(200)) == []
    if refund:
        assert seen(shop, refund).amount_fen == 20_52
        assert walk(shop, refund, at=later(200)) == "paying"
        wechat_says(shop, refund)
        assert walk(shop, refund, at=later(200)) == "done"
        assert order_id_of(shop, number) == order_of_card(shop, card)
        assert order_state(shop, number) == "partly_refunded"
    assert ledger.verify() == []


def test_a_top_up_that_was_spent_meanwhile_is_not_approved_and_keeps_its_bonus(shop, buyer):
    offer = an_offer(
        merchant=shop.merchant,
        kind=OfferKind.TOPUP,
        title="储值100元送20元",
        price_fen=100_00,
        items=[],
        terms={"bonus_fen": 20_00},
    )
    number = a_paid_order(shop, buyer=buyer, offer=offer).order_number
    late = NOON + timedelta(days=8)
    refund = a_refund(shop, buyer, number, at=late)
    with transaction():
        execute(
            """UPDATE value_lots SET remaining_fen = 0 WHERE merchant_id = %(m)s AND kind = 'paid'""",
            {"m": shop.id},
        )

    with pytest.raises(DomainError) as refusal, transaction():
        aftersales.approve(merchant_id=shop.id, number=refund, reason="", actor="staff:1", at=late)

    assert refusal.value.code == "nothing_to_refund"
    assert (seen(shop, refund).state, has(shop, buyer)[1]) == ("asked", 20_00)


def test_a_return_that_was_looked_at_comes_after_the_others(shop, buyer):
    refunds = [
        a_refund(shop, buyer, a_paid_order(shop, buyer=buyer).order_number) for _ in range(2)
    ]
    later_on = ASKED_AT + timedelta(minutes=5)
    with transaction():
        aftersales.note_look(merchant_id=shop.id, number=refunds[0], at=later_on)

    before = [each.number for each in aftersales.list_running(before=later_on, limit=1_000)]
    assert [each for each in before if each in refunds] == refunds[::-1]
    sooner = aftersales.list_running(before=later_on - timedelta(seconds=1), limit=1_000)
    assert refunds[0] not in {each.number for each in sooner}
