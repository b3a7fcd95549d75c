"""Pages of the official account: WeChat says who is there, and a purchase goes through."""

import base64
import hashlib
import re
import secrets
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from sqlalchemy import select

from app.domain import ledger, merchants
from app.gateways.signatures import jssdk_signature
from app.kernel import clock, outbox
from app.kernel.db import reading, transaction
from app.web import tokens, visits
from jobs.members import join_members
from tests.api.calling import Caller, a_notice, a_request_key, real_account
from tests.builders.catalog import an_offer
from tests.simulator.world import APP, OFFICIAL

DOOR = f"/official/{OFFICIAL.appid}"


@pytest.fixture(autouse=True)
def _account(shop):
    with transaction():
        real_account(shop.merchant)


@pytest.fixture
def browser(client, shop, wechat):
    return Browser(client, shop.merchant, wechat.url)


class Browser(Caller):
    """WeChat's browser in the hand of somebody whom no other test knows."""

    def __init__(self, client, merchant, wechat):
        super().__init__(client, merchant)
        self._wechat = wechat
        self.name = f"访客{secrets.token_hex(4)}"
        self.openids = self._ask("", name=self.name)["openids"]

    def do(self, what, **said):
        """By hand, on the phone."""
        return self._ask(f"/{self.name}/{what}", **said)

    def _ask(self, what, **said):
        answer = requests.post(f"{self._wechat}/_sim/users{what}", json=said, timeout=5)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def sign_in_to_the_mini_program(self):
        code = self.do("login", appid=APP.appid)["code"]
        return self.post("/sessions", {"appid": APP.appid, "code": code}).json

    def set_out(self, **question):
        answer = self.get(f"{DOOR}/authorize", query_string=question)
        return answer.headers.get("Location"), answer

    def agree(self, url, **said):
        """WeChat's page sends the browser back: (path, question)."""
        back = urlsplit(self.do("authorize", url=url, **said)["location"])
        return back.path, {name: values[0] for name, values in parse_qs(back.query).items()}

    def visit(self, **question):
        """Out and back; the answer of our callback."""
        url, _ = self.set_out(**question)
        path, brought = self.agree(url)
        return self.raw("GET", path, query_string=brought)

    def sign_in(self, **question):
        """A signed-in caller."""
        landed = self.visit(**question).headers["Location"]
        ticket = landed.partition("#ticket=")[2]
        answer = self.post(f"{DOOR}/sessions", {"ticket": ticket})
        assert answer.status_code == 201, answer.text
        return answer.json


def signed_in(client, shop, session):
    return Caller(client, shop.merchant, bearer=session["token"])


def join_waiting_members(merchant_id):
    """What a worker would do next."""
    waiting = select(outbox.OutboxRow).where(
        outbox.OutboxRow.merchant_id == merchant_id,
        outbox.OutboxRow.event == "MembersMerged",
        outbox.OutboxRow.done_at.is_(None),
    )
    with transaction():
        ids = [row.id for row in reading().scalars(waiting)]
    for task_id in ids:
        with transaction():
            task = outbox.find_task(merchant_id=merchant_id, task_id=task_id)
        join_members(task)


def test_wechat_says_who_is_there(browser, client, shop):
    session = browser.sign_in()
    assert session["is_new"] is True
    assert signed_in(client, shop, session).get("/me").json["member"] == session["member"]
    assert browser.sign_in()["member"] == session["member"]


def test_the_session_is_one_of_a_web_page(browser):
    token = tokens.read(browser.sign_in()["token"], at=clock.now())
    assert (token.appid, token.is_web) == (OFFICIAL.appid, True)


def test_the_way_out_is_as_wechat_wants_it(browser):
    url, _ = browser.set_out(scope="snsapi_userinfo", return_to="/h5/?page=wallet")
    names = [pair.partition("=")[0] for pair in urlsplit(url).query.split("&")]
    assert names == ["appid", "redirect_uri", "response_type", "scope", "state"]
    assert url.endswith("#wechat_redirect")
    assert len(parse_qs(urlsplit(url).query)["state"][0]) <= 128


def test_the_token_is_in_no_address(browser):
    landed = browser.visit(return_to="/h5/?page=wallet").headers["Location"]
    assert landed.startswith("/h5/?page=wallet#ticket=")
    assert tokens.PREFIX not in landed


def test_a_ticket_is_exchanged_once(browser):
    ticket = browser.visit().headers["Location"].partition("#ticket=")[2]
    assert browser.post(f"{DOOR}/sessions", {"ticket": ticket}).status_code == 201
    again = browser.post(f"{DOOR}/sessions", {"ticket": ticket})
    assert (again.status_code, again.json["code"]) == (401, "handover_over")


def test_a_ticket_in_a_link_signs_nobody_elses_browser_in(browser, app, shop):
    """An attacker's ticket behind a link must not put a victim into his account."""
    ticket = browser.visit().headers["Location"].partition("#ticket=")[2]
    victim = app.test_client()
    path = f"/api/v1/{shop.merchant.number}{DOOR}/sessions"
    answer = victim.post(path, json={"ticket": ticket})
    assert (answer.status_code, answer.json["code"]) == (401, "handover_over")
    assert browser.post(f"{DOOR}/sessions", {"ticket": ticket}).status_code == 201


def test_a_ticket_is_good_at_its_own_account_only(browser, shop):
    with transaction():
        merchants.add_app(
            merchant_id=shop.id,
            appid="wx_another_account",
            kind=merchants.AppKind.OFFICIAL_ACCOUNT,
            name="另一个公众号",
            secret="s" * 32,
            at=clock.now(),
        )
    ticket = browser.visit().headers["Location"].partition("#ticket=")[2]
    answer = browser.post("/official/wx_another_account/sessions", {"ticket": ticket})
    assert answer.json["code"] == "handover_over"


def test_somebody_elses_return_opens_nothing(browser, app):
    """An attacker's code in a link must not sign his account into a victim's browser."""
    url, _ = browser.set_out()
    path, brought = browser.agree(url)
    victim = app.test_client()
    answer = victim.get(path, query_string=brought)
    assert (answer.status_code, answer.json["code"]) == (401, "visit_lost")


def test_a_changed_state_opens_nothing(browser):
    url, _ = browser.set_out()
    path, brought = browser.agree(url)
    answer = browser.raw("GET", path, query_string=brought | {"state": "x" + brought["state"]})
    assert answer.json["code"] == "visit_lost"


def test_a_visit_ends_with_its_return(browser):
    url, _ = browser.set_out()
    path, brought = browser.agree(url)
    assert browser.raw("GET", path, query_string=brought).status_code == 302
    again = browser.raw("GET", path, query_string=brought)
    assert again.json["code"] == "visit_lost"


def test_a_code_that_was_used_is_refused(browser):
    url, _ = browser.set_out()
    path, brought = browser.agree(url)
    browser.raw("GET", path, query_string=brought)
    url, _ = browser.set_out()
    _, newer = browser.agree(url)
    stolen = newer | {"code": brought["code"]}
    answer = browser.raw("GET", path, query_string=stolen)
    assert (answer.status_code, answer.json["code"]) == (401, "sign_in_refused")


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "h5",
        "/h5/\r\nX: y",
        "/h5/\n",
        "/\t/e",
    ],
)
def test_the_way_back_is_ours(browser, elsewhere):
    answer = browser.get(f"{DOOR}/authorize", query_string={"return_to": elsewhere})
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")


def test_nobody_in_a_snapshot_gets_an_account(browser):
    url, _ = browser.set_out()
    path, brought = browser.agree(url, snapshot=True)
    answer = browser.raw("GET", path, query_string=brought)
    assert (answer.status_code, answer.json["code"]) == (403, "snapshot_page")


BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def in_words(answer):
    """Title, policy by name, and where the way back leads."""
    assert answer.content_type == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"]
    parts = dict(each.strip().split(" ", 1) for each in policy.split(";"))
    way = re.search(r'href="(/[^"]*)"', answer.text)
    return re.search(r"<h1>(.*?)</h1>", answer.text)[1], parts, way and way[1]


def test_a_browser_is_told_in_words_and_programs_as_before(browser):
    url, _ = browser.set_out()
    path, brought = browser.agree(url)
    lost = brought | {"state": "<script>alert(1)</script>"}

    answer = browser.raw("GET", path, query_string=lost, headers=BROWSER)

    title, policy, way = in_words(answer)
    assert (answer.status_code, title) == (401, "登录没有完成")
    assert way == f"/h5/{browser.number}/"
    assert "alert" not in answer.text
    assert policy["default-src"] == "'none'"
    style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy["style-src"] == f"'sha256-{digest}'"
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == (
        "no-store",
        "no-referrer",
    )
    assert browser.raw("GET", path, query_string=lost).json["code"] == "visit_lost"


def test_every_refusal_of_the_way_there_and_back_is_in_words(browser, wechat):
    url, _ = browser.set_out()
    path, snapshot = browser.agree(url, snapshot=True)
    told = [
        browser.raw("GET", path, query_string=each, headers=BROWSER)
        for each in (snapshot, snapshot | {"code": "never-given"}, {"state": snapshot["state"]})
    ]
    without = browser.get("/official/null/authorize", headers=BROWSER)

    assert [(each.status_code, in_words(each)[0]) for each in [*told, without]] == [
        (403, "现在看到的是快照"),
        (401, "微信没有确认您的身份"),
        (422, "微信没有确认您的身份"),
        (404, "这里不能用微信登录"),
    ]
    assert in_words(without)[2] == f"/h5/{browser.number}/"


def test_a_shop_that_is_none_has_no_way_back(browser):
    answer = browser.raw("GET", "/api/v1/M1/official/wx1/authorize", headers=BROWSER)
    assert (answer.status_code, in_words(answer)[2]) == (404, None)


def test_a_mini_program_is_no_official_account(browser):
    answer = browser.get(f"/official/{APP.appid}/authorize")
    assert answer.status_code == 404
    answer = browser.post("/sessions", {"appid": OFFICIAL.appid, "code": "abc"})
    assert answer.status_code == 404


def test_the_cookie_is_for_this_way_only(browser):
    _, answer = browser.set_out()
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(visits.COOKIE)
    for word in ("HttpOnly", "SameSite=Lax", f"Path=/api/v1/{browser.number}{DOOR}/"):
        assert word in cookie


def test_one_person_on_both_ways_is_one_member(browser):
    on_page = browser.sign_in(scope="snsapi_userinfo")["member"]
    assert browser.sign_in_to_the_mini_program()["member"] == on_page


def test_a_unionid_that_comes_late_joins_both(browser, client, shop):
    """WeChat tells no unionid silently: until the person taps, there are two members."""
    page = browser.sign_in()
    signed_in(client, shop, page).post(
        "/orders",
        {"offer": an_offer(merchant=shop.merchant, price_fen=0).number},
        key=a_request_key(),
    )
    program = browser.sign_in_to_the_mini_program()
    assert program["member"] != page["member"]

    joined = browser.sign_in(scope="snsapi_userinfo")

    assert joined["member"] in {page["member"], program["member"]}
    join_waiting_members(shop.id)
    wallet = signed_in(client, shop, joined).get("/wallet").json
    assert len(wallet["items"]) == 2
    with transaction():
        assert ledger.verify() == []


def test_a_purchase_from_the_page(browser, client, shop, phone):
    member = signed_in(client, shop, browser.sign_in())
    placed = member.post("/orders", {"offer": shop.offer.number}, key=a_request_key()).json
    parameters = member.post(f"/orders/{placed['order']}/prepay").json
    assert parameters["appId"] == OFFICIAL.appid
    assert browser.do("pay", **parameters)["result"] == "requestPayment:ok"
    headers, body = a_notice(phone.last_paid())
    path = f"/wechat/pay/{shop.channel.number}/payments"
    assert member.raw("POST", path, headers=headers, data=body).status_code == 204
    assert len(member.get("/wallet").json["items"]) == 2


def test_an_order_is_paid_where_it_was_placed(browser, client, shop):
    page = signed_in(client, shop, browser.sign_in(scope="snsapi_userinfo"))
    placed = page.post("/orders", {"offer": shop.offer.number}, key=a_request_key()).json
    program = signed_in(client, shop, browser.sign_in_to_the_mini_program())
    answer = program.post(f"/orders/{placed['order']}/prepay")
    assert (answer.status_code, answer.json["code"]) == (409, "order_of_other_app")


def test_our_own_page_is_signed(browser, app, wechat):
    url = app.extensions["settings"].public_url + "/h5/?a=1#/wallet"
    told = browser.get(f"{DOOR}/js-config", query_string={"url": url}).json
    tickets = [
        each["answer"]
        for each in requests.get(f"{wechat.url}/_sim/requests", timeout=5).json()
        if each["target"].startswith("/cgi-bin/ticket/getticket")
    ]
    ticket = requests.models.complexjson.loads(tickets[-1])["ticket"]
    assert told["appId"] == OFFICIAL.appid
    assert told["signature"] == jssdk_signature(
        ticket=ticket,
        nonce=told["nonceStr"],
        timestamp=told["timestamp"],
        url=url.partition("#")[0],
    )


@pytest.mark.parametrize(
    "suffix", ["https://evil.example/", "{home}.evil.example/", "{home}@evil.example/", "x"]
)
def test_a_strange_page_is_not_signed(browser, app, suffix):
    url = suffix.replace("{home}", app.extensions["settings"].public_url)
    answer = browser.get(f"{DOOR}/js-config", query_string={"url": url})
    assert (answer.status_code, answer.json["code"]) == (403, "strange_page")
