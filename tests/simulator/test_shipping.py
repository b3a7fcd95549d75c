"""Order shipping management: who must ship, what may be said about it, and when money comes."""

import pytest

from tests.simulator.mini import Mini, by_merchant_number, refund, upload
from tests.simulator.world import APP, MERCHANT, eventually

UPLOAD = "/wxa/sec/order/upload_shipping_info"
ORDER = "/wxa/sec/order/get_order"
DAY = 86_400


@pytest.fixture
def mini(sim):
    return Mini(sim)


@pytest.fixture
def paid(mini):
    return mini.paid_order()[0]


def order(mini, transaction_id):
    return mini.post(ORDER, transaction_id=transaction_id)["order"]


def express(**more):
    return {"item_desc": "杯子*1", "tracking_no": "YT1", "express_company": "YTO", **more}


def test_a_paid_order_waits_to_be_shipped_with_its_money_frozen(mini, paid):
    found = order(mini, paid)

    assert (found["order_state"], found["paid_amount"]) == (1, 3500)
    assert found["shipping"]["finish_shipping"] is False
    [listed] = mini.sim.get("/_sim/shipping")
    assert (listed["transaction_id"], listed["frozen_fen"]) == (paid, 3500)


def test_a_virtual_delivery_settles_two_days_later_by_itself(mini, paid):
    assert mini.code(UPLOAD, **upload(paid, mini.sim.openid)) == 0
    assert order(mini, paid)["order_state"] == 2
    [shipped] = mini.pushed("trade_manage_order_settlement")
    mini.sim.move_clock(2 * DAY + 5)

    settled = mini.pushed("trade_manage_order_settlement", count=2)[1]

    assert shipped["estimated_settlement_time"] - shipped["shipped_time"] == 2 * DAY
    assert (settled["confirm_receive_method"], settled["transaction_id"]) == (2, paid)
    assert settled["settlement_time"] >= settled["shipped_time"] + 2 * DAY
    assert Mini(mini.sim).post(ORDER, transaction_id=paid)["order"]["order_state"] == 4
    assert mini.sim.get("/_sim/shipping")[0]["frozen_fen"] == 0


def test_an_express_delivery_settles_after_ten_days(mini, paid):
    body = upload(paid, mini.sim.openid, logistics_type=1, shipping_list=[express()])
    assert mini.code(UPLOAD, **body) == 0
    [shipped] = mini.pushed("trade_manage_order_settlement")
    assert shipped["estimated_settlement_time"] - shipped["shipped_time"] == 10 * DAY


def test_a_customer_who_confirms_lets_the_money_go_sooner(mini, paid):
    mini.post(UPLOAD, **upload(paid, mini.sim.openid))
    confirmed = mini.sim.post(f"/_sim/users/小明/orders/{paid}/confirm")
    assert confirmed["order_state"] == 3
    assert mini.code(UPLOAD, **upload(paid, mini.sim.openid, at=1)) == 10060002
    mini.sim.move_clock(61)

    settled = mini.pushed("trade_manage_order_settlement", count=2)[1]

    assert settled["confirm_receive_method"] == 1
    assert order(mini, paid)["order_state"] == 4
    assert mini.code(UPLOAD, **upload(paid, mini.sim.openid, at=2)) == 10060004


def test_a_dispute_holds_the_money_until_it_ends(mini, paid):
    mini.post(UPLOAD, **upload(paid, mini.sim.openid))
    mini.sim.post(f"/_sim/users/小明/orders/{paid}/confirm")
    mini.sim.post(f"/_sim/shipping/{paid}", in_complaint=True)
    mini.sim.move_clock(61)
    assert order(mini, paid)["order_state"] == 6
    assert order(mini, paid)["in_complaint"] is True

    ended = mini.sim.post(f"/_sim/shipping/{paid}", in_complaint=False)

    assert ended["order_state"] == 4


def test_an_order_is_shipped_anew_once(mini, paid):
    openid = mini.sim.openid
    assert mini.code(UPLOAD, **upload(paid, openid)) == 0
    again = upload(paid, openid, at=1, shipping_list=[{"item_desc": "奶茶兑换券*1"}])
    assert mini.code(UPLOAD, **again) == 0
    assert order(mini, paid)["shipping"]["finish_shipping_count"] == 2
    assert mini.code(UPLOAD, **upload(paid, openid, at=2)) == 10060003


def test_information_that_is_older_or_the_same_changes_nothing(mini, paid):
    openid = mini.sim.openid
    mini.post(UPLOAD, **upload(paid, openid))
    assert mini.code(UPLOAD, **upload(paid, openid, at=1)) == 10060023
    older = upload(paid, openid, at=-60, shipping_list=[{"item_desc": "茶*1"}])
    assert mini.code(UPLOAD, **older) == 10060023
    assert order(mini, paid)["shipping"]["finish_shipping_count"] == 1


def test_a_split_delivery_is_shipped_when_all_of_it_is(mini, paid):
    parcels = {"logistics_type": 1, "delivery_mode": 2, "shipping_list": [express()]}
    first = upload(paid, mini.sim.openid, **parcels, is_all_delivered=False)
    assert mini.code(UPLOAD, **first) == 0
    assert order(mini, paid)["order_state"] == 1
    second = upload(paid, mini.sim.openid, at=1, **parcels, is_all_delivered=True)
    assert mini.code(UPLOAD, **second) == 0
    assert order(mini, paid)["order_state"] == 2


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"order_key": "x"}, 47001),
        ({"shipping_list": {"item_desc": "x"}}, 47001),
        ({"order_key": {"order_number_type": 3}}, 268485194),
        ({"order_key": {"order_number_type": 2}}, 268485195),
        ({"order_key": {"order_number_type": 1, "out_trade_no": "K1"}}, 268485196),
        ({"order_key": {"order_number_type": 1, "mchid": "16"}}, 268485197),
        ({"order_key": {"order_number_type": 2, "transaction_id": "42"}}, 10060001),
        ({"logistics_type": 5}, 10060005),
        ({"delivery_mode": 3}, 268485224),
        ({"delivery_mode": 2}, 10060006),
        ({"delivery_mode": 2, "logistics_type": 1}, 10060007),
        ({"shipping_list": []}, 268485228),
        ({"shipping_list": [{"item_desc": "a"}, {"item_desc": "b"}]}, 268485228),
        ({"shipping_list": [{}]}, 10060008),
        ({"shipping_list": [{"item_desc": "券" * 121}]}, 10060009),
        ({"upload_time": "2022-12-15 13:29:35"}, 268485216),
        ({"upload_time": "2022-13-15T13:29:35.120+08:00"}, 268485216),
        ({"payer": {"openid": "o-other"}}, 10060031),
        ({"logistics_type": 1}, 268485226),
        ({"logistics_type": 1, "shipping_list": [express(express_company="")]}, 268485227),
        ({"logistics_type": 1, "shipping_list": [express(tracking_no="1" * 129)]}, 10060026),
        ({"logistics_type": 1, "shipping_list": [express(express_company="X" * 129)]}, 10060025),
        ({"logistics_type": 1, "shipping_list": [express(express_company="SF")]}, 10060014),
    ],
)
def test_wrong_information_is_refused_by_its_code(mini, paid, changes, errcode):
    assert mini.code(UPLOAD, **upload(paid, mini.sim.openid, **changes)) == errcode
    assert order(mini, paid)["order_state"] == 1


def test_a_parcel_too_many_is_refused(mini, paid):
    body = upload(paid, mini.sim.openid, logistics_type=1, delivery_mode=2)
    body = {**body, "shipping_list": [express()] * 16, "is_all_delivered": True}
    assert mini.code(UPLOAD, **body) == 10060024


def test_an_order_is_named_by_the_merchants_numbers_too(mini):
    transaction_id, number = mini.paid_order()
    body = upload("", mini.sim.openid, order_key=by_merchant_number(number))
    assert mini.code(UPLOAD, **body) == 0
    found = mini.post(ORDER, merchant_id=MERCHANT.mchid, merchant_trade_no=number)["order"]
    assert (found["transaction_id"], found["order_state"]) == (transaction_id, 2)
    assert mini.code(ORDER) == 10060014


def test_an_order_cannot_be_found_right_after_its_payment(mini):
    mini.sim.post("/_sim/shipping", lag_seconds=30)
    paid, _ = mini.paid_order()
    assert mini.code(UPLOAD, **upload(paid, mini.sim.openid)) == 10060001
    mini.sim.move_clock(31)
    assert mini.code(UPLOAD, **upload(paid, mini.sim.openid)) == 0


def test_money_that_went_back_is_not_shipped_for(mini):
    paid, number = mini.paid_order()
    refund(mini.sim, number)
    assert mini.code(UPLOAD, **upload(paid, mini.sim.openid)) == 10060004
    eventually(lambda: order(mini, paid)["order_state"] == 5)
    assert mini.sim.get("/_sim/shipping")[0]["frozen_fen"] == 0


def test_a_partly_refunded_order_is_shipped_for_the_rest(mini):
    paid, number = mini.paid_order()
    refund(mini.sim, number, fen=500)
    eventually(lambda: mini.sim.get("/_sim/shipping")[0]["frozen_fen"] == 3000)
    assert mini.code(UPLOAD, **upload(paid, mini.sim.openid)) == 0


def test_an_app_that_ships_is_reminded_of_an_order_after_two_days(mini, paid):
    mini.sim.post(f"/_sim/apps/{APP.appid}/trade", has_shipped=True)
    mini.sim.move_clock(48 * 3600 + 1)
    [reminder] = mini.pushed("trade_manage_remind_shipping")
    assert (reminder["transaction_id"], reminder["merchant_id"]) == (paid, MERCHANT.mchid)


def test_an_app_that_never_shipped_is_told_to_begin_every_day(mini, paid):
    mini.pushed("trade_manage_remind_access_api")
    mini.sim.move_clock(DAY + 1)
    mini.pushed("trade_manage_remind_access_api", count=2)
    assert paid


def test_a_presale_is_reminded_of_after_its_day_and_a_test_order_never(mini):
    presale, _ = mini.paid_order()
    trial, _ = mini.paid_order()
    path = "/wxa/sec/order/opspecialorder"
    mini.sim.post(f"/_sim/apps/{APP.appid}/trade", has_shipped=True)
    delay_to = order(mini, presale)["pay_time"] + 20 * DAY
    assert mini.code(path, order_id=presale, type=1, delay_to=delay_to) == 0
    assert mini.code(path, order_id=trial, type=2) == 0
    mini.sim.move_clock(22 * DAY + 60)

    reminded = mini.pushed("trade_manage_remind_shipping")

    assert [each["transaction_id"] for each in reminded] == [presale]


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"type": 3}, 268546000),
        ({"type": 1}, 268546001),
        ({"type": 1, "delay_to": 1}, 268546001),
        ({"type": 2, "order_id": "K-none"}, 268546002),
    ],
)
def test_a_wrong_announcement_is_refused(mini, paid, changes, errcode):
    body = {"order_id": paid, **changes}
    assert mini.code("/wxa/sec/order/opspecialorder", **body) == errcode


def test_the_list_goes_page_by_page_and_by_state(mini):
    numbers = [mini.paid_order()[0] for _ in range(3)]
    mini.post(UPLOAD, **upload(numbers[0], mini.sim.openid))
    path = "/wxa/sec/order/get_order_list"

    first = mini.post(path, page_size=2)
    second = mini.post(path, page_size=2, last_index=first["last_index"])

    seen = [each["transaction_id"] for each in first["order_list"] + second["order_list"]]
    assert seen == numbers
    assert (first["has_more"], second["has_more"]) == (True, False)
    assert len(mini.post(path, order_state=1)["order_list"]) == 2
    assert mini.post(path, openid="o-other")["order_list"] == []
    assert mini.post(path, pay_time_range={"end_time": 1})["order_list"] == []
    assert mini.code(path, last_index="x") == 10060011


def test_only_an_express_delivery_is_asked_about_and_only_once(mini, paid):
    path = "/wxa/sec/order/notify_confirm_receive"
    asked = {"transaction_id": paid, "received_time": 9_999_999_999}
    assert mini.code(path, **asked) == 10060028
    mini.post(UPLOAD, **upload(paid, mini.sim.openid))
    assert mini.code(path, **asked) == 10060032
    again = upload(paid, mini.sim.openid, at=1, logistics_type=1, shipping_list=[express()])
    mini.post(UPLOAD, **again)
    assert mini.code(path, **{**asked, "received_time": 1}) == 10060029
    assert [mini.code(path, **asked) for _ in range(2)] == [0, 10060030]


def test_the_customer_sees_the_shipment_and_a_tap_leads_into_the_mini_program(mini, paid):
    mini.post("/wxa/sec/order/set_msg_jump_path", path="pages/order/detail")
    mini.post(UPLOAD, **upload(paid, mini.sim.openid))
    [message] = mini.sim.get("/_sim/users/小明/messages")
    assert message["kind"] == "shipping"
    assert message["page"].startswith(f"pages/order/detail?transaction_id={paid}&merchant_id=")


def test_a_combined_payment_is_shipped_whole_or_not_at_all(mini):
    numbers = [mini.paid_order()[0] for _ in range(2)]
    subs = [upload(each, mini.sim.openid) for each in numbers]
    whole = {**subs[0], "order_key": subs[0]["order_key"]}
    path = "/wxa/sec/order/upload_combined_shipping_info"
    bad = {**subs[1], "shipping_list": []}

    assert mini.code(path, **{**whole, "sub_orders": [subs[0], bad]}) == 268485228
    assert order(mini, numbers[0])["order_state"] == 1
    assert mini.code(path, **{**whole, "sub_orders": subs}) == 0
    assert [order(mini, each)["order_state"] for each in numbers] == [2, 2]
    assert mini.code(path, **{**whole, "sub_orders": []}) == 10060014


def test_an_app_may_ask_whether_it_is_managed(mini, paid):
    asked = {"appid": APP.appid}
    path = "/wxa/sec/order/is_trade_managed"
    assert mini.post(path, **asked)["is_trade_managed"] is True
    assert mini.code(path) == 40097
    assert mini.code(path, appid="wx0") == 40013
    confirmed = "/wxa/sec/order/is_trade_management_confirmation_completed"
    assert mini.post(confirmed, **asked)["completed"] is True

    mini.sim.post(f"/_sim/apps/{APP.appid}/trade", is_managed=False)

    assert mini.post(path, **asked)["is_trade_managed"] is False
    assert mini.code(UPLOAD, **upload(paid, mini.sim.openid)) == 48001


def test_an_app_under_control_cannot_take_payments(mini):
    _, params = mini.sim.make_order()
    mini.sim.post(f"/_sim/apps/{APP.appid}/trade", is_controlled=True)

    assert mini.sim.pay(params)["result"] == "requestPayment:fail 支付功能暂时无法使用"
    assert mini.pushes("wxa_trade_controlled")
    mini.sim.post(f"/_sim/apps/{APP.appid}/trade", is_controlled=False)
    assert mini.sim.pay(params)["result"] == "requestPayment:ok"
