"""By which way a message goes, and what a refusal leads to."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain import messaging
from app.domain.messaging import ROUTES, Channel, MessageState, SentMessage, Way
from app.domain.messaging.channels import CARD_LASTS, CARD_OPENS_WITHIN, REPEATABLE_FOR, Receipt
from app.domain.messaging.rules import MARKETING, MESSAGES, TEXTS
from app.kernel.db import reading, transaction
from app.kernel.errors import Invalid
from tests.builders.members import a_member
from tests.builders.merchants import a_merchant
from tests.builders.messaging import WORDS, a_claim, a_template, a_wish, grants
from tests.builders.moments import NOON

CARD = {"cur_status": "=4", "product_name": "title", "product_img": "=https://kabao.example/c.png"}
RECEIPT = Receipt(transaction_id="4200001", paid_fen=3000, paid_at=NOON)


@pytest.fixture
def merchant(database):
    return a_merchant()


@pytest.fixture
def member(merchant):
    return a_member(merchant=merchant)


def way(channel, appid="wx_builder"):
    receipt = RECEIPT if channel == Channel.SERVICE_CARD else None
    return Way(channel=channel, appid=appid, openid=f"o_{channel}", receipt=receipt)


EVERY_WAY = [way(channel) for channel in Channel]


def every_template(merchant, message="order_paid"):
    return {
        channel: a_template(
            merchant=merchant,
            message=message,
            channel=channel,
            fields=CARD if channel == Channel.SERVICE_CARD else None,
        )
        for channel in Channel
        if channel != Channel.KF
    }


def row(member):
    query = select(SentMessage).where(
        SentMessage.merchant_id == member.merchant_id, SentMessage.member_id == member.id
    )
    return reading().scalars(query.execution_options(populate_existing=True)).one()


def tried(member):
    return [(each["channel"], each["reason"]) for each in row(member).attempts]


def refuse(member, envelope, reason="47003", ways=EVERY_WAY, at=NOON):
    with transaction():
        return messaging.turned_away(
            a_wish(member=member, ways=ways), envelope, reason=reason, at=at
        )


def lose(member, envelope, at=NOON):
    with transaction():
        return messaging.mark_unknown(
            merchant_id=member.merchant_id,
            sent_id=envelope.sent_id,
            appid=envelope.way.appid,
            at=at,
        )


@pytest.mark.parametrize("message", sorted(set(MESSAGES) - MARKETING))
def test_every_message_has_a_route_of_every_channel_and_a_text(message):
    # A service card hangs on a purchase, and only these two messages speak of one.
    without = set() if message in {"order_paid", "voucher_redeemed"} else {Channel.SERVICE_CARD}
    assert sorted(ROUTES[message]) == sorted(set(Channel) - without)
    assert TEXTS[message].format_map(WORDS[message])


def test_each_refusal_leads_to_the_next_way_of_the_route_and_then_to_the_end(merchant, member):
    ids = every_template(merchant)
    for channel in (Channel.SUBSCRIBE, Channel.OA_SUBSCRIBE):
        grants(member=member, template_id=ids[channel])

    went, envelope = [], a_claim(member=member, ways=EVERY_WAY)
    numbers = {envelope.reference}
    while envelope:
        went.append(envelope.way.channel)
        assert envelope.way.openid == f"o_{envelope.way.channel}"
        assert envelope.template_id == ids.get(envelope.way.channel, "")
        assert row(member).channel == envelope.way.channel
        numbers.add(envelope.reference)
        envelope = refuse(member, envelope)

    assert tuple(went) == ROUTES["order_paid"]
    assert len(numbers) == 1
    assert row(member).state == MessageState.REFUSED
    assert tried(member) == [(channel, "47003") for channel in ROUTES["order_paid"]]
    # What was not sent was not spent.
    assert set(messaging.remaining(merchant_id=merchant.id, member_id=member.id).values()) == {1}


def test_a_way_without_a_template_is_none(merchant, member):
    a_template(merchant=merchant, channel=Channel.OA_TEMPLATE)

    envelope = a_claim(member=member, ways=[way(Channel.SUBSCRIBE), way(Channel.OA_TEMPLATE)])

    assert envelope.way.channel == Channel.OA_TEMPLATE
    assert tried(member) == []


def test_a_way_without_a_grant_is_passed_over_and_remembered(merchant, member):
    every_template(merchant)

    envelope = a_claim(member=member, ways=[way(Channel.SUBSCRIBE), way(Channel.KF)])

    assert envelope.way.channel == Channel.KF
    assert "周末欢聚包" in envelope.data["text"]
    assert tried(member) == [("subscribe", "no_grant")]


def test_what_fits_nowhere_is_refused_for_that(merchant, member):
    a_template(merchant=merchant, channel=Channel.OA_TEMPLATE)

    assert a_claim(member=member, ways=[way(Channel.OA_TEMPLATE)], number="9" * 33) is None

    assert (row(member).state, row(member).reason) == (
        MessageState.REFUSED,
        "unfit:character_string",
    )


def test_a_way_that_the_merchant_switched_off_is_not_gone(merchant, member):
    every_template(merchant)
    off = {"merchant_id": merchant.id, "channel": Channel.SERVICE_CARD, "actor": "staff:1"}
    with transaction():
        messaging.switch_channel(**off, on=False, at=NOON)
        messaging.switch_channel(**off, on=False, at=NOON)

    first = a_claim(member=member, ways=EVERY_WAY)
    with transaction():
        messaging.switch_channel(**off, on=True, at=NOON)
    second = a_claim(member=member, ways=EVERY_WAY, event_key="order:2")

    assert first.way.channel == Channel.OA_TEMPLATE
    assert second.way.channel == Channel.SERVICE_CARD


def test_a_card_says_what_its_template_says_word_for_word(merchant, member):
    every_template(merchant)

    envelope = a_claim(member=member, ways=EVERY_WAY)

    assert envelope.data == {
        "cur_status": "4",
        "product_name": "周末欢聚包",
        "product_img": "https://kabao.example/c.png",
    }
    assert envelope.way.receipt == RECEIPT


@pytest.mark.parametrize(
    "wrong",
    [
        {"channel": Channel.KF},
        {"channel": Channel.SERVICE_CARD, "fields": {"thing1": "title"}},
        {"channel": Channel.OA_TEMPLATE, "fields": {"cur_status": "=4"}},
    ],
)
def test_a_template_that_its_channel_could_never_send_is_refused(merchant, wrong):
    with pytest.raises(Invalid):
        a_template(merchant=merchant, **wrong)


def test_only_templates_that_need_leave_are_asked_for(merchant):
    ids = every_template(merchant)

    asked = messaging.templates_to_ask(merchant_id=merchant.id, appid="wx_builder")

    assert set(asked) == {ids[Channel.SUBSCRIBE], ids[Channel.OA_SUBSCRIBE]}


def test_a_message_that_waits_goes_on_where_it_was(merchant, member):
    every_template(merchant)
    envelope = refuse(member, a_claim(member=member, ways=EVERY_WAY))
    assert envelope.way.channel == Channel.OA_TEMPLATE
    with transaction():
        messaging.release(merchant_id=merchant.id, sent_id=envelope.sent_id, at=NOON)

    again = a_claim(member=member, ways=EVERY_WAY)

    assert (again.sent_id, again.way.channel) == (envelope.sent_id, Channel.OA_TEMPLATE)
    assert tried(member)[0] == ("service_card", "47003")


def test_a_lost_template_message_is_asked_for_again_under_its_number(merchant, member):
    every_template(merchant)
    ways = [way(Channel.OA_TEMPLATE), way(Channel.KF)]
    envelope = a_claim(member=member, ways=ways)

    assert lose(member, envelope)
    again = a_claim(member=member, ways=ways, at=NOON + timedelta(minutes=1))

    assert (again.way, again.reference) == (envelope.way, envelope.reference)
    assert a_claim(member=member, ways=ways) is None


def test_what_the_platform_has_forgotten_stays_unknown(merchant, member):
    every_template(merchant)
    lose(member, a_claim(member=member, ways=EVERY_WAY[2:]))

    assert a_claim(member=member, ways=EVERY_WAY[2:], at=NOON + REPEATABLE_FOR) is None
    assert row(member).state == MessageState.UNKNOWN


def test_lost_twice_is_repeated_for_as_long_as_lost_once(merchant, member):
    every_template(merchant)
    ways, late = [way(Channel.OA_TEMPLATE)], NOON + REPEATABLE_FOR - timedelta(seconds=1)
    lose(member, a_claim(member=member, ways=ways))

    again = a_claim(member=member, ways=ways, at=late)

    assert not lose(member, again, at=NOON + REPEATABLE_FOR)
    assert row(member).state == MessageState.UNKNOWN


def test_a_refusal_after_a_lost_answer_proves_nothing(merchant, member):
    every_template(merchant)
    ways = [way(Channel.OA_TEMPLATE), way(Channel.KF)]
    lose(member, a_claim(member=member, ways=ways))

    assert refuse(member, a_claim(member=member, ways=ways), "not_following", ways) is None
    assert (row(member).state, row(member).reason) == (MessageState.UNKNOWN, "not_following")


@pytest.mark.parametrize("channel", set(Channel) - {Channel.OA_TEMPLATE})
def test_what_else_was_lost_is_never_sent_again_by_any_way(merchant, member, channel):
    ids = every_template(merchant)
    for template_id in ids.values():
        grants(member=member, template_id=template_id)
    envelope = a_claim(member=member, ways=[way(channel)])

    assert not lose(member, envelope)
    assert row(member).state == MessageState.UNKNOWN
    assert a_claim(member=member, ways=EVERY_WAY) is None
    assert refuse(member, envelope) is None


def test_the_platforms_number_is_kept(merchant, member):
    every_template(merchant)
    envelope = a_claim(member=member, ways=EVERY_WAY)
    with transaction():
        messaging.mark_sent(
            merchant_id=merchant.id, sent_id=envelope.sent_id, platform_id="7", at=NOON
        )

    assert (row(member).state, row(member).platform_id) == (MessageState.SENT, "7")


def test_a_card_is_opened_within_a_day_and_changed_for_a_month(merchant, member):
    def is_open(after):
        return messaging.card_is_open(
            merchant_id=merchant.id,
            member_id=member.id,
            event_key="order:1",
            receipt=RECEIPT,
            at=NOON + after,
        )

    assert is_open(CARD_OPENS_WITHIN - timedelta(seconds=1))
    assert not is_open(CARD_OPENS_WITHIN)
    every_template(merchant)
    envelope = a_claim(member=member, ways=EVERY_WAY)
    assert not is_open(CARD_OPENS_WITHIN)
    with transaction():
        messaging.mark_sent(merchant_id=merchant.id, sent_id=envelope.sent_id, at=NOON)
    assert is_open(CARD_OPENS_WITHIN)
    assert is_open(CARD_LASTS - timedelta(seconds=1))
    assert not is_open(CARD_LASTS)
