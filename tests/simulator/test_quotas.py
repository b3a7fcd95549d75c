"""Quotas that count by themselves, resets, lists of addresses, and looking up a rid."""

import pytest
import requests

from app.simulator.open_platform.quotas import QUOTAS
from tests.simulator.official import OA
from tests.simulator.world import APP

SEND = "/cgi-bin/message/template/send"


def shrink(account, path, limit, seconds=86_400):
    body = {"path": path, "limit": limit, "seconds": seconds}
    assert requests.post(f"{account.url}/_sim/quotas", json=body, timeout=5).status_code == 200


def answers(account, count):
    return [account.template().get("errcode") for _ in range(count)]


@pytest.fixture(autouse=True)
def follower(account):
    account.does("follow")


def test_a_daily_quota_ends_and_begins_again_in_beijing_the_next_day(account):
    shrink(account, SEND, 2)
    assert answers(account, 3) == [0, 0, 45009]
    account._tokens.clear()
    account.move_clock(86_400)
    assert answers(account, 1) == [0]


@pytest.mark.parametrize(
    ("path", "seconds", "errcode"),
    [
        ("/cgi-bin/stable_token", 60, 45011),
        ("/cgi-bin/stable_token", 86_400, 45009),
        ("/cgi-bin/token", 86_400, 45009),
    ],
)
def test_each_quota_refuses_with_its_own_code(account, path, seconds, errcode):
    shrink(account, path, 0, seconds)
    asked = {"grant_type": "client_credential", "appid": OA.appid, "secret": OA.secret}
    method = "POST" if "stable" in path else "GET"
    url = account.url + path
    answer = requests.request(method, url, json=asked, params=asked, timeout=5).json()
    assert answer["errcode"] == errcode


def test_a_second_and_a_minute_have_codes_of_their_own(account):
    shrink(account, "/wxa/msg_sec_check", 0, 60)
    shrink(account, "/wxa/generate_urllink", 0, 1)
    assert account.api("/wxa/msg_sec_check", {}, app=APP)["errcode"] == 44991
    assert account.api("/wxa/generate_urllink", {}, app=APP)["errcode"] == 44990


def test_a_minute_ends(account):
    shrink(account, "/cgi-bin/user/get", 1, 60)
    assert "total" in account.api("/cgi-bin/user/get")
    assert account.api("/cgi-bin/user/get")["errcode"] == 45011
    account.move_clock(61)
    assert "total" in account.api("/cgi-bin/user/get")


def test_the_numbers_are_the_platforms():
    assert [each.limit for each in QUOTAS["/cgi-bin/stable_token"]] == [10_000, 500_000]
    assert QUOTAS["/cgi-bin/message/subscribe/send"][0].limit == 30_000_000
    assert QUOTAS[SEND][0].limit == 100_000


def test_one_apps_calls_do_not_count_for_another(account):
    shrink(account, "/cgi-bin/getcallbackip", 1)
    assert "ip_list" in account.api("/cgi-bin/getcallbackip")
    assert "ip_list" in account.api("/cgi-bin/getcallbackip", app=APP)
    assert account.api("/cgi-bin/getcallbackip")["errcode"] == 45009


def test_what_is_left_can_be_asked(account):
    account.template()
    told = account.api("/cgi-bin/openapi/quota/get", {"cgi_path": SEND})
    assert told["quota"] == {"daily_limit": 100_000, "used": 1, "remain": 99_999}
    path = "/cgi-bin/openapi/quota/get"
    assert account.api(path, {"cgi_path": "/none"})["errcode"] == 76021
    assert account.api(path, {"cgi_path": "/sns/userinfo"})["errcode"] == 76022
    rate = account.api(path, {"cgi_path": "/wxa/msg_sec_check"}, app=APP)["rate_limit"]
    assert rate == {"call_count": 4000, "refresh_second": 60}


def test_a_quota_can_be_cleared_ten_times_a_month_by_both_ways(account):
    shrink(account, SEND, 1)
    assert answers(account, 2) == [0, 45009]
    account.api("/cgi-bin/clear_quota", {"appid": OA.appid})
    assert answers(account, 1) == [0]

    body = {"appid": OA.appid, "appsecret": OA.secret}
    url = f"{account.url}/cgi-bin/clear_quota/v2"
    codes = [requests.post(url, json=body, timeout=5).json()["errcode"] for _ in range(10)]

    assert codes == [0] * 9 + [48006]
    assert account.api("/cgi-bin/clear_quota", {"appid": OA.appid})["errcode"] == 48006
    assert account.api("/cgi-bin/clear_quota", {"appid": "wx0"})["errcode"] == 40013


def test_one_path_can_be_cleared_fifty_times_a_month(account):
    shrink(account, SEND, 1)
    assert answers(account, 2) == [0, 45009]
    path = "/cgi-bin/openapi/quota/clear"
    codes = [account.api(path, {"cgi_path": SEND})["errcode"] for _ in range(51)]
    assert codes == [0] * 50 + [48006]
    assert answers(account, 1) == [0]


def test_only_listed_addresses_get_tokens(account):
    account.post(f"/_sim/apps/{OA.appid}", ip_whitelist=["203.0.113.9"])
    refused = account.stable_token()
    assert refused["errcode"] == 40164
    assert "127.0.0.1" in refused["errmsg"]
    account.post(f"/_sim/apps/{OA.appid}", ip_whitelist=["203.0.113.9", "127.0.0.1"])
    assert "access_token" in account.stable_token()


def test_a_rid_finds_the_call_of_its_own_app(account):
    refused = account.template(template_id="tpl-none")
    rid = refused["errmsg"].rpartition("rid: ")[2]
    path = "/cgi-bin/openapi/rid/get"

    told = account.api(path, {"rid": rid})["request"]

    assert "tpl-none" in told["request_body"]
    assert "40037" in told["response_body"]
    assert told["client_ip"] == "127.0.0.1"
    assert account.api(path, {"rid": rid}, app=APP)["errcode"] == 76003
    assert account.api(path, {"rid": "aaaaaaaa-bbbbbbbb-cccccccc"})["errcode"] == 76001
    assert account.api(path, {"rid": "short"})["errcode"] == 76002
    account._tokens.clear()
    account.move_clock(7 * 86_400 + 60)
    assert account.api(path, {"rid": rid})["errcode"] == 76001


def test_the_platform_tells_its_addresses_and_whether_ours_answers(account):
    assert account.api("/cgi-bin/getcallbackip")["ip_list"]
    assert account.api("/cgi-bin/get_api_domain_ip", app=APP)["ip_list"]
    path = "/cgi-bin/callback/check"
    asked = {"action": "all", "check_operator": "DEFAULT"}
    assert account.api(path, asked)["errcode"] == 40201
    account.listen()
    assert account.api(path, asked)["dns"]
    assert account.api(path, {**asked, "action": "x"})["errcode"] == 40202
    assert account.api(path, {**asked, "check_operator": "x"})["errcode"] == 40203
