"""Card events with their long ladders, what goes wrong with pushes, and checked addresses."""

import dataclasses
import time
from xml.parsers.expat import ExpatError

import pytest
import requests
import xmltodict
from wechatpy import parse_message
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException

from app.simulator.clock import Clock
from app.simulator.faults import Fault, Faults
from app.simulator.pushes import Pushes, crypto
from app.simulator.timetable import Timetable
from tests.simulator.official import OA, opened
from tests.simulator.world import eventually


def status(account):
    return account.pushes()[-1]["status"]


def kinds(account):
    return [each["kind"] for each in account.pushes()[-1]["attempts"]]


# Card events


@pytest.fixture
def sender(account):
    """A sender of its own, whose ladder is the real one and whose clock the test moves."""
    clock = Clock()
    timetable = Timetable(clock)
    apps = {OA.appid: OA}
    sender = Pushes(clock=clock, timetable=timetable, faults=Faults(), apps=apps)
    sender.clock, sender.timetable, sender.apps = clock, timetable, apps
    yield sender
    timetable.close()


def at(sender, seconds):
    sender.clock.offset_seconds = seconds
    sender.timetable.wake()


def a_card(sender, address):
    sender.apps[OA.appid] = dataclasses.replace(OA, message_url=address, message_mode="plain")
    fields = {"CardId": "pCard", "UserCardCode": "110", "IsGiveByFriend": 0}
    return sender.send(app=OA, openid="o1", event="user_get_card", fields=fields)


def test_a_card_event_answered_wrongly_is_repeated_three_times_within_minutes(account, sender):
    account.server.answers = ["what?"] * 9
    push = a_card(sender, account.server.url)
    for passed, tries in ((0, 1), (61, 2), (182, 3), (363, 4), (90_000, 4)):
        at(sender, passed)
        account.server.wait_for(tries)
        eventually(lambda tries=tries: len(push.attempts) == tries)
    assert push.status == "given_up"


def test_a_card_event_for_a_server_that_is_down_is_repeated_ten_times_in_a_day(account, sender):
    push = a_card(sender, "http://127.0.0.1:9/closed")
    eventually(lambda: push.attempts)
    for turn in range(1, 11):
        at(sender, turn * 8641)
        eventually(lambda turn=turn: len(push.attempts) == turn + 1)
    eventually(lambda: push.status == "given_up")
    assert len(push.attempts) == 11


def test_a_card_event_is_written_with_spaces_that_a_reader_must_strip(account, sender):
    a_card(sender, account.server.url)
    [got] = account.server.wait_for(1)
    assert "<CardId> <![CDATA[pCard]]> </CardId>" in got.text
    event = parse_message(got.text)
    assert (event.event, event.card_id, event.code) == ("user_get_card", "pCard", "110")


# Faults


def test_duplicate_pushes_say_the_same_and_are_signed_anew(account):
    account.listen()
    account.fault("duplicate", scope="subscribe", times=2)

    account.does("follow")

    got = account.server.wait_for(3)
    assert len({opened(each) for each in got}) == 1
    assert len({each.query["nonce"] for each in got}) == 3


def test_a_replayed_push_is_the_very_same_bytes(account):
    account.listen()
    account.fault("replay", scope="subscribe")
    account.does("follow")
    first, again = account.server.wait_for(2)
    assert (first.query, first.body) == (again.query, again.body)


def test_a_lost_push_never_comes(account):
    account.listen()
    account.fault("lose", scope="subscribe")
    assert account.does("follow")["status"] == "lost"
    account.does("unfollow")
    assert len(account.server.wait_for(1)) == 1


def test_a_delayed_push_waits_for_the_clock(account):
    account.listen()
    account.fault("delay", scope="subscribe", seconds=3600)
    assert account.does("follow")["status"] == "pending"
    assert account.server.got == []

    account.move_clock(3601)

    [got] = account.server.wait_for(1)
    assert parse_message(opened(got)).event == "subscribe"


def test_a_reordered_push_comes_after_the_next_one(account):
    account.listen()
    account.fault("reorder", scope="subscribe")
    account.does("follow")
    assert status(account) == "held"

    account.does("say", text="你好")

    first, second = account.server.wait_for(2)
    assert parse_message(opened(first)).type == "text"
    assert parse_message(opened(second)).event == "subscribe"


@pytest.mark.parametrize("kind", ["forge", "foreign_token"])
def test_a_push_with_a_false_signature_comes_before_the_true_one(account, kind):
    account.listen()
    account.fault(kind, scope="subscribe")
    account.does("follow")
    false, true = account.server.wait_for(2)
    with pytest.raises(InvalidSignatureException):
        opened(false)
    assert parse_message(opened(true)).event == "subscribe"
    assert kinds(account) == [kind, "true"]


def test_a_push_for_another_app_is_sealed_truly(account):
    account.listen()
    account.fault("wrong_appid")
    account.does("follow")
    false, _ = account.server.wait_for(2)
    with pytest.raises(InvalidAppIdException):
        opened(false)


def test_a_push_with_bad_padding_does_not_open(account):
    account.listen()
    account.fault("bad_padding")
    account.does("follow")
    false, _ = account.server.wait_for(2)
    sealed = xmltodict.parse(false.text)["xml"]["Encrypt"]
    with pytest.raises(crypto.NotReadable):
        crypto.unseal(sealed, aes_key=OA.message_aes_key, appid=OA.appid)


def test_a_malformed_push_is_truly_signed(account):
    account.listen()
    account.fault("malformed")
    account.does("follow")
    false, _ = account.server.wait_for(2)
    with pytest.raises(ExpatError):
        xmltodict.parse(opened(false))


def test_a_clock_can_be_wrong(account):
    account.listen()
    account.fault("clock_skew", seconds=-7200)
    account.does("follow")
    [got] = account.server.wait_for(1)
    assert time.time() - int(got.query["timestamp"]) > 7000
    assert parse_message(opened(got)).event == "subscribe"


def test_a_notice_can_be_reordered_and_dated_wrongly(sim):
    sim.fault("reorder", scope="TRANSACTION.")
    first = sim.paid_order()
    sim.fault("clock_skew", scope="TRANSACTION.", seconds=-900)
    second = sim.paid_order()

    got = sim.receiver.wait_for(2)

    numbers = [
        sim.wxpay().callback(headers, body)["resource"]["out_trade_no"] for headers, body in got[1:]
    ]
    assert numbers == [first]
    assert time.time() - int(got[0][0]["Wechatpay-Timestamp"]) > 800
    assert second != first


def test_every_kind_of_fault_can_be_laid():
    faults = Faults()
    for kind in ("reorder", "clock_skew", "malformed", "wrong_appid", "bad_padding"):
        faults.add(Fault(kind=kind))
    assert len(faults.waiting()) == 5


# Verification and changes


def signed_with_the_token(query):
    signed = crypto.signature(OA.message_token, query["timestamp"], query["nonce"])
    return signed == query["signature"]


def test_an_address_is_verified_by_its_echo(account):
    account.listen()
    account.server.echoes = signed_with_the_token
    assert account.post(f"/_sim/apps/{OA.appid}/verify-url") == {"verified": True}
    account.server.echoes = lambda _query: False
    assert account.post(f"/_sim/apps/{OA.appid}/verify-url") == {"verified": False}


def test_an_address_that_answers_forged_checks_is_not_verified(account):
    account.listen()
    assert account.post(f"/_sim/apps/{OA.appid}/verify-url") == {"verified": False}
    assert [signed_with_the_token(each.query) for each in account.server.got] == [True, False]


def test_a_changed_mode_counts_for_the_next_push(account):
    account.listen()
    account.does("follow")
    account.listen(message_mode="plain")
    account.does("unfollow")
    sealed, plain = account.server.wait_for(2)
    assert "encrypt_type" in sealed.query
    assert "encrypt_type" not in plain.query


def test_a_setting_that_is_none_is_refused(account):
    for body in ({"message_mode": "loud"}, {"secret": "x"}, {"ip_whitelist": "1.2.3.4"}):
        answer = requests.post(f"{account.url}/_sim/apps/{OA.appid}", json=body, timeout=5)
        assert answer.status_code == 400
