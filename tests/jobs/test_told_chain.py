"""From what somebody does in WeChat to our books: over HTTP, through the doors, with faults."""

import json
import secrets
import threading
from datetime import timedelta

import pytest
import requests
from werkzeug.serving import make_server

from app.domain import following, members, merchants, messaging
from app.domain.members import Member
from app.domain.messaging import SentMessage
from app.domain.shipping import ShippingReport
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.inbox import InboxRow
from app.kernel.outbox import OutboxRow
from app.web import tills
from jobs import notices, posting
from tests.api.calling import real_account, token_of_member
from tests.jobs.conftest import eventually
from tests.jobs.reaching import by_card
from tests.jobs.shop import BUYER
from tests.jobs.test_messages import JOB, said
from tests.simulator.world import APP, OFFICIAL, TEMPLATE
from wechat_handlers import messages

TWO_DAYS = timedelta(days=2, minutes=5)
KEPT_LONG_ENOUGH = timedelta(minutes=2)
POPUP = "subscribe_msg_popup_event"


@pytest.fixture
def served(app):
    """Our application, where the pretend WeChat can reach it."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Chain:
    """A shop whose two apps tell it what happens in them, and its buyer's phone."""

    def __init__(self, shop, served):
        self.shop, self.url = shop, served
        self.merchant = shop.merchant
        with shop.house.app.app_context(), transaction():
            real_account(self.merchant)
        for app in (APP, OFFICIAL):
            self._open(app)
        self.pay_door = served + tills.PAYMENTS_DOOR.format(channel=shop.channel_number)

    def _open(self, app):
        address = self.flask(
            *("app", "messages", self.merchant.number, app.appid, "--token", app.message_token),
            *("--aes-key", app.message_aes_key, "--original-id", app.original_id),
        )
        path = address.split("/wechat/", 1)[1]
        console = f"/_sim/apps/{app.appid}"
        self.shop.ask("POST", console, message_url=f"{self.url}/wechat/{path}")
        assert self.shop.ask("POST", f"{console}/verify-url") == {"verified": True}

    def flask(self, *words):
        result = self.shop.house.app.test_cli_runner().invoke(args=[str(word) for word in words])
        assert result.exit_code == 0, (result.output, result.exception)
        return result.output.strip()

    def do(self, what, *, name=BUYER, **more):
        return self.shop.ask("POST", f"/_sim/users/{name}/{what}", **more)

    def newcomer(self):
        name = f"顾客{secrets.token_hex(4)}"
        self.shop.ask("POST", "/_sim/users", name=name, phone=f"139{secrets.randbelow(10**8):08d}")
        return name

    def person(self, name=BUYER):
        return self.shop.ask("GET", f"/_sim/users/{name}")

    def report_grant(self):
        """As the mini-program does when its question was answered."""
        with self.shop.house.app.app_context():
            app = merchants.get_app(merchant_id=self.merchant.id, appid=APP.appid)
            bearer = token_of_member(self.shop.buyer, app, openid=self.shop.openid)
        answer = requests.post(
            f"{self.url}/api/v1/{self.merchant.number}/grants",
            json={"answers": {TEMPLATE: "accept"}},
            headers={"Authorization": f"Bearer {bearer}"},
            timeout=10,
        )
        assert answer.status_code in {200, 204}, answer.text

    def allow(self):
        self.do("subscribe", appid=APP.appid, template_ids=[TEMPLATE], accept=True)

    def remaining(self):
        with self.shop.house.app.app_context():
            return messaging.remaining(
                merchant_id=self.merchant.id, member_id=self.shop.buyer.id
            ).get(TEMPLATE, 0)

    def pushes(self, event):
        return [each for each in self.shop.ask("GET", "/_sim/pushes") if each.get("Event") == event]

    def heard(self, event, count=1):
        """Wait until so many of these were acknowledged, and every copy of them has come."""

        def all_there():
            told = [each for each in self.pushes(event) if each["status"] == "acknowledged"]
            return len(told) >= count

        eventually(all_there)

    def member(self, appid, openid):
        with self.shop.house.app.app_context():
            return members.find_by_openid(merchant_id=self.merchant.id, appid=appid, openid=openid)

    def follower(self, openid):
        with self.shop.house.app.app_context():
            app_id = merchants.get_app(merchant_id=self.merchant.id, appid=OFFICIAL.appid).app_id
            return following.find_follower(
                merchant_id=self.merchant.id, app_id=app_id, openid=openid
            )

    def paid_order(self):
        placed = self.shop.order(notices_to=self.pay_door)
        assert self.shop.pay() == "requestPayment:ok"
        eventually(lambda: self.shop.state_of(placed) == "fulfilled")
        return placed

    def report(self):
        (row,) = self.shop.rows(ShippingReport)
        return row.state.value

    def notices(self):
        """Between its lines the server, which runs in a thread here, may log a late copy."""
        printed = self.flask("platform", "notices", self.merchant.number)
        lines = [json.loads(line) for line in printed.splitlines()]
        return [line for line in lines if line.get("event") != "request"]

    def sweep_what_was_kept(self):
        self.shop.sweep(notices.apply_kept_notices, after=KEPT_LONG_ENOUGH)


@pytest.fixture
def chain(shop, served):
    messages.forget()
    tills.forget()
    return Chain(shop, served)


@pytest.mark.parametrize("fault", [None, "duplicate", "delay", "forge", "replay"])
def test_who_follows_by_the_code_on_the_counter_is_a_member(chain, fault):
    scene = chain.flask(
        *("scene", "add", chain.merchant.number, OFFICIAL.appid, "channel", "吧台"),
        *("--channel", "counter"),
    )
    if fault:
        chain.shop.fault(fault, scope="subscribe", times=3, seconds=0.2)
    name = chain.newcomer()

    chain.do("scan", name=name, appid=OFFICIAL.appid, scene=scene)
    chain.heard("subscribe")

    openid = chain.person(name)["openids"][OFFICIAL.appid]
    follower = chain.follower(openid)
    assert (follower.is_following, follower.first_scene) == (True, scene)
    assert chain.member(OFFICIAL.appid, openid) == follower.member_id is not None
    assert len(chain.shop.rows(InboxRow)) == 1
    assert len(chain.shop.rows(OutboxRow, event="FollowerCame")) == 1


def test_leaving_that_overtakes_coming_ends_in_having_left(chain):
    chain.shop.fault("reorder", scope="subscribe")
    name = chain.newcomer()

    chain.do("follow", name=name, appid=OFFICIAL.appid)
    chain.shop.ask("POST", "/_sim/clock", offset_seconds=5)
    chain.do("unfollow", name=name, appid=OFFICIAL.appid)
    chain.heard("unsubscribe")
    chain.heard("subscribe")

    openid = chain.person(name)["openids"][OFFICIAL.appid]
    assert not chain.follower(openid).is_following
    assert chain.follower(openid).first_at is not None


@pytest.mark.parametrize("phone_first", [True, False])
@pytest.mark.parametrize("fault", [None, "duplicate", "delay"])
def test_one_yes_is_one_message_although_two_tell_of_it(chain, fault, phone_first):
    if fault:
        chain.shop.fault(fault, scope=POPUP, times=3, seconds=0.2)
    if phone_first:
        chain.report_grant()
    chain.allow()
    chain.heard(POPUP)
    if not phone_first:
        chain.report_grant()

    assert chain.remaining() == 1
    # The same words in the same second would be the same thing told again.
    chain.shop.ask("POST", "/_sim/clock", offset_seconds=30)
    chain.allow()
    chain.heard(POPUP, 2)
    assert chain.remaining() == 2


@pytest.mark.parametrize("fault", [None, "duplicate", "reorder"])
def test_money_that_wechat_lets_go_is_settled_here(chain, fault):
    chain.paid_order()
    if fault:
        chain.shop.fault(fault, scope="trade_manage_order_settlement", times=2)
    chain.shop.run("shipping.report_order")
    assert chain.report() == "sent"

    chain.shop.ask("POST", "/_sim/clock", offset_seconds=TWO_DAYS.total_seconds())
    chain.heard("trade_manage_order_settlement", 2)
    chain.shop.run("shipping.note_settled")

    assert chain.report() == "settled"
    assert len(chain.shop.rows(OutboxRow, event="OrderSettled")) == 1
    texts = sorted(each["text"].split()[0] for each in chain.notices())
    assert [text for text in texts if text in {"expected", "released"}] == ["expected", "released"]


def test_what_wechat_reminds_of_is_reported_at_once(chain):
    chain.shop.ask("POST", f"/_sim/apps/{APP.appid}/trade", has_shipped=True)
    chain.paid_order()
    chain.shop.fault("error", scope="/wxa/sec/order/upload_shipping_info", code="10060001")
    chain.shop.run("shipping.report_order")
    assert chain.report() == "waiting"

    chain.shop.ask("POST", "/_sim/clock", offset_seconds=TWO_DAYS.total_seconds())
    chain.heard("trade_manage_remind_shipping")
    chain.shop.run("shipping.hurry")
    (row,) = chain.shop.rows(ShippingReport)

    assert row.reminded_at is not None
    assert row.next_at <= clock.now()


@pytest.mark.parametrize("fault", [None, "duplicate"])
def test_a_phone_that_is_taken_back_is_erased(chain, fault):
    with chain.shop.house.app.app_context(), transaction():
        members.set_phone(
            merchant_id=chain.merchant.id,
            member_id=chain.shop.buyer.id,
            phone="13800138000",
            at=clock.now(),
        )
    if fault:
        chain.shop.fault(fault, scope="user_authorization_revoke", times=2)

    chain.do("revoke", appid=APP.appid, codes=[8])
    chain.heard("user_authorization_revoke")

    (member,) = chain.shop.rows(Member, id=chain.shop.buyer.id)
    assert members.masked_phone(member) is None


def test_a_violation_is_read_by_a_person(chain):
    chain.shop.fault("duplicate", scope="wxa_punish_event", times=2)

    chain.shop.ask("POST", f"/_sim/apps/{APP.appid}/punish", reason="诱导分享")
    chain.heard("wxa_punish_event")

    (notice,) = chain.notices()
    assert (notice["kind"], notice["appid"]) == ("violation", APP.appid)
    assert "诱导分享" in notice["text"]


def test_a_service_card_that_its_person_refuses_is_refused_in_our_books(chain):
    by_card(chain.shop)
    chain.do("settings", appid=APP.appid, notify_type=2003, accept=False)
    chain.paid_order()

    chain.shop.run(JOB)
    chain.heard("notify_service_msg_send_result")
    chain.sweep_what_was_kept()

    assert said(chain.shop) == [("refused", "told:-1004")]


def test_a_result_that_overtakes_our_own_commit_is_not_lost(chain, monkeypatch):
    chain.allow()
    chain.heard(POPUP)
    chain.paid_order()
    real = posting.POSTS[messaging.Channel.SUBSCRIBE]

    def and_be_overtaken(app, envelope):
        number = real(app, envelope)
        chain.heard("subscribe_msg_sent_event")
        return number

    monkeypatch.setitem(posting.POSTS, messaging.Channel.SUBSCRIBE, and_be_overtaken)
    chain.shop.run(JOB)

    (early,) = [row for row in chain.shop.rows(InboxRow) if not row.applied_at]
    assert early.failure == "still_sending"
    (message,) = chain.shop.rows(SentMessage)
    sent_at = message.settled_at
    chain.sweep_what_was_kept()
    (message,) = chain.shop.rows(SentMessage)
    assert (message.state.value, message.settled_at > sent_at) == ("sent", True)
    assert [row for row in chain.shop.rows(InboxRow) if not row.applied_at] == []


def test_who_only_writes_is_asked_for_once_and_joined_with_himself(chain):
    name = chain.newcomer()
    person = chain.person(name)
    with chain.shop.house.app.app_context(), transaction():
        first = members.sign_in(
            merchant_id=chain.merchant.id,
            appid=APP.appid,
            openid=person["openids"][APP.appid],
            unionid=person["unionid"],
            at=clock.now(),
        ).member.id
    chain.shop.fault("lose", scope="subscribe")
    chain.do("follow", name=name, appid=OFFICIAL.appid)

    for _ in range(2):
        chain.do("say", name=name, appid=OFFICIAL.appid, text="几点关门？")
    assert len(chain.shop.rows(OutboxRow, event="FollowerCame")) == 1
    chain.shop.run("followers.learn_who")
    chain.shop.run("members.join_members")

    assert chain.member(OFFICIAL.appid, person["openids"][OFFICIAL.appid]) == first


def test_who_opens_the_chat_and_says_nothing_leaves_no_trace(chain):
    chain.do("enter", appid=APP.appid, session_from="wallet")
    chain.heard("user_enter_tempsession")
    assert chain.shop.rows(InboxRow) == []
