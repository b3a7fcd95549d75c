"""Templates are chosen from the library, used, and given up."""

import pytest

from tests.simulator.mini import Mini

ADD = "/wxaapi/newtmpl/addtemplate"
CARD_TID = 10_000_003


@pytest.fixture
def mini(sim):
    return Mini(sim)


def test_a_chosen_template_can_be_subscribed_to_and_sent(mini):
    number = mini.post(ADD, tid="1001", kidList=[1, 3], sceneDesc="到账")["priTmplId"]
    mini.sim.post("/_sim/users/小明/subscribe", template_ids=[number])
    data = {"thing1": {"value": "咖啡券"}, "time3": {"value": "15:01"}}

    sent = {"touser": mini.sim.openid, "template_id": number, "data": data}

    assert mini.code("/cgi-bin/message/subscribe/send", **sent) == 0
    assert mini.code("/wxaapi/newtmpl/deltemplate", priTmplId=number) == 0
    assert mini.code("/cgi-bin/message/subscribe/send", **sent) == 40037


def test_the_template_of_a_service_card_is_not_subscribed_to(mini):
    number = mini.post(ADD, tid=CARD_TID, kidList=[])["priTmplId"]
    answer = mini.sim.post("/_sim/users/小明/subscribe", template_ids=[number])
    assert answer["errCode"] == 20001


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"tid": "9"}, 200014),
        ({"kidList": [1]}, 200020),
        ({"kidList": [1, 99]}, 200020),
        ({"kidList": "1,2"}, 200020),
        ({"sceneDesc": "字" * 16}, 200021),
    ],
)
def test_a_wrong_choice_is_refused(mini, changes, errcode):
    assert mini.code(ADD, **{"tid": "1001", "kidList": [1, 2], **changes}) == errcode
