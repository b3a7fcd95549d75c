"""What the platform says afterwards of a message."""

from datetime import timedelta

import pytest

from app.domain import messaging
from app.domain.messaging import MessageState, SentMessage
from app.kernel.db import reading, transaction, writing
from tests.builders.members import a_member
from tests.builders.merchants import a_merchant
from tests.builders.messaging import a_template, grants
from tests.builders.moments import NOON

SOON = NOON + timedelta(seconds=5)


@pytest.fixture
def member(database):
    return a_member(merchant=a_merchant())


def a_message(member, *, key="order:1", state=MessageState.SENT, platform_id="7", at=NOON):
    from app.domain.messaging.channels import Channel

    row = SentMessage(
        merchant_id=member.merchant_id,
        event_key=key,
        member_id=member.id,
        message="order_paid",
        channel=next(iter(Channel)),
        template_id="tmpl-1",
        platform_id=platform_id,
        state=state,
        at=at,
    )
    with transaction():
        writing().add(row)
    return row.id


def told(member, *, platform_id="7", errcode=0, at=SOON):
    with transaction():
        return messaging.settle_told(
            merchant_id=member.merchant_id,
            member_id=member.id,
            template_id="tmpl-1",
            platform_id=platform_id,
            errcode=errcode,
            at=at,
        )


def look(member, sent_id):
    row = reading().get(SentMessage, (member.merchant_id, sent_id), populate_existing=True)
    return row.state, row.reason


def test_a_message_that_arrived_stays_sent(member):
    sent_id = a_message(member)
    assert told(member)
    assert look(member, sent_id) == (MessageState.SENT, None)


def test_a_message_that_did_not_arrive_is_refused_after_all(member):
    sent_id = a_message(member)
    assert told(member, errcode=43107)
    assert look(member, sent_id) == (MessageState.REFUSED, "told:43107")


def test_a_message_whose_answer_was_lost_is_found_by_whom_it_was_for(member):
    lost = [
        a_message(member, key=f"order:{n}", state=MessageState.UNKNOWN, platform_id=None)
        for n in (1, 2)
    ]
    assert told(member, platform_id="8")
    assert told(member, platform_id="9", errcode=43107)
    assert [look(member, sent_id)[0] for sent_id in lost] == [
        MessageState.SENT,
        MessageState.REFUSED,
    ]


def test_a_result_that_is_told_twice_settles_one_message(member):
    lost = [
        a_message(member, key=f"order:{n}", state=MessageState.UNKNOWN, platform_id=None)
        for n in (1, 2)
    ]
    told(member, platform_id="8")
    told(member, platform_id="8")
    assert look(member, lost[1])[0] == MessageState.UNKNOWN


def test_a_message_that_was_lost_long_ago_stays_unknown(member):
    sent_id = a_message(member, state=MessageState.UNKNOWN, platform_id=None)
    assert not told(member, platform_id="8", at=NOON + timedelta(days=2))
    assert look(member, sent_id)[0] == MessageState.UNKNOWN


def test_not_subscribed_ends_all_grants(member):
    template_id = a_template(merchant=Of(member.merchant_id), template_id="tmpl-1")
    grants(member=member, template_id=template_id, count=3)
    told(member, errcode=43101)
    left = messaging.remaining(merchant_id=member.merchant_id, member_id=member.id)
    assert left == {template_id: 0}


@pytest.mark.parametrize(
    ("refusal", "state", "reason"),
    [
        (None, MessageState.SENT, None),
        ("failed:user block", MessageState.REFUSED, "told:failed:user block"),
    ],
)
def test_a_template_message_is_settled_by_its_number(member, refusal, state, reason):
    sent_id = a_message(member)
    with transaction():
        settled = messaging.settle_template_told(
            merchant_id=member.merchant_id, platform_id="7", refusal=refusal, at=SOON
        )
    assert settled
    assert look(member, sent_id) == (state, reason)


class Of:
    def __init__(self, merchant_id):
        self.id = merchant_id
