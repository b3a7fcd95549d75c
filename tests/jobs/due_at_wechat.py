"""For each sweep that asks WeChat: something that falls due, and when. See `due`."""

from datetime import timedelta

from app.domain import aftersales, payments, vouchers
from app.domain import complaints as tickets
from app.domain.aftersales import Wanted
from app.domain.vouchers import Move
from app.kernel import clock
from app.kernel.db import execute, transaction
from jobs import reconciliation
from tests.builders.catalog import BOSS
from tests.jobs.conftest import eventually
from tests.jobs.shop import BUYER
from tests.jobs.test_card_bag import Bag
from tests.jobs.test_money import OVERDUE, SOON, a_late_payment
from tests.simulator.world import APP, MERCHANT

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
UPLOAD = "/wxa/sec/order/upload_shipping_info"


DUE = {}


def due(build):
    """Named like the sweep that has to find it."""
    DUE[build.__name__] = build
    return build


# At WeChat


@due
def reconcile_payments(shop, _patch):
    shop.order()
    shop.pay()
    return clock.now() + SOON


@due
def close_unpaid_orders(shop, _patch):
    shop.order()
    return clock.now() + OVERDUE


@due
def report_shipping(shop, _patch):
    _bought(shop)
    shop.fault("error", scope=UPLOAD, code="-1")
    shop.run("shipping.report_order")
    return clock.now() + 5 * MINUTE


@due
def open_refunds(shop, _patch):
    a_late_payment(shop)
    shop.run("refunds.return_late_money")
    shop.run("refunds.send_refund")
    eventually(lambda: [each for each in shop.refunds() if each["status"] == "SUCCESS"])
    return clock.now() + 11 * MINUTE


@due
def open_transfers(shop, _patch):
    """A year later; the buyer has confirmed it on his phone, and nobody told us."""
    placed = _bought(shop)
    named = {"merchant_id": shop.merchant.id, "member_id": shop.buyer.id}
    with transaction():
        wanted = Wanted(order_number=placed.order_number, reason="不想要了")
        number = aftersales.ask(**named, wanted=wanted, key=None, at=clock.now())
        execute(
            """UPDATE payments SET received_at = received_at - interval '366 days'
            WHERE merchant_id = %(m)s""",
            {"m": shop.merchant.id},
        )
    shop.run("aftersales.go_on")
    shop.run("transfers.send_transfer")
    with transaction():
        sent = aftersales.collect(**named, number=number, at=clock.now())
    told = {"mchId": MERCHANT.mchid, "appId": APP.appid, "package": sent.package_info}
    shop.ask("POST", f"/_sim/users/{BUYER}/confirm-transfer", **told)
    eventually(lambda: [x for x in shop.ask("GET", "/_sim/transfers") if x["state"] == "SUCCESS"])
    return clock.now() + 11 * MINUTE


@due
def compare_bills(shop, patch):
    every = payments.list_channels_to_compare

    def ours(**bounds):
        return [each for each in every(**bounds) if each.merchant_id == shop.merchant.id]

    patch.setattr(payments, "list_channels_to_compare", ours)
    shop.order()
    shop.pay()
    shop.ask("POST", "/_sim/clock", offset_seconds=2 * 86_400)
    return clock.now() + 2 * DAY


@due
def poll_complaints(shop, patch, **more):
    ours = tickets.Channel(shop.merchant.id, shop.channel_id)
    patch.setattr(tickets, "list_channels", lambda: [ours])
    placed = _bought(shop)
    paid = next(
        each["resource"]
        for each in shop.ask("GET", "/_sim/notices")
        if each["resource"].get("out_trade_no") == placed.payment_number
    )
    told = {"transaction_id": paid["transaction_id"], "text": "券不能用", **more}
    shop.ask("POST", f"/_sim/users/{BUYER}/complain", **told)
    return clock.now()


@due
def fetch_complaint_photos(shop, patch):
    from app.domain.complaints.rules import PHOTO_RETRIES
    from tests.jobs.quarrelling import PNG, poll

    shop.fault("status", status=503, scope="/v3/merchant-service/images/")
    at = poll_complaints(shop, patch, images=[PNG])
    poll(shop)
    return at + PHOTO_RETRIES[0] + MINUTE


@due
def follow_vouchers(shop, _patch):
    bag = Bag(shop)
    bag.add()
    with transaction():
        void(bag.id, bag.voucher.id, at=clock.now())
    return clock.now()


@due
def compare_bags(shop, _patch):
    Bag(shop).add()
    return clock.now() + DAY


@due
def apply_kept_notices(shop, _patch):
    from tests.jobs.test_money import Receiver, keep

    receiver = Receiver()
    shop.order(notices_to=receiver.url)
    shop.pay()
    headers, body = receiver.wait_for(1)[0]
    receiver.close()
    keep(shop, headers, body)
    return clock.now() + SOON


def _bought(shop):
    placed = shop.order()
    shop.pay()
    shop.sweep(reconciliation.reconcile_payments, after=SOON)
    return placed


def void(merchant_id, voucher_id, *, at):
    vouchers.move(
        merchant_id=merchant_id, voucher_id=voucher_id, what=Move.CANCEL, actor=BOSS, at=at
    )
