"""Pushes as the platform's own examples and the pretend WeChat write them, and as nobody should."""

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import orjson
import pytest

from app.gateways import told
from app.gateways.errors import ForgedNotice, StaleNotice
from app.gateways.push_crypto import CannotOpen, open_push, seal_push
from app.gateways.pushes import (
    PushKeys,
    check_echo,
    read_push,
    sealed_reply,
    sealed_reply_xml,
    text_reply,
)
from app.gateways.signatures import push_signature
from app.simulator.pushes.letter import write
from app.simulator.pushes.push import Push
from app.simulator.settings import App

# The platform's published example.
EXAMPLE = PushKeys(
    appid="wxba5fad812f8e6fb9",
    original_id="gh_97417a04a28d",
    mode="secure",
    token="AAAAA",
    aes_key="A" * 43,
)
EXAMPLE_SEALED = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcv"
    "ZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3F"
    "n2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSe"
    "OBrebufAlr7F9mFUPAJGj04="
)
EXAMPLE_QUERY = {
    "timestamp": "1714112445",
    "nonce": "415670741",
    "encrypt_type": "aes",
    "msg_signature": "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3",
}
NOW = datetime(2026, 5, 15, 12, tzinfo=UTC)
ACCOUNT = App(
    appid="wx00112233445566aa",
    secret="secret",
    kind="oa",
    original_id="gh_shop",
    message_mode="secure",
    message_token="TokenOfTheTests",
    message_aes_key="B" * 43,
)
MINI = replace(ACCOUNT, kind="mp", message_format="json")


def keys(app=ACCOUNT, **changes):
    return PushKeys(
        **{
            "appid": app.appid,
            "original_id": app.original_id,
            "mode": app.message_mode,
            "token": app.message_token,
            "aes_key": app.message_aes_key,
            **changes,
        }
    )


def a_letter(app=ACCOUNT, *, event="subscribe", openid="o-ming", at=NOW, kind="true", **fields):
    """(query, body) as the pretend WeChat sends it."""
    envelope = {
        "ToUserName": app.original_id,
        "FromUserName": openid,
        "CreateTime": int(at.timestamp()),
        "MsgType": "event",
        "Event": event,
    }
    push = Push(number=1, app=app, fields={**envelope, **fields})
    letter = write(push, app=app, at=at.timestamp(), kind=kind)
    return dict(parse_qsl(letter.query)), letter.body


def read(app=ACCOUNT, *, at=NOW, **said):
    return read_push(keys(app), *a_letter(app, **said), at=at)


def refusal_of(keys, query, body, *, at=NOW):
    with pytest.raises((ForgedNotice, StaleNotice)) as refused:
        read_push(keys, query, body, at=at)
    return refused.value.code


class TestExamples:
    def test_the_door_proves_itself(self):
        query = {
            "signature": "f464b24fc39322e44b38aa78f5edd27bd1441696",
            "timestamp": "1714036504",
            "nonce": "1514711492",
            "echostr": "4375120948345356249",
        }
        assert check_echo(EXAMPLE, query) == "4375120948345356249"

    def test_a_door_of_another_token_is_not_ours(self):
        query = {"signature": "f" * 40, "timestamp": "1714036504", "nonce": "1514711492"}
        with pytest.raises(ForgedNotice):
            check_echo(EXAMPLE, query)

    def test_a_plain_push_is_signed_with_the_token(self):
        signed = push_signature("AAAAA", "1714037059", "486452656")
        assert signed == "899cf89e464efb63f54ddac96b0a0a235f53aa78"

    def test_a_sealed_push_opens(self):
        body = orjson.dumps({"ToUserName": "gh_97417a04a28d", "Encrypt": EXAMPLE_SEALED})
        push = read_push(EXAMPLE, EXAMPLE_QUERY, body, at=NOW)
        assert push.told == told.Unknown(event="debug_demo")
        assert push.openid == "o9AgO5Kd5ggOC-bXrbNODIiE3bGY"
        assert push.words["debug_str"] == "hello world"

    def test_json_may_escape_its_slashes(self):
        sealed = EXAMPLE_SEALED.replace("/", "\\/")
        body = f'{{"ToUserName":"gh_97417a04a28d","Encrypt":"{sealed}"}}'.encode()
        assert read_push(EXAMPLE, EXAMPLE_QUERY, body, at=NOW).event == "debug_demo"

    def test_a_reply_is_sealed_as_published(self):
        at = datetime.fromtimestamp(1713424427, tz=UTC)
        reply = sealed_reply(
            EXAMPLE,
            b'{"demo_resp":"good luck"}',
            nonce="415670741",
            at=at,
            noise=b"707722b803182950",
        )
        assert reply == {
            "Encrypt": "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ==",
            "MsgSignature": "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1",
            "TimeStamp": 1713424427,
            "Nonce": "415670741",
        }


@pytest.mark.parametrize("app", [ACCOUNT, MINI], ids=["xml", "json"])
@pytest.mark.parametrize("mode", ["plain", "compatible", "secure"])
class TestEveryMode:
    def test_somebody_follows(self, app, mode):
        app = replace(app, message_mode=mode)
        push = read(app, EventKey="qrscene_Q123", Ticket="t")
        assert push.told == told.Followed(scene="Q123")
        assert push.at == NOW
        assert push.is_sealed is (mode != "plain")

    def test_a_list_of_one_and_of_many_reads_the_same(self, app, mode):
        app = replace(app, message_mode=mode)
        one = [{"TemplateId": "t1", "SubscribeStatusString": "accept", "PopupScene": "0"}]
        two = [*one, {"TemplateId": "t2", "SubscribeStatusString": "reject", "PopupScene": "0"}]
        event = "subscribe_msg_popup_event"
        assert read(app, event=event, List=one).told.answers == {"t1": "accept"}
        assert read(app, event=event, List=two).told.answers == {"t1": "accept", "t2": "reject"}

    @pytest.mark.parametrize("kind", ["forge", "foreign_token", "wrong_appid", "bad_padding"])
    def test_a_false_one_is_refused(self, app, mode, kind):
        app = replace(app, message_mode=mode)
        if mode == "plain" and kind in {"wrong_appid", "bad_padding"}:
            query, body = a_letter(app)
            assert refusal_of(keys(app, original_id="gh_other"), query, body) == "wrong_account"
            return
        code = refusal_of(keys(app), *a_letter(app, kind=kind))
        assert code == ("bad_signature" if kind in {"forge", "foreign_token"} else "cannot_open")


class TestWhatTheModeAllows:
    def test_secure_mode_ignores_what_is_not_sealed(self):
        plain = replace(ACCOUNT, message_mode="plain")
        assert refusal_of(keys(), *a_letter(plain)) == "not_sealed"

    def test_compatible_mode_takes_either_while_the_console_is_changed(self):
        ours = keys(mode="compatible")
        for mode in ("plain", "compatible", "secure"):
            letter = a_letter(replace(ACCOUNT, message_mode=mode))
            assert read_push(ours, *letter, at=NOW).event == "subscribe"

    def test_compatible_mode_believes_the_sealed_half(self):
        query, body = a_letter(replace(ACCOUNT, message_mode="compatible"), EventKey="qrscene_Qa")
        touched = body.replace(b"qrscene_Qa", b"qrscene_Qb")
        assert touched != body
        push = read_push(keys(mode="compatible"), query, touched, at=NOW)
        assert push.told == told.Followed(scene="Qa")

    def test_a_plain_push_is_believed_for_ten_minutes(self):
        plain = replace(ACCOUNT, message_mode="plain")
        letter = a_letter(plain)
        late = NOW.replace(minute=11)
        assert refusal_of(keys(plain), *letter, at=late) == "stale_notice"

    def test_a_sealed_push_may_be_a_day_old(self):
        late = NOW.replace(day=16)
        assert read_push(keys(), *a_letter(), at=late).event == "subscribe"

    def test_a_sealed_push_under_another_signature_is_refused(self):
        query, _ = a_letter()
        _, body = a_letter(EventKey="qrscene_Qb")
        assert refusal_of(keys(), query, body) == "bad_signature"

    def test_a_push_for_another_account_is_refused(self):
        assert refusal_of(keys(original_id="gh_else"), *a_letter()) == "wrong_account"

    def test_a_signature_that_is_no_ascii_is_only_wrong(self):
        query, body = a_letter()
        assert refusal_of(keys(), query | {"msg_signature": "签名"}, body) == "bad_signature"


class TestReference:
    def test_the_same_told_again_is_the_same(self):
        one, again = read(EventKey="qrscene_Q1"), read(EventKey="qrscene_Q1")
        assert one.reference == again.reference

    def test_two_events_of_one_second_are_two(self):
        cards = [read(event="user_get_card", CardId="c1", UserCardCode=code) for code in ("1", "2")]
        assert len({push.reference for push in cards}) == 2

    def test_two_people_in_one_second_are_two(self):
        assert read(openid="o-1").reference != read(openid="o-2").reference

    def test_a_message_id_alone_is_not_trusted(self):
        def said(openid, at):
            letter = a_letter(
                openid=openid, at=at, MsgType="text", Event="", Content="你好", MsgId="7"
            )
            return read_push(keys(), *letter, at=NOW).reference

        later = NOW.replace(second=1)
        assert len({said("o-1", NOW), said("o-2", NOW), said("o-1", later)}) == 3

    def test_the_format_makes_no_difference_to_the_meaning(self):
        fields = {"event": "CLICK", "EventKey": "menu_wallet"}
        assert read(ACCOUNT, **fields).told == read(MINI, **fields).told


def test_what_people_write_is_not_kept():
    push = read(MsgType="text", Event="", Content="我的电话是13800138000", MsgId="9")
    assert push.told == told.Said(kind="text")
    assert "13800138000" not in str(push.words)


def test_a_reply_cannot_leave_its_place():
    push = read()
    reply = text_reply(push, words="]]></Content><x>", at=NOW).decode()
    assert "]]></Content><x>" not in reply
    assert "<ToUserName><![CDATA[o-ming]]></ToUserName>" in reply
    sealed = sealed_reply(keys(), reply.encode(), nonce="1", at=NOW)
    opened = open_push(sealed["Encrypt"], aes_key=ACCOUNT.message_aes_key, appid=ACCOUNT.appid)
    assert opened.decode() == reply
    assert sealed_reply_xml(sealed).startswith(b"<xml><Encrypt><![CDATA[")


@pytest.mark.parametrize("words", [b"", b"x", b"x" * 11, b"x" * 12, b"x" * 500, "好".encode()])
def test_what_was_sealed_opens(words):
    sealed = seal_push(words, aes_key="C" * 43, appid="wx1")
    assert open_push(sealed, aes_key="C" * 43, appid="wx1") == words
    for aes_key, appid in (("D" * 43, "wx1"), ("C" * 43, "wx2"), ("C" * 43, "x1")):
        with pytest.raises(CannotOpen):
            open_push(sealed, aes_key=aes_key, appid=appid)


@pytest.mark.parametrize("sealed", ["", "AAAA", "A" * 44, "not base64!", "A" * 64, "=" * 8])
def test_what_was_never_sealed_does_not_open(sealed):
    with pytest.raises(CannotOpen):
        open_push(sealed, aes_key="C" * 43, appid="wx1")
