"""How the walk over money asks the shop: through the API, by WeChat's signed notices, by jobs."""

from dataclasses import dataclass

from app.kernel.db import fetch_one
from jobs import aftersales as return_jobs
from jobs import points as point_jobs
from jobs import refunds as refund_jobs
from tests.api.calling import Caller, a_notice, a_request_key, token_of_member, token_of_staff
from tests.builders.moments import NOON
from tests.domain.proofs.stepping import run_tasks, told_the_time
from tests.simulator.world import MERCHANT

# Each job of the outbox that moves money; the other ones only tell people.
MONEY_JOBS = {
    "points.earn_for_purchase": point_jobs.earn_for_purchase,
    "refunds.return_late_money": refund_jobs.return_late_money,
    "aftersales.go_on": return_jobs.go_on,
    "aftersales.go_on_refunded": return_jobs.go_on_refunded,
}
OK, CREATED, HEARD, FORBIDDEN, REFUSED = 200, 201, 204, 401, 500


@dataclass
class Bill:
    """As WeChat knows it."""

    number: str
    appid: str
    payer_openid: str
    amount_fen: int


@dataclass
class Asked:
    """A refund that WeChat is asked for."""

    number: str
    amount_fen: int
    total_fen: int
    payment: str


class Doors:
    """Every way in. The clock of the edges shows the time of the walk."""

    def __init__(self, client, shop):
        self._client, self._shop, self.at = client, shop, NOON

    def member(self, person, method, path, body=None, **more):
        """(what was answered, None) or (None, the code of the refusal)."""
        with told_the_time(self.at):
            token = token_of_member(person.member, self._shop.app, openid=person.openid)
            return self._said(token, method, path, body, **more)

    def staff(self, hired, method, path, body=None):
        with told_the_time(self.at):
            return self._said(token_of_staff(hired, self._shop.store), method, path, body)

    def pay(self, bill, **more):
        """WeChat says that this bill was paid; the status that it is answered with."""
        with told_the_time(self.at):
            return self._notice("payments", self._paid(bill), **more)

    def refund(self, asked, status="SUCCESS", **more):
        """WeChat says what became of this refund."""
        event = {"event": f"REFUND.{status}", "about": "refund"}
        with told_the_time(self.at):
            return self._notice("refunds", self._refunded(asked, status), **event, **more)

    def work(self, job):
        """How many tasks of this job there were."""
        return run_tasks(self._shop, job, MONEY_JOBS[job], at=self.at)

    def bill_of(self, order_number):
        return fetch_one(Bill, BILL, {"m": self._shop.id, "number": order_number})

    def refund_of(self, return_number):
        return fetch_one(Asked, REFUND, {"m": self._shop.id, "number": return_number})

    def late_refund_of(self, order_number):
        return fetch_one(Asked, LATE_REFUND, {"m": self._shop.id, "number": order_number})

    def _said(self, token, method, path, body, **more):
        caller = Caller(self._client, self._shop.merchant, bearer=token)
        if method == "get":
            answer = caller.get(path, **more)
        else:
            answer = caller.post(path, body, key=a_request_key())
        if answer.status_code in {OK, CREATED}:
            return answer.json, None
        assert answer.status_code < REFUSED, answer.json
        return None, answer.json["code"]

    def _notice(self, door, resource, **more):
        headers, body = a_notice(resource, **more)
        path = f"/wechat/pay/{self._shop.channel.number}/{door}"
        return self._client.post(path, data=body, headers=headers).status_code

    def _paid(self, bill):
        fen = bill.amount_fen
        return {
            "mchid": MERCHANT.mchid,
            "appid": bill.appid,
            "out_trade_no": bill.number,
            "transaction_id": f"42000{bill.number}",
            "trade_type": "JSAPI",
            "trade_state": "SUCCESS",
            "trade_state_desc": "支付成功",
            "bank_type": "OTHERS",
            "success_time": self.at.isoformat(timespec="seconds"),
            "payer": {"openid": bill.payer_openid},
            "amount": {
                "total": fen,
                "payer_total": fen,
                "currency": "CNY",
                "payer_currency": "CNY",
            },
        }

    def _refunded(self, asked, status):
        fen, total = asked.amount_fen, asked.total_fen
        return {
            "mchid": MERCHANT.mchid,
            "transaction_id": "4200000000000000000000000000",
            "out_trade_no": asked.payment,
            "refund_id": "50300000382019052709732678859",
            "out_refund_no": asked.number,
            "refund_status": status,
            "success_time": self.at.isoformat(timespec="seconds"),
            "user_received_account": "支付用户零钱",
            "amount": {"total": total, "refund": fen, "payer_total": total, "payer_refund": fen},
        }


BILL = """
SELECT p.number, p.appid, p.payer_openid, p.amount_fen FROM payments p
JOIN orders o ON o.merchant_id = p.merchant_id AND o.id = p.order_id
WHERE p.merchant_id = %(m)s AND o.number = %(number)s
"""
REFUND = """
SELECT f.number, f.amount_fen, p.amount_fen, p.number FROM returns r
JOIN refunds f ON f.merchant_id = r.merchant_id AND f.number = r.refund_number
JOIN payments p ON p.merchant_id = f.merchant_id AND p.id = f.payment_id
WHERE r.merchant_id = %(m)s AND r.number = %(number)s
"""
LATE_REFUND = """
SELECT f.number, f.amount_fen, p.amount_fen, p.number FROM orders o
JOIN payments p ON p.merchant_id = o.merchant_id AND p.order_id = o.id
JOIN refunds f ON f.merchant_id = p.merchant_id AND f.payment_id = p.id
WHERE o.merchant_id = %(m)s AND o.number = %(number)s AND f.cause = 'late:' || p.id
"""
