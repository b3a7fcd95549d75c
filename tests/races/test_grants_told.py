"""The phone and the platform tell of one "yes" at the very same time."""

from datetime import timedelta
from threading import Barrier

import pytest

from app.domain import messaging
from app.domain.messaging import answering
from app.kernel import clock
from app.kernel.db import db, transaction
from tests.builders.doors import Door
from tests.builders.members import a_member
from tests.builders.messaging import a_template
from tests.races.racing import MEETING_SECONDS, SESSIONS, pair, storm
from tests.races.test_telling import hearing_of, yes

# The rows as they stand, and nobody waits for anybody.
WITHOUT_LOCK = """
SELECT zeroed_at FROM message_grants
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s AND template_id = %(template_id)s
"""
JOINS = (answering._JOIN_TOLD, answering._JOIN_REPORT)


@pytest.fixture
def door(shop):
    return Door(None, shop.merchant, kind="mp")


class Asked:
    """Somebody who was asked whether he may be written to, and said yes."""

    def __init__(self, door, template_id, name):
        self.door, self.template_id, self.openid = door, template_id, f"o-{name}"
        self.member = a_member(
            merchant=door.merchant, appid=door.app.appid, openid=self.openid, at=clock.now()
        )
        self.who = {"merchant_id": door.merchant.id, "member_id": self.member.id}

    def by_phone(self, at=None):
        messaging.report_grants(
            **self.who, answers={self.template_id: "accept"}, at=at or clock.now()
        )

    def by_platform(self):
        letter = self.door.letter(
            "subscribe_msg_popup_event", openid=self.openid, List=yes(self.template_id)
        )
        return hearing_of(self.door, letter)

    def remaining(self):
        left = messaging.remaining(**self.who)[self.template_id]
        db.session.rollback()
        return left


@pytest.fixture
def template_id(door):
    return a_template(merchant=door.merchant, appid=door.app.appid)


def test_what_two_tell_of_at_once_is_one_message_for_each_of_many(app, door, template_id):
    people = [Asked(door, template_id, number) for number in range(SESSIONS // 2)]
    calls = [call for each in people for call in (each.by_phone, each.by_platform())]

    results = storm(app, calls)

    assert results == [None, True] * len(people)
    assert [each.remaining() for each in people] == [1] * len(people)


def test_one_yes_told_by_a_crowd_is_one_message(app, door, template_id):
    someone = Asked(door, template_id, "ming")
    push = someone.by_platform()

    results = storm(app, [push] * (SESSIONS - 1) + [someone.by_phone])

    assert sorted(results[:-1]) == [False] * (SESSIONS - 2) + [True]
    assert someone.remaining() == 1


def test_control_without_the_lock_one_yes_would_be_two(app, door, template_id, monkeypatch):
    someone = Asked(door, template_id, "ming")
    with transaction():
        someone.by_phone(at=clock.now() - timedelta(days=1))
    push = someone.by_platform()
    meeting, real = Barrier(2), answering.execute

    def look_together(statement, values):
        found = real(statement, values)
        if statement in JOINS:
            meeting.wait(MEETING_SECONDS)
        return found

    monkeypatch.setattr(answering, "_LOCK", WITHOUT_LOCK)
    monkeypatch.setattr(answering, "execute", look_together)
    pair(app, someone.by_phone, push)

    assert someone.remaining() == 3
