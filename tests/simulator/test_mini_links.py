"""Links and codes: made within their ranges, opened by people."""

import base64
import time

import pytest
import requests

from tests.simulator.mini import Mini
from tests.simulator.world import APP

MAKE = "/wxa/generate_urllink"
DAY = 86_400


@pytest.fixture
def mini(sim):
    return Mini(sim)


def opened(mini, status=200, **what):
    answer = requests.post(f"{mini.sim.url}/_sim/users/小明/open", json=what, timeout=5)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_a_url_link_opens_its_page_and_remembers_the_visitor(mini):
    link = mini.post(MAKE, path="/pages/gift/take", query="g=1")["url_link"]

    page = opened(mini, link=link)
    told = mini.post("/wxa/query_urllink", url_link=link)

    assert (page["appid"], page["path"], page["query"]) == (APP.appid, "pages/gift/take", "g=1")
    assert told["visit_openid"] == mini.sim.openid
    assert told["url_link_info"]["query"] == "g=1"


def test_a_link_ends(mini):
    link = mini.post(MAKE, path="pages/gift/take", expire_type=1, expire_interval=1)["url_link"]
    mini.sim.move_clock(DAY + 5)
    opened(mini, status=410, link=link)


def test_a_scheme_and_a_short_link_open_theirs(mini):
    jump = {"path": "pages/gift/take", "query": "g=2"}
    scheme = mini.post("/wxa/generatescheme", jump_wxa=jump)["openlink"]
    short = mini.post("/wxa/genwxashortlink", page_url="pages/gift/take?g=3")["link"]

    assert opened(mini, link=scheme)["query"] == "g=2"
    assert opened(mini, link=short)["query"] == "g=3"
    told = mini.post("/wxa/queryscheme", scheme=scheme)
    assert told["scheme_info"]["path"] == "pages/gift/take"
    assert mini.code("/wxa/queryscheme", scheme="weixin://x") == 40097
    assert mini.code("/wxa/genwxashortlink", page_url="pages/none") == 40165


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"path": "pages/none"}, 40165),
        ({"path": 7}, 40165),
        ({"query": "q" * 1025}, 40212),
        ({"env_version": "beta"}, 85402),
        ({"expire_time": 1}, 85401),
        ({"expire_time": int(time.time()) + 31 * DAY}, 85401),
        ({"expire_type": 1, "expire_interval": 31}, 85401),
        ({"expire_type": 1}, 85401),
        ({"expire_type": 2}, 40097),
    ],
)
def test_a_wrong_link_is_refused(mini, changes, errcode):
    assert mini.code(MAKE, **{"path": "pages/gift/take", **changes}) == errcode


def test_a_drawn_code_is_scanned_as_a_picture_or_by_its_scene(mini):
    target = f"{mini.sim.url}/wxa/getwxacodeunlimit?access_token={mini.token}"
    body = {"scene": "g=Ab/12", "page": "pages/gift/take"}
    picture = requests.post(target, json=body, timeout=5).content

    page = opened(mini, picture=base64.b64encode(picture).decode())

    assert (page["path"], page["query"], page["scene"]) == (
        "pages/gift/take",
        "scene=g%3DAb%2F12",
        1047,
    )
    assert opened(mini, scene="g=Ab/12") == page
    opened(mini, status=404, scene="unknown")


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"line_color": {"r": 256, "g": 0, "b": 0}}, 40097),
        ({"line_color": "red"}, 40097),
        ({"auto_color": "yes"}, 40097),
        ({"scene": "scancode_time"}, 85096),
    ],
)
def test_a_code_in_wrong_colours_is_refused(mini, changes, errcode):
    body = {"scene": "g=1", "page": "pages/gift/take", **changes}
    assert mini.code("/wxa/getwxacodeunlimit", **body) == errcode
