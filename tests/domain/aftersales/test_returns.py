"""Each way back: what goes, what stays, what the books say."""

from datetime import timedelta

import pytest

from app.domain import aftersales, gifting, ledger, proofs
from app.domain.catalog import OfferKind, RefundPolicy
from app.domain.payments import RefundState
from app.kernel.db import transaction
from app.kernel.errors import DomainError
from tests.builders.aftersales import (
    ASKED_AT,
    a_done_refund,
    a_refund,
    order_state,
    resting,
    seen,
    walk,
    wechat_says,
)
from tests.builders.catalog import a_benefit, an_offer
from tests.builders.gifting import a_claim, a_gift
from tests.builders.moments import NOON
from tests.builders.orders import (
    a_buyer,
    a_key,
    a_paid_order,
    a_shop,
    look_at_voucher,
    vouchers_of,
)
from tests.builders.redemption import a_redemption

LONG_AFTER = NOON + timedelta(days=40)


@pytest.fixture
def shop(database):
    return a_shop()


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


def a_bundle(shop, **more):
    """Two lattes, a bread and a cash voucher for 49 yuan."""
    names = (("热拿铁兑换券", 28_00, 2), ("面包券", 6_00, 1), ("5元代金券", 5_00, 1))
    items = [
        (a_benefit(merchant=shop.merchant, name=name, market_value_fen=fen).benefit_id, quantity)
        for name, fen, quantity in names
    ]
    return an_offer(
        merchant=shop.merchant, kind=OfferKind.BUNDLE, items=items, price_fen=49_00, **more
    )


def bought(shop, buyer, **more):
    placed = a_paid_order(shop, buyer=buyer, **more)
    return placed.order_number, vouchers_of(shop, buyer, at=ASKED_AT)


def whole():
    assert ledger.verify() == []
    assert proofs.verify() == []


def refused(call):
    with pytest.raises(DomainError) as refusal:
        call()
    return refusal.value.code, refusal.value.details


def state_of(shop, voucher):
    return look_at_voucher(shop, voucher.id).state


def test_an_unused_order_goes_back_step_by_step(shop, buyer):
    number, held = bought(shop, buyer)

    refund = a_refund(shop, buyer, number)
    assert {state_of(shop, each) for each in held} == {"frozen"}
    assert order_state(shop, number) == "refunding"

    assert walk(shop, refund) == "paying"
    assert resting(shop, "prepaid") == 49_00
    wechat_says(shop, refund)
    assert walk(shop, refund) == "done"

    assert {state_of(shop, each) for each in held} == {"void"}
    assert order_state(shop, number) == "refunded"
    assert (resting(shop, "prepaid"), resting(shop, "payers")) == (0, 0)
    whole()


def test_part_of_a_bundle_goes_back_for_its_part_of_the_price(shop, buyer):
    number, held = bought(shop, buyer, offer=a_bundle(shop))
    bread = next(each for each in held if each.terms.name == "面包券")

    refund = a_done_refund(shop, buyer, number, vouchers=[bread])

    assert seen(shop, refund).amount_fen == 4_39
    assert seen(shop, refund).quote["lines"][0]["words"] == (
        "实付49.00元 × 市场价6.00/67.00 = 4.39元"
    )
    assert order_state(shop, number) == "partly_refunded"
    whole()


def test_after_part_use_the_rest_goes_back_and_no_fen_more(shop, buyer):
    number, held = bought(shop, buyer)
    a_redemption(shop, held[0])

    refund = a_done_refund(shop, buyer, number)

    assert seen(shop, refund).amount_fen == 24_50
    assert order_state(shop, number) == "partly_refunded"
    assert (resting(shop, "prepaid"), resting(shop, "earned")) == (0, 24_50)
    code, details = refused(lambda: a_refund(shop, buyer, number))
    assert (code, details["reasons"]) == ("nothing_to_refund", ["returned", "used"])
    whole()


def test_a_bundle_given_back_piece_by_piece_adds_up_to_the_fen(shop, buyer):
    number, held = bought(shop, buyer, offer=a_bundle(shop))

    refunds = [a_done_refund(shop, buyer, number, vouchers=[each]) for each in held]

    assert sum(seen(shop, each).wechat_fen for each in refunds) == 49_00
    assert order_state(shop, number) == "refunded"
    whole()


def test_what_waits_for_a_friend_is_taken_back_first(shop, buyer):
    number, held = bought(shop, buyer)
    gift = a_gift(shop, giver=buyer, vouchers=[held[0]])

    code, details = refused(lambda: a_refund(shop, buyer, number, at=ASKED_AT))
    assert (code, details["gift"]) == ("gift_waiting", gift)

    with transaction():
        gifting.recall(merchant_id=shop.id, member_id=buyer.id, number=gift, at=ASKED_AT)
    a_done_refund(shop, buyer, number)
    whole()


def test_what_a_friend_holds_stays_unless_the_merchant_says_so(shop, buyer):
    number, held = bought(shop, buyer)
    friend = a_buyer(shop)
    a_claim(shop, a_gift(shop, giver=buyer, vouchers=[held[0]]), friend)

    code, details = refused(lambda: a_refund(shop, buyer, number, vouchers=[held[0]]))
    assert (code, details["reason"]) == ("not_refundable", "given_away")
    # Only the payer asks; whoever holds it has nothing to get back.
    assert refused(lambda: a_refund(shop, friend, number))[0] == "not_found"

    with transaction():
        refund = aftersales.ask_for_buyer(
            merchant_id=shop.id,
            wanted=aftersales.Wanted(order_number=number, reason="误送"),
            actor="staff:1",
            at=ASKED_AT,
        )
    assert state_of(shop, held[0]) == "frozen"
    assert walk(shop, refund) == "paying"
    wechat_says(shop, refund)
    assert walk(shop, refund) == "done"
    assert order_state(shop, number) == "refunded"
    whole()


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        (RefundPolicy.ANY_TIME_UNUSED, "nothing_to_refund"),
        (RefundPolicy.NONE, "nothing_to_refund"),
        (RefundPolicy.ANY_TIME_AND_EXPIRED, None),
    ],
)
def test_after_its_end_a_voucher_goes_back_as_it_was_sold(shop, buyer, policy, code):
    shop.offer = an_offer(merchant=shop.merchant, refund_policy=policy)
    number, held = bought(shop, buyer)

    if code:
        assert refused(lambda: a_refund(shop, buyer, number, at=LONG_AFTER))[0] == code
    else:
        a_done_refund(shop, buyer, number, at=LONG_AFTER)
        assert {state_of(shop, each) for each in held} == {"void"}
    whole()


def test_what_is_over_goes_back_by_itself_once(shop, buyer):
    from app.domain import vouchers

    shop.offer = an_offer(merchant=shop.merchant, refund_policy=RefundPolicy.ANY_TIME_AND_EXPIRED)
    number, held = bought(shop, buyer)
    a_redemption(shop, held[0])
    with transaction():
        vouchers.expire_due(at=LONG_AFTER, limit=1000)

    mine = [
        each
        for each in aftersales.list_expired(at=LONG_AFTER, limit=1000)
        if each.merchant_id == shop.id
    ]
    assert [each.order_number for each in mine] == [number]
    with transaction():
        refund = aftersales.ask_for_expired(merchant_id=shop.id, order_number=number, at=LONG_AFTER)
    with transaction():
        again = aftersales.ask_for_expired(merchant_id=shop.id, order_number=number, at=LONG_AFTER)

    assert again is None
    assert seen(shop, refund).amount_fen == 24_50
    assert walk(shop, refund, at=LONG_AFTER) == "paying"
    wechat_says(shop, refund, at=LONG_AFTER)
    assert walk(shop, refund, at=LONG_AFTER) == "done"
    assert [
        each
        for each in aftersales.list_expired(at=LONG_AFTER, limit=1000)
        if each.merchant_id == shop.id
    ] == []
    whole()


def test_a_refund_that_wechat_closed_keeps_everything_frozen_until_a_second_number(shop, buyer):
    number, held = bought(shop, buyer)
    refund = a_refund(shop, buyer, number)
    walk(shop, refund)
    first = seen(shop, refund).refund_number

    wechat_says(shop, refund, RefundState.CLOSED)
    assert walk(shop, refund) == "paying"
    assert seen(shop, refund).trouble == "refund_closed"
    assert {state_of(shop, each) for each in held} == {"frozen"}
    (stuck,) = [
        each
        for each in aftersales.list_stuck(at=ASKED_AT + timedelta(minutes=11), limit=1000)
        if each.merchant_id == shop.id
    ]
    assert (stuck.number, stuck.trouble) == (refund, "refund_closed")

    with transaction():
        aftersales.retry(merchant_id=shop.id, number=refund, actor="staff:1", at=ASKED_AT)
    assert seen(shop, refund).refund_number != first
    # While the second is on its way there is no third.
    with transaction():
        aftersales.retry(merchant_id=shop.id, number=refund, actor="staff:1", at=ASKED_AT)
    wechat_says(shop, refund)
    assert walk(shop, refund) == "done"
    assert resting(shop, "payers") == 0
    whole()


def test_an_abnormal_refund_is_shown_and_never_paid_a_second_time(shop, buyer):
    number, _ = bought(shop, buyer)
    refund = a_refund(shop, buyer, number)
    walk(shop, refund)

    wechat_says(shop, refund, RefundState.ABNORMAL)
    walk(shop, refund)
    assert seen(shop, refund).trouble == "refund_abnormal"

    def retry():
        with transaction():
            aftersales.retry(merchant_id=shop.id, number=refund, actor="staff:1", at=ASKED_AT)

    assert refused(retry)[0] == "refund_stands"
    wechat_says(shop, refund)
    assert walk(shop, refund) == "done"
    whole()


def test_one_return_of_an_order_at_a_time(shop, buyer):
    number, held = bought(shop, buyer)
    first = a_refund(shop, buyer, number, vouchers=[held[0]])

    code, details = refused(lambda: a_refund(shop, buyer, number, vouchers=[held[1]]))
    assert (code, details["refund"]) == ("refund_under_way", first)


def test_the_same_attempt_again_is_the_same_return(shop, buyer):
    number, _ = bought(shop, buyer)
    key = a_key(merchant_id=shop.id, actor=f"member:{buyer.id}", operation="refund")

    assert a_refund(shop, buyer, number, key=key) == a_refund(shop, buyer, number, key=key)


def test_a_year_later_the_money_comes_by_a_transfer_that_the_buyer_confirms(shop, buyer):
    from app.domain import payments
    from app.domain.payments import TransferFact, TransferState

    shop.offer = an_offer(merchant=shop.merchant, refund_policy=RefundPolicy.ANY_TIME_AND_EXPIRED)
    number, _ = bought(shop, buyer)
    late = NOON + timedelta(days=365, minutes=1)
    refund = a_refund(shop, buyer, number, at=late)
    assert walk(shop, refund, at=late) == "paying"
    assert seen(shop, refund).refund_number is None

    def told(state, **more):
        with transaction():
            payments.settle_transfer(
                TransferFact(
                    merchant_id=shop.id,
                    transfer_number=seen(shop, refund).transfer_number,
                    state=state,
                    bill_no="1330",
                    **more,
                ),
                at=late,
            )

    def collect():
        with transaction():
            return aftersales.collect(
                merchant_id=shop.id, member_id=buyer.id, number=refund, at=late
            )

    told(TransferState.WAITING, package_info="sheet")
    assert collect().package_info == "sheet"
    # He let it lapse: nothing was booked, and the next one has a number of its own.
    told(TransferState.FAILED, fail_reason="OVERDUE_CLOSE")
    walk(shop, refund, at=late)
    assert seen(shop, refund).trouble == "transfer_failed:OVERDUE_CLOSE"
    first = seen(shop, refund).transfer_number
    assert collect().number != first
    told(TransferState.SUCCEEDED)
    assert walk(shop, refund, at=late) == "done"
    assert (resting(shop, "prepaid"), resting(shop, "payers")) == (0, 0)
    whole()


def test_what_the_buyer_takes_back_or_the_merchant_declines_is_usable_again(shop, buyer):
    number, held = bought(shop, buyer)
    refund = a_refund(shop, buyer, number)

    def decline():
        with transaction():
            aftersales.decline(
                merchant_id=shop.id, number=refund, reason="", actor="staff:1", at=ASKED_AT
            )

    # Its money is on the way: nothing to decide any more.
    assert refused(decline)[0] == "refund_decided"
    assert {state_of(shop, each) for each in held} == {"frozen"}


def test_a_free_order_has_nothing_to_give_back(shop, buyer):
    shop.offer = an_offer(merchant=shop.merchant, price_fen=0)
    from tests.builders.orders import an_order

    placed = an_order(shop, buyer=buyer)
    code, _ = refused(lambda: a_refund(shop, buyer, placed.order_number))
    assert code == "nothing_to_refund"
