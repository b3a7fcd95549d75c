"""WeChat hears once that an order is delivered, whatever happens to the answer."""

import json
from datetime import timedelta

from sqlalchemy import text

from app.domain import orders, shipping
from app.domain.shipping import ShippingReport
from app.kernel import clock
from app.kernel.db import transaction, writing
from jobs import shipping as shipping_jobs
from tests.jobs.test_messages import a_paid_order
from tests.simulator.world import APP

UPLOAD = "/wxa/sec/order/upload_shipping_info"
JOB = "shipping.report_order"
A_WHILE = timedelta(minutes=5)


def state_of(shop):
    return [(row.state.value, row.trouble) for row in shop.rows(ShippingReport)]


def at_wechat(shop):
    return [each["order_state"] for each in shop.ask("GET", "/_sim/shipping")]


def stuck(shop, *, after=timedelta(0)):
    with shop.house.app.app_context(), transaction():
        return shipping.stuck(merchant_id=shop.merchant.id, at=clock.now() + after)


def test_a_person_reads_what_is_stuck(shop, flask):
    a_paid_order(shop)
    shop.fault("error", scope=UPLOAD, code="10060031")
    shop.run(JOB)
    sums, order = map(json.loads, flask("shipping", "stuck", shop.merchant.number).splitlines())
    assert (sums["stuck_yuan"], sums["refused"], order["trouble"]) == ("49.00", 1, "10060031")
    assert "due now" in flask("shipping", "again", order["order_number"])
    again(shop)
    assert state_of(shop) == [("sent", None)]


def again(shop, *, after=A_WHILE):
    shop.sweep(shipping_jobs.report_shipping, after=after)


def test_a_paid_order_is_reported_once(shop):
    a_paid_order(shop)

    (task,) = shop.run(JOB)
    shop.run(JOB)
    again(shop)

    assert task.done_at
    assert state_of(shop) == [("sent", None)]
    assert at_wechat(shop) == [2]
    assert shop.asked(UPLOAD) == 1


def test_two_workers_with_the_same_order_report_it_once(shop):
    a_paid_order(shop)

    shop.run_twice_at_once(JOB)

    assert shop.asked(UPLOAD) == 1
    assert state_of(shop) == [("sent", None)]


def test_a_lost_answer_is_asked_about_and_not_repeated(shop):
    a_paid_order(shop)
    shop.fault("reset", scope=UPLOAD)

    shop.run(JOB)
    assert state_of(shop) == [("waiting", "no_answer")]
    again(shop)

    assert state_of(shop) == [("sent", None)]
    assert shop.asked(UPLOAD) == 1


def test_what_never_arrived_is_told_again(shop):
    a_paid_order(shop)
    shop.fault("reset_before", scope=UPLOAD)

    shop.run(JOB)
    again(shop)

    assert state_of(shop) == [("sent", None)]
    assert shop.asked(UPLOAD) == 2


def test_a_busy_wechat_is_asked_again_later(shop):
    a_paid_order(shop)
    shop.fault("error", scope=UPLOAD, code="10060001")

    shop.run(JOB)
    assert state_of(shop) == [("waiting", "10060001")]
    assert stuck(shop).waiting_fen == 4900
    again(shop)

    assert state_of(shop) == [("sent", None)]
    assert stuck(shop).unsettled_fen == 4900


def test_what_wechat_refuses_waits_for_a_person_who_may_send_it_again(shop):
    placed = a_paid_order(shop)
    shop.fault("error", scope=UPLOAD, code="10060031")

    shop.run(JOB)
    again(shop)
    assert state_of(shop) == [("refused", "10060031")]
    late = stuck(shop, after=timedelta(hours=49))
    assert (late.refused_fen, late.overdue) == (4900, 1)

    with shop.house.app.app_context(), transaction():
        shipping.try_again(
            merchant_id=shop.merchant.id,
            order_number=placed.order_number,
            actor="staff:1",
            at=clock.now(),
        )
    again(shop)
    assert state_of(shop) == [("sent", None)]


def test_an_order_whose_money_went_back_needs_no_report(shop):
    a_paid_order(shop)
    shop.fault("error", scope=UPLOAD, code="10060004")

    shop.run(JOB)

    assert state_of(shop) == [("not_needed", "cannot_be_shipped")]
    assert stuck(shop).fen == 0


def test_an_app_that_is_not_managed_is_left_alone(shop):
    shop.ask("POST", f"/_sim/apps/{APP.appid}/trade", is_managed=False)
    a_paid_order(shop)

    shop.run(JOB)

    assert state_of(shop) == [("not_needed", "app_not_managed")]
    assert shop.asked(UPLOAD) == 0


def test_a_reminder_of_an_order_that_was_left_alone_has_it_reported(shop, house):
    """WeChat took the app under its rule, and we still believed its old answer."""
    shop.ask("POST", f"/_sim/apps/{APP.appid}/trade", is_managed=False)
    a_paid_order(shop)
    shop.run(JOB)
    shop.ask("POST", f"/_sim/apps/{APP.appid}/trade", is_managed=True)
    key = f"kabao:trade_managed:{APP.appid}"
    assert 0 < house.redis.ttl(key) <= shipping_jobs.UNMANAGED_SECONDS
    house.redis.delete(key)

    (report,) = shop.rows(ShippingReport)
    with shop.house.app.app_context(), transaction():
        assert shipping.hurry(
            merchant_id=shop.merchant.id, transaction_id=report.transaction_id, at=clock.now()
        )
    again(shop, after=timedelta(0))

    assert state_of(shop) == [("sent", None)]
    assert at_wechat(shop) == [2]


def test_a_sender_that_died_leaves_it_to_the_next(shop):
    placed = a_paid_order(shop)
    with shop.house.app.app_context():
        (order,) = shop.rows(orders.Order, number=placed.order_number)
        which = {"merchant_id": shop.merchant.id}
        with transaction():
            report_id = shipping.start(**which, order_id=order.id, at=clock.now())
            assert shipping.take(**which, report_id=report_id, at=clock.now())
        with transaction():
            assert shipping.take(**which, report_id=report_id, at=clock.now()) is None

    again(shop)

    assert state_of(shop) == [("sent", None)]
    assert shop.asked(UPLOAD) == 1


def test_a_parcel_waits_for_its_number(shop):
    with shop.house.app.app_context(), transaction():
        writing().execute(
            text("UPDATE offers SET goods_kind = 'physical' WHERE merchant_id = :shop"),
            {"shop": shop.merchant.id},
        )
    placed = a_paid_order(shop)
    shop.run(JOB)
    again(shop, after=timedelta(hours=1))
    assert (state_of(shop), shop.asked(UPLOAD)) == ([("waiting", None)], 0)

    with shop.house.app.app_context(), transaction():
        shipping.set_parcel(
            merchant_id=shop.merchant.id,
            order_number=placed.order_number,
            parcel=shipping.Parcel(
                company="SF", tracking_number="SF1234567890", contact="138****0001"
            ),
            actor="staff:1",
            at=clock.now(),
        )
    again(shop)

    assert state_of(shop) == [("sent", None)]
    (known,) = shop.ask("GET", "/_sim/shipping")
    assert known["order_state"] == 2


def test_money_that_was_let_go_is_not_stuck(shop):
    a_paid_order(shop)
    shop.run(JOB)
    (report,) = shop.rows(ShippingReport)
    with shop.house.app.app_context(), transaction():
        settled = shipping.settle(
            merchant_id=shop.merchant.id, transaction_id=report.transaction_id, at=clock.now()
        )
    assert settled
    assert stuck(shop).fen == 0


def test_a_reminder_hurries_what_waits(shop):
    a_paid_order(shop)
    shop.fault("error", scope=UPLOAD, code="10060001", count=2)
    shop.run(JOB)
    again(shop)
    (report,) = shop.rows(ShippingReport)
    with shop.house.app.app_context(), transaction():
        assert shipping.hurry(
            merchant_id=shop.merchant.id, transaction_id=report.transaction_id, at=clock.now()
        )
    again(shop, after=timedelta(0))
    assert state_of(shop) == [("sent", None)]
