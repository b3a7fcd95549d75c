"""The real servers, in processes of their own, and many callers at once."""

import base64
import os
import secrets
import subprocess
import sys
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, local

import requests

from app.kernel import clock
from app.kernel.db import transaction
from deploy.local import children
from tests.api.calling import KEY, real_app, real_channel, token_of_member, token_of_staff
from tests.builders.members import a_member
from tests.builders.merchants import a_clerk
from tests.builders.orders import a_shop
from tests.conftest import MASTER_KEY
from tests.simulator.world import APP, MERCHANT

ROOT = Path(__file__).parents[2]
THREADS = 20
CALLERS = 40
READY_SECONDS = 30
ANSWER_SECONDS = 30
TRIES = 5


def environment(settings, **more):
    """The settings of the tests, as a process of its own reads them."""
    return os.environ | {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "KABAO_SECRET": base64.b64encode(MASTER_KEY).decode(),
        "KABAO_ENV": "test",
        "KABAO_PUBLIC_URL": settings.public_url,
        "KABAO_FILES": settings.files_root,
        "KABAO_OUTBOX_AGAIN_SECONDS": "2",
        "KABAO_DATABASE_POOL": str(THREADS),
        "WECHAT_URL": settings.wechat_url,
        "WECHAT_PAY_URL": settings.wechat_pay_url,
        "WECHAT_OPEN_URL": settings.wechat_open_url,
        "PYTHONPATH": str(ROOT),
        **more,
    }


class Server:
    """One granian with one process that works; notices for it go through the first of all."""

    def __init__(self, settings, folder, *, home=None):
        self.port = children.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = folder / f"web-{self.port}.log"
        command = [
            *(
                sys.executable,
                "-m",
                "granian",
                "--interface",
                "wsgi",
                "--http",
                "1",
                "--host",
                "127.0.0.1",
            ),
            *("--port", str(self.port), "--workers", "1", "--blocking-threads", str(THREADS)),
            *("--no-access-log", "wsgi:app"),
        ]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment(settings, KABAO_PUBLIC_URL=home or self.url),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self):
        ready = children.until(self._answers, within=READY_SECONDS)
        assert ready, children.last_words(self._log)

    def kill(self):
        """SIGKILL to granian and its worker, in whatever they are doing."""
        children.kill_group(self._process)
        self._process.wait()

    def _answers(self):
        try:
            return requests.get(f"{self.url}/readyz", timeout=2).ok
        except requests.RequestException:
            return False


def start_servers(settings, folder, *, number=2):
    first = Server(settings, folder)
    servers = [first, *(Server(settings, folder, home=first.url) for _ in range(number - 1))]
    for server in servers:
        server.wait()
    return servers


def at_once(calls):
    """What each call answered, in order; up to 40 callers, who begin together."""
    width = min(CALLERS, len(calls))
    door, waiting = Barrier(width), deque(enumerate(calls))
    results = [None] * len(calls)

    def caller(_number):
        number, call = waiting.popleft()
        door.wait(ANSWER_SECONDS)
        while True:
            results[number] = call()
            try:
                number, call = waiting.popleft()
            except IndexError:
                return

    with ThreadPoolExecutor(width) as threads:
        list(threads.map(caller, range(width)))
    return results


_mine = local()


def _session():
    """One kept-alive connection per caller, as phones and tills have."""
    if not hasattr(_mine, "session"):
        _mine.session = requests.Session()
    return _mine.session


def _until_heard(send):
    """The answer; on a slow machine a row may be held too long, and then callers ask again."""
    for _ in range(TRIES):
        answer = send()
        if b'"busy"' not in answer.content:
            break
    return answer


class Person:
    """Somebody with a token, who calls this or that server."""

    def __init__(self, servers, merchant, bearer):
        self._urls = [server.url for server in servers]
        # Taken now: callers' threads have no session to ask the row again.
        self._merchant, self._bearer = str(merchant.number), bearer

    def post(self, path, body=None, *, key=None, server=None):
        return self._send("POST", path, server, json=body, key=key)

    def get(self, path, *, server=None):
        return self._send("GET", path, server)

    def _send(self, method, path, server, *, key=None, json=None):
        url = self._urls[secrets.randbelow(len(self._urls)) if server is None else server]
        headers = {"Authorization": f"Bearer {self._bearer}"}
        if key:
            headers[KEY] = key
        return _until_heard(
            lambda: _session().request(
                method,
                f"{url}/api/v1/{self._merchant}{path}",
                json=json,
                headers=headers,
                timeout=ANSWER_SECONDS,
            )
        )


class Street:
    """A shop, its two servers, and the pretend WeChat."""

    def __init__(self, servers, wechat, **offer):
        self.servers, self.wechat = servers, wechat
        self.shop = a_shop(offer=offer)
        with transaction():
            self.shop.app = real_app(self.shop.merchant)
            self.shop.channel = real_channel(self.shop.merchant)
        self._door = f"/wechat/pay/{self.shop.channel.number}/payments"

    def clerk(self):
        hired = a_clerk(self.shop.store, at=clock.now())
        return self._person(token_of_staff(hired, self.shop.store))

    def customer(self, openid=None):
        """A member who is signed in; with an openid that the pretend WeChat knows, or without."""
        openid = openid or f"o_{secrets.token_hex(10)}"
        member = a_member(
            merchant=self.shop.merchant, appid=APP.appid, openid=openid, at=clock.now()
        )
        person = self._person(token_of_member(member, self.shop.app, openid=openid))
        person.member, person.openid = member, openid
        return person

    def newcomer(self):
        """A customer whose phone the pretend WeChat knows."""
        name = f"racer-{secrets.token_hex(6)}"
        joined = requests.post(f"{self.wechat.url}/_sim/users", json={"name": name}, timeout=5)
        person = self.customer(joined.json()["openids"][APP.appid])
        person.name = name
        return person

    def _person(self, bearer):
        return Person(self.servers, self.shop.merchant, bearer)

    def phone_pays(self, person, parameters):
        """Whether wx.requestPayment said ok."""
        url = f"{self.wechat.url}/_sim/users/{person.name}/pay"
        answer = _session().post(url, json=parameters, timeout=ANSWER_SECONDS)
        return answer.json()["result"] == "requestPayment:ok"

    def notify(self, envelope, *, server=None):
        """Send a notice as WeChat would; the status."""
        headers, body = envelope
        home = self.servers[secrets.randbelow(len(self.servers)) if server is None else server]
        return _until_heard(
            lambda: _session().post(
                home.url + self._door, data=body, headers=headers, timeout=ANSWER_SECONDS
            )
        ).status_code


def said_of(bill, *, transaction_id=None):
    """What WeChat says about a bill that was paid."""
    paid = dict.fromkeys(("total", "payer_total"), bill.amount_fen)
    return {
        "appid": bill.appid,
        "mchid": MERCHANT.mchid,
        "out_trade_no": bill.number,
        "transaction_id": transaction_id or f"42000{secrets.randbelow(10**20):020d}",
        "trade_type": "JSAPI",
        "trade_state": "SUCCESS",
        "trade_state_desc": "支付成功",
        "bank_type": "OTHERS",
        "attach": "",
        "success_time": f"{clock.now():%Y-%m-%dT%H:%M:%S}+00:00",
        "payer": {"openid": bill.payer_openid},
        "amount": {**paid, "currency": "CNY", "payer_currency": "CNY"},
    }
