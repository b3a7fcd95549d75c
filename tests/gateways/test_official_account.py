"""What an official account sends, to the letter."""

import pytest

from app.gateways.errors import OutcomeUnknown, Refused, Unavailable
from app.gateways.official_account import OfficialAccount
from tests.gateways.stubs import Answer, says

TEMPLATE = "/cgi-bin/message/template/send"
NOTICE = "/cgi-bin/message/subscribe/bizsend"
TEXT = "/cgi-bin/message/custom/send"
WORDS = {"openid": "o1", "template_id": "T1", "data": {"thing1": "下午茶"}}
SAID = {"touser": "o1", "template_id": "T1", "data": {"thing1": {"value": "下午茶"}}}


@pytest.fixture
def account(app_keys, tokens):
    return OfficialAccount(app_keys, tokens)


def by_template(account, **more):
    return account.send_template(**{**WORDS, "page": None, "reference": "kb7", **more})


def by_notice(account, **more):
    return account.send_subscribed(**{**WORDS, "page": None, **more})


def by_text(account):
    return account.send_text(openid="o1", text="您好")


EVERY_WAY = [(by_template, TEMPLATE), (by_notice, NOTICE), (by_text, TEXT)]


def test_a_template_message_carries_our_number_and_brings_theirs(account, wechat):
    wechat.on(TEMPLATE, says({"errcode": 0, "errmsg": "ok", "msgid": 200228332}))
    assert by_template(account) == "200228332"
    assert wechat.asked(TEMPLATE)[0].json == {**SAID, "client_msg_id": "kb7"}
    assert "下午茶".encode() in wechat.asked(TEMPLATE)[0].body


@pytest.mark.parametrize(
    ("send", "path", "name"), [(*EVERY_WAY[0], "url"), (*EVERY_WAY[1], "page")]
)
def test_a_tap_leads_to_a_page_or_into_a_mini_program(account, wechat, send, path, name):
    wechat.on(path, says({"errcode": 0, "errmsg": "ok"}))
    assert send(account, page="https://shop.example/card") is None
    send(account, page="wx1:pages/card?id=7")
    address, program = (seen.json for seen in wechat.asked(path))
    assert address[name] == "https://shop.example/card"
    assert program["miniprogram"] == {"appid": "wx1", "pagepath": "pages/card?id=7"}
    assert name not in program


def test_a_text_is_sent_as_it_is(account, wechat):
    wechat.on(TEXT, says({"errcode": 0, "errmsg": "ok"}))
    assert by_text(account) is None
    assert wechat.asked(TEXT)[0].json == {
        "touser": "o1",
        "msgtype": "text",
        "text": {"content": "您好"},
    }


@pytest.mark.parametrize(("send", "path"), EVERY_WAY)
@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (says({"errcode": 43004, "errmsg": "require subscribe"}), Refused, "not_following"),
        (says({"errcode": 43101, "errmsg": "no"}), Refused, "not_subscribed"),
        (says({"errcode": 45015, "errmsg": "no"}), Refused, "window_closed"),
        (says({"errcode": 43116, "errmsg": "no"}), Refused, "43116"),
        (says({"errcode": 45009, "errmsg": "no"}), Unavailable, "45009"),
        (Answer(b"", 502), Unavailable, "HTTP_502"),
        (Answer(fault="reset"), OutcomeUnknown, "no_answer"),
        (Answer(b"<html>"), OutcomeUnknown, "unreadable_answer"),
    ],
)
def test_each_failure_says_what_may_be_done_next(account, wechat, send, path, answer, kind, code):
    wechat.on(path, answer)
    with pytest.raises(kind) as caught:
        send(account)
    assert caught.value.code == code
    assert "o1" not in str(caught.value)
    assert len(wechat.asked(path)) == 1
