"""Sharing: cards in chats, private ones, and ones that change."""

import pytest
import requests

from tests.simulator.mini import Mini
from tests.simulator.world import APP

UPDATE = "/cgi-bin/message/wxopen/updatablemsg/send"
CREATE = "/cgi-bin/message/wxopen/activityid/create"


@pytest.fixture
def mini(sim):
    for name in ("小红", "小张"):
        sim.post("/_sim/users", name=name)
    sim.post("/_sim/groups", name="吃货群", people=["小明", "小红"])
    return Mini(sim)


def share(mini, to, **more):
    card = {"to": to, "title": "送你一张券", "path": "pages/gift/take?g=1"}
    return mini.sim.post("/_sim/users/小明/share", **card, **more)


def tap(mini, name, shared):
    chat = f"/_sim/users/{name}/chats/{shared['chat']}"
    return mini.sim.post(f"{chat}/tap", message=shared["message"])


def activity(mini):
    path = f"{mini.sim.url}{CREATE}"
    asked = {"access_token": mini.token, "openid": mini.sim.openid}
    return requests.get(path, params=asked, timeout=5).json()["activity_id"]


def parameters(count, room=5, **more):
    told = {"member_count": count, "room_limit": room, **more}
    return {"parameter_list": [{"name": key, "value": str(told[key])} for key in told]}


def test_a_card_sent_to_a_friend_opens_its_page(mini):
    shared = share(mini, "小红")
    chat = mini.sim.get("/_sim/users/小红/chats")[0]
    assert (chat["name"], chat["last"]["title"]) == ("小明", "送你一张券")
    assert tap(mini, "小红", shared) == {
        "appid": APP.appid,
        "path": "pages/gift/take",
        "query": "g=1",
        "scene": 1007,
    }


def test_a_group_card_gives_a_share_ticket_when_it_was_asked_for(mini):
    plain = tap(mini, "小红", share(mini, "吃货群"))
    ticketed = tap(mini, "小红", share(mini, "吃货群", withShareTicket=True))
    assert (plain["scene"], "shareTicket" in plain) == (1008, False)
    assert (ticketed["scene"], "shareTicket" in ticketed) == (1044, True)


def test_a_stranger_sees_nothing_of_a_group(mini):
    shared = share(mini, "吃货群")
    path = f"{mini.sim.url}/_sim/users/小张/chats/{shared['chat']}"
    assert requests.get(path, timeout=5).status_code == 404
    assert mini.sim.get("/_sim/users/小张/chats") == []


def test_people_write_to_each_other(mini):
    mini.sim.post("/_sim/users/小明/chats/小红", text="你好")
    mini.sim.post("/_sim/users/小红/chats/小明", text="谢谢")
    said = [each["text"] for each in mini.sim.get("/_sim/users/小红/chats/小明")]
    assert said == ["你好", "谢谢"]


def test_a_card_shows_its_present_content(mini):
    number = activity(mini)
    shared = share(mini, "吃货群", activity_id=number, parameters={"member_count": "1"})
    chat = f"/_sim/users/小红/chats/{shared['chat']}"

    for count in (2, 3):
        body = {"activity_id": number, "target_state": 0, "template_info": parameters(count)}
        assert mini.code(UPDATE, **body) == 0

    [card] = mini.sim.get(chat)
    assert card["updatable"]["text"] == "3/5"
    full = parameters(5, path="pages/index/index?full=1")
    assert mini.code(UPDATE, activity_id=number, target_state=1, template_info=full) == 0
    assert tap(mini, "小红", shared)["query"] == "full=1"


def test_a_started_activity_does_not_go_back(mini):
    number = activity(mini)
    body = {"activity_id": number, "template_info": parameters(5)}
    assert mini.code(UPDATE, **body, target_state=1) == 0
    assert mini.code(UPDATE, **body, target_state=0) == 47502
    assert mini.code(UPDATE, **body, target_state=1) == 47502


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"activity_id": "none"}, 47501),
        ({"target_state": 3}, 47502),
        ({"template_info": {}}, 47001),
        ({"template_info": parameters(1, version_type="beta")}, 47503),
    ],
)
def test_a_wrong_update_is_refused(mini, changes, errcode):
    body = {"activity_id": activity(mini), "target_state": 0, "template_info": parameters(1)}
    assert mini.code(UPDATE, **{**body, **changes}) == errcode


def test_an_activity_ends_after_a_day(mini):
    body = {"activity_id": activity(mini), "target_state": 0, "template_info": parameters(1)}
    mini.sim.move_clock(86_405)
    assert Mini(mini.sim).code(UPDATE, **body) == 47504


def test_a_private_message_is_valid_for_who_received_it(mini):
    number = activity(mini)
    ticket = tap(mini, "小红", share(mini, "小红", activity_id=number, private=True))["shareTicket"]
    for name in ("小红", "小张"):
        mini.sim.login_code(name)

    mine = mini.sim.post("/_sim/users/小红/auth-private-message", shareTicket=ticket)
    stolen = mini.sim.post("/_sim/users/小张/auth-private-message", shareTicket=ticket)

    assert (mine["valid"], stolen["valid"]) == (True, False)


def test_a_private_message_can_be_shared_for_seven_days(mini):
    number = activity(mini)
    mini.sim.move_clock(7 * 86_400 + 5)
    card = {"to": "小红", "title": "券", "activity_id": number, "private": True}
    path = f"{mini.sim.url}/_sim/users/小明/share"
    assert requests.post(path, json=card, timeout=5).status_code == 409
