"""One order that was paid, everything that may be told of it, and where it ends."""

import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from app.domain import following, merchants, messaging, orders, payments, shipping, vouchers
from app.domain.ledger.models import Entry
from app.domain.merchants import MessageMode
from app.domain.messaging import Channel, MessageState, SentMessage
from app.kernel import clock
from app.kernel.db import transaction, writing
from app.kernel.inbox import InboxRow
from app.kernel.outbox import OutboxRow
from jobs import notices, reconciliation, running
from jobs import orders as order_jobs
from jobs import shipping as shipping_jobs
from tests.api.calling import a_notice
from tests.builders.doors import Door
from tests.jobs.test_money import OVERDUE
from tests.simulator.world import APP, MERCHANT

JOBS = (
    "messages.push_order_paid",
    "membership.note_purchase",
    "points.earn_for_purchase",
    "shipping.report_order",
    "shipping.hurry",
    "shipping.note_settled",
    "refunds.return_late_money",
)
KEPT_LONG_ENOUGH = timedelta(minutes=2)


class MiniDoor(Door):
    """The door of the mini-program that the pretend WeChat knows."""

    def __init__(self, client, merchant):
        self.client, self.merchant, self.app = client, merchant, APP
        with transaction():
            self.number = merchants.open_message_door(
                merchant_id=merchant.id,
                appid=APP.appid,
                mode=MessageMode.SECURE,
                token=APP.message_token,
                aes_key=APP.message_aes_key,
                original_id=APP.original_id,
                actor="system",
                at=clock.now(),
            )


class Life:
    """One order that was paid, and everything that may be told of it, under its name."""

    def __init__(self, shop, door, *, arrives=True):
        self.shop, self.door, self.at, self.arrives = shop, door, clock.now(), arrives
        self.placed = shop.order()
        assert shop.pay() == "requestPayment:ok"
        self.number = self.placed.payment_number
        self.paid = next(
            each["resource"]
            for each in reversed(shop.ask("GET", "/_sim/notices"))
            if each["resource"].get("out_trade_no") == self.number
        )
        (order,) = shop.rows(orders.Order, number=self.placed.order_number)
        self.order_id = order.id
        self.word, self.template = (f"{secrets.randbelow(10**17):017d}" for _ in range(2))
        self.sending = {
            Channel.SUBSCRIBE: self._being_sent(Channel.SUBSCRIBE, self.word),
            Channel.OA_TEMPLATE: self._being_sent(Channel.OA_TEMPLATE, self.template),
        }

    def _being_sent(self, channel, number):
        with self.shop.house.app.app_context(), transaction():
            row = SentMessage(
                merchant_id=self.shop.merchant.id,
                event_key=f"life:{self.order_id}",
                member_id=self.shop.buyer.id,
                message=channel.value,
                channel=channel,
                template_id=f"tpl-{number}",
                state=MessageState.SENDING,
                at=self.at,
            )
            writing().add(row)
            writing().flush()
            return row.id

    def tell(self, names):
        for name in names:
            getattr(self, name)()
        self.come_to_rest()

    def come_to_rest(self):
        """Whatever is due is done: jobs that wait, and what was told too early."""
        for _ in range(2):
            self.shop.sweep(notices.apply_kept_notices, after=KEPT_LONG_ENOUGH)
            self.work()
        self.shop.sweep(shipping_jobs.report_shipping, after=KEPT_LONG_ENOUGH)

    # The money

    def paid_notice(self):
        self._post("payments", a_notice(self.paid))

    def refund_notice(self, ending):
        said = {
            "mchid": MERCHANT.mchid,
            "out_trade_no": self.number,
            "transaction_id": self.paid["transaction_id"],
            "out_refund_no": self.refund().number,
            "refund_id": f"50000{self.word}",
            "refund_status": ending,
            "success_time": "2026-05-01T10:00:00+08:00",
            "user_received_account": "支付用户零钱",
            "amount": dict.fromkeys(
                ("total", "refund", "payer_total", "payer_refund"), self.placed.total_fen
            ),
        }
        self._post("refunds", a_notice(said, event=f"REFUND.{ending}", about="refund"))

    def _post(self, what, notice):
        headers, body = notice
        path = f"/wechat/pay/{self.shop.channel_number}/{what}"
        answer = self.door.client.post(path, data=body, headers=headers)
        assert answer.status_code == 204, answer.text

    def look_up(self):
        with self.shop.house.app.app_context():
            assert reconciliation.confirm_if_paid(
                self.shop.till(),
                merchant_id=self.shop.merchant.id,
                channel_id=self.shop.channel_id,
                number=self.number,
            )

    def early_close(self):
        self.shop.sweep(order_jobs.close_unpaid_orders)

    def late_close(self):
        self.shop.sweep(order_jobs.close_unpaid_orders, after=OVERDUE)

    def closed_unheard(self):
        """Closed here, while the money is on its way and WeChat does not know of it."""
        with self.shop.house.app.app_context(), transaction():
            orders.close(
                merchant_id=self.shop.merchant.id,
                order_id=self.order_id,
                reason=orders.CloseReason.CANCELLED,
                at=clock.now(),
            )

    def work(self):
        waiting = self.shop.rows(OutboxRow, done_at=None)
        with self.shop.house.app.app_context():
            for job in JOBS:
                running.run_batch(
                    job, [[row.merchant_id, row.id] for row in waiting if row.job == job]
                )

    # What comes to the message door

    def _push(self, event, **fields):
        self.door.tell(event, openid=self.shop.openid, at=self.at, **fields)

    def _trade(self, event, **fields):
        order = {
            "transaction_id": self.paid["transaction_id"],
            "merchant_trade_no": self.number,
        }
        self._push(event, **order, **fields)

    def expected(self):
        self._trade("trade_manage_order_settlement", estimated_settlement_time=1_800_000_000)

    def released(self):
        self._trade(
            "trade_manage_order_settlement",
            confirm_receive_method=2,
            confirm_receive_time=1_800_000_000,
            settlement_time=1_800_000_000,
        )

    def reminded(self):
        self._trade("trade_manage_remind_shipping", msg="请发货")

    def sent(self):
        for channel, number in zip(self.sending, (self.word, self.template), strict=True):
            with self.shop.house.app.app_context(), transaction():
                messaging.mark_sent(
                    merchant_id=self.shop.merchant.id,
                    sent_id=self.sending[channel],
                    platform_id=number,
                    at=clock.now(),
                )

    def word_settled(self):
        result = {
            "TemplateId": f"tpl-{self.word}",
            "MsgID": self.word,
            "ErrorCode": "0" if self.arrives else "43107",
        }
        self._push("subscribe_msg_sent_event", List=[result])

    def template_settled(self):
        status = "success" if self.arrives else "failed:user block"
        self._push("TEMPLATESENDJOBFINISH", MsgID=self.template, Status=status)

    # Where it ends

    def refund(self):
        (refund,) = self.shop.rows(payments.Refund, payment_id=self.placed_payment().id)
        return refund

    def placed_payment(self):
        return self.shop.payment_of(self.placed)

    def end(self):
        """Every row that is about this order, without ids and times."""
        payment = self.placed_payment()
        refunds = self.shop.rows(payments.Refund, payment_id=payment.id)
        causes = [f"payment:{self.number}", *(f"refund:{each.number}" for each in refunds)]
        entries = Counter(
            row.cause.split(":")[0] for row in self.shop.rows(Entry) if row.cause in causes
        )
        return End(
            order=self.shop.state_of(self.placed),
            payment=payment.state.value,
            vouchers=self._vouchers(),
            entries=dict(entries),
            refunds=[row.state.value for row in refunds],
            report=[
                (row.state.value, row.trouble, row.amount_fen)
                for row in self.shop.rows(shipping.ShippingReport, order_id=self.order_id)
            ],
            said=sorted(
                (row.message, row.state.value, row.reason)
                for row in self.shop.rows(SentMessage, event_key=f"life:{self.order_id}")
            ),
            notices=sorted(
                row.kind.value
                for row in self.shop.rows(following.PlatformNotice, reference=self.number)
            ),
            jobs=self._jobs(payment),
            undone=[row.reference for row in self.shop.rows(InboxRow, applied_at=None)],
        )

    def _vouchers(self):
        cards = {row.id for row in self.shop.rows(vouchers.Card, order_id=self.order_id)}
        rows = [row for row in self.shop.rows(vouchers.Voucher) if row.card_id in cards]
        return Counter(row.state.value for row in rows)

    def _jobs(self, payment):
        ours = {
            ("order_id", self.order_id),
            ("payment_id", payment.id),
            ("transaction_id", self.paid["transaction_id"]),
        }
        return Counter(
            (row.job, bool(row.done_at))
            for row in self.shop.rows(OutboxRow)
            if ours & {(name, value) for name, value in row.payload.items()}
        )


@dataclass(kw_only=True)
class End:
    order: str
    payment: str
    vouchers: dict
    entries: dict
    refunds: list
    report: list
    said: list
    notices: list
    jobs: dict
    undone: list
