"""The door that WeChat's messages come to, as the pretend WeChat writes them."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import pytest

from app.domain import following, members, merchants, messaging
from app.domain.following import SceneKind
from app.gateways.push_words import read_words
from app.kernel import clock, inbox, outbox
from app.kernel.db import fetch_all, transaction
from jobs import housekeeping, notices
from tests.builders.doors import Door
from tests.builders.members import a_member
from tests.builders.merchants import a_merchant, a_store
from tests.builders.messaging import a_template
from wechat_handlers import messages

POPUP = "subscribe_msg_popup_event"


class Count:
    def __init__(self, rows):
        self.rows = rows


class Published:
    def __init__(self, event, payload):
        self.event, self.payload = event, payload


def kept(merchant):
    sql = "SELECT count(*) FROM inbox WHERE merchant_id = %(m)s"
    return fetch_all(Count, sql, {"m": merchant.id})[0].rows


def published(merchant, event):
    sql = "SELECT event, payload FROM outbox WHERE merchant_id = %(m)s AND event = %(e)s"
    return [row.payload for row in fetch_all(Published, sql, {"m": merchant.id, "e": event})]


@pytest.fixture
def merchant(database):
    messages.forget()
    return a_merchant()


@pytest.fixture
def door(client, merchant):
    return Door(client, merchant)


@pytest.fixture
def mini(client, merchant):
    return Door(client, merchant, kind="mp")


class TestTheDoor:
    def test_it_proves_itself(self, door):
        query = dict(parse_qsl(door.letter().query)) | {"echostr": "4375<b>"}
        answer = door.client.get(door.path, query_string=query)
        assert (answer.status_code, answer.text) == (200, "4375<b>")
        assert answer.content_type.startswith("text/plain")

    def test_it_proves_nothing_to_strangers(self, door):
        answer = door.client.get(door.path, query_string={"echostr": "x", "signature": "y"})
        assert (answer.status_code, answer.json["code"]) == (403, "push_refused")

    @pytest.mark.parametrize("mode", ["plain", "compatible", "secure"])
    @pytest.mark.parametrize("kind", ["oa", "mp"])
    def test_it_opens_in_every_mode(self, client, merchant, mode, kind):
        door = Door(client, merchant, mode=mode, kind=kind)
        door.tell("subscribe")
        assert door.follower().is_following

    def test_a_closed_door_is_none(self, door):
        letter = door.letter()
        with transaction():
            merchants.close_message_door(
                merchant_id=door.merchant.id, appid=door.app.appid, actor="system", at=clock.now()
            )
        assert door.post(letter).status_code == 404

    def test_a_number_of_something_else_is_no_door(self, door):
        letter = door.letter()
        answer = door.client.post(
            f"/wechat/apps/{door.merchant.number}/messages?{letter.query}", data=letter.body
        )
        assert answer.status_code == 404

    def test_a_push_for_another_shops_door_is_refused(self, door, client):
        other = Door(client, a_merchant())
        answer = other.post(door.letter())
        assert (answer.status_code, answer.json["code"]) == (403, "push_refused")
        assert kept(other.merchant) == 0


class TestFollowing:
    def test_who_follows_is_a_member_and_is_greeted(self, door):
        answer = door.opened(door.tell())
        assert door.follower().member_id == door.member_id() is not None
        assert answer["MsgType"] == "text"
        assert answer["ToUserName"] == "o-ming"
        assert door.merchant.name in answer["Content"]

    def test_the_merchant_chooses_the_greeting(self, client, merchant):
        door = Door(client, merchant, welcome="新客到店送一杯")
        assert door.opened(door.tell())["Content"] == "新客到店送一杯"
        silent = Door(client, merchant, welcome="")
        assert silent.tell().text == "success"

    def test_told_three_times_it_happened_once_and_is_greeted_each_time(self, door):
        at = clock.now()
        answers = [door.tell(at=at) for _ in range(3)]
        assert [door.opened(answer)["MsgType"] for answer in answers] == ["text"] * 3
        assert kept(door.merchant) == 1
        assert len(published(door.merchant, "FollowerCame")) == 1

    def test_who_left_follows_no_more(self, door):
        at = clock.now()
        door.tell("subscribe", at=at)
        door.tell("unsubscribe", at=at + timedelta(seconds=5))
        assert not door.follower().is_following
        assert door.follower().first_at is not None

    def test_leaving_that_is_told_before_coming_ends_the_same(self, door):
        at = clock.now()
        door.tell("unsubscribe", at=at + timedelta(seconds=5))
        assert door.member_id() is None
        door.tell("subscribe", at=at)
        assert not door.follower().is_following
        assert door.member_id() is not None

    def test_the_first_code_is_kept_and_the_last_is_moved(self, door):
        store = a_store(merchant=door.merchant)
        with transaction():
            codes = [
                following.add_scene(
                    merchant_id=door.merchant.id,
                    app_id=door.app_id,
                    kind=SceneKind.STORE,
                    store_id=store.id,
                    title="门口",
                    is_permanent=True,
                    actor="system",
                    at=clock.now(),
                )
                for _ in range(3)
            ]
        at = clock.now()
        door.tell("SCAN", at=at + timedelta(seconds=9), EventKey=codes[2])
        door.tell("subscribe", at=at, EventKey=f"qrscene_{codes[0]}")
        door.tell("SCAN", at=at + timedelta(seconds=5), EventKey=codes[1])
        assert door.follower().first_scene == codes[0]
        assert door.follower().last_scene == codes[2]
        listed = following.list_scenes(merchant_id=door.merchant.id)
        assert [scene.brought for scene in listed] == [1, 0, 0]

    def test_a_code_that_is_not_ours_says_nothing(self, door):
        door.tell("subscribe", EventKey="qrscene_123")
        assert door.follower().first_scene is None

    def test_a_blocked_member_follows_and_stays_blocked(self, door):
        member = a_member(merchant=door.merchant, appid=door.app.appid, openid="o-ming")
        with transaction():
            members.block(
                merchant_id=door.merchant.id, member_id=member.id, actor="system", at=clock.now()
            )
        door.tell()
        assert door.follower().member_id == member.id


class TestWindows:
    def window(self, door, at=None):
        return following.kf_window(
            merchant_id=door.merchant.id, member_id=door.member_id(), at=at or clock.now()
        )

    def test_who_writes_may_be_written_to_five_times_in_two_days(self, door):
        at = clock.now().replace(microsecond=0)
        door.say(at=at)
        window = self.window(door)
        assert (window.left, window.openid, window.appid) == (5, "o-ming", door.app.appid)
        assert window.closes_at == at + timedelta(hours=48)
        assert self.window(door, at + timedelta(hours=48)) is None

    def test_a_window_is_used_up(self, door):
        door.say()
        who = {"merchant_id": door.merchant.id, "appid": door.app.appid, "openid": "o-ming"}
        with transaction():
            used = [following.spend_kf(**who, at=clock.now()) for _ in range(6)]
        assert used == [True] * 5 + [False]
        assert self.window(door) is None
        door.say(at=clock.now() + timedelta(seconds=2))
        assert self.window(door).left == 5

    def test_who_follows_or_chooses_may_be_written_to_for_a_minute(self, door):
        at = clock.now()
        door.tell("CLICK", EventKey="wallet", at=at)
        assert self.window(door, at).left == 3
        assert self.window(door, at + timedelta(seconds=61)) is None

    def test_a_mini_program_has_a_window_too(self, mini):
        assert mini.say().text == "success"
        assert self.window(mini).left == 5

    def test_who_left_is_not_written_to(self, door):
        at = clock.now()
        door.say(at=at)
        door.tell("unsubscribe", at=at + timedelta(seconds=1))
        assert self.window(door, at + timedelta(seconds=2)) is None

    def test_what_was_said_is_answered_only_where_the_merchant_wants(self, client, merchant):
        assert Door(client, merchant).say().text == "success"
        talkative = Door(client, merchant, reply="稍后回复您")
        assert talkative.opened(talkative.say())["Content"] == "稍后回复您"

    def test_what_was_said_is_kept_nowhere(self, door):
        door.say("我的电话是13800138000")
        sql = "SELECT body, headers FROM inbox WHERE merchant_id = %(m)s"
        rows = fetch_all(Published, sql, {"m": door.merchant.id})
        assert [row for row in rows if "13800138000" in row.event + row.payload] == []


class TestGrants:
    def remaining(self, door):
        return messaging.remaining(merchant_id=door.merchant.id, member_id=door.member_id())

    def report(self, door, template_id, at):
        with transaction():
            messaging.report_grants(
                merchant_id=door.merchant.id,
                member_id=door.member_id(),
                answers={template_id: "accept"},
                at=at,
            )

    @pytest.fixture
    def template_id(self, mini):
        a_member(merchant=mini.merchant, appid=mini.app.appid, openid="o-ming")
        return a_template(merchant=mini.merchant, appid=mini.app.appid)

    def answer(self, door, template_id, word, at):
        entry = {"TemplateId": template_id, "SubscribeStatusString": word, "PopupScene": "0"}
        door.tell(POPUP, at=at, List=[entry])

    @pytest.mark.parametrize("phone_first", [True, False])
    def test_the_phone_and_the_platform_tell_of_one_answer(self, mini, template_id, phone_first):
        at = clock.now()
        tellers = [
            lambda: self.report(mini, template_id, at),
            lambda: self.answer(mini, template_id, "accept", at - timedelta(seconds=2)),
        ]
        for tell in tellers if phone_first else reversed(tellers):
            tell()
        assert self.remaining(mini) == {template_id: 1}

    def test_two_answers_are_two_messages(self, mini, template_id):
        at = clock.now()
        for second in (0, 30):
            self.answer(mini, template_id, "accept", at + timedelta(seconds=second))
            self.report(mini, template_id, at + timedelta(seconds=second + 1))
        assert self.remaining(mini) == {template_id: 2}

    def test_a_template_of_nobodys_is_passed_over(self, mini, template_id):
        self.answer(mini, f"{template_id}-not", "accept", clock.now())
        assert self.remaining(mini) == {}

    def test_forbidding_in_wechats_settings_takes_back_what_was_allowed_before(
        self, mini, template_id
    ):
        at = clock.now()
        self.answer(mini, template_id, "accept", at)
        self.answer(mini, template_id, "accept", at + timedelta(seconds=20))
        entry = {"TemplateId": template_id, "SubscribeStatusString": "reject"}
        mini.tell("subscribe_msg_change_event", at=at + timedelta(seconds=10), List=[entry])
        assert self.remaining(mini) == {template_id: 1}

    def test_a_message_that_was_not_allowed_ends_all_grants(self, mini, template_id):
        self.answer(mini, template_id, "accept", clock.now())
        result = {"TemplateId": template_id, "MsgID": "1", "ErrorCode": "43101"}
        mini.tell("subscribe_msg_sent_event", List=[result | {"ErrorStatus": "refused"}])
        assert self.remaining(mini) == {template_id: 0}


class TestPrivacy:
    @pytest.fixture
    def member(self, mini):
        member = a_member(
            merchant=mini.merchant, appid=mini.app.appid, openid="o-ming", phone="13800138000"
        )
        with transaction():
            members.set_nickname(merchant_id=mini.merchant.id, member_id=member.id, nickname="小明")
        return member

    def look(self, member):
        found = members.get_member(merchant_id=member.merchant_id, member_id=member.id)
        return members.masked_phone(found), found.nickname, found.session_epoch

    def test_who_takes_back_his_phone_has_none_here(self, mini, member):
        mini.tell("user_authorization_revoke", openid="system", OpenID="o-ming", RevokeInfo="8")
        assert self.look(member) == (None, "小明", 0)
        by_phone = members.list_by_phone(merchant_id=mini.merchant.id, phone="13800138000")
        assert by_phone == []

    @pytest.mark.parametrize("event", ["user_authorization_revoke", "user_info_modified"])
    def test_who_takes_back_or_changes_his_name_has_none_here(self, mini, member, event):
        mini.tell(event, openid="system", OpenID="o-ming", RevokeInfo="6,13")
        assert self.look(member) == ("138****8000", None, 0)

    def test_of_who_is_gone_nothing_personal_stays(self, mini, member):
        mini.tell("user_authorization_cancellation", openid="system", OpenID="o-ming")
        assert self.look(member) == (None, None, 1)
        assert (
            members.session_is_good(merchant_id=member.merchant_id, member_id=member.id, epoch=0)
            is False
        )

    def test_a_stranger_takes_back_nothing(self, mini, member):
        mini.tell("user_authorization_cancellation", openid="system", OpenID="o-nobody")
        assert self.look(member) == ("138****8000", "小明", 0)


class TestForOthers:
    def test_a_cards_event_waits_for_its_job(self, door, monkeypatch):
        monkeypatch.setitem(outbox._jobs_by_event, "CardEventTold", ["cards.told"])
        door.tell("user_get_card", CardId="c1", UserCardCode="12", IsGiveByFriend="0")
        door.tell("user_get_card", CardId="c1", UserCardCode="13", IsGiveByFriend="0")
        waiting = published(door.merchant, "CardEventTold")
        assert len(waiting) == 2
        row = inbox.read(merchant_id=door.merchant.id, notice_id=waiting[0]["inbox_id"])
        assert row.source == "wechat.card"
        told = read_words(row.body.encode())
        assert (told["event"], told["card_id"], told["code"]) == ("user_get_card", "c1", "12")
        assert (told["openid"], told["app_id"]) == ("o-ming", door.app_id)
        assert datetime.fromisoformat(told["at"]).tzinfo is not None

    def test_reminders_and_settlements_are_facts_and_notices(self, mini, monkeypatch):
        for event in ("ShippingReminded", "OrderSettled"):
            monkeypatch.setitem(outbox._jobs_by_event, event, ["shipping.any"])
        order = {"transaction_id": "4200", "merchant_trade_no": "P1", "msg": "请发货"}
        mini.tell("trade_manage_remind_shipping", **order)
        mini.tell("trade_manage_order_settlement", **order, estimated_settlement_time=1800000000)
        mini.tell(
            "trade_manage_order_settlement",
            **order,
            confirm_receive_method=2,
            confirm_receive_time=1800000000,
            settlement_time=1800000000,
        )
        mini.tell("wxa_punish_event", reason="诱导分享")
        fact = {"merchant_id": mini.merchant.id, "app_id": mini.app_id, "transaction_id": "4200"}
        assert published(mini.merchant, "ShippingReminded") == [fact]
        assert published(mini.merchant, "OrderSettled") == [fact | {"payment_number": "P1"}]
        rows = following.list_notices(merchant_id=mini.merchant.id, with_seen=False, limit=9)
        assert [row.kind for row in rows] == [
            "violation",
            "settlement",
            "settlement",
            "shipping_reminder",
        ]
        assert [row.text for row in rows] == [
            "reason: 诱导分享",
            f"released {datetime.fromtimestamp(1800000000, tz=UTC).isoformat()}",
            f"expected {datetime.fromtimestamp(1800000000, tz=UTC).isoformat()}",
            "请发货",
        ]

    def test_what_means_nothing_is_only_counted(self, door):
        door.tell("VIEW", EventKey="https://example.com")
        assert kept(door.merchant) == 0
        assert door.follower() is None

    def test_what_could_not_be_applied_is_applied_later(self, door, monkeypatch):
        from app.kernel.errors import Busy
        from app.web import hearing

        def busy(*_, **__):
            raise Busy("in the middle of it")

        with monkeypatch.context() as broken:
            broken.setitem(hearing.REACTIONS, hearing.told.Followed, busy)
            assert door.post(door.letter()).status_code == 200
        assert door.follower() is None
        assert notices.apply_kept_notices(at=clock.now() + timedelta(minutes=5)) >= 1
        assert door.follower().is_following


def test_answers_of_long_ago_are_forgotten_and_grants_stay(mini):
    template_id = a_template(merchant=mini.merchant, appid=mini.app.appid)
    entry = {"TemplateId": template_id, "SubscribeStatusString": "accept"}
    mini.tell(POPUP, List=[entry])
    who = {"merchant_id": mini.merchant.id, "member_id": mini.member_id()}

    housekeeping.forget_old(at=clock.now() + timedelta(days=31))

    sql = "SELECT count(*) FROM message_answers WHERE merchant_id = %(m)s"
    assert fetch_all(Count, sql, {"m": mini.merchant.id})[0].rows == 0
    assert messaging.remaining(**who) == {template_id: 1}
