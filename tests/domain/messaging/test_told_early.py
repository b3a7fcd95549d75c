"""The platform says what became of a message before its sender has written anything down."""

from datetime import timedelta

import pytest

from app.domain import messaging
from app.domain.messaging import Channel, MessageState, SentMessage, StillSending
from app.kernel.db import reading, transaction, writing
from tests.builders.members import a_member
from tests.builders.merchants import a_merchant
from tests.builders.moments import NOON

SOON = NOON + timedelta(seconds=5)


@pytest.fixture
def member(database):
    return a_member(merchant=a_merchant())


def a_message(member, channel, *, key="order:1", number=None, state=MessageState.SENDING, at=NOON):
    row = SentMessage(
        merchant_id=member.merchant_id,
        event_key=key,
        member_id=member.id,
        message="order_paid",
        channel=channel,
        template_id="tmpl-1",
        platform_id=number,
        state=state,
        at=at,
    )
    with transaction():
        writing().add(row)
    return row.id


def look(member, sent_id):
    row = reading().get(SentMessage, (member.merchant_id, sent_id), populate_existing=True)
    return row.state.value, row.reason


def subscribe(member):
    with transaction():
        return messaging.settle_told(
            merchant_id=member.merchant_id,
            member_id=member.id,
            template_id="tmpl-1",
            platform_id="7",
            errcode=43107,
            at=SOON,
        )


def template(member):
    with transaction():
        return messaging.settle_template_told(
            merchant_id=member.merchant_id,
            member_id=member.id,
            platform_id="7",
            refusal="failed:user block",
            at=SOON,
        )


def card(member, *, said_at=SOON):
    with transaction():
        return messaging.settle_card_told(
            merchant_id=member.merchant_id,
            member_id=member.id,
            transaction_id="7",
            refusal="-1004",
            said_at=said_at,
            at=SOON,
        )


TELLERS = [
    (Channel.SUBSCRIBE, subscribe),
    (Channel.OA_TEMPLATE, template),
    (Channel.SERVICE_CARD, card),
]


@pytest.mark.parametrize(("channel", "tell"), TELLERS)
def test_what_is_told_too_early_is_told_again_later(member, channel, tell):
    sent_id = a_message(member, channel)
    with pytest.raises(StillSending) as early:
        tell(member)
    assert early.value.code == "still_sending"

    with transaction():
        messaging.mark_sent(
            merchant_id=member.merchant_id, sent_id=sent_id, platform_id="7", at=SOON
        )

    assert tell(member)
    assert look(member, sent_id)[0] == "refused"


@pytest.mark.parametrize(("channel", "tell"), TELLERS)
def test_what_is_none_of_ours_waits_for_nobody(member, channel, tell):
    del channel
    assert not tell(member)


def test_what_another_message_came_to_is_not_taken_for_one_that_was_lost(member):
    lost = a_message(member, Channel.SUBSCRIBE, state=MessageState.UNKNOWN)
    a_message(member, Channel.SUBSCRIBE, key="order:2")
    with pytest.raises(StillSending):
        subscribe(member)
    assert look(member, lost) == ("unknown", None)


def test_of_one_card_the_last_change_before_it_was_told_is_meant(member):
    first, second = (
        a_message(
            member,
            Channel.SERVICE_CARD,
            key=f"order:{minute}",
            number="7",
            state=MessageState.SENT,
            at=NOON + timedelta(minutes=minute),
        )
        for minute in (0, 2)
    )
    assert card(member, said_at=NOON + timedelta(minutes=1))
    assert look(member, first) == ("refused", "told:-1004")
    assert look(member, second) == ("sent", None)
