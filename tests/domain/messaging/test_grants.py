import pytest

from app.domain import messaging
from app.kernel.db import transaction
from app.kernel.errors import Invalid, NotFound
from tests.builders.members import a_member
from tests.builders.merchants import a_merchant
from tests.builders.messaging import a_template, grants
from tests.builders.moments import NOON


@pytest.fixture
def merchant(database):
    return a_merchant()


def report(member, answers):
    with transaction():
        messaging.report_grants(
            merchant_id=member.merchant_id, member_id=member.id, answers=answers, at=NOON
        )


def remaining(member):
    return messaging.remaining(merchant_id=member.merchant_id, member_id=member.id)


def test_every_acceptance_is_one_message(merchant):
    member, template_id = a_member(merchant=merchant), a_template(merchant=merchant)
    other = a_member(merchant=merchant)

    report(member, {template_id: "accept"})
    report(member, {template_id: "accept"})

    assert remaining(member) == {template_id: 2}
    assert remaining(other) == {}


def test_a_rejection_takes_back_every_one(merchant):
    member, template_id = a_member(merchant=merchant), a_template(merchant=merchant)
    grants(member=member, template_id=template_id, count=3)

    report(member, {template_id: "reject"})

    assert remaining(member) == {template_id: 0}


@pytest.mark.parametrize("answer", ["ban", "filter"])
def test_what_the_platform_did_changes_nothing(merchant, answer):
    member, template_id = a_member(merchant=merchant), a_template(merchant=merchant)
    grants(member=member, template_id=template_id)

    report(member, {template_id: answer})

    assert remaining(member) == {template_id: 1}


def test_a_hundred_is_enough(merchant):
    member, template_id = a_member(merchant=merchant), a_template(merchant=merchant)
    grants(member=member, template_id=template_id, count=101)

    assert remaining(member) == {template_id: 100}


def test_a_strangers_template_is_refused_with_the_whole_report(merchant):
    member, mine = a_member(merchant=merchant), a_template(merchant=merchant)
    foreign = a_template(merchant=a_merchant())

    with pytest.raises(NotFound):
        report(member, {mine: "accept", foreign: "accept"})

    assert remaining(member) == {}


def test_an_answer_that_no_phone_gives_is_refused(merchant):
    member, template_id = a_member(merchant=merchant), a_template(merchant=merchant)

    with pytest.raises(Invalid):
        report(member, {template_id: "yes"})


def test_the_app_asks_for_its_own_templates_once_each(merchant):
    first = a_template(merchant=merchant)
    a_template(merchant=merchant, message="voucher_redeemed", template_id=first)
    a_template(merchant=merchant, appid="wx_other")
    a_template(merchant=a_merchant())

    assert messaging.templates_to_ask(merchant_id=merchant.id, appid="wx_builder") == [first]


def test_a_new_template_for_a_message_replaces_the_old_one(merchant):
    a_template(merchant=merchant)
    new = a_template(merchant=merchant)

    assert messaging.templates_to_ask(merchant_id=merchant.id, appid="wx_builder") == [new]


@pytest.mark.parametrize(
    "wrong",
    [
        {"message": "happy_birthday", "fields": {"thing1": "title"}},
        {"fields": {"thing1": "no_such_word"}},
        {"fields": {"poem1": "title"}},
        {"fields": {"thing": "title"}},
    ],
)
def test_a_template_that_could_never_be_sent_is_refused(merchant, wrong):
    with pytest.raises(Invalid):
        a_template(merchant=merchant, **wrong)
