"""Web sign-in: the authorize page, its codes and tokens."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from wechatpy import WeChatOAuth

from tests.simulator.official import OA
from tests.simulator.world import APP

BACK = "https://kabao.example/back?from=menu"


def address(account, **changes):
    asked = {
        "appid": OA.appid,
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "snsapi_userinfo",
        "state": "s-1",
        **changes,
    }
    return f"{account.url}/connect/oauth2/authorize?{urlencode(asked)}#wechat_redirect"


def authorize(account, *, agrees=True, snapshot=False, **changes):
    url = address(account, **changes)
    return account.post("/_sim/users/小明/authorize", url=url, agrees=agrees, snapshot=snapshot)


def exchange(account, code, **changes):
    asked = {
        "appid": OA.appid,
        "secret": OA.secret,
        "code": code,
        "grant_type": "authorization_code",
        **changes,
    }
    url = f"{account.url}/sns/oauth2/access_token"
    return requests.get(url, params=asked, timeout=5).json()


def sns(account, path, **asked):
    return requests.get(f"{account.url}{path}", params=asked, timeout=5).json()


def test_a_person_comes_back_with_code_and_state(account):
    answer = authorize(account)
    query = parse_qs(urlsplit(answer["location"]).query)
    assert answer["location"].startswith("https://kabao.example/back?from=menu&")
    assert query["code"] == [answer["code"]]
    assert query["state"] == ["s-1"]


def test_the_page_asks_who_is_there_and_sends_back(account):
    page = requests.get(address(account), timeout=5)
    assert "小明" in page.text
    assert "云朵咖啡" in page.text

    answer = requests.get(address(account, **{"as": "小明"}), allow_redirects=False, timeout=5)

    assert answer.status_code == 302
    code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
    assert exchange(account, code)["openid"] == account.fan


def test_the_page_escapes_what_it_was_given(account):
    page = requests.get(address(account, state='"><script>alert(1)</script>'), timeout=5)
    assert "<script>" not in page.text


def test_wechatpy_signs_a_person_in(account):
    oauth = WeChatOAuth(OA.appid, OA.secret, BACK, scope="snsapi_userinfo", state="s-2")
    oauth.API_BASE_URL = f"{account.url}/"
    oauth.OAUTH_BASE_URL = f"{account.url}/connect/"
    code = account.post("/_sim/users/小明/authorize", url=oauth.authorize_url)["code"]

    token = oauth.fetch_access_token(code)
    person = oauth.get_user_info()

    assert token["openid"] == person["openid"] == account.fan
    assert person["nickname"] == "小明"
    assert person["unionid"] == token["unionid"]
    assert oauth.check_access_token()
    assert oauth.refresh_access_token(token["refresh_token"])["openid"] == account.fan


def test_the_base_scope_gives_the_openid_only(account):
    told = exchange(account, authorize(account, scope="snsapi_base")["code"])
    assert told["openid"] == account.fan
    assert "unionid" not in told
    asked = {"access_token": told["access_token"], "openid": account.fan}
    assert sns(account, "/sns/userinfo", **asked)["errcode"] == 48001
    assert sns(account, "/sns/auth", **asked)["errcode"] == 0


def test_who_refuses_goes_back_without_a_code(account):
    answer = authorize(account, agrees=False)
    assert "code" not in answer
    assert answer["state"] == "s-1"


def test_a_snapshot_visitor_is_nobody(account):
    told = exchange(account, authorize(account, snapshot=True)["code"])
    assert told["is_snapshotuser"] == 1
    assert told["openid"] != account.fan
    assert "unionid" not in told


def test_a_code_works_once_and_for_five_minutes(account):
    used, late = authorize(account)["code"], authorize(account)["code"]
    assert "access_token" in exchange(account, used)
    assert exchange(account, used)["errcode"] == 40163
    assert exchange(account, "made-up")["errcode"] == 40029
    assert exchange(account, late, secret="wrong")["errcode"] == 40125
    account.move_clock(301)
    assert exchange(account, late)["errcode"] == 40029


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"appid": "wx0"}, 40013),
        ({"appid": APP.appid}, 40013),
        ({"redirect_uri": "https://evil.example/"}, 10003),
        ({"redirect_uri": "javascript:alert(1)"}, 10003),
        ({"redirect_uri": ""}, 10003),
        ({"scope": "snsapi_login"}, 10005),
        ({"response_type": "token"}, 40097),
        ({"state": "s" * 129}, 40097),
    ],
)
def test_the_platform_shows_an_error_for_a_wrong_address(account, changes, errcode):
    account.post(f"/_sim/apps/{OA.appid}", oauth_hosts=["kabao.example"])
    assert authorize(account, **changes)["errcode"] == errcode
    page = requests.get(address(account, **changes), allow_redirects=False, timeout=5)
    assert page.status_code == 200
    assert str(errcode) in page.text
    assert "code" in authorize(account)


def test_user_tokens_end(account):
    told = exchange(account, authorize(account)["code"])
    asked = {"access_token": told["access_token"], "openid": account.fan}
    refresh = {
        "appid": OA.appid,
        "grant_type": "refresh_token",
        "refresh_token": told["refresh_token"],
    }
    assert sns(account, "/sns/userinfo", **{**asked, "openid": "o-other"})["errcode"] == 40003
    assert sns(account, "/sns/userinfo", access_token="x", openid="o")["errcode"] == 40001

    account.move_clock(7201)

    assert sns(account, "/sns/userinfo", **asked)["errcode"] == 42001
    new = sns(account, "/sns/oauth2/refresh_token", **refresh)["access_token"]
    assert sns(account, "/sns/auth", access_token=new, openid=account.fan)["errcode"] == 0
    account.move_clock(30 * 86_400 + 1)
    assert sns(account, "/sns/oauth2/refresh_token", **refresh)["errcode"] == 42002
