"""Two members are one person: what he allowed is not lost, and nothing is said to him twice."""

from datetime import timedelta

import pytest

from app.domain import messaging
from app.kernel.db import transaction
from tests.builders.members import a_member
from tests.builders.merchants import a_merchant
from tests.builders.messaging import a_claim, a_template, grants
from tests.builders.moments import NOON

LATER = NOON + timedelta(minutes=1)


@pytest.fixture
def pair(database):
    merchant = a_merchant()
    return a_member(merchant=merchant), a_member(merchant=merchant), a_template(merchant=merchant)


def join(winner, loser):
    with transaction():
        messaging.take_over(merchant_id=winner.merchant_id, loser_id=loser.id, winner_id=winner.id)


def remaining(member):
    return messaging.remaining(merchant_id=member.merchant_id, member_id=member.id)


def test_what_both_allowed_may_be_said_to_the_one_who_stays(pair):
    winner, loser, template = pair
    grants(member=winner, template_id=template)
    grants(member=loser, template_id=template, count=2)

    join(winner, loser)
    join(winner, loser)

    assert (remaining(winner), remaining(loser)) == ({template: 3}, {})


def test_what_only_the_other_allowed_is_kept(pair):
    winner, loser, template = pair
    grants(member=loser, template_id=template)

    join(winner, loser)

    assert remaining(winner) == {template: 1}


def test_the_platforms_word_of_a_yes_still_meets_the_phones(pair):
    winner, loser, template = pair
    grants(member=loser, template_id=template)

    join(winner, loser)
    with transaction():
        messaging.tell_answers(
            merchant_id=winner.merchant_id,
            member_id=winner.id,
            answers={template: "accept"},
            at=LATER,
        )

    assert remaining(winner) == {template: 1}


def test_a_message_whose_sender_died_is_not_sent_again_to_the_one_who_stays(pair):
    winner, loser, template = pair
    grants(member=winner, template_id=template)
    grants(member=loser, template_id=template)
    assert a_claim(member=loser)

    join(winner, loser)

    assert a_claim(member=winner, at=LATER) is None
