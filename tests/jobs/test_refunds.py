"""A buyer's money goes all the way back, at a pretend WeChat that loses, refuses and delays."""

import json
from datetime import timedelta

from app.domain import aftersales, payments, vouchers
from app.domain.aftersales import Wanted
from app.kernel import clock
from app.kernel.db import execute, transaction
from jobs import aftersales as jobs
from jobs import reconciliation, refunds, transfers
from tests.jobs.conftest import eventually
from tests.jobs.shop import BUYER
from tests.jobs.test_money import SOON, handed_out_again
from tests.simulator.world import APP, MERCHANT

LATER = timedelta(minutes=11)


def a_return(shop):
    """Asked for on the phone; what goes back is frozen."""
    placed = shop.order()
    shop.pay()
    shop.sweep(reconciliation.reconcile_payments, after=SOON)
    with shop.house.app.app_context(), transaction():
        return aftersales.ask(
            merchant_id=shop.merchant.id,
            member_id=shop.buyer.id,
            wanted=Wanted(order_number=placed.order_number, reason="不想要了"),
            key=None,
            at=clock.now(),
        )


def state_of(shop, number):
    return shop.rows(aftersales.Return, number=number)[0].state.value


def voucher_states(shop):
    return {row.state.value for row in shop.rows(vouchers.Voucher)}


def arrived(shop):
    """WeChat's own clock has paid it out."""
    return eventually(lambda: [x for x in shop.refunds() if x["status"] == "SUCCESS"])


def test_a_return_goes_all_the_way_by_its_jobs(shop):
    number = a_return(shop)

    shop.run("aftersales.go_on")
    shop.run("refunds.send_refund")
    arrived(shop)
    shop.sweep(refunds.open_refunds, after=LATER)
    shop.run("aftersales.go_on_refunded")

    assert state_of(shop, number) == "done"
    assert voucher_states(shop) == {"void"}
    assert len(shop.refunds()) == 1
    assert [row.event for row in shop.run("refund_news.tell_done")] == ["RefundDone"]


def test_lost_facts_are_made_good_by_the_sweeps_twice_with_one_result(shop):
    number = a_return(shop)
    shop.sweep(jobs.advance_returns, after=SOON)
    shop.sweep(jobs.advance_returns, after=SOON)
    shop.run("refunds.send_refund")
    arrived(shop)
    for _ in range(2):
        shop.sweep(refunds.open_refunds, after=LATER)
        shop.sweep(jobs.advance_returns, after=LATER)

    assert state_of(shop, number) == "done"
    assert len(shop.rows(payments.Refund)) == len(shop.refunds()) == 1


def test_a_refund_without_funds_waits_frozen_and_goes_under_its_number(shop):
    number = a_return(shop)
    shop.run("aftersales.go_on")
    shop.fault("error", scope="/v3/refund", code="NOT_ENOUGH", status=403)

    (task,) = shop.run("refunds.send_refund")
    assert (task.done_at, task.failed_at) == (None, None)
    assert state_of(shop, number) == "paying"
    assert voucher_states(shop) == {"frozen"}
    handed_out_again(shop, task)
    shop.run("refunds.send_refund")

    (ours,) = shop.rows(payments.Refund)
    assert [each["out_refund_no"] for each in shop.refunds()] == [ours.number]


def test_an_abnormal_refund_is_listed_and_goes_to_a_card_of_the_buyer_s(shop, flask):
    number = a_return(shop)
    shop.run("aftersales.go_on")
    shop.fault("refund_abnormal")
    shop.run("refunds.send_refund")
    eventually(lambda: [x for x in shop.refunds() if x["status"] == "ABNORMAL"])
    shop.sweep(refunds.open_refunds, after=LATER)
    shop.run("aftersales.go_on_refunded")
    with shop.house.app.app_context(), transaction():
        execute(
            """UPDATE returns SET moved_at = moved_at - interval '1 hour'
            WHERE merchant_id = %(m)s""",
            {"m": shop.merchant.id},
        )
    lines = [json.loads(line) for line in flask("money", "open", "--limit", 1000).splitlines()]
    (stuck,) = [each for each in lines if each.get("number") == number]
    assert (stuck["kind_of_trouble"], stuck["trouble"]) == ("return", "refund_abnormal")

    words = ("--bank-type", "ICBC_DEBIT", "--account", "6222000012345678", "--name", "王女士")
    assert flask("refunds", "to-card", number, *words).strip() == "processing"
    arrived(shop)
    shop.sweep(refunds.open_refunds, after=LATER)
    shop.run("aftersales.go_on_refunded")
    assert state_of(shop, number) == "done"


def test_a_year_later_the_buyer_confirms_a_transfer_on_his_phone(shop):
    number = a_return(shop)
    with shop.house.app.app_context(), transaction():
        execute(
            """UPDATE payments SET received_at = received_at - interval '366 days'
            WHERE merchant_id = %(m)s""",
            {"m": shop.merchant.id},
        )
    shop.run("aftersales.go_on")
    shop.run("transfers.send_transfer")
    with shop.house.app.app_context(), transaction():
        sent = aftersales.collect(
            merchant_id=shop.merchant.id,
            member_id=shop.buyer.id,
            number=number,
            at=clock.now(),
        )
    assert sent.state == "waiting"

    told = shop.ask(
        "POST",
        f"/_sim/users/{BUYER}/confirm-transfer",
        mchId=MERCHANT.mchid,
        appId=APP.appid,
        package=sent.package_info,
    )
    assert told["result"] == "requestMerchantTransfer:ok"
    eventually(lambda: [x for x in shop.ask("GET", "/_sim/transfers") if x["state"] == "SUCCESS"])
    for _ in range(2):
        shop.sweep(transfers.open_transfers, after=LATER)
        shop.run("aftersales.go_on_transferred")

    assert state_of(shop, number) == "done"
    assert shop.refunds() == []


def test_a_transfer_whose_answer_was_lost_is_the_same_transfer(shop):
    a_return(shop)
    with shop.house.app.app_context(), transaction():
        execute(
            """UPDATE payments SET received_at = received_at - interval '366 days'
            WHERE merchant_id = %(m)s""",
            {"m": shop.merchant.id},
        )
    shop.run("aftersales.go_on")
    shop.fault("reset", scope="/v3/fund-app")

    (task,) = shop.run("transfers.send_transfer")
    assert task.done_at is None
    handed_out_again(shop, task)
    shop.run("transfers.send_transfer")

    assert len(shop.ask("GET", "/_sim/transfers")) == 1
    (ours,) = shop.rows(payments.Transfer)
    assert (ours.state.value, bool(ours.package_info)) == ("waiting", True)
