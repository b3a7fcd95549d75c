"""The phone, the desk and the listing, as a browser asks for them."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest
import requests

from app.simulator import create_simulator, world_of
from app.simulator.control.covers import COVERS
from app.simulator.pages.codes import WIDTHS
from app.simulator.settings import Person
from tests.simulator.mini import Mini
from tests.simulator.world import APP, FRESH, GOOD_DATA, OFFICIAL, TEMPLATE, eventually

ROOT = Path(__file__).parents[2]
PAGES = ("/", "/phone", "/control", "/covers")
QUIETLY = {"127.0.0.1": 200, "192.0.2.7": 403}


class Parts(HTMLParser):
    """What a page runs and loads."""

    def __init__(self):
        super().__init__()
        self.loaded = []
        self.inline = []
        self._in = None

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        self._in = tag if tag in {"script", "style"} and "src" not in told else None
        self.loaded += [
            told[each] for each in ("src", "href") if tag in {"script", "link"} and each in told
        ]
        self.inline += [name for name in told if name.startswith("on") or name == "style"]

    def handle_data(self, data):
        if self._in and data.strip():
            self.inline.append(data)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_for_this_machine_only(page):
    client = create_simulator(FRESH.settings).test_client()
    told = {each: client.get(page, environ_base={"REMOTE_ADDR": each}) for each in QUIETLY}
    assert {each: answer.status_code for each, answer in told.items()} == QUIETLY


@pytest.mark.parametrize("page", PAGES)
def test_a_page_brings_everything_with_it(sim, page):
    answer = requests.get(sim.url + page, timeout=5)
    parts = Parts()
    parts.feed(answer.text)

    assert parts.inline == []
    assert all(each.startswith("/_sim/static/") for each in parts.loaded)
    loaded = [requests.get(sim.url + each, timeout=5) for each in parts.loaded]
    assert {each.status_code for each in loaded} == {200}
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_every_module_that_a_script_imports_is_there(sim):
    waiting, seen = ["main.js", "control.js", "start.js", "covers.js"], set()
    while waiting:
        name = waiting.pop()
        answer = requests.get(f"{sim.url}/_sim/static/{name}", timeout=5)
        assert answer.status_code == 200, name
        assert "innerHTML" not in answer.text
        found = re.findall(r"from '\./([\w.]+)'", answer.text)
        waiting += [each for each in found if each not in seen]
        seen.update(found)
    assert {"phone.js", "wx.js", "desk_money.js"} <= seen


def test_the_functions_of_the_slot_are_told_in_the_docs(sim):
    source = requests.get(f"{sim.url}/_sim/static/wx.js", timeout=5).text
    block = source.partition("export const APIS = {")[2].partition("\n};")[0]
    names = re.findall(r"^  (\w+)[:,]", block, flags=re.MULTILINE)
    told = (ROOT / "docs/simulator.md").read_text(encoding="utf-8")
    assert len(names) > 15
    assert [each for each in names if f"`{each}`" not in told] == []


def test_the_latest_requests_may_be_asked_for_alone(sim):
    for _ in range(3):
        Mini(sim)
    assert len(sim.get("/_sim/requests")) == 3
    assert len(sim.get("/_sim/requests?latest=2")) == 2


def test_pages_are_no_calls_of_the_platform(sim):
    sim.fault("status", status=500)

    assert requests.get(f"{sim.url}/phone", timeout=5).status_code == 200
    assert sim.get("/_sim/requests") == []
    assert len(sim.get("/_sim/faults")) == 1


def test_a_name_in_a_page_stays_a_name():
    app = create_simulator(FRESH.settings)
    world_of(app).people.join(Person(name="<script>alert(1)</script>"))
    client = app.test_client()
    for page in ("/", "/phone?people=" + quote("<script>alert(1)</script>")):
        assert "<script>alert" not in client.get(page).text


def test_a_phone_is_shown_for_each_known_name():
    client = create_simulator(FRESH.settings).test_client()
    page = client.get("/phone?people=" + quote("小明,谁,黑产,小明")).text
    assert re.findall(r'data-person="([^"]+)"', page) == ["小明", "黑产"]
    assert re.findall(r'data-person="([^"]+)"', client.get("/phone").text) == ["小明"]


def test_a_phone_tells_all_its_surfaces_at_once(sim):
    number = sim.paid_order(description="大杯拿铁")
    sim.post("/_sim/users/小明/subscribe", appid=APP.appid, template_ids=[TEMPLATE])
    Mini(sim).post(
        "/cgi-bin/message/subscribe/send", touser=sim.openid, template_id=TEMPLATE, data=GOOD_DATA
    )
    sim.post("/_sim/users/小明/chats/黑产", text="在吗")
    sim.post("/_sim/users/小明/say", appid=OFFICIAL.appid, text="你好")

    phone = sim.get("/_sim/users/小明/phone")

    assert [each["out_trade_no"] for each in phone["bills"]] == [number]
    assert phone["bills"][0]["description"] == "大杯拿铁"
    assert phone["bills"][0]["total_fen"] == 3500
    assert [each["kind"] for each in phone["services"]] == ["subscribe"]
    assert phone["chats"][0]["messages"][0]["text"] == "在吗"
    assert [each["messages"][0]["text"] for each in phone["accounts"]] == ["你好"]
    assert phone["people"] == ["黑产"]


def test_a_bill_is_its_payers_only(sim):
    sim.paid_order()
    assert sim.get("/_sim/users/黑产/bills") == []


def test_the_pay_sheet_tells_who_gets_how_much(sim):
    _, params = sim.make_order(description="热红酒")
    sheet = sim.post("/_sim/users/小明/pay-sheet", package=params["package"])
    assert sheet["total_fen"] == 3500
    assert [(each["description"], each["merchant"]) for each in sheet["orders"]] == [
        ("热红酒", "卡包测试商户")
    ]
    missing = requests.post(
        f"{sim.url}/_sim/users/小明/pay-sheet", json={"package": "x=1"}, timeout=5
    )
    assert missing.status_code == 404


def test_a_page_may_ask_who_is_there_only_rightly(sim):
    base = "https://open.weixin.qq.com/connect/oauth2/authorize?response_type=code&state=1"
    url = f"{base}&appid={OFFICIAL.appid}&redirect_uri=http%3A%2F%2F127.0.0.1%2Fh5"

    sheet = sim.post("/_sim/users/小明/authorize-sheet", url=f"{url}&scope=snsapi_userinfo")
    wrong = sim.post("/_sim/users/小明/authorize-sheet", url=f"{url}&scope=everything")

    assert (sheet["appid"], sheet["scope"]) == (OFFICIAL.appid, "snsapi_userinfo")
    assert wrong["errcode"] == 10005


def test_what_can_be_scanned_is_listed(sim):
    client = Mini(sim)
    client.post("/wxa/generate_urllink", path="/pages/index/index", query="from=sms")
    [link] = sim.get("/_sim/scannable")
    assert link["kind"] == "url_link"
    opened = sim.post("/_sim/users/小明/open", link=link["text"])
    assert (opened["path"], opened["query"]) == ("pages/index/index", "from=sms")


def test_a_mini_program_runs_from_this_machine_or_not_at_all(sim):
    assert sim.get("/_sim/slot") == {"url": ""}
    near = "http://127.0.0.1:5173/?path={path}"
    assert sim.post("/_sim/slot", url=near) == {"url": near}
    assert f'data-slot-url="{near}"' in requests.get(f"{sim.url}/phone", timeout=5).text
    for far in (
        "https://example.com/",
        "javascript:alert(1)",
        "http://127.0.0.1@evil.example/",
        "http://[",
    ):
        answer = requests.post(f"{sim.url}/_sim/slot", json={"url": far}, timeout=5)
        assert answer.status_code == 400
    assert sim.get("/_sim/slot") == {"url": near}


def test_codes_are_drawn(sim):
    qr = requests.get(f"{sim.url}/_sim/qr.svg?text=880010", timeout=5)
    bars = requests.get(f"{sim.url}/_sim/barcode.svg?text=AB", timeout=5)
    assert qr.headers["Content-Type"].startswith("image/svg+xml")
    # start B, A, B, the check (104 + 33 + 2 * 34) % 103 = 102, stop; ten modules of quiet each side
    modules = sum(int(width) for value in (104, 33, 34, 102, 106) for width in WIDTHS[value])
    assert f'viewBox="0 0 {modules + 20} 40"' in bars.text
    assert len(WIDTHS) == 107
    assert {sum(map(int, each)) for each in WIDTHS[:-1]} == {11}
    for wrong in ("qr.svg", "barcode.svg?text=券", f"barcode.svg?text={'1' * 41}"):
        assert requests.get(f"{sim.url}/_sim/{wrong}", timeout=5).status_code == 400


def test_a_push_is_sent_once_more_by_hand(account):
    account.listen()
    account.does("follow")
    account.server.wait_for(1)
    [push] = account.pushes("subscribe")

    account.post(f"/_sim/pushes/{push['number']}/resend")

    account.server.wait_for(2)
    eventually(lambda: len(account.pushes("subscribe")[0]["attempts"]) == 2)
    kinds = [each["kind"] for each in account.pushes("subscribe")[0]["attempts"]]
    assert kinds == ["true", "resend"]
    missing = requests.post(f"{account.url}/_sim/pushes/999/resend", timeout=5)
    assert missing.status_code == 404


def test_quotas_are_told_with_what_was_used(sim):
    Mini(sim)
    tokens = [each for each in sim.get("/_sim/quotas") if each["path"] == "/cgi-bin/token"]
    assert [(each["limit"], each["used"][APP.appid]) for each in tokens] == [(2000, 1)]


def test_every_route_says_what_it_does():
    app = create_simulator(FRESH.settings)
    covered = app.test_client().get("/_sim/covers").get_json()["covered"]
    silent = [call["path"] for each in covered for call in each["calls"] if not call["says"]]
    nameless = [each["product"] for each in covered if not each["about"]]
    assert (silent, nameless) == ([], [])


def test_every_product_is_in_the_listing():
    app = create_simulator(FRESH.settings)
    covered = app.test_client().get("/_sim/covers").get_json()["covered"]
    assert {each["product"] for each in covered} == set(app.blueprints)
    listed = [call["path"] for each in covered for call in each["calls"]]
    rules = [each for each in app.url_map.iter_rules() if not each.endpoint.endswith(".static")]
    assert len(listed) == len(rules)


def test_the_listing_is_also_in_the_shape_of_openapi():
    client = create_simulator(FRESH.settings).test_client()
    told = client.get("/_sim/openapi.json").get_json()
    operation = told["paths"]["/_sim/users/{name}/pay"]["post"]
    assert told["openapi"].startswith("3.1")
    assert [each["name"] for each in operation["parameters"]] == ["name"]
    assert "post" in told["paths"]["/v3/pay/transactions/jsapi"]
    assert told["info"]["description"] == "\n".join(COVERS["not_covered"])
