"""Periods begin by the sweep, people hear of it once, and WeChat hears of each parcel."""

from datetime import timedelta

import pytest

from app.domain import aftersales, messaging, shipping, subscriptions
from app.domain.shipping import ShippingReport
from app.domain.subscriptions import Parcel
from app.kernel import clock
from app.kernel.db import transaction
from jobs import parcels as parcel_jobs
from jobs import shipping as shipping_jobs
from tests.builders.subscriptions import a_monthly_offer, a_place, a_sample, an_address
from tests.jobs.test_messages import a_paid_order
from tests.simulator.world import APP, TEMPLATE

UPLOAD = "/wxa/sec/order/upload_shipping_info"
KINDS = ("period_closing", "period_ready", "period_address", "parcel_sent")
A_TIME = "=2026年5月15日 20:00"
TWO_MONTHS = timedelta(days=70)


class House:
    """What the builders want to know of a shop."""

    def __init__(self, shop):
        self.id, self.merchant, self.appid = shop.merchant.id, shop.merchant, APP.appid


@pytest.fixture
def sold(shop):
    """Two months of one sample, paid; the buyer has allowed some messages."""
    with shop.house.app.app_context():
        house = House(shop)
        sample = a_sample(house, worth_fen=60_00)
        shop.offer = a_monthly_offer(house, periods=2, lock_days=0, items=[a_place(sample)])
        with transaction():
            for message in KINDS:
                messaging.add_template(
                    merchant_id=shop.merchant.id,
                    appid=APP.appid,
                    message=message,
                    template_id=TEMPLATE,
                    fields={"thing1": "goods", "amount2": "=1元", "time3": A_TIME},
                    page="pages/index/index",
                    at=clock.now(),
                )
    shop.allow_message(times=5)
    shop.placed = a_paid_order(shop)
    shop.run("shipping.report_order")
    return shop


def has_address(shop):
    with shop.house.app.app_context():
        known = an_address(House(shop), shop.buyer, at=clock.now())
        (card,) = shop.rows(subscriptions.Subscription)
        with transaction():
            subscriptions.send_to(
                merchant_id=shop.merchant.id,
                member_id=shop.buyer.id,
                number=card.number,
                address_id=known,
                at=clock.now(),
            )


def said(shop, message):
    return [row.state.value for row in shop.rows(messaging.SentMessage, message=message)]


def sends(shop, parcel, tracking):
    with shop.house.app.app_context(), transaction():
        subscriptions.send(
            merchant_id=shop.merchant.id,
            number=parcel.number,
            company="SF",
            tracking_number=tracking,
            actor="staff:1",
            at=clock.now(),
        )
    shop.run("parcels.report_parcel")
    shop.sweep(shipping_jobs.report_shipping)


def reported(shop):
    (row,) = shop.rows(ShippingReport)
    return row.state.value, row.is_all_sent, row.trouble


def at_wechat(shop):
    (known,) = shop.ask("GET", "/_sim/shipping")
    return known


def test_who_gave_no_address_is_asked_once(sold):
    sold.sweep(parcel_jobs.open_periods)
    sold.sweep(parcel_jobs.open_periods)

    sold.run("parcels.ask_for_address")

    assert said(sold, "period_address") == ["sent"]
    assert sold.rows(Parcel) == []


def test_two_sweeps_at_once_begin_it_once_and_the_member_hears_of_it(sold):
    has_address(sold)

    sold.sweep_twice_at_once(parcel_jobs.open_periods)
    sold.run("parcels.tell_ready")
    sold.run("parcels.tell_ready")

    assert len(sold.rows(Parcel)) == 1
    assert said(sold, "period_ready") == ["sent"]
    assert "面霜小样×1" in str(sold.messages())


def test_the_reminder_before_the_lock_comes_once(sold):
    has_address(sold)
    for _ in range(2):
        sold.sweep(parcel_jobs.remind_of_periods, after=timedelta(days=27))
    for _ in range(2):
        sold.run("parcels.tell_closing")

    assert said(sold, "period_closing") == ["sent"]
    assert "面霜小样×1" in str(sold.messages())


def test_a_parcel_sent_again_is_told_with_its_new_number(sold):
    has_address(sold)
    sold.sweep(parcel_jobs.open_periods, after=TWO_MONTHS)
    first, last = sold.rows(Parcel)
    sends(sold, first, "SF0000000001")
    with sold.house.app.app_context(), transaction():
        which = {"merchant_id": sold.merchant.id, "number": first.number, "actor": "staff:1"}
        subscriptions.fail(**which, reason="退回", at=clock.now())
        subscriptions.resend(**which, cost_fen=8_00, at=clock.now())
    sends(sold, first, "SF0000000003")
    sends(sold, last, "SF0000000002")

    assert reported(sold) == ("sent", True, None)
    with sold.house.app.app_context():
        (report,) = sold.rows(ShippingReport)
        packed = shipping.list_packed(merchant_id=sold.merchant.id, report_id=report.id)
    assert [each.tracking_number for each in packed] == ["SF0000000003", "SF0000000002"]
    assert at_wechat(sold)["order_state"] == 2


def test_when_the_last_parcel_is_given_up_wechat_hears_that_all_is_sent(sold):
    has_address(sold)
    sold.sweep(parcel_jobs.open_periods, after=TWO_MONTHS)
    first, last = sold.rows(Parcel)
    sends(sold, first, "SF0000000001")
    with sold.house.app.app_context(), transaction():
        aftersales.refund_parcel(
            merchant_id=sold.merchant.id,
            number=last.number,
            reason="缺货",
            actor="staff:1",
            at=clock.now(),
        )
    sold.run("parcels.close_parcels")
    sold.sweep(shipping_jobs.report_shipping)

    assert reported(sold) == ("sent", True, None)
    assert at_wechat(sold)["order_state"] == 2


def test_wechat_hears_of_each_parcel_and_which_is_the_last(sold):
    has_address(sold)
    sold.sweep(parcel_jobs.open_periods, after=TWO_MONTHS)
    first, last = sold.rows(Parcel)

    sends(sold, first, "SF0000000001")
    assert reported(sold) == ("waiting", False, None)
    assert at_wechat(sold)["order_state"] == 1
    sends(sold, last, "SF0000000002")

    assert reported(sold) == ("sent", True, None)
    assert at_wechat(sold)["order_state"] == 2
    assert sold.asked(UPLOAD) == 2
    sold.run("parcels.tell_sent")
    assert said(sold, "parcel_sent") == ["sent", "sent"]


def test_a_lost_answer_about_a_first_parcel_is_told_again(sold):
    has_address(sold)
    sold.sweep(parcel_jobs.open_periods, after=TWO_MONTHS)
    first, _ = sold.rows(Parcel)
    sold.fault("reset", scope=UPLOAD)

    sends(sold, first, "SF0000000001")
    assert reported(sold) == ("waiting", False, "no_answer")
    sold.sweep(shipping_jobs.report_shipping, after=timedelta(minutes=5))

    assert reported(sold) == ("waiting", False, None)


def test_two_parcels_with_one_number_are_one_for_wechat(sold):
    has_address(sold)
    sold.sweep(parcel_jobs.open_periods, after=TWO_MONTHS)
    for parcel in sold.rows(Parcel):
        sends(sold, parcel, "SF0000000001")

    with sold.house.app.app_context():
        (report,) = sold.rows(ShippingReport)
        (packed,) = shipping.list_packed(merchant_id=sold.merchant.id, report_id=report.id)
    assert packed.item == "面霜小样×1、面霜小样×1"
    assert packed.contact == "138****8000"
    assert reported(sold) == ("sent", True, None)


def test_a_card_given_back_is_all_sent_with_what_was_packed(sold):
    has_address(sold)
    sold.sweep(parcel_jobs.open_periods)
    (parcel,) = sold.rows(Parcel)
    sends(sold, parcel, "SF0000000001")
    assert reported(sold)[0] == "waiting"

    with sold.house.app.app_context(), transaction():
        subscriptions.stop(
            merchant_id=sold.merchant.id,
            order_id=sold.rows(subscriptions.Subscription)[0].order_id,
            at=clock.now(),
        )
    sold.run("parcels.close_parcels")
    sold.sweep(shipping_jobs.report_shipping)

    assert reported(sold) == ("sent", True, None)
    assert at_wechat(sold)["order_state"] == 2


def test_labels_and_tracking_numbers_go_out_and_in_as_tables(sold, flask, tmp_path):
    has_address(sold)
    sold.sweep(parcel_jobs.open_periods)
    (parcel,) = sold.rows(Parcel)

    told = flask("parcels", "labels", sold.merchant.number)
    assert f"{parcel.number},{parcel.send_on},面霜小样×1,王小明,13800138000" in told
    assert "138****8000" in flask("parcels", "list", sold.merchant.number)

    table = tmp_path / "sent.csv"
    head = "parcel,company,tracking_number\n"
    table.write_text(f"{head}{parcel.number},SF,SF0000000001\nE1,SF,SF2\n", encoding="utf-8")
    number = sold.merchant.number
    assert "line 3: not_found E1" in flask("parcels", "sent", number, table, fails=1)
    assert sold.rows(Parcel)[0].state.value == "to_send"

    table.write_text(f"{head}{parcel.number},SF,SF0000000001\n", encoding="utf-8")
    for _ in range(2):
        assert "1 are on their way" in flask("parcels", "sent", number, table)
    assert sold.rows(Parcel)[0].state.value == "sent"
