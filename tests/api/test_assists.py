"""A friend comes from a chat, looks, and helps; the shop looks at doubts."""

import secrets
from datetime import timedelta

import msgspec
import pytest
import requests

from app.kernel import clock
from app.web import tokens
from tests.api.calling import Caller, a_request_key, token_of_member
from tests.builders.assist import a_campaign, helped, tasks_of
from tests.builders.members import a_member
from tests.builders.orders import a_paid_order
from tests.simulator.world import APP


@pytest.fixture
def task(shop, buyer):
    """小明's own, of an order a minute ago."""
    at = clock.now() - timedelta(minutes=1)
    a_campaign(shop, at=at)
    a_paid_order(shop, buyer=buyer, at=at)
    return tasks_of(shop, buyer)[0]


def test_a_buyer_reads_the_rules_before_he_pays(guest, shop, statements):
    plain = shop.offer
    a_campaign(shop, at=clock.now() - timedelta(minutes=1))
    pages = [f"/offers/{each.number}" for each in (plain, shop.offer)]
    for page in pages:
        guest.get(page)
    counted = []
    for page in pages:
        with statements() as seen:
            told = guest.get(page).json
        counted.append(len(seen.statements))
    rules = told["assist"]

    assert guest.get(pages[0]).json["assist"] is None
    assert counted[1] == counted[0] + 1
    assert (rules["title"], rules["rules"][:3]) == ("好友助力，解锁蛋糕券", "购买后")
    for said in (
        "主卡里的券付款后立即放入卡包，不需要助力就能用",
        "每份主卡另有「蛋糕券」（热拿铁1杯）1张，2位好友确认助力后解锁，解锁后才能使用",
        "助力时间：付款后24小时内",
        "到期未完成：未解锁的券作废，改发「曲奇券」（热拿铁1杯）1张",
        "给好友的券还剩1000份，用完后不能再助力",
    ):
        assert said in rules["lines"]


def test_the_rules_of_a_task_are_those_that_its_buyer_read(guest, member, shop, task):
    read = guest.get(f"/offers/{shop.offer.number}").json["assist"]["lines"]
    (mine,) = member.get("/assists").json["items"]
    assert mine["task"]["rule_lines"] == read[:-1]


def test_whoever_buys_too_late_for_help_is_told(guest, shop, monkeypatch):
    at = clock.now()
    a_campaign(shop, at=at, ends_at=at + timedelta(hours=1))
    monkeypatch.setattr(clock, "now", lambda: at + timedelta(hours=1))
    (line,) = guest.get(f"/offers/{shop.offer.number}").json["assist"]["lines"]
    assert line.startswith("好友助力已于")
    assert line.endswith("截止，现在购买只得到主卡里的券")


class Friend(Caller):
    """小红, as the pretend WeChat knows her."""

    def __init__(self, client, shop, url):
        name = f"小红-{secrets.token_hex(4)}"
        self._sim = f"{url}/_sim/users/{name}"
        requests.post(f"{url}/_sim/users", json={"name": name}, timeout=5)
        openid = requests.get(self._sim, timeout=5).json()["openids"][APP.appid]
        self.who = a_member(merchant=shop.merchant, appid=APP.appid, openid=openid, at=clock.now())
        super().__init__(
            client, shop.merchant, bearer=token_of_member(self.who, shop.app, openid=openid)
        )
        self.login()

    def login(self):
        return requests.post(f"{self._sim}/login", json={"appid": APP.appid}, timeout=5).json()[
            "code"
        ]

    def risk(self, rank):
        requests.post(f"{self._sim}/risk", json={"rank": rank}, timeout=5)


@pytest.fixture
def friend(client, shop, wechat):
    friend = Friend(client, shop, wechat.url)
    friend.risk(0)
    yield friend
    friend.risk(0)


def test_the_owner_shares_a_card_that_can_change(member, task):
    (mine,) = member.get("/assists").json["items"]
    card = member.post(f"/assists/{task.number}/share").json
    again = member.post(f"/assists/{task.number}/share").json

    assert (mine["assist"], mine["task"]["state"]) == (task.number, "open")
    assert card["path"] == f"pages/assist/help?scene={task.token}"
    assert (card["member_count"], card["room_limit"]) == ("0", "2")
    assert card["activity_id"] == again["activity_id"] is not None


def test_a_friend_looks_and_helps(friend, task):
    body = {"token": task.token}
    seen = friend.post("/assist-links/look", body).json
    done = friend.post("/assist-links/help", body)
    again = friend.post("/assist-links/help", body)
    after = friend.post("/assist-links/look", body).json

    assert (seen["state"], seen["helped"], seen["my_help"]) == ("open", 0, None)
    assert (seen["prize"]["name"], seen["reward"]["name"]) == ("蛋糕券", "热美式小杯券")
    assert (done.status_code, done.json["state"]) == (200, "counted")
    assert again.json == done.json
    assert (after["helped"], after["my_help"]["help"]) == (1, done.json["help"])
    assert [each["name"] for each in friend.get("/wallet").json["items"]] == ["热美式小杯券"]


def test_the_owner_cannot_help_himself(member, task):
    refused = member.post("/assist-links/help", {"token": task.token})
    assert (refused.status_code, refused.json["code"]) == (409, "assist_own")


def test_a_high_rank_is_turned_away_and_a_medium_one_is_looked_at(friend, manager, clerk, task):
    body = {"token": task.token}
    friend.risk(4)
    refused = friend.post("/assist-links/help", body)
    friend.risk(2)
    held = friend.post("/assist-links/help", body).json
    appealed = friend.post(f"/assists/helps/{held['help']}/appeal", {"text": "我是他同学"})
    (review,) = manager.get("/counter/reviews").json["items"]
    forbidden = clerk.get("/counter/reviews")
    approved = manager.post(f"/counter/reviews/{held['help']}/approve", {"reason": "认识"})
    twice = manager.post(f"/counter/reviews/{held['help']}/reject", {"reason": "再看"})

    assert (refused.json["code"], held["state"]) == ("assist_not_now", "held")
    assert appealed.status_code == 204
    assert (review["reasons"], review["appeal"]) == (["risk_rank"], "我是他同学")
    assert (forbidden.status_code, forbidden.json["code"]) == (403, "managers_only")
    assert approved.json["state"] == "counted"
    assert twice.json["code"] == "assist_review_done"


def test_while_wechat_cannot_say_people_pass(friend, phone, task):
    phone.fault("reset", scope="/wxa/getuserriskrank")
    done = friend.post("/assist-links/help", {"token": task.token})
    phone.no_faults()
    assert done.json["state"] == "counted"


def test_web_pages_are_sent_into_the_mini_program(client, shop, buyer, task):
    token = tokens.read(token_of_member(buyer, shop.app), at=clock.now())
    page = Caller(
        client, shop.merchant, bearer=tokens.write(msgspec.structs.replace(token, is_web=True))
    )
    for refused in (
        page.get("/assists"),
        page.get(f"/assists/{task.number}"),
        page.post(f"/assists/{task.number}/share"),
        page.post("/assist-links/look", {"token": task.token}),
        page.post("/assist-links/help", {"token": task.token}),
    ):
        assert (refused.status_code, refused.json["code"]) == (403, "assist_not_here")


def test_a_card_with_friends_help_is_ordered_only_in_the_mini_program(client, shop, buyer, member):
    a_campaign(shop, at=clock.now() - timedelta(minutes=1))
    token = tokens.read(token_of_member(buyer, shop.app), at=clock.now())
    page = Caller(
        client, shop.merchant, bearer=tokens.write(msgspec.structs.replace(token, is_web=True))
    )
    body = {"offer": shop.offer.number}
    refused = page.post("/orders", body, key=a_request_key())
    assert (refused.status_code, refused.json["code"]) == (409, "not_sold_on_web")
    assert refused.json["message"] == "这张卡含好友助力，请在微信小程序里购买"
    assert member.post("/orders", body, key=a_request_key()).status_code == 201


def test_another_members_task_is_nobodys(stranger, task):
    assert stranger.get(f"/assists/{task.number}").status_code == 404
    assert stranger.post(f"/assists/{task.number}/share").status_code == 404


def test_a_full_task_says_so(friend, shop, task):
    for _ in range(2):
        helped(shop, task, at=clock.now())
    body = {"token": task.token}
    assert friend.post("/assist-links/look", body).json["state"] == "full"
    assert friend.post("/assist-links/help", body).json["code"] == "assist_full"
