"""A mini-program's server side as its shop calls it, and how its orders are paid in a test."""

import time
from datetime import UTC, datetime, timedelta, timezone

import requests

from tests.simulator.world import MERCHANT, eventually

BEIJING = timezone(timedelta(hours=8))


class Mini:
    """Calls api.weixin.qq.com for one running simulator."""

    def __init__(self, sim):
        self.sim = sim
        self.token = sim.wechat().access_token

    def post(self, path, /, **body):
        return self._answer(requests.post(self._target(path), json=body, timeout=5))

    def get(self, path, /, **asked):
        return self._answer(requests.get(self._target(path), params=asked, timeout=5))

    def _target(self, path):
        return f"{self.sim.url}{path}?access_token={self.token}"

    def _answer(self, answer):
        assert answer.status_code == 200, answer.text
        return answer.json()

    def code(self, path, /, **body):
        return self.post(path, **body).get("errcode", 0)

    def paid_order(self, **changes):
        """The transaction_id and the merchant's number of an order just paid."""
        number, params = self.sim.make_order(**changes)
        return self.sim.pay(params)["transaction_id"], number

    def pushes(self, event):
        return [each for each in self.sim.get("/_sim/pushes") if each.get("Event") == event]

    def pushed(self, event, *, count=1):
        return eventually(lambda: found if len(found := self.pushes(event)) >= count else None)


def upload(transaction_id, openid, *, at=0.0, **changes):
    """A body of upload_shipping_info for a voucher: virtual, one item."""
    moment = datetime.fromtimestamp(time.time() + at, UTC).astimezone(BEIJING)
    body = {
        "order_key": {"order_number_type": 2, "transaction_id": transaction_id},
        "logistics_type": 3,
        "delivery_mode": 1,
        "shipping_list": [{"item_desc": "咖啡兑换券*1"}],
        "upload_time": moment.isoformat(timespec="milliseconds"),
        "payer": {"openid": openid},
    }
    return {**body, **changes}


def refund(sim, number, *, fen=3500, total=3500):
    body = {
        "out_trade_no": number,
        "out_refund_no": "R" + number,
        "amount": {"refund": fen, "total": total, "currency": "CNY"},
    }
    answer = sim.call("POST", "/v3/refund/domestic/refunds", body)
    assert answer.status_code == 200, answer.text


def by_merchant_number(number):
    return {"order_number_type": 1, "mchid": MERCHANT.mchid, "out_trade_no": number}
