"""Money finds its way without notices, and through lost answers."""

from datetime import timedelta

import pytest

from app.domain import orders, payments, vouchers
from app.domain.orders import OrderPaid
from app.kernel import clock, inbox, outbox
from app.kernel.db import transaction
from app.kernel.outbox import OutboxRow
from app.web import tills
from jobs import notices, reconciliation, refunds
from jobs import orders as order_jobs
from tests.jobs.conftest import eventually
from tests.simulator.world import Receiver

SOON = timedelta(minutes=2)
OVERDUE = timedelta(minutes=16)


def jobs_of_the_purchase(shop):
    return sorted(row.job for row in shop.rows(OutboxRow, event="OrderPaid"))


def test_a_payment_whose_notice_was_lost_is_found_by_asking_and_fulfilled_once(shop):
    placed = shop.order()
    assert shop.pay() == "requestPayment:ok"

    assert shop.sweep(reconciliation.reconcile_payments, after=SOON) == 1
    assert shop.sweep(reconciliation.reconcile_payments, after=SOON) == 0

    assert shop.state_of(placed) == "fulfilled"
    assert len(shop.rows(vouchers.Voucher)) == 2
    assert jobs_of_the_purchase(shop) == sorted(outbox.jobs_of(OrderPaid))


def test_an_unpaid_bill_is_asked_about_at_growing_distances(shop):
    placed = shop.order()
    for seconds in (30, 60, 120):
        began = clock.now()
        shop.sweep(reconciliation.reconcile_payments, after=timedelta(hours=3))
        asked_at = shop.payment_of(placed).look_at - timedelta(seconds=seconds)
        assert began <= asked_at <= clock.now()

    assert shop.state_of(placed) == "pending"


def test_while_wechat_is_away_asking_stops_early_and_nothing_is_lost(shop):
    placed = [shop.order() for _ in range(8)]
    shop.fault("status", status=503, count=100, scope="/v3/pay/transactions/out-trade-no")

    assert shop.sweep(reconciliation.reconcile_payments, after=SOON) == 0
    assert shop.asked("/v3/pay/transactions/out-trade-no") == 5
    assert {shop.state_of(each) for each in placed} == {"pending"}


def test_an_overdue_order_is_closed_at_wechat_and_then_here(shop):
    placed = shop.order()

    assert shop.sweep(order_jobs.close_unpaid_orders) == 0
    assert shop.sweep(order_jobs.close_unpaid_orders, after=OVERDUE) == 1
    assert shop.sweep(order_jobs.close_unpaid_orders, after=OVERDUE) == 0

    assert shop.state_of(placed) == "closed"
    assert shop.pay() != "requestPayment:ok"


def test_an_overdue_order_that_was_paid_is_handed_over_instead(shop):
    placed = shop.order()
    shop.pay()

    shop.sweep(order_jobs.close_unpaid_orders, after=OVERDUE)

    assert shop.state_of(placed) == "fulfilled"


def test_an_overdue_order_stays_open_while_wechat_cannot_be_asked_to_close_it(shop):
    placed = shop.order()
    shop.fault("status", status=503, scope="/v3/pay/transactions/out-trade-no")

    assert shop.sweep(order_jobs.close_unpaid_orders, after=OVERDUE) == 0
    assert shop.state_of(placed) == "pending"
    assert shop.sweep(order_jobs.close_unpaid_orders, after=OVERDUE) == 1


def test_late_money_goes_back_by_itself(shop):
    late = a_late_payment(shop)

    shop.run("refunds.return_late_money")
    shop.run("refunds.send_refund")
    eventually(lambda: shop.refunds()[0]["status"] == "SUCCESS")
    shop.sweep(refunds.open_refunds, after=timedelta(minutes=3))
    shop.sweep(refunds.open_refunds, after=timedelta(minutes=3))

    (refund,) = shop.rows(payments.Refund)
    assert (refund.state.value, refund.amount_fen) == ("succeeded", late.total_fen)
    assert len(shop.refunds()) == 1


def test_a_refund_whose_answer_was_lost_is_asked_about_and_not_made_again(shop):
    a_late_payment(shop)
    shop.run("refunds.return_late_money")
    shop.fault("reset", scope="/v3/refund/domestic/refunds")

    (task,) = shop.run("refunds.send_refund")
    assert (task.done_at, task.failed_at) == (None, None)
    handed_out_again(shop, task)
    (task,) = shop.run("refunds.send_refund")

    assert task.done_at
    (ours,) = shop.rows(payments.Refund)
    (theirs,) = shop.refunds()
    assert theirs["out_refund_no"] == ours.number
    assert ours.wechat_refund_id == theirs["refund_id"]


def test_a_refund_that_never_arrived_is_sent_again_under_its_number(shop):
    a_late_payment(shop)
    shop.run("refunds.return_late_money")
    shop.fault("reset_before", scope="/v3/refund/domestic/refunds")

    (task,) = shop.run("refunds.send_refund")
    handed_out_again(shop, task)
    shop.run("refunds.send_refund")

    (ours,) = shop.rows(payments.Refund)
    assert [each["out_refund_no"] for each in shop.refunds()] == [ours.number]


def test_the_same_refund_job_twice_makes_one_refund(shop):
    a_late_payment(shop)
    for _ in range(2):
        shop.run("refunds.return_late_money")
        shop.run("refunds.send_refund")

    assert len(shop.refunds()) == 1
    assert len(shop.rows(payments.Refund)) == 1


def test_two_workers_with_the_same_refund_make_one(shop):
    a_late_payment(shop)
    shop.run_twice_at_once("refunds.return_late_money")
    shop.run_twice_at_once("refunds.send_refund")

    assert len(shop.rows(payments.Refund)) == len(shop.refunds()) == 1
    assert all(row.done_at for row in shop.rows(OutboxRow) if row.job.startswith("refunds."))


def test_two_sweeps_at_once_hand_over_once(shop):
    placed = shop.order()
    shop.pay()
    shop.sweep_twice_at_once(reconciliation.reconcile_payments, after=SOON)

    assert shop.state_of(placed) == "fulfilled"
    assert len(shop.rows(vouchers.Voucher)) == 2
    assert jobs_of_the_purchase(shop) == sorted(outbox.jobs_of(OrderPaid))


def test_two_sweeps_at_once_close_once(shop):
    placed = shop.order()
    shop.sweep_twice_at_once(order_jobs.close_unpaid_orders, after=OVERDUE)

    assert shop.state_of(placed) == "closed"


def test_a_kept_notice_is_read_again_and_applied_once(shop):
    receiver = Receiver()
    placed = shop.order(notices_to=receiver.url)
    shop.pay()
    headers, body = receiver.wait_for(1)[0]
    receiver.close()
    keep(shop, headers, body)

    assert shop.sweep(notices.apply_kept_notices) == 0
    assert shop.sweep(notices.apply_kept_notices, after=SOON) == 1
    assert shop.sweep(notices.apply_kept_notices, after=SOON) == 0

    assert shop.state_of(placed) == "fulfilled"
    assert shop.rows(inbox.InboxRow)[0].applied_at


def test_a_kept_notice_that_still_cannot_be_applied_stays(shop):
    receiver = Receiver()
    shop.order(notices_to=receiver.url)
    shop.pay()
    headers, body = receiver.wait_for(1)[0]
    receiver.close()
    keep(shop, headers, body.replace(b'"id"', b'"no"'))

    assert shop.sweep(notices.apply_kept_notices, after=SOON) == 0
    assert shop.rows(inbox.InboxRow)[0].applied_at is None


@pytest.fixture
def only_our_channel(shop, monkeypatch):
    """Shops of other tests have keys that WeChat never saw; asking for them fails each time."""
    every = payments.list_channels_to_compare

    def ours(**bounds):
        return [each for each in every(**bounds) if each.merchant_id == shop.merchant.id]

    monkeypatch.setattr(payments, "list_channels_to_compare", ours)


@pytest.mark.usefixtures("only_our_channel")
def test_the_daily_statement_is_compared_once_and_differences_are_kept(shop):
    at_both = shop.order()
    shop.pay()
    shop.sweep(reconciliation.reconcile_payments, after=SOON)
    only_theirs = shop.order()
    shop.pay()
    shop.ask("POST", "/_sim/clock", offset_seconds=2 * 86_400)
    days = timedelta(days=2)

    shop.sweep(reconciliation.compare_bills, after=days)
    downloads = shop.asked("/v3/bill/tradebill")
    shop.sweep(reconciliation.compare_bills, after=days)
    assert shop.asked("/v3/bill/tradebill") == downloads > 0

    (difference,) = shop.rows(payments.BillDifference)
    assert difference.number == only_theirs.payment_number
    assert (difference.ours_fen, difference.theirs_fen) == (None, at_both.total_fen)
    shop.house.redis.flushdb()
    shop.sweep(reconciliation.compare_bills, after=days)
    assert shop.asked("/v3/bill/tradebill") == 2 * downloads
    assert len(shop.rows(payments.BillDifference)) == 1


def a_late_payment(shop):
    """Paid at WeChat, and closed here before we heard of it."""
    placed = shop.order()
    shop.pay()
    with shop.house.app.app_context():
        with transaction():
            orders.close(
                merchant_id=shop.merchant.id,
                order_id=shop.rows(orders.Order, number=placed.order_number)[0].id,
                reason=orders.CloseReason.TIMEOUT,
                at=clock.now(),
            )
        till = tills.till(tills.channel_of(shop.channel_id, merchant_id=shop.merchant.id))
        reconciliation.confirm_if_paid(
            till,
            merchant_id=shop.merchant.id,
            channel_id=shop.channel_id,
            number=placed.payment_number,
        )
    return placed


def handed_out_again(shop, task):
    """What the relay notes before a second attempt."""
    from app.kernel import outbox

    due = outbox.Due(task.merchant_id, task.id, task.job)
    with shop.house.app.app_context(), transaction():
        for _ in range(2):
            outbox.mark_handed_out([due], at=clock.now(), again_after=timedelta(seconds=1))


def keep(shop, headers, body):
    import json

    signed = {name: value for name, value in headers.items() if name.startswith("Wechatpay")}
    with shop.house.app.app_context(), transaction():
        inbox.keep_unapplied(
            inbox.Notice(
                merchant_id=shop.merchant.id,
                source=f"wechat_pay.payments.{shop.channel_number}",
                reference="a-notice",
                headers=json.dumps(signed),
                body=body.decode(),
            ),
            failure="busy",
            at=clock.now(),
        )
