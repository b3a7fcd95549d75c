"""Reading a push: what it may be made of, and what its fields mean."""

import orjson
import pytest

from app.gateways import told
from app.gateways.push_meaning import meaning, rows, said_at
from app.gateways.push_words import DEEPEST, LARGEST_BYTES, Unreadable, read_words

DEEP = DEEPEST + 1
BOMB = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;">]><xml><Event>&c;</Event></xml>'
)
HOSTILE = {
    "external entity": b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><E>&f;</E></xml>',
    "external document": b'<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd"><xml/>',
    "parameter entity": b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1/">%p;]><xml/>',
    "entity bomb": BOMB,
    "unknown entity": b"<xml><E>&nobody;</E></xml>",
    "deep xml": b"<xml>" + b"<a>" * DEEP + b"</a>" * DEEP + b"</xml>",
    "deep json": b'{"a":' + b"[" * 500 + b"]" * 500 + b"}",
    "very deep json": b'{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "many elements": b"<xml>" + b"<a/>" * 5000 + b"</xml>",
    "many values": orjson.dumps({"a": list(range(5000))}),
    "many attributes": b"<xml " + b" ".join(b'a%d=""' % n for n in range(5000)) + b"/>",
    "utf-16": "<xml><E>x</E></xml>".encode("utf-16"),
    "gbk": '<?xml version="1.0" encoding="gbk"?><xml><E>你好</E></xml>'.encode("gbk"),
    "latin-1": '<?xml version="1.0" encoding="latin-1"?><xml><E>é</E></xml>'.encode("latin-1"),
    "nul in xml": b"<xml><E>a\0b</E></xml>",
    "nul by number": b"<xml><E>&#0;</E></xml>",
    "nul in json": b'{"E":"a\\u0000b"}',
    "nul in a name": b'{"a\\u0000":1}',
    "half a character": b'{"E":"\\ud800"}',
    "cut off": b"<xml><E>",
    "two documents": b"<xml/><xml/>",
    "text": b"hello",
    "nothing": b"",
    "a list": b"[1]",
    "a bare word": b"<xml>hello</xml>",
    "not a number": b'{"E":NaN}',
    "not utf-8": b'{"E":"\xff"}',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_push_is_refused(body):
    assert len(body) <= LARGEST_BYTES
    with pytest.raises(Unreadable):
        read_words(body)


def test_a_push_is_read_without_the_space_around_its_words():
    body = b"\n <xml>\n<Event> <![CDATA[ user_get_card ]]> </Event><CardId><![CDATA[c<1]]></CardId></xml>"
    assert read_words(body) == {"Event": "user_get_card", "CardId": "c<1"}


def test_a_repeated_element_is_a_list():
    assert read_words(b"<xml><a>1</a><a>2</a><a>3</a><b><c>4</c></b></xml>") == {
        "a": ["1", "2", "3"],
        "b": {"c": "4"},
    }


def test_somebody_may_write_about_entities():
    said = "<xml><Content><![CDATA[<!DOCTYPE x [<!ENTITY a 'b'>]> &a;]]></Content></xml>"
    assert read_words(said.encode())["Content"] == "<!DOCTYPE x [<!ENTITY a 'b'>]> &a;"


ENTRY = {"TemplateId": "t1", "SubscribeStatusString": "accept"}


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (ENTRY, 1),
        ([ENTRY, ENTRY], 2),
        ({"List": ENTRY}, 1),
        ({"List": [ENTRY, ENTRY]}, 2),
        ({"List": {"item": [ENTRY, ENTRY]}}, 2),
        (None, 0),
        ("", 0),
        ([[], "x", 3], 0),
    ],
)
def test_entries_are_found_however_they_are_wrapped(value, count):
    assert list(rows(value)) == [ENTRY] * count


def an_event(name, **fields):
    return {
        "ToUserName": "gh_1",
        "FromUserName": "o-1",
        "CreateTime": "1714112445",
        "MsgType": "event",
        "Event": name,
    } | fields


CARD = {
    "event": "user_get_card",
    "card_id": "c1",
    "code": "12",
    "friend": "o-giver",
    "old_code": "11",
    "outer": "shop",
    "unionid": "u1",
    "is_gift": True,
    "is_returned": False,
    "is_to_group": False,
    "is_restored": False,
    "transaction_id": None,
    "fee_fen": None,
    "more": {"OuterId": "3"},
}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (an_event("subscribe", EventKey=""), told.Followed(scene=None)),
        (an_event("SUBSCRIBE", EventKey="qrscene_a"), told.Followed(scene="a")),
        (an_event("unsubscribe"), told.Unfollowed()),
        (an_event("SCAN", EventKey="a"), told.Scanned(scene="a")),
        (an_event("CLICK", EventKey="k"), told.MenuClicked(key="k")),
        (an_event("VIEW", EventKey="http://x"), told.Unknown(event="view")),
        (
            an_event(
                "subscribe_msg_change_event", List={**ENTRY, "SubscribeStatusString": "reject"}
            ),
            told.GrantsWithdrawn(template_ids=("t1",)),
        ),
        (
            an_event(
                "subscribe_msg_sent_event",
                List={"TemplateId": "t1", "MsgID": 9, "ErrorCode": "43101", "ErrorStatus": "x"},
            ),
            told.MessageSettled(
                results=(told.MessageResult(template_id="t1", msg_id="9", errcode=43101),)
            ),
        ),
        (
            an_event("TEMPLATESENDJOBFINISH", MsgID="9", Status="success"),
            told.TemplateSettled(msg_id="9", reason=None),
        ),
        (
            an_event("TEMPLATESENDJOBFINISH", MsgID="9", Status="failed:user block"),
            told.TemplateSettled(msg_id="9", reason="failed:user block"),
        ),
        (
            an_event("user_authorization_revoke", OpenID="o-2", RevokeInfo="6,8"),
            told.AuthorizationRevoked(openid="o-2", codes=frozenset({6, 8})),
        ),
        (
            an_event(
                "notify_service_msg_send_result",
                openid="o-2",
                notify_code="p1.42",
                notify_type=2003,
                card_status=4,
                fail_ret=-1004,
                fail_msg="user reject message ",
            ),
            told.CardFailed(openid="o-2", transaction_id="42", reason="-1004"),
        ),
        (
            an_event("user_info_modified", OpenID="o-2", RevokeInfo="6"),
            told.ProfileChanged(openid="o-2"),
        ),
        (an_event("user_enter_tempsession", SessionFrom="wallet"), told.ChatEntered()),
        (
            an_event("user_authorization_cancellation", OpenID="o-2"),
            told.AccountClosed(openid="o-2"),
        ),
        (
            an_event(
                "user_get_card",
                CardId="c1",
                UserCardCode="12",
                FriendUserName="o-giver",
                OldUserCardCode="11",
                OuterStr="shop",
                OuterId=3,
                UnionId="u1",
                IsGiveByFriend="1",
                IsRestoreMemberCard="0",
            ),
            told.CardEvent(**CARD),
        ),
        (
            an_event(
                "trade_manage_remind_shipping", transaction_id="42", merchant_trade_no="P1", msg="m"
            ),
            told.ShippingReminder(transaction_id="42", payment_number="P1", text="m"),
        ),
        (
            an_event(
                "trade_manage_order_settlement", transaction_id="42", estimated_settlement_time=7
            ),
            told.Settlement(
                transaction_id="42", payment_number="", is_confirmed=False, settles_at=7
            ),
        ),
        (
            an_event(
                "trade_manage_order_settlement",
                transaction_id="42",
                confirm_receive_method=1,
                confirm_receive_time=6,
                settlement_time=7,
            ),
            told.Settlement(
                transaction_id="42", payment_number="", is_confirmed=True, settles_at=7
            ),
        ),
        (an_event("wxa_trade_controlled", msg="停"), told.TradeControlled(text="停")),
        (an_event("wxa_punish_event", reason="诱导分享"), told.Violation(text="reason: 诱导分享")),
        (an_event("trade_manage_remind_access_api", msg="接"), told.ShippingWanted(text="接")),
    ],
)
def test_an_event_in_our_words(fields, expected):
    assert meaning(fields) == expected


def test_a_refusal_in_the_same_breath_stands():
    entries = [{**ENTRY, "SubscribeStatusString": word} for word in ("reject", "accept")]
    for order in (entries, entries[::-1]):
        read = meaning(an_event("subscribe_msg_popup_event", List=order))
        assert read == told.GrantAnswers(answers={"t1": "reject"})


@pytest.mark.parametrize("second", ["", "x", "-1", "0", "1.5", "9" * 18, [], {}, None])
def test_a_time_that_is_none_is_refused(second):
    with pytest.raises(Unreadable):
        said_at(an_event("subscribe", CreateTime=second))
