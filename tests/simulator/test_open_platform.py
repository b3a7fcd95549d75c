"""Login, tokens, phone numbers, subscribe messages and codes, through wechatpy and by hand."""

import base64
import io

import pytest
import requests
from PIL import Image
from wechatpy.exceptions import WeChatClientException

from tests.simulator.world import APP, GOOD_DATA, TEMPLATE

SECRET = {"appid": APP.appid, "secret": APP.secret}


@pytest.fixture
def token(sim):
    return stable(sim)["access_token"]


def stable(sim, **more):
    asked = {"grant_type": "client_credential", **SECRET, **more}
    return requests.post(f"{sim.url}/cgi-bin/stable_token", json=asked, timeout=5).json()


def plain(sim, **more):
    asked = {"grant_type": "client_credential", **SECRET, **more}
    return requests.get(f"{sim.url}/cgi-bin/token", params=asked, timeout=5).json()


def send(sim, token, **changes):
    body = {
        "touser": sim.openid,
        "template_id": TEMPLATE,
        "page": "pages/index/index?from=message",
        "data": GOOD_DATA,
    }
    return post(sim, "/cgi-bin/message/subscribe/send", token, {**body, **changes})


def post(sim, path, token, body):
    target = f"{sim.url}{path}?access_token={token}"
    return requests.post(target, json=body, timeout=5).json()


def exchange(sim, code, **more):
    asked = {**SECRET, "js_code": code, "grant_type": "authorization_code", **more}
    return requests.get(f"{sim.url}/sns/jscode2session", params=asked, timeout=5).json()


def subscribe(sim, *, accept=True, count=1):
    for _ in range(count):
        sim.post("/_sim/users/小明/subscribe", template_ids=[TEMPLATE], accept=accept)


# Login


def test_wechatpy_exchanges_a_login_code_for_the_same_openid_each_time(sim):
    session = sim.wechat().wxa.code_to_session(sim.login_code())
    again = sim.wechat().wxa.code_to_session(sim.login_code())

    assert session["openid"] == again["openid"] == sim.openid
    assert session["unionid"]
    assert len(base64.b64decode(session["session_key"])) == 16
    assert session["session_key"] != again["session_key"]


def test_a_login_code_works_once_and_for_five_minutes(sim):
    used, late = sim.login_code(), sim.login_code()
    exchange(sim, used)

    assert exchange(sim, used)["errcode"] == 40163
    assert exchange(sim, "made-up")["errcode"] == 40029
    sim.move_clock(301)
    assert exchange(sim, late)["errcode"] == 40029


def test_a_person_under_suspicion_is_blocked(sim):
    assert exchange(sim, sim.login_code("黑产"))["errcode"] == 40226


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"appid": "wx0"}, 40013),
        ({"appid": ""}, 41002),
        ({"secret": "wrong"}, 40125),
        ({"secret": ""}, 41004),
        ({"js_code": ""}, 41008),
        ({"grant_type": "client_credential"}, 40002),
    ],
)
def test_a_login_with_wrong_credentials_is_refused(sim, changes, errcode):
    answer = exchange(sim, sim.login_code(), **changes)
    assert answer["errcode"] == errcode
    assert "rid: " in answer["errmsg"]


# Tokens


def test_the_stable_token_stays_the_same_until_its_last_five_minutes(sim):
    first = stable(sim)
    sim.move_clock(6890)
    assert stable(sim)["access_token"] == first["access_token"]
    sim.move_clock(6901)

    second = stable(sim)

    assert second["access_token"] != first["access_token"]
    assert first["expires_in"] == 7200
    assert send(sim, first["access_token"])["errcode"] == 43101
    assert send(sim, second["access_token"])["errcode"] == 43101
    sim.move_clock(7201)
    assert send(sim, first["access_token"])["errcode"] == 42001


def test_a_forced_refresh_kills_the_old_token_but_only_every_thirty_seconds(sim):
    old = stable(sim)["access_token"]
    new = stable(sim, force_refresh=True)["access_token"]

    assert new != old
    assert send(sim, old)["errcode"] == 40001
    assert stable(sim, force_refresh=True)["access_token"] == new
    sim.move_clock(31)
    assert stable(sim, force_refresh=True)["access_token"] != new


def test_a_refresh_can_be_forced_twenty_times_a_day(sim):
    seen = set()
    for turn in range(25):
        sim.move_clock(turn * 31)
        seen.add(stable(sim, force_refresh=True)["access_token"])
    assert len(seen) == 20


def test_each_plain_token_gives_the_one_before_it_five_minutes_more(sim):
    first = plain(sim)["access_token"]
    second = plain(sim)["access_token"]

    assert first != second
    assert send(sim, first)["errcode"] == 43101
    sim.move_clock(301)
    assert send(sim, first)["errcode"] == 40001
    assert send(sim, second)["errcode"] == 43101


def test_stable_and_plain_tokens_do_not_touch_each_other(sim):
    kept = stable(sim)["access_token"]
    plain(sim)
    plain(sim)
    sim.move_clock(301)
    assert send(sim, kept)["errcode"] == 43101


def test_tokens_are_refused_for_their_reasons(sim):
    assert stable(sim, secret="wrong")["errcode"] == 40125
    assert stable(sim, appid="wx0")["errcode"] == 40013
    assert stable(sim, grant_type="x")["errcode"] == 40002
    assert requests.get(f"{sim.url}/cgi-bin/stable_token", timeout=5).json()["errcode"] == 43002
    assert requests.post(f"{sim.url}/cgi-bin/stable_token", timeout=5).json()["errcode"] == 44002
    assert send(sim, "")["errcode"] == 41001
    assert send(sim, "unknown")["errcode"] == 40001


def test_the_minute_quota_can_be_switched_on(sim):
    sim.fault("error", scope="/cgi-bin/stable_token", code=45011, count=1)
    assert stable(sim)["errcode"] == 45011
    assert "access_token" in stable(sim)


# Phone numbers


def test_a_phone_code_gives_the_number_once(sim, token):
    code = sim.post("/_sim/users/小明/phone-code")["code"]
    path = "/wxa/business/getuserphonenumber"

    assert post(sim, path, token, {"code": code, "openid": "o-other"})["errcode"] == 40003
    info = post(sim, path, token, {"code": code, "openid": sim.openid})["phone_info"]

    assert (info["purePhoneNumber"], info["countryCode"]) == ("13800000001", "86")
    assert info["watermark"]["appid"] == APP.appid
    assert post(sim, path, token, {"code": code})["errcode"] == 40029
    assert post(sim, path, token, {"code": sim.login_code()})["errcode"] == 40029


# Subscribe messages


def test_one_accepted_popup_is_one_message_on_the_phone(sim):
    subscribe(sim)
    client = sim.wechat()

    client.wxa.send_subscribe_message(sim.openid, TEMPLATE, GOOD_DATA, "pages/index/index")
    with pytest.raises(WeChatClientException) as refused:
        client.wxa.send_subscribe_message(sim.openid, TEMPLATE, GOOD_DATA)

    assert refused.value.errcode == 43101
    [message] = sim.get("/_sim/users/小明/messages")
    assert message["title"] == "卡券到账提醒"
    assert message["page"] == "pages/index/index"
    assert message["fields"][0] == {
        "key": "thing1",
        "label": "卡券名称",
        "value": "咖啡兑换券",
    }


def test_a_rejected_popup_gives_no_grant_and_both_are_recorded(sim, token):
    subscribe(sim, accept=False)
    assert send(sim, token)["errcode"] == 43101
    subscribe(sim, count=2)
    assert [send(sim, token)["errcode"] for _ in range(3)] == [0, 0, 43101]
    said = [
        each["List"][0]["SubscribeStatusString"]
        for each in sim.get("/_sim/pushes")
        if "popup" in each["Event"]
    ]
    assert said == ["reject", "accept", "accept"]


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"touser": "o-nobody"}, 40003),
        ({"template_id": "tpl-none"}, 40037),
        ({"page": "pages/none"}, 41030),
        ({"miniprogram_state": "beta"}, 40097),
        ({"data": "text"}, 47001),
    ],
)
def test_a_message_to_nowhere_is_refused_and_spends_no_grant(sim, token, changes, errcode):
    subscribe(sim)
    assert send(sim, token, **changes)["errcode"] == errcode
    assert send(sim, token)["errcode"] == 0


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("thing1", "二" * 21),
        ("thing1", ""),
        ("thing1", "two\nlines"),
        ("amount2", "三十五元"),
        ("amount2", "¥12345678901"),
        ("time3", "tomorrow"),
        ("time3", "25:00"),
    ],
)
def test_a_value_beyond_its_type_is_refused_by_name(sim, token, key, value):
    subscribe(sim)
    answer = send(sim, token, data={**GOOD_DATA, key: {"value": value}})
    assert answer["errcode"] == 47003
    assert f"data.{key}.value" in answer["errmsg"]


def test_the_keys_must_be_those_of_the_template(sim, token):
    subscribe(sim)
    missing = {key: value for key, value in GOOD_DATA.items() if key != "time3"}
    assert "data.time3.value is " in send(sim, token, data=missing)["errmsg"]
    extra = {**GOOD_DATA, "thing9": {"value": "x"}}
    assert send(sim, token, data=extra)["errcode"] == 47003


# Codes


def test_a_mini_program_code_is_a_png_that_knows_its_scene(sim):
    answer = sim.wechat().wxa.get_wxa_code_unlimited("g=Ab12Cd34", page="pages/gift/take")

    image = Image.open(io.BytesIO(answer.content))
    image.load()
    assert answer.headers["Content-Type"] == "image/png"
    assert image.size == (430, 430)
    assert image.info["scene"] == "g=Ab12Cd34"


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"scene": "a" * 33}, 40169),
        ({"scene": 7}, 40169),
        ({"scene": "100%"}, 40129),
        ({"scene": "券"}, 40129),
        ({"scene": ""}, 40129),
        ({"page": "/pages/index/index"}, 41030),
        ({"page": "pages/index/index?x=1"}, 41030),
        ({"page": "pages/none"}, 41030),
        ({"width": 100}, 40097),
        ({"env_version": "beta"}, 40097),
    ],
)
def test_a_code_that_the_platform_would_not_draw_is_refused(sim, token, changes, errcode):
    body = {"scene": "g=1", "page": "pages/index/index", **changes}
    assert post(sim, "/wxa/getwxacodeunlimit", token, body)["errcode"] == errcode


def test_an_unpublished_page_is_drawn_when_the_path_is_not_checked(sim, token):
    target = f"{sim.url}/wxa/getwxacodeunlimit?access_token={token}"
    body = {"scene": "g=1", "page": "pages/new", "check_path": False}
    assert requests.post(target, json=body, timeout=5).content.startswith(b"\x89PNG")


def test_an_unknown_address_is_no_success(sim):
    assert requests.get(f"{sim.url}/cgi-bin/nothing", timeout=5).json()["errcode"] == 40066
