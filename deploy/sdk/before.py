"""A purchase by hand, before any library comes in."""

import json
import secrets
import time
from typing import Any

import requests

from app.simulator.fresh import FreshMerchant
from app.simulator.settings import App
from app.simulator.signing import private_key, sign

JSAPI = "/v3/pay/transactions/jsapi"
PATIENCE_S = 10


def buy(url: str, *, fresh: FreshMerchant, app: App, who: str, notify_url: str) -> str:
    """Order and pay at the simulator of this address; the order's number."""
    number = "B" + secrets.token_hex(10)
    order = {
        "appid": app.appid,
        "mchid": fresh.merchant.mchid,
        "description": "前天的券",
        "out_trade_no": number,
        "notify_url": f"{notify_url}/notices",
        "amount": {"total": 3500, "currency": "CNY"},
        "payer": {"openid": control(url, f"users/{who}")["openids"][app.appid]},
    }
    prepay_id = _place(url, order, fresh=fresh)
    control(url, f"users/{who}/pay", _signed_payment(prepay_id, appid=app.appid, fresh=fresh))
    return number


def control(url: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """Ask (without a body) or tell the simulator's own controls."""
    method = "GET" if body is None else "POST"
    answer = requests.request(method, f"{url}/_sim/{path}", json=body, timeout=PATIENCE_S)
    answer.raise_for_status()
    return answer.json()


def _place(url: str, order: dict[str, Any], *, fresh: FreshMerchant) -> str:
    raw = json.dumps(order).encode()
    headers = {
        "Authorization": _authorization(raw, fresh=fresh),
        "Accept": "application/json",
        "Content-Type": "application/json",
    }
    answer = requests.post(url + JSAPI, data=raw, headers=headers, timeout=PATIENCE_S)
    answer.raise_for_status()
    return str(answer.json()["prepay_id"])


def _authorization(raw: bytes, *, fresh: FreshMerchant) -> str:
    stamp, nonce = str(int(time.time())), secrets.token_hex(16)
    text = f"POST\n{JSAPI}\n{stamp}\n{nonce}\n".encode() + raw + b"\n"
    claims = {
        "mchid": fresh.merchant.mchid,
        "nonce_str": nonce,
        "timestamp": stamp,
        "serial_no": fresh.merchant.certificate_serial,
        "signature": sign(private_key(fresh.private_key_pem), text),
    }
    return "WECHATPAY2-SHA256-RSA2048 " + ",".join(f'{k}="{v}"' for k, v in claims.items())


def _signed_payment(prepay_id: str, *, appid: str, fresh: FreshMerchant) -> dict[str, str]:
    lines = (appid, str(int(time.time())), secrets.token_hex(16), f"prepay_id={prepay_id}")
    text = "".join(f"{line}\n" for line in lines).encode()
    names = ("appId", "timeStamp", "nonceStr", "package")
    signed = sign(private_key(fresh.private_key_pem), text)
    return {**dict(zip(names, lines, strict=True)), "signType": "RSA", "paySign": signed}
