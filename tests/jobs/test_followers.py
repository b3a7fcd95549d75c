"""A shop's official account, from its code on the counter to the person behind it, end to end."""

import json
import secrets
import threading
from io import BytesIO

import pytest
import requests
from PIL import Image
from werkzeug.serving import make_server

from app.domain import following, members, merchants
from app.domain.merchants import AppKind
from app.kernel import clock, outbox
from app.kernel.db import fetch_all, transaction
from jobs import followers
from jobs import members as member_jobs
from tests.builders.merchants import a_merchant, a_store
from tests.simulator.world import APP, OFFICIAL
from wechat_handlers import messages

AES_KEY = secrets.token_hex(22)[:43]
TOKEN = "TokenOfTheShop"
BUTTONS = [{"type": "click", "name": "我的卡包", "key": "wallet"}]


@pytest.fixture
def merchant(committed):
    messages.forget()
    merchant = a_merchant()
    for app, kind in ((APP, AppKind.MINI_PROGRAM), (OFFICIAL, AppKind.OFFICIAL_ACCOUNT)):
        with transaction():
            merchants.add_app(
                merchant_id=merchant.id,
                appid=app.appid,
                kind=kind,
                name="晨光咖啡",
                secret=app.secret,
                at=clock.now(),
            )
    return merchant


@pytest.fixture
def served(app):
    """Our application, where the pretend WeChat can reach it."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def invoke(app, merchant):
    def invoke(*words):
        result = app.test_cli_runner().invoke(args=[str(word) for word in words])
        assert result.exit_code == 0, (result.output, result.exception)
        return result.output.strip()

    return invoke


class Phone:
    """Somebody's phone in the pretend WeChat."""

    def __init__(self, url):
        self.url, self.name = url, f"顾客{secrets.token_hex(4)}"
        self._post("/_sim/users", name=self.name, phone=f"139{secrets.randbelow(10**8):08d}")
        self.openids = requests.get(f"{url}/_sim/users/{self.name}", timeout=5).json()["openids"]

    def do(self, what, **said):
        return self._post(f"/_sim/users/{self.name}/{what}", **said)

    def _post(self, path, **said):
        answer = requests.post(self.url + path, json=said, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def account(wechat, served, merchant, invoke):
    """The official account's messages come to us, as the platform's console was told."""
    address = invoke(
        *("app", "messages", merchant.number, OFFICIAL.appid, "--token", TOKEN),
        *("--aes-key", AES_KEY, "--original-id", OFFICIAL.original_id),
    )
    console = f"{wechat.url}/_sim/apps/{OFFICIAL.appid}"
    known = next(
        each
        for each in requests.get(f"{wechat.url}/_sim/apps", timeout=5).json()
        if each["appid"] == OFFICIAL.appid
    )
    path = address.split("/wechat/", 1)[1]
    told = {
        "message_url": f"{served}/wechat/{path}",
        "message_mode": "secure",
        "message_token": TOKEN,
        "message_aes_key": AES_KEY,
    }
    assert requests.post(console, json=told, timeout=5).status_code == 200
    yield console
    requests.post(console, json={name: known[name] for name in told}, timeout=5)


class Words:
    def __init__(self, welcome, reply, mode):
        self.welcome, self.reply, self.mode = welcome, reply, mode


class Row:
    def __init__(self, merchant_id, id_, job, payload):
        self.merchant_id, self.id, self.job, self.payload = merchant_id, id_, job, payload


def do_all(merchant, event, job):
    """Do the jobs of this kind that wait."""
    sql = """SELECT merchant_id, id, job, payload FROM outbox
    WHERE merchant_id = %(m)s AND event = %(event)s AND done_at IS NULL"""
    for row in fetch_all(Row, sql, {"m": merchant.id, "event": event}):
        job(outbox.find_task(merchant_id=row.merchant_id, task_id=row.id))


def test_the_platforms_console_accepts_the_door(account):
    answer = requests.post(f"{account}/verify-url", timeout=10).json()
    assert answer == {"verified": True}


def test_a_code_on_the_counter_brings_a_member(account, wechat, merchant, invoke, tmp_path):
    store = a_store(merchant=merchant)
    scene = invoke(
        *("scene", "add", merchant.number, OFFICIAL.appid, "store", "吧台"),
        *("--store", store.number),
    )
    phone = Phone(wechat.url)

    told = phone.do("scan", appid=OFFICIAL.appid, scene=scene)

    assert merchant.name in json.dumps(told, ensure_ascii=False)
    who = members.find_by_openid(
        merchant_id=merchant.id, appid=OFFICIAL.appid, openid=phone.openids[OFFICIAL.appid]
    )
    follower = following.list_of_member(merchant_id=merchant.id, member_id=who)[0]
    assert (follower.is_following, follower.first_scene) == (True, scene)
    listed = json.loads(invoke("scene", "list", merchant.number))
    assert (listed["number"], listed["brought"], listed["ends_at"]) == (scene, 1, None)
    picture = tmp_path / "code.png"
    invoke("scene", "picture", scene, picture)
    assert Image.open(BytesIO(picture.read_bytes())).format == "PNG"


def test_a_temporary_code_ends(account, merchant, invoke):
    scene = invoke(
        *("scene", "add", merchant.number, OFFICIAL.appid, "channel", "传单"),
        *("--channel", "leaflet", "--days", 7),
    )
    found = following.get_scene(merchant_id=merchant.id, number=scene)
    assert 6 <= (found.ends_at - clock.now()).days <= 7
    assert found.url


def test_who_came_by_two_apps_becomes_one_member(account, wechat, merchant):
    phone = Phone(wechat.url)
    unionid = requests.get(f"{wechat.url}/_sim/users/{phone.name}", timeout=5).json()["unionid"]
    with transaction():
        first = members.sign_in(
            merchant_id=merchant.id,
            appid=APP.appid,
            openid=phone.openids[APP.appid],
            unionid=unionid,
            at=clock.now(),
        ).member.id
    phone.do("follow", appid=OFFICIAL.appid)
    by_account = {
        "merchant_id": merchant.id,
        "appid": OFFICIAL.appid,
        "openid": phone.openids[OFFICIAL.appid],
    }
    assert members.find_by_openid(**by_account) != first

    do_all(merchant, "FollowerCame", followers.learn_who)
    do_all(merchant, "MembersMerged", member_jobs.join_members)

    assert members.find_by_openid(**by_account) == first
    assert len(following.list_of_member(merchant_id=merchant.id, member_id=first)) == 1


def test_who_writes_presses_and_leaves_is_known(account, wechat, merchant, invoke, tmp_path):
    file = tmp_path / "menu.json"
    file.write_text(json.dumps(BUTTONS), encoding="utf-8")
    invoke("menu", "set", merchant.number, OFFICIAL.appid, file)
    shown = json.loads(invoke("menu", "show", merchant.number, OFFICIAL.appid))
    assert [button["key"] for button in shown] == ["wallet"]
    phone = Phone(wechat.url)
    phone.do("follow", appid=OFFICIAL.appid)
    phone.do("menu", appid=OFFICIAL.appid, key="wallet")
    phone.do("say", appid=OFFICIAL.appid, text="几点关门？")
    who = members.find_by_openid(
        merchant_id=merchant.id, appid=OFFICIAL.appid, openid=phone.openids[OFFICIAL.appid]
    )
    window = following.kf_window(merchant_id=merchant.id, member_id=who, at=clock.now())
    assert window.left == 5

    phone.do("unfollow", appid=OFFICIAL.appid)

    assert following.kf_window(merchant_id=merchant.id, member_id=who, at=clock.now()) is None
    invoke("menu", "remove", merchant.number, OFFICIAL.appid)


def test_notices_are_shown_until_they_were_seen(merchant, invoke):
    app_id = merchants.get_app(merchant_id=merchant.id, appid=APP.appid).app_id
    for text in ("诱导分享", "再次诱导分享"):
        with transaction():
            following.keep_notice(
                merchant_id=merchant.id,
                app_id=app_id,
                kind=following.NoticeKind.VIOLATION,
                text=text,
                reference=None,
                at=clock.now(),
            )
    show = ("platform", "notices", merchant.number)
    assert "再次诱导分享" in invoke(*show, "--seen", "--limit", 1)
    assert json.loads(invoke(*show))["text"] == "诱导分享"
    assert len(invoke(*show, "--all").splitlines()) == 2


def test_an_account_greets_and_answers_in_the_merchants_words(merchant, invoke):
    number = merchant.number
    invoke("app", "messages", number, APP.appid, "--token", TOKEN, "--aes-key", AES_KEY)
    invoke("app", "words", number, APP.appid, "--welcome", "你好", "--reply", "稍等")
    invoke("app", "close-messages", number, APP.appid)
    row = fetch_all(
        Words,
        "SELECT welcome, reply, message_mode FROM wechat_apps WHERE merchant_id = %(m)s AND appid = %(a)s",
        {"m": merchant.id, "a": APP.appid},
    )[0]
    assert (row.welcome, row.reply, row.mode) == ("你好", "稍等", None)
