"""Product coupons as a brand and a phone use them."""

import json
import time
import uuid
from datetime import UTC, datetime, timedelta

import requests

from app.simulator.open_platform.picture import picture
from tests.simulator.world import APP, MERCHANT, sign

BRAND = "/brand/marketing/product-coupon"
PARTNER = "/v3/marketing/partner/product-coupon"
PNG = picture({"of": "coffee"}, width=32)


def moment(days):
    return (datetime.now(UTC) + timedelta(days=days)).replace(microsecond=0).isoformat()


def number():
    return "N" + uuid.uuid4().hex[:20]


def authorization(method, target, raw, *, scheme="WECHATPAY-BRAND-SHA256-RSA2048", **claims):
    timestamp, nonce = str(int(time.time())), uuid.uuid4().hex
    text = f"{method}\n{target}\n{timestamp}\n{nonce}\n".encode() + raw + b"\n"
    claims = {
        "brand_id": MERCHANT.brand_id,
        "nonce_str": nonce,
        "timestamp": timestamp,
        "serial_no": MERCHANT.certificate_serial,
        "signature": sign(text),
        **claims,
    }
    return f"{scheme} " + ",".join(f'{key}="{value}"' for key, value in claims.items())


class Brand:
    """The brand's server."""

    def __init__(self, sim):
        self.sim = sim

    def ask(self, method, path, body=None, **how):
        target = BRAND + path
        raw = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {
            "Authorization": authorization(method, target, raw, **how),
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        url = self.sim.url + target
        return requests.request(method, url, data=raw, headers=headers, timeout=10)

    def told(self, method, path, body=None):
        answer = self.ask(method, path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def product(self, **changes):
        return self.told("POST", "/product-coupons", product_body(**changes))

    def token(self, product, **changes):
        body = {**self.which(product), "send_request_no": number(), **changes}
        body.pop("out_request_no")
        return self.told("POST", f"/users/{self.sim.openid}/pre-send-coupon", body)["token"]

    def taken(self, product, **changes):
        got = receive(self.sim, self.token(product, **changes))
        assert got["received"] == "new", got
        return got["coupon_code"]

    def which(self, product):
        return {
            "product_coupon_id": product["product_coupon_id"],
            "stock_id": product["stock"]["stock_id"],
            "appid": APP.appid,
            "out_request_no": number(),
        }

    def do(self, what, product, code, **more):
        path = f"/users/{self.sim.openid}/coupons/{code}/{what}"
        return self.ask("POST", path, {**self.which(product), **more})

    def use(self, product, code, **more):
        return self.do("use", product, code, **{"use_time": moment(0), **more})

    def effective(self, product):
        code = self.taken(product)
        assert self.do("confirm", product, code).json()["coupon_state"] == "EFFECTIVE"
        return code

    def coupon(self, product, code):
        query = "&".join(f"{key}={value}" for key, value in self.which(product).items())
        return self.told("GET", f"/users/{self.sim.openid}/coupons/{code}?{query}")


def stock(**changes):
    body = {
        "coupon_code_mode": "WECHATPAY",
        "stock_send_rule": {"max_count": 100, "max_count_per_user": 5},
        "single_usage_rule": {
            "coupon_available_period": {
                "available_begin_time": moment(-1),
                "available_end_time": moment(30),
            },
            "exchange_coupon": {"threshold": 0, "exchange_price": 1000},
        },
        "usage_rule_display_info": {"coupon_usage_method_list": ["OFFLINE"]},
        "coupon_display_info": {"code_display_mode": "QRCODE"},
        "notify_config": {"notify_appid": APP.appid},
        "store_scope": "NONE",
    }
    return {**body, **changes}


def product_body(**changes):
    body = {
        "out_request_no": number(),
        "scope": "SINGLE",
        "type": "EXCHANGE",
        "usage_mode": "SINGLE",
        "display_info": {
            "name": "十元换拿铁",
            "image_url": "https://wxpaylogo.qpic.cn/wxpaylogo/a/b",
            "original_price": 3000,
        },
        "stock": stock(),
    }
    return {**body, **changes}


def receive(sim, token, *, name="小明"):
    return sim.post(f"/_sim/users/{name}/receive-product-coupon", token=token)


def refused(answer):
    return answer.status_code, answer.json()["code"]


def transaction(sim):
    told = sim.wxpay().query(out_trade_no=sim.paid_order())[1]
    return json.loads(told)["transaction_id"]
