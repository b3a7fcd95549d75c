"""The official account's API: tickets, menu, scene codes, followers, templates; by wechatpy."""

import io

import pytest
import requests
from PIL import Image
from wechatpy import parse_message

from app.simulator.open_platform.official.tickets import page_signature
from app.simulator.pushes.crypto import unseal
from tests.simulator.official import OA
from tests.simulator.world import APP

MENU = {
    "button": [
        {"type": "click", "name": "我的券", "key": "VOUCHERS"},
        {
            "name": "更多",
            "sub_button": [
                {"type": "view", "name": "商城", "url": "https://kabao.example/shop"},
                {
                    "type": "miniprogram",
                    "name": "小程序",
                    "url": "https://kabao.example/",
                    "appid": APP.appid,
                    "pagepath": "pages/index/index",
                },
                {"type": "scancode_waitmsg", "name": "扫码", "key": "SCAN"},
            ],
        },
    ]
}


def events(account, name):
    return [each for each in account.pushes() if each.get("Event") == name]


def scene(account, **scene):
    body = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "store-1"}}}
    return account.api("/cgi-bin/qrcode/create", {**body, **scene})


def menu(account, *buttons):
    return account.api("/cgi-bin/menu/create", {"button": list(buttons)})["errcode"]


# Tickets


def test_a_ticket_stays_the_same_for_two_hours(account):
    path = "/cgi-bin/ticket/getticket"
    first = account.api(path, type="jsapi")
    card = account.api(path, type="wx_card")
    account.move_clock(6000)
    again = account.api(path, type="jsapi")

    assert first["ticket"] == again["ticket"] != card["ticket"]
    assert (first["expires_in"], again["expires_in"]) == (7200, pytest.approx(1200, abs=5))
    account.move_clock(7100)
    account._tokens.clear()
    account.move_clock(7201)
    assert account.api(path, type="jsapi")["ticket"] != first["ticket"]
    assert account.api(path, type="other")["errcode"] == 40097
    assert account.api(path, app=APP, type="jsapi")["errcode"] == 48001


def test_the_page_signature_of_the_official_sample_comes_out():
    ticket = (
        "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
    )
    signed = page_signature(
        ticket=ticket,
        noncestr="Wm3WZYTPz0wzccnW",
        timestamp=1414587457,
        url="http://mp.weixin.qq.com?params=value#here",
    )
    assert signed == "0f9de62fce790f9a083d5c99e95740ceb90c27ed"


def test_wechatpy_gets_the_jsapi_ticket(account):
    client = account.official_client()
    assert client.jsapi.get_jsapi_ticket() == account.api("/cgi-bin/ticket/getticket")["ticket"]


# Menu


def test_wechatpy_sets_reads_and_removes_the_menu(account):
    client = account.official_client()

    client.menu.create(MENU)

    assert client.menu.get()["menu"]["button"] == MENU["button"]
    nested = client.menu.get_menu_info()["selfmenu_info"]["button"][1]["sub_button"]["list"]
    assert nested[0]["name"] == "商城"
    assert account.api("/cgi-bin/menu/trymatch", {"user_id": account.fan})["button"]
    client.menu.delete()
    assert account.api("/cgi-bin/menu/get")["errcode"] == 46003
    assert account.api("/cgi-bin/get_current_selfmenu_info")["is_menu_open"] == 0


CLICK = {"type": "click", "name": "券", "key": "K"}
VIEW = {"type": "view", "name": "店", "url": "https://k.example"}


@pytest.mark.parametrize(
    ("button", "errcode"),
    [
        ({**CLICK, "type": "dance"}, 40017),
        ({**CLICK, "name": "字" * 6}, 40018),
        ({**CLICK, "key": "k" * 129}, 40019),
        ({**CLICK, "key": ""}, 40019),
        ({**VIEW, "url": "https://k.example/" + "a" * 1024}, 40020),
        ({**VIEW, "url": "ftp://k.example"}, 40054),
        ({"name": "多", "sub_button": [CLICK] * 6}, 40023),
        ({"name": "多", "sub_button": [{**CLICK, "type": "x"}]}, 40024),
        ({"name": "多", "sub_button": [{**CLICK, "name": "字" * 21}]}, 40025),
        ({"name": "多", "sub_button": [{**CLICK, "key": ""}]}, 40026),
        ({"name": "多", "sub_button": [{**VIEW, "url": ""}]}, 40027),
        ({"name": "多", "sub_button": [{**VIEW, "url": "k.example"}]}, 40055),
        (MENU["button"][1]["sub_button"][1] | {"appid": "wx0"}, 40013),
        (CLICK, 0),
    ],
)
def test_a_menu_beyond_the_limits_is_refused(account, button, errcode):
    assert menu(account, button) == errcode


def test_a_menu_has_one_to_three_buttons(account):
    assert menu(account) == 40016
    assert menu(account, *[CLICK] * 4) == 40016
    assert account.api("/cgi-bin/menu/create", {"buttons": []})["errcode"] == 40015


def test_each_kind_of_button_tells_its_own_event(account):
    account.api("/cgi-bin/menu/create", MENU)

    account.does("menu", key="VOUCHERS")
    opened = account.does("menu", key="商城")["button"]["url"]
    target = account.does("menu", key="pages/index/index")["button"]["appid"]
    account.does("menu", key="SCAN", scanned="V123")

    told = {each["Event"]: each for each in account.pushes()}
    assert told["CLICK"]["EventKey"] == "VOUCHERS"
    assert told["VIEW"]["EventKey"] == opened == "https://kabao.example/shop"
    assert told["VIEW"]["MenuId"]
    assert (told["view_miniprogram"]["EventKey"], target) == ("pages/index/index", APP.appid)
    assert told["scancode_waitmsg"]["ScanCodeInfo"]["ScanResult"] == "V123"


# Scene codes and followers


def test_a_scanned_code_brings_a_follower_with_its_scene(account):
    account.listen()
    code = scene(account, expire_seconds=600)

    account.does("scan", ticket=code["ticket"])
    account.does("scan", scene="store-1")

    first, second = (unsealed(each) for each in account.server.wait_for(2))
    assert (first.event, first.scene_id, first.ticket) == (
        "subscribe_scan",
        "store-1",
        code["ticket"],
    )
    assert (second.event, second.scene_id) == ("scan", "store-1")
    assert events(account, "subscribe")[0]["EventKey"] == "qrscene_store-1"
    info = account.api("/cgi-bin/user/info", openid=account.fan)
    assert (info["subscribe_scene"], info["qr_scene_str"]) == ("ADD_SCENE_QR_CODE", "store-1")


def unsealed(got):
    start = got.text.index("<Encrypt><![CDATA[") + len("<Encrypt><![CDATA[")
    sealed = got.text[start : got.text.index("]]>", start)]
    return parse_message(unseal(sealed, aes_key=OA.message_aes_key, appid=OA.appid))


def test_the_picture_of_a_code_carries_its_ticket(account):
    code = scene(account)
    answer = requests.get(
        f"{account.url}/cgi-bin/showqrcode", params={"ticket": code["ticket"]}, timeout=5
    )
    image = Image.open(io.BytesIO(answer.content))
    image.load()
    assert image.info["ticket"] == code["ticket"]
    assert requests.get(f"{account.url}/cgi-bin/showqrcode?ticket=x", timeout=5).status_code == 404


def test_a_temporary_code_ends_and_a_permanent_one_does_not(account):
    short = scene(account)
    info = {"scene": {"scene_id": 7}}
    for_ever = scene(account, action_name="QR_LIMIT_SCENE", action_info=info)
    account.move_clock(61)

    assert account.does("scan", ticket=short["ticket"])["result"] == "nothing happened"
    assert account.does("scan", ticket=for_ever["ticket"])["event"] == "subscribe"
    assert short["expire_seconds"] == 60
    assert "expire_seconds" not in for_ever


@pytest.mark.parametrize(
    "changes",
    [
        {"action_name": "QR_OTHER"},
        {"expire_seconds": 2_592_001},
        {"expire_seconds": 0},
        {"action_info": {"scene": {"scene_str": "s" * 65}}},
        {"action_info": {"scene": {"scene_str": ""}}},
        {"action_info": {}},
        {"action_name": "QR_SCENE", "action_info": {"scene": {"scene_id": "7"}}},
        {"action_name": "QR_LIMIT_SCENE", "action_info": {"scene": {"scene_id": 100_001}}},
        {"action_name": "QR_LIMIT_SCENE", "action_info": {"scene": {"scene_id": 0}}},
    ],
)
def test_a_code_beyond_the_limits_is_refused(account, changes):
    assert scene(account, **changes)["errcode"] == 40053


def test_followers_are_listed_and_told_apart(account):
    account.does("follow")
    account.does("follow", name="小红")
    red = account.openid_of("小红")

    client = account.official_client()

    assert client.user.get_followers()["data"]["openid"] == [account.fan, red]
    assert client.user.get(account.fan)["subscribe"] == 1
    assert client.user.get(account.fan)["unionid"]
    both = client.user.get_batch([account.fan, red])
    assert [each["openid"] for each in both] == [account.fan, red]
    account.does("unfollow")
    assert client.user.get(account.fan)["subscribe"] == 0
    assert "subscribe_time" not in client.user.get(account.fan)
    assert account.api("/cgi-bin/user/info", openid="o-none")["errcode"] == 40003


def test_who_follows_twice_is_told_about_once(account):
    account.does("follow")
    assert account.does("follow")["result"] == "nothing happened"
    assert len(events(account, "subscribe")) == 1
    [shown] = account.get("/_sim/users/小明/accounts")
    assert (shown["name"], shown["following"]) == ("云朵咖啡", True)
