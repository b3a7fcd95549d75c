"""Pushes to message servers: written, signed, sealed, retried, answered, and gone wrong."""

import json

import pytest
import xmltodict
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import check_signature

from app.simulator.pushes import crypto
from app.simulator.pushes.writing import as_json, as_xml
from tests.simulator.official import OA, opened
from tests.simulator.world import APP, TEMPLATE, eventually

TOKEN, KEY, APPID = "AAAAA", "A" * 43, "wxba5fad812f8e6fb9"
SEALED = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcv"
    "ZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3F"
    "n2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSe"
    "OBrebufAlr7F9mFUPAJGj04="
)
REPLY = "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="


def status(account, number=-1):
    return account.pushes()[number]["status"]


def told_of_popup(account, templates=(TEMPLATE,)):
    account.post("/_sim/users/小明/subscribe", appid=APP.appid, template_ids=list(templates))
    return account.server.wait_for(1)[0]


# The platform's own samples


def test_the_sample_signatures_come_out_as_the_platforms_pages_say():
    assert (
        crypto.signature(TOKEN, "1714036504", "1514711492")
        == "f464b24fc39322e44b38aa78f5edd27bd1441696"
    )
    assert (
        crypto.signature(TOKEN, "1714037059", "486452656")
        == "899cf89e464efb63f54ddac96b0a0a235f53aa78"
    )
    assert (
        crypto.signature(TOKEN, "1714112445", "415670741", SEALED)
        == "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"
    )
    assert (
        crypto.signature(TOKEN, "1713424427", "415670741", REPLY)
        == "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"
    )


def test_the_sample_push_opens_and_the_sample_reply_is_sealed_to_the_letter():
    told = json.loads(crypto.unseal(SEALED, aes_key=KEY, appid=APPID))
    assert (told["Event"], told["debug_str"]) == ("debug_demo", "hello world")

    sealed = crypto.seal(
        '{"demo_resp":"good luck"}', aes_key=KEY, appid=APPID, lead=b"707722b803182950"
    )
    assert sealed == REPLY


@pytest.mark.parametrize("sealed", ["", "not base64!", REPLY[:-8], SEALED[4:]])
def test_what_is_not_sealed_with_the_key_does_not_open(sealed):
    with pytest.raises(crypto.NotReadable):
        crypto.unseal(sealed, aes_key=KEY, appid=APPID)


def test_another_apps_seal_does_not_open():
    with pytest.raises(crypto.NotReadable):
        crypto.unseal(REPLY, aes_key=KEY, appid="wx-another")


# Modes and formats


def test_an_official_account_in_secure_mode_gets_xml_that_wechatpy_opens(account):
    account.listen()

    account.does("follow")

    [got] = account.server.wait_for(1)
    event = parse_message(opened(got))
    assert (event.event, event.source, event.target) == ("subscribe", account.fan, OA.original_id)
    assert got.query["openid"] == account.fan
    assert got.query["encrypt_type"] == "aes"
    assert account.fan not in got.text
    eventually(lambda: status(account) == "acknowledged")


def test_a_plain_push_is_signed_with_the_token(account):
    account.listen(message_mode="plain")

    account.does("follow")

    [got] = account.server.wait_for(1)
    query = got.query
    check_signature(OA.message_token, query["signature"], query["timestamp"], query["nonce"])
    assert set(query) == {"signature", "timestamp", "nonce", "openid"}
    assert parse_message(got.text).event == "subscribe"
    assert "<![CDATA[subscribe]]>" in got.text


def test_a_compatible_push_carries_both(account):
    account.listen(message_mode="compatible")

    account.does("follow")

    [got] = account.server.wait_for(1)
    assert parse_message(got.text).event == "subscribe"
    assert parse_message(opened(got)).event == "subscribe"


def test_a_mini_programs_push_is_json_and_a_list_of_one_is_an_object(account):
    account.listen(APP)
    got = told_of_popup(account)
    told = json.loads(opened(got, APP))
    assert got.content_type == "application/json"
    assert told["List"]["TemplateId"] == TEMPLATE
    assert told["Event"] == "subscribe_msg_popup_event"


def test_a_list_of_two_is_an_array_in_json_and_repeats_in_xml():
    fields = {
        "Event": "subscribe_msg_popup_event",
        "List": [{"TemplateId": "a"}, {"TemplateId": "b"}],
    }
    assert [each["TemplateId"] for each in json.loads(as_json(fields))["List"]] == ["a", "b"]
    told = xmltodict.parse(as_xml(fields))["xml"]
    assert told["SubscribeMsgPopupEvent"]["List"] == fields["List"]


def test_a_mini_program_may_choose_xml(account):
    account.listen(APP, message_format="xml", message_mode="plain")
    got = told_of_popup(account)
    told = xmltodict.parse(got.text)["xml"]["SubscribeMsgPopupEvent"]["List"]
    assert told["TemplateId"] == TEMPLATE


def test_no_text_can_leave_its_element(account):
    account.listen(message_mode="plain")
    text = "a]]></Content><MsgType>event</MsgType><![CDATA[b\x00\x1b&lt;"

    account.does("say", text=text)

    [got] = account.server.wait_for(1)
    told = xmltodict.parse(got.text)["xml"]
    assert told["Content"] == text.replace("\x00", "").replace("\x1b", "")
    assert told["MsgType"] == "text"


def test_without_an_address_a_push_is_only_recorded(account):
    account.does("follow")
    assert status(account) == "recorded"


# Answers


@pytest.mark.parametrize("answer", ["success", "", " success\n"])
def test_success_or_nothing_acknowledges(account, answer):
    account.listen()
    account.server.answers = [answer]
    assert account.does("follow")["status"] == "acknowledged"
    assert len(account.server.got) == 1


@pytest.mark.parametrize("answer", ["ok", 500, 204, "<xml><MsgType>text</MsgType></xml>", "<xml"])
def test_any_other_answer_is_asked_three_times_in_all(account, answer):
    account.listen()
    account.server.answers = [answer] * 5

    account.does("follow")

    eventually(lambda: status(account) == "given_up")
    assert len(account.server.got) == 3
    assert len({each.query["nonce"] for each in account.server.got}) == 3


def test_a_message_that_nobody_answers_shows_the_failure_to_the_person(account):
    account.listen()
    account.server.answers = [500] * 3

    account.does("say", text="你好")

    eventually(lambda: status(account) == "given_up")
    assert [each["by"] for each in account.chat()] == ["me", "system"]


@pytest.mark.parametrize("mode", ["plain", "compatible", "secure"])
def test_a_passive_reply_of_wechatpy_is_shown_in_the_chat(account, mode):
    account.listen(message_mode=mode)

    def reply(got):
        message = parse_message(opened(got) if mode != "plain" else got.text)
        text = create_reply("欢迎光临", message).render()
        writer = WeChatCrypto(OA.message_token, OA.message_aes_key, OA.appid)
        if mode != "secure":
            return text
        return writer.encrypt_message(text, got.query["nonce"], got.query["timestamp"])

    account.server.answers = [reply]
    answer = account.does("say", text="你好")

    assert answer["reply"]["Content"] == "欢迎光临"
    assert [each["kind"] for each in account.chat()] == ["text", "reply_text"]


def test_news_are_read_with_their_articles(account):
    account.listen(message_mode="plain")
    articles = [{"title": "券到账", "description": "d", "image": "i", "url": "https://k.example"}]
    account.server.answers = [lambda got: create_reply(articles, parse_message(got.text)).render()]
    reply = account.does("say", text="新闻")["reply"]
    assert reply["Articles"]["item"]["Title"] == "券到账"


def test_an_unsealed_reply_in_secure_mode_does_not_count(account):
    account.listen()
    account.server.answers = [
        lambda got: create_reply("hi", parse_message(opened(got))).render()
    ] * 3

    account.does("say", text="你好")

    eventually(lambda: status(account) == "given_up")
    assert account.pushes()[-1]["attempts"][0]["trouble"]


def test_a_reply_to_somebody_else_does_not_count(account):
    account.listen(message_mode="plain")

    def wrong(got):
        text = create_reply("hi", parse_message(got.text)).render()
        return text.replace(account.fan, "o-somebody")

    account.server.answers = [wrong]
    account.does("say", text="你好")
    assert "ToUserName" in account.pushes()[-1]["attempts"][0]["trouble"]


def test_nobody_waits_for_a_silent_server_longer_than_five_seconds(account):
    account.listen()
    account.server.slow_seconds = 30

    account.does("follow")

    [first, *_] = eventually(lambda: account.pushes()[-1]["attempts"], seconds=20)
    assert first["status"] == 0
    # A busy machine wakes nobody in time; whoever waited for the answer would wait thirty.
    assert 4.5 < first["seconds"] < 15
