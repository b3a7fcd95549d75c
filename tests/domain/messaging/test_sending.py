from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain import messaging
from app.domain.messaging import MessageState, SentMessage
from app.kernel.db import reading, transaction
from tests.builders.members import a_member
from tests.builders.merchants import a_merchant
from tests.builders.messaging import a_claim, a_template, a_wish, grants
from tests.builders.moments import NOON
from tests.builders.together import together


@pytest.fixture
def merchant(database):
    return a_merchant()


def someone(merchant, *, allowed=1):
    member, template_id = a_member(merchant=merchant), a_template(merchant=merchant)
    grants(member=member, template_id=template_id, count=allowed)
    return member, template_id


def remaining(member):
    return sum(messaging.remaining(merchant_id=member.merchant_id, member_id=member.id).values())


def states(member):
    query = select(SentMessage.state, SentMessage.reason).where(
        SentMessage.merchant_id == member.merchant_id, SentMessage.member_id == member.id
    )
    return [tuple(row) for row in reading().execute(query.order_by(SentMessage.id))]


def settle(verb, member, envelope, **more):
    with transaction():
        verb(merchant_id=member.merchant_id, sent_id=envelope.sent_id, at=NOON, **more)


def refuse(member, envelope, *, reason):
    """The next way, if there is one."""
    with transaction():
        return messaging.turned_away(a_wish(member=member), envelope, reason=reason, at=NOON)


def test_a_claim_writes_its_row_before_the_call_and_uses_one_grant(merchant):
    member, template_id = someone(merchant, allowed=2)

    envelope = a_claim(member=member)

    assert envelope.template_id == template_id
    assert envelope.page == "pages/order/order"
    assert envelope.data == {
        "thing1": "周末欢聚包",
        "amount2": "¥30.00",
        "character_string3": "O2345678",
    }
    assert states(member) == [(MessageState.SENDING, None)]
    assert remaining(member) == 1


def test_a_message_is_claimed_once_per_event(merchant):
    member, _ = someone(merchant, allowed=5)

    first, again = a_claim(member=member), a_claim(member=member)
    other_event = a_claim(member=member, event_key="order:2")

    assert first
    assert again is None
    assert other_event
    assert remaining(member) == 3


def test_without_a_template_nothing_is_said(merchant):
    member = a_member(merchant=merchant)
    a_template(merchant=a_merchant())

    assert a_claim(member=member) is None
    assert states(member) == []


def test_without_a_grant_nothing_is_said_now_or_later(merchant):
    member, template_id = someone(merchant, allowed=0)

    assert a_claim(member=member) is None
    assert states(member) == [(MessageState.NO_GRANT, None)]
    grants(member=member, template_id=template_id)
    assert a_claim(member=member) is None
    assert remaining(member) == 1


def test_a_long_title_is_cut_and_a_long_number_is_not_sent(merchant):
    member, _ = someone(merchant, allowed=2)

    cut = a_claim(member=member, title="很" * 21)
    unfit = a_claim(member=member, event_key="order:2", number="9" * 33)

    assert cut.data["thing1"] == "很" * 19 + "…"
    assert unfit is None
    assert states(member)[1] == (MessageState.REFUSED, "unfit:character_string")
    assert remaining(member) == 1


def test_words_must_be_those_of_the_message(merchant):
    member, _ = someone(merchant)

    with pytest.raises(ValueError, match="words of order_paid"):
        a_claim(member=member, shoe_size="43")


def test_a_sent_message_keeps_its_grant_spent(merchant):
    member, _ = someone(merchant)

    settle(messaging.mark_sent, member, a_claim(member=member))

    assert states(member) == [(MessageState.SENT, None)]
    assert remaining(member) == 0


def test_not_subscribed_means_that_nothing_is_allowed(merchant):
    member, _ = someone(merchant, allowed=3)

    refuse(member, a_claim(member=member), reason="not_subscribed")

    assert states(member) == [(MessageState.REFUSED, "not_subscribed")]
    assert remaining(member) == 0


def test_another_refusal_gives_the_grant_back_once(merchant):
    member, _ = someone(merchant, allowed=3)
    envelope = a_claim(member=member)
    assert remaining(member) == 2

    for _ in range(2):
        refuse(member, envelope, reason="47003")

    assert states(member) == [(MessageState.REFUSED, "47003")]
    assert remaining(member) == 3


def test_an_unknown_outcome_keeps_the_grant_spent_and_is_never_sent_again(merchant):
    member, _ = someone(merchant, allowed=3)

    settle(messaging.mark_unknown, member, a_claim(member=member), appid="wx_builder")

    assert states(member) == [(MessageState.UNKNOWN, None)]
    assert remaining(member) == 2
    assert a_claim(member=member) is None


def test_the_first_answer_stays(merchant):
    member, _ = someone(merchant)
    envelope = a_claim(member=member)
    settle(messaging.mark_sent, member, envelope)

    refuse(member, envelope, reason="47003")

    assert states(member) == [(MessageState.SENT, None)]
    assert remaining(member) == 0


def test_a_refusal_gives_back_to_the_template_that_was_used(merchant):
    member, old = someone(merchant)
    envelope = a_claim(member=member)
    new = a_template(merchant=merchant)

    refuse(member, envelope, reason="47003")

    grants_now = messaging.remaining(merchant_id=merchant.id, member_id=member.id)
    assert grants_now == {old: 1}
    assert new not in grants_now


def test_a_stranger_cannot_settle(merchant):
    member, _ = someone(merchant)
    envelope = a_claim(member=member)

    with transaction():
        messaging.mark_sent(merchant_id=a_merchant().id, sent_id=envelope.sent_id, at=NOON)

    assert states(member) == [(MessageState.SENDING, None)]


def test_what_a_crashed_sender_left_behind_becomes_unknown(merchant):
    member, _ = someone(merchant, allowed=2)
    a_claim(member=member, at=NOON - timedelta(minutes=11))
    a_claim(member=member, event_key="order:2")

    with transaction():
        messaging.mark_lost(before=NOON - timedelta(minutes=10), at=NOON, limit=1000)

    assert states(member) == [
        (MessageState.UNKNOWN, "sender_lost"),
        (MessageState.SENDING, None),
    ]


def claiming(member, event_key="order:1"):
    return lambda: messaging.claim(a_wish(member=member, event_key=event_key), at=NOON)


def test_one_message_claimed_at_once_goes_to_one_sender(app):
    with app.app_context():
        member, _ = someone(a_merchant(), allowed=12)

        results = together(app, [claiming(member)] * 12)

        assert sum(each is not None for each in results) == 1
        assert [each for each in results if isinstance(each, BaseException)] == []
        assert remaining(member) == 11


def test_three_grants_claimed_at_once_by_twelve_say_three_messages(app):
    with app.app_context():
        member, _ = someone(a_merchant(), allowed=3)

        results = together(app, [claiming(member, f"order:{each}") for each in range(12)])

        assert [each for each in results if isinstance(each, BaseException)] == []
        assert sum(each is not None for each in results) == 3
        assert remaining(member) == 0
        assert [state for state, _ in states(member)].count(MessageState.NO_GRANT) == 9


def test_a_message_turned_away_at_the_door_may_be_tried_again(merchant):
    member, _ = someone(merchant)
    envelope = a_claim(member=member)

    for _ in range(2):
        settle(messaging.release, member, envelope)

    assert states(member) == [(MessageState.WAITING, None)]
    assert remaining(member) == 1
    assert a_claim(member=member)
    assert a_claim(member=member) is None
    assert states(member) == [(MessageState.SENDING, None)]


def test_only_an_unanswered_message_is_released(merchant):
    member, _ = someone(merchant)
    envelope = a_claim(member=member)
    settle(messaging.mark_unknown, member, envelope, appid="wx_builder")

    settle(messaging.release, member, envelope)

    assert states(member) == [(MessageState.UNKNOWN, None)]
    assert remaining(member) == 0
    assert a_claim(member=member) is None
