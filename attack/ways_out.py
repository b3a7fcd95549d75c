"""Addresses that strangers give: where browsers are sent, and where the server itself goes."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from attack.panel import Panel, a_panel
from attack.stage import Stage
from attack.tally import Tally
from tests.admin.posts import MAKING
from tests.api.calling import a_notice
from tests.simulator.world import OFFICIAL
from tests.walks.table import WAYS

EVIL = "evil.example"
REDIRECTS = (
    f"//{EVIL}/",
    f"/\\{EVIL}/",
    f"\\\\{EVIL}/",
    f"https://{EVIL}/",
    f"https:{EVIL}",
    f"///{EVIL}/",
    f"/%2f{EVIL}/",
    f"/%5c{EVIL}/",
    f"/\t/{EVIL}/",
    f"/\n/{EVIL}/",
    f"/h5/../..//{EVIL}/",
    f"/h5/@{EVIL}/",
    f"@{EVIL}",
    f"/.{EVIL}",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    f"/h5/#@{EVIL}",
    f"/h5/?x=//{EVIL}/",
    f" //{EVIL}/",
    f"http://127.0.0.1:9@{EVIL}/",
)
QUICK_ROUTES, QUICK_FORMS = 8, 4
LINGERING_S = 3.0
SCHEMES = ("http", "https", "ftp", "gopher", "dict", "jar:http")


def run(stage: Stage, tally: Tally) -> None:
    with a_panel(stage) as panel:
        _redirects(stage, tally, panel)
        with a_canary() as canary:
            _addresses(stage, tally, panel, canary)


def _redirects(stage: Stage, tally: Tally, panel: Panel) -> None:
    stage.forget_counts()
    for wish in REDIRECTS:
        landed = _come_back(stage, wish)
        tally.expect(stays(landed), f"OAuth with {wish!r} leads to {landed}")
        page = panel.owner.post("/locale", {"locale": "en", "_page": wish})
        led = page.headers.get("Location", "")
        tally.expect(stays(led), f"the panel's way back {wish!r} leads to {led}")
        part = panel.owner.post(
            "/locale", {"locale": "en", "_page": wish}, headers={"HX-Request": "true"}
        )
        led = part.headers.get("HX-Redirect", "")
        tally.expect(stays(led), f"a part's way back {wish!r} leads to {led}")
        door = panel.owner.client.get(panel.owner.path(f"/people?next={quote(wish)}"))
        led = door.headers.get("Location", "")
        tally.expect(stays(led), f"the door with {wish!r} leads to {led}")
    for host in (EVIL, f"{EVIL}:80", f"127.0.0.1@{EVIL}"):
        for path in (
            f"/h5/{panel.owner.number}",
            f"/admin/{panel.owner.number}",
            "/admin/x/people",
        ):
            answer = stage.client.get(path, headers={"Host": host, "X-Forwarded-Host": host})
            led = answer.headers.get("Location", "")
            tally.expect(EVIL not in led, f"{path} at {host} leads to {led}")


def stays(location: str) -> bool:
    """Whether a browser that stands on a page of ours stays at our host; no Location stays."""
    told = location.strip().replace("\\", "/")
    for gone in "\t\n\r":
        told = told.replace(gone, "")
    if told.startswith("//") or (told and not told.startswith(("/", "http://127.0.0.1:"))):
        return False
    return not told.startswith("http") or urlsplit(told).hostname == "127.0.0.1"


def _come_back(stage: Stage, wish: str) -> str:
    """The whole way to WeChat and back; where the browser ends, or nowhere when it was refused."""
    ours = stage.town.ours
    way = f"/api/v1/{ours.number}/official/{OFFICIAL.appid}"
    left = stage.client.get(f"{way}/authorize", query_string={"return_to": wish})
    if left.status_code != 302:
        return ""
    back = urlsplit(ours.phone.agree(left.headers["Location"]))
    cookie = left.headers["Set-Cookie"].partition(";")[0]
    landed = stage.client.get(
        f"{way}/callback", query_string=dict(parse_qsl(back.query)), headers={"Cookie": cookie}
    )
    return str(landed.headers.get("Location", ""))


def _addresses(stage: Stage, tally: Tally, panel: Panel, canary: "Canary") -> None:
    """An address of the canary in every word that anybody may say; then nobody must have come."""
    tries = 0
    routes = [route for route in sorted(WAYS) if not route.startswith("GET /metrics")]
    for route in stage.some(routes, quick=QUICK_ROUTES):
        call, person = stage.town.call_for(route), stage.town.rightful(route)[0]
        for changes in _with_addresses(call, canary):
            stage.forget_counts()
            stage.town.send(route, call, bearer=person and person.bearer, **changes)
            tries += 1
    for _name, make in stage.some(sorted(MAKING.items()), quick=QUICK_FORMS):
        path, fields = stage.town.make(make, panel)
        for field in fields:
            panel.owner.post(path, {**fields, field: canary.urls[0]})
            tries += 1
    tries += _notices(stage, canary)
    # Whoever goes there goes at once or in the next moment: nothing of ours works behind the server.
    time.sleep(LINGERING_S)
    _heard_itself(canary)
    for turn in range(tries):
        tally.expect(turn >= len(canary.visits), "the server went where a stranger sent it")


def _with_addresses(call: Any, canary: "Canary") -> Iterator[dict[str, Any]]:
    url = canary.urls[0]
    for name, value in (call.body or {}).items():
        if isinstance(value, str):
            for each in canary.urls:
                yield {"json": {**call.body, name: each}}
    for name in call.query:
        yield {"query_string": {**call.query, name: url}}
    headers = call.request()["headers"]
    for name in ("Host", "Referer", "Origin", "X-Forwarded-Host", "Location", "Link"):
        yield {"headers": {**headers, name: url if name != "Host" else urlsplit(url).netloc}}


def _notices(stage: Stage, canary: "Canary") -> int:
    """True notices of WeChat's whose every word is an address."""
    channel, url = stage.town.ours.channel.number, canary.urls[0]
    said = {
        "complaint_id": url,
        "action_type": "CREATE_COMPLAINT",
        "complaint_media_list": [{"media_url": [url]}],
        "download_url": url,
        "out_trade_no": url,
        "mchid": url,
    }
    for kind in ("payments", "refunds", "transfers", "coupons", "complaints"):
        headers, body = a_notice(said)
        stage.client.post(f"/wechat/pay/{channel}/{kind}", data=body, headers=headers)
    return 5


class Canary:
    """Listens where nobody has any business; `visits` is who came all the same."""

    def __init__(self, port: int) -> None:
        self.visits: list[str] = []
        self.port = port
        self.urls = [f"{scheme}://127.0.0.1:{port}/canary" for scheme in SCHEMES]


@contextmanager
def a_canary() -> Iterator[Canary]:
    """A server that notes everybody and answers nobody."""

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            canary.visits.append(str(self.client_address))

    server = ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    canary = Canary(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield canary
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _heard_itself(canary: Canary) -> None:
    """The control: our own visit is noted, and not counted."""
    before = len(canary.visits)
    with closing(socket.create_connection(("127.0.0.1", canary.port))) as link:
        link.recv(100)
    if len(canary.visits) != before + 1:
        raise RuntimeError("the canary hears nobody")
    canary.visits.pop()
