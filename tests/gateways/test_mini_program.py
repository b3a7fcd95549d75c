import pytest

from app.gateways.errors import GatewayError, Misconfigured, OutcomeUnknown, Refused, Unavailable
from app.gateways.mini_program import MiniProgram
from app.gateways.open_platform import App
from tests.gateways.stubs import Answer, says

SIGN_IN = "/sns/jscode2session"
PHONE = "/wxa/business/getuserphonenumber"
SEND = "/cgi-bin/message/subscribe/send"
PICTURE = "/wxa/getwxacodeunlimit"
TOKEN = "/cgi-bin/stable_token"
OPENID = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
OK = says({"errcode": 0, "errmsg": "ok"})
PNG = b"\x89PNG\r\n\x1a\n..."


def no(errcode, errmsg="no"):
    return says({"errcode": errcode, "errmsg": f"{errmsg} rid: 6543ab-12cd-34ef"})


def send(mini):
    mini.send(openid=OPENID, template_id="T1", data={"thing1": "下午茶"}, page="pages/wallet")


def test_a_code_says_who_tapped(mini, wechat):
    wechat.on(SIGN_IN, says({"openid": OPENID, "session_key": "HyVFkGl5F5OQWJZZaNzBBg=="}))
    person = mini.sign_in("CODE")
    assert (person.openid, person.unionid) == (OPENID, None)
    assert OPENID not in repr(person)
    assert "HyVFk" not in repr(person)


def test_trap_signing_in_needs_no_access_token(mini, wechat):
    wechat.on(SIGN_IN, says({"openid": OPENID, "session_key": "k", "unionid": "u"}))
    assert mini.sign_in("CODE").unionid == "u"
    assert wechat.asked(TOKEN) == []
    assert wechat.seen[0].query == {
        "appid": "wxba5fad812f8e6fb9",
        "secret": "s3cr3t-of-the-app",
        "js_code": "CODE",
        "grant_type": "authorization_code",
    }


@pytest.mark.parametrize(
    ("errcode", "kind", "code"),
    [
        (40029, Refused, "code_invalid"),
        (40163, Refused, "code_invalid"),
        (40226, Refused, "user_blocked"),
        (45011, Unavailable, "45011"),
        (-1, Unavailable, "-1"),
        (40013, Refused, "40013"),
    ],
)
def test_each_refusal_to_sign_in_has_its_word(mini, wechat, errcode, kind, code):
    wechat.on(SIGN_IN, no(errcode))
    with pytest.raises(kind) as caught:
        mini.sign_in("CODE")
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (says({"openid": OPENID}), OutcomeUnknown),
        (says([]), OutcomeUnknown),
        (says({"errcode": "none"}), OutcomeUnknown),
        (Answer(b"<html>"), OutcomeUnknown),
        (Answer(b"", 502), Unavailable),
        (Answer(b"", 403), Refused),
        (Answer(fault="reset"), OutcomeUnknown),
        (Answer(fault="hang"), OutcomeUnknown),
    ],
)
def test_a_sign_in_that_fails_on_the_way(mini, wechat, impatient, answer, kind):
    wechat.on(SIGN_IN, answer)
    with pytest.raises(kind) as caught:
        mini.sign_in("CODE")
    assert "s3cr3t" not in str(caught.value)


def test_a_phone_number_comes_without_its_country(mini, wechat):
    info = {"phoneNumber": "+8613800138000", "purePhoneNumber": "13800138000", "countryCode": "86"}
    wechat.on(PHONE, says({"errcode": 0, "errmsg": "ok", "phone_info": info}))
    phone = mini.phone_number("CODE")
    assert (phone.number, phone.country_code) == ("13800138000", "86")
    assert "138" not in repr(phone)
    assert wechat.asked(PHONE)[0].json == {"code": "CODE"}
    assert wechat.asked(PHONE)[0].query == {"access_token": "TOKEN-1"}


def test_a_used_phone_code_is_refused(mini, wechat):
    wechat.on(PHONE, no(40029))
    with pytest.raises(Refused) as caught:
        mini.phone_number("CODE")
    assert caught.value.code == "code_invalid"


def test_a_message_carries_its_values_in_utf8(mini, wechat):
    wechat.on(SEND, OK)
    send(mini)
    asked = wechat.asked(SEND)[0]
    assert asked.json == {
        "touser": OPENID,
        "template_id": "T1",
        "page": "pages/wallet",
        "data": {"thing1": {"value": "下午茶"}},
    }
    assert "下午茶".encode() in asked.body


@pytest.mark.parametrize(
    ("errcode", "kind", "code"),
    [
        (43101, Refused, "not_subscribed"),
        (47003, Refused, "47003"),
        (40037, Refused, "40037"),
        (40003, Refused, "40003"),
        (43107, Refused, "43107"),
        (-1, Unavailable, "-1"),
        (43108, Unavailable, "43108"),
        (45009, Unavailable, "45009"),
        (45011, Unavailable, "45011"),
    ],
)
def test_each_refusal_of_a_message_says_what_may_be_done_next(mini, wechat, errcode, kind, code):
    wechat.on(SEND, no(errcode))
    with pytest.raises(kind) as caught:
        send(mini)
    assert caught.value.code == code
    assert len(wechat.asked(SEND)) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(b"", 503), Unavailable),
        (Answer(b"<html>challenge</html>"), OutcomeUnknown),
        (says([]), OutcomeUnknown),
        (says({"errcode": "none"}), OutcomeUnknown),
        (Answer(fault="reset"), OutcomeUnknown),
        (Answer(fault="hang"), OutcomeUnknown),
        (Answer(status=302, headers={"Location": "http://127.0.0.1:9/"}), OutcomeUnknown),
    ],
)
def test_a_message_that_fails_on_the_way(mini, wechat, impatient, answer, kind):
    mini._platform._client.timeout = impatient
    wechat.on(SEND, answer)
    with pytest.raises(kind):
        send(mini)
    assert len(wechat.asked(SEND)) == 1


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
def test_a_stale_token_is_renewed_once_and_the_message_goes(mini, wechat, errcode):
    fresh = says({"access_token": "TOKEN-2", "expires_in": 7200})
    wechat.on(TOKEN, says({"access_token": "TOKEN-1", "expires_in": 7200}), fresh)
    wechat.on(SEND, no(errcode), OK)
    send(mini)
    assert [seen.query["access_token"] for seen in wechat.asked(SEND)] == ["TOKEN-1", "TOKEN-2"]


def test_trap_a_token_that_is_never_taken_would_be_retried_without_end(mini, wechat):
    wechat.on(SEND, no(40001))
    with pytest.raises(Unavailable) as caught:
        send(mini)
    assert caught.value.code == "40001"
    assert (len(wechat.asked(SEND)), len(wechat.asked(TOKEN))) == (2, 2)


def test_trap_the_library_never_fetches_a_token_of_its_own(mini, wechat):
    wechat.on(SEND, OK).on(PHONE, no(40029)).on(PICTURE, Answer(PNG))
    send(mini)
    mini.code_picture(scene="abc", page="pages/gift")
    assert wechat.asked("/cgi-bin/token") == []
    assert len(wechat.asked(TOKEN)) == 1


def test_trap_nothing_of_the_library_reaches_the_real_wechat(mini, wechat):
    wechat.on("/card/get", OK).on("/wxa/checksession", OK)
    mini._platform._client.post(
        "https://api.weixin.qq.com/card/get", params={"access_token": "T"}, data={}
    )
    mini._platform._client.get(
        "https://api.weixin.qq.com/wxa/checksession", params={"access_token": "T"}
    )
    assert [seen.path for seen in wechat.seen] == ["/card/get", "/wxa/checksession"]


def test_trap_the_library_waits_for_ever_by_default(mini):
    assert mini._platform._client.timeout == (3.0, 10.0)
    assert mini._platform._client.auto_retry is False


def test_calls_share_one_connection(mini, wechat):
    wechat.on(SEND, OK).on(SIGN_IN, says({"openid": OPENID, "session_key": "k"}))
    for _ in range(3):
        send(mini)
        mini.sign_in("CODE")
    assert (len(wechat.seen), wechat.connections) == (7, 1)


def test_a_proxy_in_the_environment_is_not_used(mini, wechat, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    wechat.on(SEND, OK)
    send(mini)


@pytest.mark.parametrize("picture", [PNG, b"\xff\xd8\xff\xe0JFIF"])
def test_a_code_picture_comes_as_it_is(mini, wechat, picture):
    wechat.on(PICTURE, Answer(picture, headers={"Content-Type": "image/jpeg"}))
    assert mini.code_picture(scene="g=aZ09", page="pages/gift") == picture
    assert wechat.asked(PICTURE)[0].json == {"scene": "g=aZ09", "page": "pages/gift", "width": 430}


def test_a_page_that_is_not_published_is_refused(mini, wechat):
    wechat.on(PICTURE, no(41030))
    with pytest.raises(Refused) as caught:
        mini.code_picture(scene="a", page="pages/none")
    assert caught.value.code == "41030"


@pytest.mark.parametrize("answer", [Answer(b"<html>"), OK, Answer(b"", 502), Answer(fault="reset")])
def test_what_is_no_picture_is_not_passed_on(mini, wechat, answer):
    wechat.on(PICTURE, answer)
    with pytest.raises(Unavailable):
        mini.code_picture(scene="a", page="pages/gift")


@pytest.mark.parametrize("scene", ["", "a" * 33, "券", "a%20", "a b", "a\n"])
def test_a_scene_that_wechat_would_not_take_is_our_mistake(mini, wechat, scene):
    with pytest.raises(ValueError, match="scene"):
        mini.code_picture(scene=scene, page="pages/gift")
    assert wechat.seen == []


def test_trap_an_error_names_the_field_and_the_trace_but_no_value(mini, wechat):
    wechat.on(SEND, no(47003, f"argument invalid! data.thing3.value is wrong {OPENID}"))
    with pytest.raises(Refused) as caught:
        send(mini)
    assert str(caught.value) == "send message: 47003 data.thing3 rid: 6543ab-12cd-34ef"


def test_trap_tokens_and_secrets_are_in_addresses_so_addresses_are_not_told(
    mini, wechat, caplog, impatient
):
    caplog.set_level("DEBUG")
    mini._platform._client.timeout = impatient
    wechat.on(SEND, Answer(fault="reset")).on(SIGN_IN, Answer(fault="reset"))
    told = ""
    for call in (lambda: send(mini), lambda: mini.sign_in("CODE")):
        with pytest.raises(GatewayError) as caught:
            call()
        assert caught.value.__suppress_context__
        told += str(caught.value)
    for secret in ("TOKEN-1", "s3cr3t", OPENID, "CODE"):
        assert secret not in told + caplog.text


def test_the_keys_of_an_app_are_not_shown(app_keys):
    assert "s3cr3t" not in repr(app_keys)


@pytest.mark.parametrize("url", ["http://wechat.example", "ftp://127.0.0.1", "//x", "nonsense"])
def test_secrets_are_not_sent_in_the_clear(tokens, url):
    with pytest.raises(Misconfigured):
        MiniProgram(App(appid="a", secret="b", base_url=url), tokens)
