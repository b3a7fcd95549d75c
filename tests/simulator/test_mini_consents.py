"""Leave to write: kept choices, switches, bans, and the events that tell of them."""

import pytest

from tests.simulator.mini import Mini
from tests.simulator.world import APP, GOOD_DATA, TEMPLATE

SEND = "/cgi-bin/message/subscribe/send"


@pytest.fixture
def mini(sim):
    return Mini(sim)


def ask(mini, accept=True, **more):
    return mini.sim.post(
        "/_sim/users/小明/subscribe", template_ids=[TEMPLATE], accept=accept, **more
    )


def send(mini, data=GOOD_DATA):
    return mini.post(SEND, touser=mini.sim.openid, template_id=TEMPLATE, data=data)


def test_each_sent_message_is_told_by_an_event(mini):
    ask(mini)
    sent = send(mini)
    [event] = mini.pushed("subscribe_msg_sent_event")
    assert event["List"] == [
        {
            "TemplateId": TEMPLATE,
            "MsgID": str(sent["msgid"]),
            "ErrorCode": "0",
            "ErrorStatus": "success",
        }
    ]


def test_a_template_switched_off_takes_its_grants_along(mini):
    ask(mini)
    mini.sim.post("/_sim/users/小明/settings", template_id=TEMPLATE, accept=False)

    [event] = mini.pushed("subscribe_msg_change_event")

    assert event["List"] == [{"TemplateId": TEMPLATE, "SubscribeStatusString": "reject"}]
    assert send(mini)["errcode"] == 43101
    assert ask(mini)[TEMPLATE] == "reject"
    mini.sim.post("/_sim/users/小明/settings", template_id=TEMPLATE, accept=True)
    assert len(mini.pushes("subscribe_msg_change_event")) == 1
    assert ask(mini, accept=False)[TEMPLATE] == "accept"
    assert send(mini)["errcode"] == 0


def test_a_choice_that_is_kept_decides_the_next_popups(mini):
    assert ask(mini, accept="always")[TEMPLATE] == "accept"
    assert ask(mini, accept=False)[TEMPLATE] == "accept"
    assert [send(mini)["errcode"] for _ in range(3)] == [0, 0, 43101]
    told = mini.sim.get("/_sim/users/小明/settings")
    [kept] = [each for each in told if each["appid"] == APP.appid]
    assert kept["templates"] == {TEMPLATE: True}


def test_a_person_decides_each_template_alone(mini):
    assert ask(mini, accept={TEMPLATE: False})[TEMPLATE] == "reject"


def test_a_banned_template_is_not_asked_for_and_not_sent(mini):
    ask(mini)
    mini.sim.post(f"/_sim/apps/{APP.appid}/templates/{TEMPLATE}", banned=True)
    assert ask(mini)[TEMPLATE] == "ban"
    assert send(mini)["errcode"] == 43107
    assert len(mini.pushes("subscribe_msg_popup_event")) == 1


def test_the_main_switch_ends_every_popup(mini):
    ask(mini)
    mini.sim.post("/_sim/users/小明/settings", all=False)
    assert ask(mini)["errCode"] == 20004
    assert send(mini)["errcode"] == 43101


def test_a_popup_without_templates_fails(mini):
    answer = mini.sim.post("/_sim/users/小明/subscribe", template_ids=[])
    assert answer["errCode"] == 10001


def test_a_second_send_while_one_is_under_way_is_refused(mini):
    mini.sim.post("/_sim/subscribe-messages", sending_seconds=60)
    ask(mini)
    ask(mini)
    assert [send(mini)["errcode"] for _ in range(2)] == [0, 43108]
    mini.sim.move_clock(61)
    assert send(mini)["errcode"] == 0


def test_sensitive_words_are_not_sent_and_spend_no_grant(mini):
    ask(mini)
    assert send(mini, {**GOOD_DATA, "thing1": {"value": "违禁词兑换券"}})["errcode"] == 45168
    assert send(mini)["errcode"] == 0
