"""商品券 on the pretend WeChat Pay: the brand's own door and the service provider's."""

import hashlib
import json

import pytest
import requests
from wechatpayv3.core import RequestType

from tests.simulator.product_coupons import (
    PARTNER,
    PNG,
    Brand,
    authorization,
    number,
    product_body,
    receive,
    refused,
    stock,
    transaction,
)
from tests.simulator.world import APP, MERCHANT, SECONDS_PER_DAY, eventually, sign


@pytest.fixture
def brand(sim):
    return Brand(sim)


def test_a_coupon_goes_from_confirming_over_effective_to_used_and_back(sim, brand):
    product = brand.product()
    code = brand.taken(product)
    assert brand.coupon(product, code)["coupon_state"] == "CONFIRMING"

    assert brand.do("confirm", product, code).json()["coupon_state"] == "EFFECTIVE"
    order = {"transaction_id": transaction(sim)}
    used = brand.use(product, code, associated_order_info=order).json()
    back = brand.do("return", product, code).json()

    assert (used["coupon_state"], back["coupon_state"]) == ("USED", "EFFECTIVE")
    assert used["single_usage_detail"]["associated_order_info"] == order
    assert "return_time" in back["single_usage_detail"]


def test_the_brand_is_told_of_giving_using_and_returning(sim, brand, receiver):
    brand.told("POST", "/notify-configs", {"notify_url": receiver.url})
    product = brand.product()
    code = brand.effective(product)
    number = transaction(sim)
    brand.use(product, code, associated_order_info={"transaction_id": number})
    brand.do("return", product, code)

    told = [sim.wxpay().callback(headers, body) for headers, body in receiver.wait_for(4)]

    events = {each["event_type"]: each["resource"] for each in told}
    assert set(events) >= {f"PRODUCT_COUPON.{each}" for each in ("SEND", "USE", "RETURN")}
    sent = events["PRODUCT_COUPON.SEND"]
    assert (sent["coupon_code"], sent["openid"]) == (code, sim.openid)
    assert sent["brand_id"] == MERCHANT.brand_id
    assert brand.told("GET", "/notify-configs")["notify_url"] == receiver.url


def test_what_is_not_confirmed_is_of_no_use(sim, brand):
    product = brand.product()
    code = brand.taken(product)
    order = {"transaction_id": transaction(sim)}
    answer = brand.use(product, code, associated_order_info=order)
    assert refused(answer) == (400, "INVALID_REQUEST")


def test_using_needs_an_order_that_somebody_paid(sim, brand):
    product = brand.product()
    code = brand.effective(product)

    none = brand.use(product, code)
    half = brand.use(product, code, associated_order_info={"out_trade_no": "K1"})
    invented = brand.use(product, code, associated_order_info={"transaction_id": "4200001"})
    own = {"out_trade_no": sim.paid_order(), "mchid": MERCHANT.mchid}

    assert refused(none) == refused(half) == (400, "PARAM_ERROR")
    assert refused(invented) == (404, "RESOURCE_NOT_EXISTS")
    assert brand.use(product, code, associated_order_info=own).json()["coupon_state"] == "USED"


def test_a_token_is_good_for_five_minutes_and_for_one_person(sim, brand):
    product = brand.product()
    token = brand.token(product)
    assert receive(sim, token, name="黑产")["received"] == "not"
    assert receive(sim, "invented")["errMsg"] == "openBusinessView:fail token无效"

    sim.move_clock(301)

    assert receive(sim, token)["errMsg"] == "openBusinessView:fail token已过期"
    assert sim.get("/_sim/users/小明/coupons") == []


def test_one_request_number_gives_one_coupon(sim, brand):
    product = brand.product()
    tokens = [brand.token(product, send_request_no="SEND-1") for _ in range(2)]
    got = [receive(sim, each) for each in tokens]
    assert [each["received"] for each in got] == ["new", "already"]
    assert got[0]["coupon_code"] == got[1]["coupon_code"]

    other = brand.product()
    path = f"/users/{sim.openid}/pre-send-coupon"
    body = {**brand.which(other), "send_request_no": "SEND-1"}
    body.pop("out_request_no")
    assert refused(brand.ask("POST", path, body)) == (400, "RESOURCE_ALREADY_EXISTS")


@pytest.mark.parametrize("rule", ["max_count_per_user", "max_count", "max_count_per_day"])
def test_the_limits_of_a_stock_hold(sim, brand, rule):
    limits = {"max_count": 100, "max_count_per_user": 5, rule: 1}
    product = brand.product(stock=stock(stock_send_rule=limits))
    token = brand.token(product)
    brand.taken(product)

    body = {**brand.which(product), "send_request_no": number()}
    body.pop("out_request_no")
    refusal = brand.ask("POST", f"/users/{sim.openid}/pre-send-coupon", body)

    assert refused(refusal) == (403, "RULE_LIMIT")
    assert receive(sim, token)["received"] == "not"


def test_a_request_number_is_good_for_one_thing(brand):
    product = brand.product()
    code, other = brand.taken(product), brand.taken(product)
    first = brand.do("confirm", product, code, out_request_no="CONFIRM-1")
    again = brand.do("confirm", product, code, out_request_no="CONFIRM-1")
    else_ = brand.do("confirm", product, other, out_request_no="CONFIRM-1")
    second = brand.do("confirm", product, code, out_request_no="CONFIRM-2")

    assert first.json() == again.json()
    assert refused(else_) == (400, "RESOURCE_ALREADY_EXISTS")
    assert refused(second) == (400, "INVALID_REQUEST")


def test_a_coupon_waits_and_expires_by_the_clock(sim, brand):
    rule = stock()["single_usage_rule"]
    period = {
        **rule["coupon_available_period"],
        "available_days": 2,
        "wait_days_after_receive": 1,
    }
    late = stock(single_usage_rule={**rule, "coupon_available_period": period})
    product = brand.product(stock=late)
    code = brand.taken(product)
    assert brand.do("confirm", product, code).json()["coupon_state"] == "PENDING"

    sim.move_clock(SECONDS_PER_DAY)
    tomorrow = brand.coupon(product, code)["coupon_state"]
    sim.move_clock(4 * SECONDS_PER_DAY)

    assert (tomorrow, brand.coupon(product, code)["coupon_state"]) == ("EFFECTIVE", "EXPIRED")


def test_a_coupon_is_invalidated_and_stays_so(brand):
    product = brand.product()
    code = brand.effective(product)
    gone = brand.do("deactivate", product, code, deactivate_reason="误发")
    assert gone.json()["coupon_state"] == "DEACTIVATED"
    assert gone.json()["deactivate_reason"] == "误发"
    again = brand.do("deactivate", product, code, deactivate_reason="误发")
    assert refused(again) == (400, "INVALID_REQUEST")


def test_codes_are_assigned_uploaded_or_the_platforms(brand):
    assigned = brand.product(stock=stock(coupon_code_mode="API_ASSIGN"))
    assert brand.taken(assigned, coupon_code="KB-0001") == "KB-0001"

    uploaded = brand.product(stock=stock(coupon_code_mode="UPLOAD"))
    product_id, stock_id = uploaded["product_coupon_id"], uploaded["stock"]["stock_id"]
    path = f"/product-coupons/{product_id}/stocks/{stock_id}"
    body = {"out_request_no": "UPLOAD-1", "code_list": ["C-1", "C-1"]}
    told = brand.told("POST", f"{path}/upload-coupon-codes", body)
    assert (told["success_count"], told["duplicate_code_list"]) == (1, ["C-1"])
    assert brand.taken(uploaded) == "C-1"
    counts = brand.told("GET", path)["coupon_code_count_info"]
    assert counts == {"total_count": 1, "available_count": 0}


def test_a_persons_coupons_are_listed_in_pages(sim, brand):
    product = brand.product()
    codes = [brand.taken(product) for _ in range(3)]
    path = f"/users/{sim.openid}/coupons?appid={APP.appid}&page_size=2"

    first = brand.told("GET", path)
    rest = brand.told("GET", f"{path}&page_token={first['next_page_token']}")
    none = brand.told("GET", f"{path}&coupon_state=USED")

    both = first["user_coupon_list"] + rest["user_coupon_list"]
    assert [each["coupon_code"] for each in both] == codes
    assert (first["total_count"], none["total_count"]) == (3, 0)
    assert "next_page_token" not in rest


def test_a_coupon_is_sent_from_the_server(sim, brand):
    product = brand.product()
    body = {**brand.which(product), "send_request_no": "SEND-1", "attach": "会员日"}
    body.pop("out_request_no")
    told = [brand.told("POST", f"/users/{sim.openid}/coupons", body) for _ in range(2)]
    assert told[0] == told[1]
    assert (told[0]["send_channel"], told[0]["attach"]) == ("API", "会员日")


def test_an_ended_stock_gives_nothing_and_its_coupons_stay_good(sim, brand):
    product = brand.product()
    code = brand.effective(product)
    end = {"out_request_no": "END-00001", "deactivate_reason": "下架"}
    ended = brand.told("POST", f"/product-coupons/{product['product_coupon_id']}/deactivate", end)
    assert ended["state"] == "DEACTIVATED"

    body = {**brand.which(product), "send_request_no": number()}
    body.pop("out_request_no")
    refusal = brand.ask("POST", f"/users/{sim.openid}/pre-send-coupon", body)

    assert refused(refusal) == (400, "INVALID_REQUEST")
    assert brand.coupon(product, code)["coupon_state"] == "EFFECTIVE"


def test_a_product_has_more_stocks_whose_budget_grows(brand):
    product = brand.product()
    path = f"/product-coupons/{product['product_coupon_id']}/stocks"
    more = brand.told("POST", path, {"out_request_no": "STOCK-1", "stock": stock()})
    target = {
        "out_request_no": "BUDGET-1",
        "target_max_count": 200,
        "current_max_count": 100,
    }
    grown = brand.told("POST", f"{path}/{more['stock_id']}/update-budget", target)

    assert grown["stock_send_rule"]["max_count"] == 200
    listed = brand.told("GET", path)["stock_list"]
    assert [each["stock_id"] for each in listed] == [product["stock"]["stock_id"], more["stock_id"]]


def test_each_door_has_its_own_scheme(sim, brand):
    merchants = brand.ask("GET", "/notify-configs", scheme="WECHATPAY2-SHA256-RSA2048")
    nobodys = brand.ask("GET", "/notify-configs", brand_id="1")
    forged = brand.ask("GET", "/notify-configs", signature=sign(b"something else"))
    target = f"{PARTNER}/notify-configs"
    headers = {"Authorization": authorization("GET", target, b""), "Accept": "application/json"}
    brands = requests.get(sim.url + target, headers=headers, timeout=5)

    for answer in (merchants, nobodys, forged, brands):
        assert refused(answer) == (401, "SIGN_ERROR")


def test_a_partner_names_the_brand_and_is_told_in_its_place(sim, receiver):
    named = {"brand_id": MERCHANT.brand_id}
    sim.call("POST", f"{PARTNER}/notify-configs", {"notify_url": receiver.url})
    product = sim.call("POST", f"{PARTNER}/product-coupons", {**product_body(), **named}).json()
    body = {
        **Brand(sim).which(product),
        **named,
        "send_request_no": number(),
    }
    body.pop("out_request_no")
    path = f"{PARTNER}/users/{sim.openid}/pre-send-coupon"
    token = sim.call("POST", path, body).json()["token"]

    assert receive(sim, token)["received"] == "new"

    [notice] = eventually(lambda: sim.notices("PRODUCT_COUPON_SP.SEND"))
    assert notice["resource"]["brand_id"] == MERCHANT.brand_id
    unnamed = sim.call("POST", f"{PARTNER}/product-coupons", product_body())
    assert refused(unnamed) == (400, "PARAM_ERROR")


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("/out_request_no", {"out_request_no": "short"}),
        ("/type", {"scope": "ALL"}),
        ("/display_info/name", {"display_info": {"name": "短", "image_url": "x"}}),
        ("/display_info/original_price", {"display_info": {"name": "换拿铁", "image_url": "x"}}),
        ("/stock", {"stock": None}),
        ("/stock/store_scope", {"stock": stock(store_scope="SOME")}),
        ("/stock/single_usage_rule/normal_coupon", {"type": "NORMAL"}),
        ("/single_usage_info/normal_coupon", {"scope": "ALL", "type": "NORMAL"}),
        ("/more", {"more": 1}),
    ],
)
def test_each_field_of_a_product_is_held_to_its_limits(brand, field, changes):
    answer = brand.ask("POST", "/product-coupons", product_body(**changes))
    assert refused(answer) == (400, "PARAM_ERROR")
    assert answer.json()["detail"]["field"] == field


def test_a_picture_is_uploaded_with_its_meta_signed(sim):
    meta = json.dumps({"filename": "a.png", "sha256": hashlib.sha256(PNG).hexdigest()})
    status, text = sim.wxpay()._core.request(
        f"{PARTNER}/media/upload-image",
        method=RequestType.POST,
        data={"meta": meta},
        sign_data=meta,
        files=[("file", ("a.png", PNG, "image/png"))],
    )
    assert status == 200
    assert json.loads(text)["image_url"].startswith("https://wxpaylogo.qpic.cn/")


def test_the_card_bag_shows_it_and_it_changes_behind_everybodys_back(sim, brand):
    product = brand.product()
    code, other = brand.effective(product), brand.effective(product)
    card = next(each for each in sim.get("/_sim/users/小明/coupons") if each["code"] == code)
    assert (card["kind"], card["title"]) == ("product_coupon", "十元换拿铁")
    assert card["worth"] == {"threshold": 0, "exchange_price": 1000}

    sim.post(f"/_sim/users/小明/coupons/product_coupon/{code}/delete")
    sim.post(f"/_sim/coupons/product_coupon/{other}", state="USED")

    states = [brand.coupon(product, each)["coupon_state"] for each in (code, other)]
    assert states == ["DELETED", "USED"]
    assert len(sim.get("/_sim/coupons")) == 2
