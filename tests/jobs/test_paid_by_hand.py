"""Money that WeChat cannot bring back: a person pays it, says so once, and the return goes on."""

import pytest

from app.domain import aftersales, ledger, payments
from app.domain.aftersales import Help, NothingToCollect
from app.domain.payments import RefundStands, TransferState
from app.kernel import clock
from app.kernel.db import transaction
from tests.builders.catalog import a_benefit, an_offer
from tests.jobs.test_refunds import a_return, state_of, voucher_states
from tests.jobs.test_refunds_in_trouble import (
    closed_by,
    collect,
    explained,
    listed,
    paid_long_ago,
    refunded_in_the_console,
    retry,
    transfers_of,
)

HOW = "银行转账，流水号 2026112200017"


def a_return_too_dear(shop):
    """2,500 yuan, of an order whose year is over."""
    with shop.house.app.app_context():
        stay = a_benefit(merchant=shop.merchant, market_value_fen=1_500_00)
        shop.offer = an_offer(
            merchant=shop.merchant, items=[(stay.benefit_id, 2)], price_fen=2_500_00
        )
    number = a_return(shop)
    paid_long_ago(shop)
    shop.run("aftersales.go_on")
    shop.run("transfers.send_transfer")
    return number


def by_hand(shop, number, *, how=HOW):
    with shop.house.app.app_context(), transaction():
        return aftersales.paid_by_hand(
            merchant_id=shop.merchant.id, number=number, how=how, actor="staff:1", at=clock.now()
        )


def verified(shop):
    with shop.house.app.app_context():
        return ledger.verify()


def test_what_is_too_dear_for_a_transfer_is_given_up_unsent_and_shown(shop):
    number = a_return_too_dear(shop)
    shop.run("aftersales.go_on_transferred")

    (ours,) = shop.rows(payments.Transfer)
    assert (ours.state, ours.fail_reason) == (TransferState.CANCELLED, "CANNOT_TRANSFER")
    assert transfers_of(shop) == []
    assert (state_of(shop, number), voucher_states(shop)) == ("paying", {"frozen"})
    assert listed(shop) == [number]
    assert explained(shop, number).help is Help.BY_HAND


def test_the_buyer_has_nothing_to_confirm_then(shop):
    number = a_return_too_dear(shop)
    with pytest.raises(NothingToCollect):
        collect(shop, number)
    assert len(shop.rows(payments.Transfer)) == 1


def test_what_a_person_paid_is_booked_once_and_ends_the_return(shop, flask):
    number = a_return_too_dear(shop)

    made = flask("refunds", "by-hand", number, "--how", HOW).strip()
    shop.run("aftersales.go_on_transferred")

    assert (state_of(shop, number), voucher_states(shop)) == ("done", {"void"})
    (paid,) = shop.rows(payments.Transfer, number=made)
    assert (paid.state, paid.by_hand, paid.amount_fen) == ("succeeded", HOW, 2_500_00)
    (payment,) = shop.rows(payments.Payment)
    assert payment.returned_fen == 2_500_00
    assert transfers_of(shop) == []
    assert verified(shop) == []
    with pytest.raises(aftersales.RefundDecided):
        by_hand(shop, number)


def test_what_was_refunded_in_wechat_s_console_is_written_down_the_same_way(shop):
    number = refunded_in_the_console(shop)
    assert explained(shop, number).help is Help.BY_HAND

    by_hand(shop, number, how="商户平台手工退款 BYHAND1")
    shop.run("aftersales.go_on_transferred")

    assert state_of(shop, number) == "done"
    assert verified(shop) == []


def test_a_refund_that_wechat_closed_may_be_paid_by_a_person_at_once(shop):
    number, refund = closed_by(shop, "USER_ACCOUNT_ABNORMAL")

    by_hand(shop, number)
    shop.run("aftersales.go_on_transferred")

    assert state_of(shop, number) == "done"
    assert shop.rows(payments.Refund)[0].number == refund
    assert (len(shop.rows(payments.Refund)), transfers_of(shop)) == (1, [])
    assert verified(shop) == []


def test_what_may_still_arrive_is_not_taken_for_paid(shop):
    number = a_return(shop)
    shop.run("aftersales.go_on")
    with pytest.raises(RefundStands):
        by_hand(shop, number)

    paid_long_ago(shop)
    second = retried_as_transfer(shop, number)
    with pytest.raises(RefundStands):
        by_hand(shop, number)
    assert (state_of(shop, number), second) == (
        "paying",
        shop.rows(payments.Transfer)[0].number,
    )
    assert verified(shop) == []


def retried_as_transfer(shop, number):
    """WeChat closes the refund, and its transfer waits for the buyer."""
    shop.fault("error", scope="/v3/refund/domestic/refunds", code="INVALID_REQUEST", status=400)
    shop.run("refunds.send_refund")
    made = retry(shop, number)
    shop.run("transfers.send_transfer")
    return made
