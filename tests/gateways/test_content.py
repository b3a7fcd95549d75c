"""The platform's judge of texts, and its word on a person, to the letter."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from app.gateways.content import ContentCheck, Scene, Suggestion
from app.gateways.errors import Refused, Unavailable
from app.gateways.social import Sealed, Social, read_group
from tests.gateways.stubs import Answer, says

TEXT, RANK = "/wxa/msg_sec_check", "/wxa/getuserriskrank"
MADE = "/cgi-bin/message/wxopen/activityid/create"
SHOW = "/cgi-bin/message/wxopen/updatablemsg/send"
KEY = base64.b64encode(b"k" * 16).decode()


@pytest.fixture
def content(app_keys, tokens):
    return ContentCheck(app_keys, tokens)


@pytest.fixture
def social(app_keys, tokens):
    return Social(app_keys, tokens)


@pytest.mark.parametrize(
    ("suggest", "label", "may_be_shown"),
    [("pass", 100, True), ("review", 21000, False), ("risky", 20006, False)],
)
def test_a_text_is_judged_by_the_second_version(content, wechat, suggest, label, may_be_shown):
    wechat.on(TEXT, says({"errcode": 0, "result": {"suggest": suggest, "label": label}}))
    verdict = content.check_text(openid="o1", text="生日快乐", scene=Scene.SOCIAL, nickname="王")
    assert (verdict.suggestion, verdict.label) == (Suggestion(suggest), label)
    assert verdict.may_be_shown is may_be_shown
    assert wechat.asked(TEXT)[0].json == {
        "version": 2,
        "openid": "o1",
        "scene": 4,
        "content": "生日快乐",
        "nickname": "王",
    }


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (says({"errcode": 61010, "errmsg": "x"}), Refused, "not_here_lately"),
        (says({"errcode": 44991, "errmsg": "x"}), Unavailable, "44991"),
        (says({"errcode": 0, "result": {"suggest": "maybe", "label": 1}}), Unavailable, None),
        (Answer(fault="reset"), Unavailable, "no_answer"),
    ],
)
def test_an_answer_that_is_none_is_no_verdict(content, wechat, answer, kind, code):
    wechat.on(TEXT, answer)
    with pytest.raises(kind) as caught:
        content.check_text(openid="o1", text="你好")
    assert caught.value.code == (code or "unreadable_answer")


def test_too_long_a_text_is_not_sent(content, wechat):
    with pytest.raises(ValueError, match="2500"):
        content.check_text(openid="o1", text="长" * 2501)
    assert wechat.asked(TEXT) == []


def test_the_rank_is_asked_for_marketing(social, wechat):
    wechat.on(RANK, says({"errcode": 0, "risk_rank": 3, "unoin_id": "u"}))
    assert social.risk_rank(openid="o1", client_ip="10.0.0.1") == 3
    assert wechat.asked(RANK)[0].json == {
        "appid": "wxba5fad812f8e6fb9",
        "openid": "o1",
        "scene": 1,
        "client_ip": "10.0.0.1",
    }


def test_a_card_in_the_chat_is_opened_and_changed(social, wechat):
    wechat.on(MADE, says({"activity_id": "A1", "expiration_time": 1778846401, "errcode": 0}))
    wechat.on(SHOW, says({"errcode": 0}))
    made = social.open_activity()
    social.show_progress(activity_id=made.activity_id, joined=1, needed=2)
    social.show_progress(activity_id=made.activity_id, joined=2, needed=2)
    told = [each.json for each in wechat.asked(SHOW)]
    assert made.expires_at.timestamp() == 1778846401
    assert [each["target_state"] for each in told] == [0, 1]
    assert told[0]["template_info"]["parameter_list"] == [
        {"name": "member_count", "value": "1"},
        {"name": "room_limit", "value": "2"},
    ]


@pytest.mark.parametrize(("errcode", "code"), [(47502, "activity_full"), (47504, "activity_over")])
def test_a_card_that_cannot_change_says_why(social, wechat, errcode, code):
    wechat.on(SHOW, says({"errcode": errcode, "errmsg": "x"}))
    with pytest.raises(Refused) as caught:
        social.show_progress(activity_id="A1", joined=1, needed=2)
    assert caught.value.code == code


def sealed(data, *, key=KEY):
    padder = PKCS7(128).padder()
    padded = padder.update(json.dumps(data).encode()) + padder.finalize()
    iv = b"i" * 16
    cipher = Cipher(algorithms.AES(base64.b64decode(key)), modes.CBC(iv)).encryptor()
    text = base64.b64encode(cipher.update(padded) + cipher.finalize()).decode()
    return Sealed(encrypted_data=text, iv=base64.b64encode(iv).decode())


def test_a_group_is_read_from_what_the_phone_sealed():
    data = sealed({"openGId": "tG1", "watermark": {"appid": "wx1", "timestamp": 1}})
    assert read_group(data, session_key=KEY, appid="wx1") == "tG1"


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (sealed({"openGId": "tG1", "watermark": {"appid": "wx2"}}), KEY),
        (sealed({"openGId": "tG1"}), KEY),
        (sealed({"watermark": {"appid": "wx1"}}), KEY),
        (Sealed(encrypted_data="AAAA", iv="AAAA"), KEY),
        (sealed({"openGId": "tG1", "watermark": {"appid": "wx1"}}), "b" * 22 + "=="),
    ],
)
def test_what_this_session_did_not_seal_for_this_app_is_refused(data, key):
    with pytest.raises(Refused) as caught:
        read_group(data, session_key=key, appid="wx1")
    assert caught.value.code == "open_data_invalid"
