"""A shop that deals with a pretend WeChat of its own, whose notices all get lost."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import requests

from app import gateways
from app.domain import merchants, messaging, orders, payments
from app.domain.orders import Source, Wish
from app.gateways import PayChannel
from app.kernel import clock
from app.kernel.db import db, transaction
from app.kernel.outbox import OutboxRow
from app.web import tills
from jobs import running
from tests.builders.catalog import an_offer
from tests.builders.members import a_member
from tests.builders.messaging import grants
from tests.simulator.world import APP, FRESH, MERCHANT, TEMPLATE

OURS = {"subscribe", "service_card"}
NOWHERE = "http://127.0.0.1:9"
BUYER = "小明"


class Shop:
    """`house` is where jobs run, `wechat` the running simulator."""

    def __init__(self, house, wechat, folder):
        self.house, self.wechat = house, wechat
        self.gateways = gateways.build(
            redis=house.redis,
            wechat_base_url=wechat.url,
            pay_base_url=wechat.url,
            open_base_url=wechat.url,
            files_root=folder,
        )
        house.app.extensions["gateways"] = self.gateways
        self.openid = self.ask("GET", f"/_sim/users/{BUYER}")["openids"][APP.appid]
        with house.app.app_context():
            self._open()

    def _open(self):
        at = clock.now()
        self.merchant = merchants.get_merchant(merchant_id=self.house.merchant_id)
        with transaction():
            merchants.add_app(
                merchant_id=self.merchant.id,
                appid=APP.appid,
                kind=merchants.AppKind.MINI_PROGRAM,
                name="好味咖啡",
                secret=APP.secret,
                at=at,
            )
            channel = merchants.add_pay_channel(
                merchant_id=self.merchant.id,
                mode=merchants.PayMode.DIRECT,
                mchid=MERCHANT.mchid,
                sub_mchid=None,
                serial=MERCHANT.certificate_serial,
                private_key_pem=FRESH.merchant_private_key_pem,
                apiv3_key=MERCHANT.apiv3_key,
                public_key_id=FRESH.settings.public_key_id,
                public_key_pem=FRESH.platform_public_key_pem,
                at=at,
            )
            messaging.add_template(
                merchant_id=self.merchant.id,
                appid=APP.appid,
                message="order_paid",
                template_id=TEMPLATE,
                fields={"thing1": "title", "amount2": "total", "time3": "paid_at"},
                page="pages/index/index",
                at=at,
            )
        self.channel_id, self.channel_number = channel.id, channel.number
        self.offer = an_offer(merchant=self.merchant)
        self.buyer = a_member(merchant=self.merchant, appid=APP.appid, openid=self.openid, at=at)
        self.app_id = merchants.get_app(merchant_id=self.merchant.id, appid=APP.appid).app_id

    # The phone

    def wish(self, **pots):
        return Wish(
            merchant_id=self.merchant.id,
            member_id=self.buyer.id,
            epoch=self.buyer.session_epoch,
            app_id=self.app_id,
            appid=APP.appid,
            openid=self.openid,
            channel_id=self.channel_id,
            offer_number=self.offer.number,
            quantity=1,
            source=Source(channel="group_chat"),
            **pots,
        )

    def order(self, *, notices_to=NOWHERE, **pots):
        """An unpaid order with its bill at WeChat; what its prepay gave is `prepay_id`."""
        at, wish = clock.now(), self.wish(**pots)
        with self.house.app.app_context():
            with transaction():
                placed = orders.place(wish, key=None, at=at)
            self.prepay_id = self.till(notices_to=notices_to).prepay(
                number=placed.payment_number,
                amount_fen=placed.wechat_fen,
                openid=self.openid,
                title=placed.title,
                expires_at=at + timedelta(minutes=15),
            )
        return placed

    def pay(self):
        """Pay the latest order; what wx.requestPayment says."""
        with self.house.app.app_context():
            asked = self.till().sign_for_phone(prepay_id=self.prepay_id, at=clock.now())
        return self.ask("POST", f"/_sim/users/{BUYER}/pay", **asked)["result"]

    def open_the_program(self):
        """WeChat judges only what somebody says who was there lately."""
        self.ask("POST", f"/_sim/users/{BUYER}/login", appid=APP.appid)

    def allow_message(self, times=1):
        """On the phone, and in our books."""
        for _ in range(times):
            self.ask(
                "POST",
                f"/_sim/users/{BUYER}/subscribe",
                appid=APP.appid,
                template_ids=[TEMPLATE],
                accept=True,
            )
        with self.house.app.app_context():
            grants(member=self.buyer, template_id=TEMPLATE, count=times, at=clock.now())

    def messages(self):
        """What the phone received from the shop; WeChat's own words about parcels are not ours."""
        received = self.ask("GET", f"/_sim/users/{BUYER}/messages")
        return [each for each in received if each["kind"] in OURS]

    # WeChat

    def ask(self, method, path, **body):
        answer = requests.request(method, self.wechat.url + path, json=body or None, timeout=5)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, kind, **more):
        self.ask("POST", "/_sim/faults", kind=kind, **more)

    def asked(self, path):
        """How often WeChat was called under this path."""
        return sum(each["target"].startswith(path) for each in self.ask("GET", "/_sim/requests"))

    def refunds(self):
        return [
            refund
            for transaction in self.ask("GET", "/_sim/transactions")
            for refund in transaction["refunds"]
        ]

    # The house

    def till(self, *, notices_to=NOWHERE):
        keys = tills.channel_of(self.channel_id, merchant_id=self.merchant.id)
        return self.gateways.pay(
            PayChannel(
                mchid=keys.mchid,
                appid=APP.appid,
                serial=keys.serial,
                private_key_pem=keys.private_key_pem,
                apiv3_key=keys.apiv3_key,
                public_key_id=keys.public_key_id,
                public_key_pem=keys.public_key_pem,
                notify_url_payment=notices_to,
                notify_url_refund=notices_to,
            )
        )

    def rows(self, model, **values):
        with self.house.app.app_context():
            query = db.select(model).filter_by(merchant_id=self.merchant.id, **values)
            return list(db.session.scalars(query.order_by(model.id)))

    def state_of(self, placed):
        return self.rows(orders.Order, number=placed.order_number)[0].state.value

    def payment_of(self, placed):
        return self.rows(payments.Payment, number=placed.payment_number)[0]

    def run(self, job):
        """Do what waits under this name, here and now, as a worker would."""
        waiting = [row for row in self.rows(OutboxRow, job=job) if row.done_at is None]
        with self.house.app.app_context():
            running.run_batch(job, [[row.merchant_id, row.id] for row in waiting])
        return self.rows(OutboxRow, job=job)

    def run_twice_at_once(self, job):
        """As two workers would that were handed the same row."""
        (row,) = self.rows(OutboxRow, job=job)
        self._twice_at_once(lambda: running.run_batch(job, [[row.merchant_id, row.id]]))

    def sweep_twice_at_once(self, run, *, after=timedelta(0)):
        self._twice_at_once(lambda: run(at=clock.now() + after))

    def _twice_at_once(self, do):
        barrier = threading.Barrier(2)

        def one(_):
            with self.house.app.app_context():
                barrier.wait(10)
                do()

        with ThreadPoolExecutor(2) as threads:
            list(threads.map(one, range(2)))

    def sweep(self, run, *, after=timedelta(0)):
        with self.house.app.app_context():
            return run(at=clock.now() + after)
