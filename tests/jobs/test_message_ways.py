"""By which way each message reaches its person, against the pretend platform."""

import json
from datetime import timedelta

import pytest

from app.domain import following, members, messaging
from app.domain.messaging import Channel
from app.kernel import clock
from tests.jobs.reaching import (
    CARD_SEND,
    NOTICE,
    OA_SEND,
    TEXT,
    attempts,
    by_card,
    follower,
    say_by,
    waits,
)
from tests.jobs.shop import BUYER
from tests.jobs.test_messages import JOB, SEND, a_paid_order, redeem_one, remaining, said
from tests.simulator.world import APP, OFFICIAL, TEMPLATE


def test_a_service_card_needs_no_leave_and_goes_first(shop):
    by_card(shop)
    shop.allow_message()
    a_paid_order(shop)

    (task,) = shop.run(JOB)

    assert task.done_at
    assert said(shop) == [("sent", None)]
    assert attempts(shop) == ("service_card", [])
    (card,) = shop.messages()
    assert card["kind"] == "service_card"
    assert remaining(shop) == 1


def test_a_card_waits_until_the_platform_knows_its_payment(shop):
    by_card(shop)
    a_paid_order(shop)
    shop.fault("error", scope=CARD_SEND, code="85437")

    (task,) = shop.run(JOB)
    assert timedelta(seconds=50) < waits(shop) <= timedelta(seconds=60)
    assert said(shop) == [("waiting", None)]
    (task,) = shop.run(JOB)

    assert task.done_at
    assert said(shop) == [("sent", None)]


def test_a_used_voucher_changes_the_card_of_its_order(shop):
    by_card(shop)
    done = {"cur_status": "=5"}
    say_by(
        shop,
        Channel.SERVICE_CARD,
        appid=APP.appid,
        message="voucher_redeemed",
        template_id="2003",
        fields=done,
    )
    a_paid_order(shop)
    shop.run(JOB)
    redeem_one(shop)

    (task,) = shop.run("messages.push_redeemed")

    assert task.done_at
    assert [row.channel for row in shop.rows(messaging.SentMessage)] == ["service_card"] * 2
    assert said(shop) == [("sent", None)] * 2
    assert len([each for each in shop.messages() if each["kind"] == "service_card"]) == 1


@pytest.mark.parametrize("code", ["43101", "43107", "47003", "40037", "40003", "99999"])
def test_what_is_refused_for_good_goes_by_the_next_way(shop, code):
    say_by(shop, Channel.OA_TEMPLATE)
    follower(shop)
    shop.allow_message(times=2)
    a_paid_order(shop)
    shop.fault("error", scope=SEND, code=code)

    (task,) = shop.run(JOB)

    reason = "not_subscribed" if code == "43101" else code
    assert task.done_at
    assert said(shop) == [("sent", None)]
    assert attempts(shop) == ("oa_template", [("subscribe", reason)])
    assert (shop.asked(SEND), shop.asked(OA_SEND)) == (1, 1)
    # Leave that is gone is forgotten; what was only not used is given back.
    assert remaining(shop) == (0 if code == "43101" else 2)


def test_who_does_not_follow_any_more_is_told_in_the_window_that_he_opened(shop):
    say_by(shop, Channel.OA_TEMPLATE)
    follower(shop, says="几点关门？")
    a_paid_order(shop)
    shop.fault("error", scope=OA_SEND, code="43004")

    (task,) = shop.run(JOB)

    assert task.done_at
    assert said(shop) == [("sent", None)]
    assert attempts(shop) == ("kf", [("subscribe", "no_grant"), ("oa_template", "not_following")])
    with shop.house.app.app_context():
        window = following.kf_window(
            merchant_id=shop.merchant.id, member_id=shop.buyer.id, at=clock.now()
        )
    assert window.left == 4


@pytest.mark.parametrize(
    ("code", "word"), [("45015", "window_closed"), ("45047", "window_used_up")]
)
def test_a_window_that_the_platform_closed_is_closed_for_us(shop, code, word):
    follower(shop, says="在吗")
    a_paid_order(shop)
    shop.fault("error", scope=TEXT, code=code)

    (task,) = shop.run(JOB)

    assert task.done_at
    assert said(shop) == [("refused", word)]
    with shop.house.app.app_context():
        at = clock.now()
        who = {"merchant_id": shop.merchant.id, "member_id": shop.buyer.id}
        assert following.kf_window(**who, at=at) is None


def test_a_template_message_whose_answer_was_lost_is_sent_once_and_settled(shop):
    say_by(shop, Channel.OA_TEMPLATE)
    follower(shop)
    a_paid_order(shop)
    shop.fault("reset", scope=OA_SEND)

    (task,) = shop.run(JOB)
    assert task.done_at is None
    assert said(shop) == [("waiting", None)]
    (task,) = shop.run(JOB)

    assert task.done_at
    assert said(shop) == [("sent", None)]
    assert shop.asked(OA_SEND) == 2
    chat = shop.ask("GET", f"/_sim/users/{BUYER}/chat?appid={OFFICIAL.appid}")
    assert str(chat).count("'kind': 'template'") == 1


@pytest.mark.parametrize("scope", [CARD_SEND, SEND, NOTICE, TEXT])
def test_any_other_lost_answer_stops_every_way(shop, scope):
    say_by(shop, Channel.OA_TEMPLATE)
    say_by(shop, Channel.OA_SUBSCRIBE)
    follower(shop, says="在吗")
    only = {CARD_SEND: by_card, SEND: lambda shop: shop.allow_message()}
    only.get(scope, lambda _: None)(shop)
    if scope in {NOTICE, TEXT}:
        shop.fault("error", scope=OA_SEND, code="43004")
    if scope == NOTICE:
        shop.ask(
            "POST", f"/_sim/users/{BUYER}/subscribe", appid=OFFICIAL.appid, template_ids=[TEMPLATE]
        )
        shop.allow_message()
        shop.fault("error", scope=SEND, code="47003")
    a_paid_order(shop)
    shop.fault("reset", scope=scope)

    (task,) = shop.run(JOB)
    shop.run(JOB)

    assert task.done_at
    assert said(shop) == [("unknown", None)]
    assert shop.asked(scope) == 1


def test_a_person_at_the_command_line_sets_up_templates_and_ways(shop):
    flask, merchant = shop.house.app.test_cli_runner(), shop.merchant.number
    words = ["2003", "--by", "service_card", "--field", "cur_status==4", "--page", "pages/wallet"]
    for told in (
        ["template", merchant, APP.appid, "order_paid", *words],
        ["way", merchant, "kf", "off"],
    ):
        assert flask.invoke(args=["message", *told]).exit_code == 0

    setup = json.loads(flask.invoke(args=["message", "list", merchant]).output)

    assert setup["off"] == ["kf"]
    assert setup["templates"][0] == {
        "message": "order_paid",
        "channel": "service_card",
        "appid": APP.appid,
        "template_id": "2003",
        "fields": {"cur_status": "=4"},
        "page": "pages/wallet",
    }


def test_nobody_is_written_to_in_an_app_that_does_not_know_him(shop):
    say_by(shop, Channel.OA_TEMPLATE)
    a_paid_order(shop)

    (task,) = shop.run(JOB)

    assert task.done_at
    with shop.house.app.app_context():
        openid = members.find_openid(
            merchant_id=shop.merchant.id, member_id=shop.buyer.id, appid=OFFICIAL.appid
        )
    assert openid is None
    assert shop.asked("/cgi-bin/message") == 0
