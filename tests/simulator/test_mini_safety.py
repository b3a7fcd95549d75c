"""Texts, pictures and people that are judged."""

import pytest

from tests.simulator.mini import Mini
from tests.simulator.world import APP

CHECK = "/wxa/msg_sec_check"
RANK = "/wxa/getuserriskrank"
TWO_HOURS = 7200


@pytest.fixture
def mini(sim):
    sim.login_code()
    return Mini(sim)


def text(mini, content="祝你生日快乐", **changes):
    body = {"content": content, "version": 2, "scene": 2, "openid": mini.sim.openid}
    return {**body, **changes}


def person(mini, **changes):
    body = {"appid": APP.appid, "openid": mini.sim.openid, "scene": 1, "client_ip": "1.2.3.4"}
    return {**body, **changes}


@pytest.mark.parametrize(
    ("content", "suggest", "label"),
    [
        ("祝你生日快乐", "pass", 100),
        ("加微信领广告词", "review", 10001),
        ("含违禁词的祝福", "risky", 20006),
        ("诈骗词", "risky", 20008),
    ],
)
def test_a_text_is_judged_by_its_words(mini, content, suggest, label):
    answer = mini.post(CHECK, **text(mini, content))
    assert answer["result"] == {"suggest": suggest, "label": label}
    assert answer["trace_id"]


def test_a_nickname_is_judged_too(mini):
    answer = mini.post(CHECK, **text(mini, scene=1, nickname="违禁词"))
    assert answer["result"]["suggest"] == "risky"


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"version": 1}, 47001),
        ({"scene": 5}, 40129),
        ({"scene": []}, 40129),
        ({"content": ""}, 47001),
        ({"content": "字" * 2501}, 45002),
        ({"openid": "o-nobody"}, 40003),
    ],
)
def test_a_wrong_check_is_refused(mini, changes, errcode):
    assert mini.code(CHECK, **text(mini, **changes)) == errcode


def test_the_first_version_is_frozen(mini):
    assert mini.code(CHECK, content="你好") == 48001


def test_only_visitors_of_the_last_two_hours_are_judged(mini):
    mini.sim.post("/_sim/users", name="小红")
    openid = mini.sim.get("/_sim/users/小红")["openids"][APP.appid]
    assert mini.code(CHECK, **text(mini, openid=openid)) == 61010
    assert mini.code(RANK, **person(mini, openid=openid)) == 61010
    mini.sim.move_clock(TWO_HOURS + 5)
    assert Mini(mini.sim).code(CHECK, **text(mini)) == 61010


def test_a_picture_is_judged_by_an_event(mini):
    asked = {"media_url": "https://img.example/违禁词.png", "media_type": 2, "version": 2}
    more = {"scene": 1, "openid": mini.sim.openid}
    trace = mini.post("/wxa/media_check_async", **asked, **more)["trace_id"]
    mini.sim.move_clock(3)

    [event] = mini.pushed("wxa_media_check")

    assert (event["trace_id"], event["result"]["suggest"]) == (trace, "risky")
    assert mini.code("/wxa/media_check_async", **{**asked, **more, "media_type": 3}) == 40097


def test_the_rank_of_a_person_is_what_was_set(mini):
    assert mini.post(RANK, **person(mini))["risk_rank"] == 0
    mini.sim.post("/_sim/users/小明/risk", rank=4)
    assert mini.post(RANK, **person(mini))["risk_rank"] == 4


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"appid": "wx0"}, 40013),
        ({"scene": 3}, 40129),
        ({"client_ip": "here"}, 40097),
        ({"openid": "o-nobody"}, 40003),
    ],
)
def test_a_wrong_question_about_a_person_is_refused(mini, changes, errcode):
    assert mini.code(RANK, **person(mini, **changes)) == errcode
