"""Merchant coupons as a shop and a phone use them."""

import json
import uuid
from datetime import UTC, datetime, timedelta

from app.simulator.pay.busifavor.plugin import apiv2_sign, component_values
from tests.simulator.world import APP, MERCHANT

BUSIFAVOR = "/v3/marketing/busifavor"
KEY = "192006250b4c09247ec02edce69f6a2d"


def moment(days):
    return (datetime.now(UTC) + timedelta(days=days)).replace(microsecond=0).isoformat()


def number():
    return "N" + uuid.uuid4().hex[:20]


def stock_body(**changes):
    rule = {
        "coupon_available_time": {
            "available_begin_time": moment(-1),
            "available_end_time": moment(30),
        },
        "fixed_normal_coupon": {"discount_amount": 500, "transaction_minimum": 1000},
        "use_method": "OFF_LINE",
    }
    body = {
        "stock_name": "咖啡满减券",
        "belong_merchant": MERCHANT.mchid,
        "goods_name": "全场咖啡",
        "stock_type": "NORMAL",
        "coupon_use_rule": rule,
        "stock_send_rule": {"max_coupons": 100, "max_coupons_per_user": 5},
        "out_request_no": number(),
        "coupon_code_mode": "WECHATPAY_MODE",
    }
    return {**body, **changes}


def make(sim, **changes):
    status, text = sim.wxpay().marketing_busifavor_stock_create(**stock_body(**changes))
    assert status == 200, text
    return json.loads(text)["stock_id"]


def rules(**changes):
    return {"max_coupons": 100, "max_coupons_per_user": 5, **changes}


def times(**changes):
    body = stock_body()["coupon_use_rule"]
    return {**body, "coupon_available_time": {**body["coupon_available_time"], **changes}}


def tap(sim, *params, name="小明", sign=None):
    listed = [dict(each) for each in params]
    values = component_values(listed, merchant=MERCHANT.mchid)
    return sim.post(
        f"/_sim/users/{name}/send-coupon",
        send_coupon_params=listed,
        send_coupon_merchant=MERCHANT.mchid,
        sign=sign or apiv2_sign(values, key=MERCHANT.apiv2_key),
    )


def take(sim, stock_id, *, name="小明", request_no=None, **more):
    params = {"stock_id": stock_id, "out_request_no": request_no or number(), **more}
    [item] = tap(sim, params, name=name)["send_coupon_result"]
    return item


def code_of(sim, stock_id, **how):
    return take(sim, stock_id, **how)["coupon_code"]


def use(sim, code, *, request_no="U-1", **more):
    return sim.wxpay().marketing_busifavor_coupon_use(
        code, moment(0), request_no, appid=APP.appid, **more
    )


def detail(sim, code):
    return json.loads(sim.wxpay().marketing_busifavor_coupon_detail(code, sim.openid)[1])


def refused(answer):
    status, text = answer
    return status, json.loads(text)["code"]
