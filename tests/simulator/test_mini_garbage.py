"""Whatever one field holds, the platform answers in its own words."""

import pytest

from tests.simulator.mini import Mini, upload
from tests.simulator.test_mini_service_cards import card
from tests.simulator.world import APP, GOOD_DATA, TEMPLATE

ODD = ([], {}, [{}], "x", None, 7, True, -1.5)


@pytest.fixture
def mini(sim):
    sim.login_code()
    return Mini(sim)


def bodies(mini):
    """A good request for each call, by its path."""
    paid = mini.post("/wxa/sec/order/get_order", transaction_id=mini.paid_order()[0])["order"]
    openid, number = mini.sim.openid, paid["transaction_id"]
    shipped = upload(number, openid)
    text = {"content": "你好", "version": 2, "scene": 1, "openid": openid}
    return {
        "/wxa/sec/order/upload_shipping_info": shipped,
        "/wxa/sec/order/upload_combined_shipping_info": {**shipped, "sub_orders": [shipped]},
        "/wxa/sec/order/get_order": {"transaction_id": number},
        "/wxa/sec/order/get_order_list": {"page_size": 1, "last_index": "0", "openid": openid},
        "/wxa/sec/order/notify_confirm_receive": {"transaction_id": number, "received_time": 1},
        "/wxa/sec/order/opspecialorder": {"order_id": number, "type": 2},
        "/wxa/set_user_notify": card(mini, paid),
        "/wxa/msg_sec_check": {**text, "title": "", "nickname": "", "signature": ""},
        "/wxa/media_check_async": {**text, "media_url": "https://x.example", "media_type": 1},
        "/wxa/getuserriskrank": {**text, "appid": APP.appid, "client_ip": "::1"},
        "/wxa/generate_urllink": {"path": "", "query": "", "expire_type": 1, "expire_interval": 1},
        "/wxa/generatescheme": {"jump_wxa": {"path": ""}, "expire_time": 1},
        "/wxa/genwxashortlink": {"page_url": "pages/gift/take", "page_title": ""},
        "/wxaapi/newtmpl/addtemplate": {"tid": "1001", "kidList": [1, 2], "sceneDesc": ""},
        "/cgi-bin/message/wxopen/updatablemsg/send": {"activity_id": "x", "template_info": {}},
        "/cgi-bin/message/subscribe/send": {
            "touser": openid,
            "template_id": TEMPLATE,
            "data": GOOD_DATA,
        },
    }


def test_an_odd_value_in_any_field_never_breaks_the_platform(mini):
    broken = [
        (path, name, odd)
        for path, body in bodies(mini).items()
        for name in body
        for odd in ODD
        if mini.code(path, **{**body, name: odd}) == -1
    ]
    assert broken == []


def test_an_odd_value_inside_shipping_information_never_breaks_it(mini):
    body = upload(mini.paid_order()[0], mini.sim.openid, logistics_type=1)
    parcel = {"item_desc": "券", "tracking_no": "1", "express_company": "SF", "contact": {}}
    path = "/wxa/sec/order/upload_shipping_info"
    for odd in ODD:
        for name in parcel:
            wrong = {**body, "shipping_list": [{**parcel, name: odd}]}
            assert mini.code(path, **wrong) != -1
        for name in ("order_number_type", "transaction_id"):
            wrong = {**body, "order_key": {**body["order_key"], name: odd}}
            assert mini.code(path, **wrong) != -1
