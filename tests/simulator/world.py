"""A running simulator as a shop, a phone and a test see it, and a merchant's notice address."""

import base64
import json
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit, urlunsplit

import requests
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from requests.adapters import HTTPAdapter
from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpy import WeChatClient

from app.simulator.fresh import new_app, new_merchant, new_world
from app.simulator.settings import Person, Template

TEMPLATE = "tpl-voucher-arrived"
TEMPLATES = {
    TEMPLATE: Template(
        title="卡券到账提醒", fields={"thing1": "卡券名称", "amount2": "面值", "time3": "到账时间"}
    )
}
GOOD_DATA = {
    "thing1": {"value": "咖啡兑换券"},
    "amount2": {"value": "¥35.00"},
    "time3": {"value": "2026年5月1日 15:01"},
}
APP = new_app(templates=TEMPLATES, pages=("pages/index/index", "pages/gift/take"))
OFFICIAL = new_app(kind="oa", templates=TEMPLATES)
FRESH = new_world(
    app=APP,
    more_apps=(OFFICIAL,),
    people=(Person(name="小明", phone="13800000001"), Person(name="黑产", risk=True)),
    retry_ladder_scale=0.002,
    refund_seconds=0.05,
    one_minute_between_refunds=False,
)
MERCHANT = FRESH.settings.merchants[0]
STRANGER = new_merchant(appids=(APP.appid,))
PRIVATE_KEY = load_pem_private_key(FRESH.merchant_private_key_pem.encode(), password=None)
SECONDS_PER_DAY = 86_400


def eventually(look, *, seconds=30.0):
    """What `look` finds, as soon as it finds something."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = look()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError("it never came")


def sign(text, *, key=PRIVATE_KEY):
    return base64.b64encode(key.sign(text, padding.PKCS1v15(), SHA256())).decode()


class Receiver:
    """A merchant's notify_url: keeps what comes, answers `answers` in turn, then 204."""

    def __init__(self):
        self.got = []
        self.slow_seconds = 0
        self.answers = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/wechat/notices/pay"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def _handler(receiver):  # noqa: N805 - the inner class has a self of its own
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.answers.pop(0) if receiver.answers else 204
                receiver.got.append((dict(self.headers.items()), body))
                time.sleep(receiver.slow_seconds)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        return Handler

    def wait_for(self, count):
        return eventually(lambda: self.got if len(self.got) >= count else None)

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class Sim:
    """A running simulator, seen from outside."""

    def __init__(self, running, receiver):
        self.url = running.url
        self.receiver = receiver
        self._wxpay = None
        self.openid = self.get("/_sim/users/小明")["openids"][APP.appid]

    # The controls

    def get(self, path):
        answer = requests.get(self.url + path, timeout=5)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path, /, **body):
        answer = requests.post(self.url + path, json=body, timeout=5)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, kind, **more):
        return self.post("/_sim/faults", kind=kind, **more)

    def move_clock(self, seconds):
        self.post("/_sim/clock", offset_seconds=seconds)

    def login_code(self, name="小明"):
        return self.post(f"/_sim/users/{name}/login")["code"]

    def notices(self, event="TRANSACTION.SUCCESS"):
        return [each for each in self.get("/_sim/notices") if each["event_type"] == event]

    # The shop, with the unmodified libraries

    def wxpay(self):
        self._wxpay = self._wxpay or self._new_wxpay()
        return self._wxpay

    def _new_wxpay(self):
        wxpay = WeChatPay(
            wechatpay_type=WeChatPayType.MINIPROG,
            mchid=MERCHANT.mchid,
            private_key=FRESH.merchant_private_key_pem,
            cert_serial_no=MERCHANT.certificate_serial,
            appid=APP.appid,
            apiv3_key=MERCHANT.apiv3_key,
            notify_url=self.receiver.url,
            timeout=(3, 10),
            public_key=FRESH.platform_public_key_pem,
            public_key_id=FRESH.settings.public_key_id,
        )
        wxpay._core._gate_way = self.url
        return wxpay

    def wechat(self):
        client = WeChatClient(APP.appid, APP.secret, auto_retry=False)
        client._http.mount("https://api.weixin.qq.com/", ToSimulator(self.url))
        return client

    # The shop, by hand

    def order_body(self, **changes):
        body = {
            "appid": APP.appid,
            "mchid": MERCHANT.mchid,
            "description": "咖啡兑换券",
            "out_trade_no": "K" + uuid.uuid4().hex[:20],
            "notify_url": self.receiver.url,
            "amount": {"total": 3500, "currency": "CNY"},
            "payer": {"openid": self.openid},
        }
        return {**body, **changes}

    def call(self, method, target, body=None, **how):
        raw = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        sent = how.pop("sent", raw)
        serial_header = how.pop("serial_header", None)
        headers = {
            "Authorization": authorization(method, target, raw, **how),
            "Accept": "application/json",
            "Content-Type": "application/json",
            "Wechatpay-Serial": serial_header,
        }
        return requests.request(method, self.url + target, data=sent, headers=headers, timeout=10)

    def make_order(self, **changes):
        """An order and what wx.requestPayment gets."""
        body = self.order_body(**changes)
        answer = self.call("POST", "/v3/pay/transactions/jsapi", body)
        assert answer.status_code == 200, answer.text
        return body["out_trade_no"], payment(answer.json()["prepay_id"])

    def pay(self, params, *, name="小明"):
        return self.post(f"/_sim/users/{name}/pay", **params)

    def paid_order(self, **changes):
        number, params = self.make_order(**changes)
        assert self.pay(params)["result"] == "requestPayment:ok"
        return number


class ToSimulator(HTTPAdapter):
    """Sends what is meant for the platform to the simulator."""

    def __init__(self, url):
        super().__init__()
        self._to = urlsplit(url)

    def send(self, request, **how):
        parts = urlsplit(request.url)
        request.url = urlunsplit(parts._replace(scheme=self._to.scheme, netloc=self._to.netloc))
        return super().send(request, **{**how, "timeout": how.get("timeout") or 5})


def authorization(method, target, raw, **how):
    timestamp = str(how.get("timestamp", int(time.time())))
    nonce = uuid.uuid4().hex
    text = f"{method}\n{target}\n{timestamp}\n{nonce}\n".encode() + raw + b"\n"
    claims = {
        "mchid": how.get("mchid", MERCHANT.mchid),
        "nonce_str": nonce,
        "timestamp": timestamp,
        "serial_no": how.get("serial", MERCHANT.certificate_serial),
        "signature": how.get("signature") or sign(text, key=how.get("key", PRIVATE_KEY)),
    }
    return "WECHATPAY2-SHA256-RSA2048 " + ",".join(f'{k}="{v}"' for k, v in claims.items())


def private_key_of_stranger():
    return load_pem_private_key(STRANGER.private_key_pem.encode(), password=None)


def payment(prepay_id, *, key=PRIVATE_KEY):
    timestamp, nonce, package = str(int(time.time())), uuid.uuid4().hex, f"prepay_id={prepay_id}"
    text = f"{APP.appid}\n{timestamp}\n{nonce}\n{package}\n".encode()
    return {
        "appId": APP.appid,
        "timeStamp": timestamp,
        "nonceStr": nonce,
        "package": package,
        "signType": "RSA",
        "paySign": sign(text, key=key),
    }
