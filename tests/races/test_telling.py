"""WeChat tells the same thing, or several of one person, all at once."""

from datetime import timedelta
from urllib.parse import parse_qsl

import pytest

from app.domain import merchants, messaging
from app.gateways.pushes import read_push
from app.kernel import clock
from app.kernel.db import db, transaction
from app.web import hearing
from tests.builders.doors import Door
from tests.builders.messaging import a_template
from tests.races.racing import SESSIONS, count, storm


@pytest.fixture
def door(shop):
    return Door(None, shop.merchant, kind="mp")


def hearing_of(door, letter):
    """The whole of what the door does with a push, but for its answer."""
    with transaction():
        ours = merchants.get_message_door(merchant_id=door.merchant.id, number=door.number)
    db.session.rollback()

    def hear():
        at = clock.now()
        push = read_push(hearing.keys_of(ours), dict(parse_qsl(letter.query)), letter.body, at=at)
        return hearing.hear(ours, push, at=at)

    return hear


def yes(template_id):
    return [{"TemplateId": template_id, "SubscribeStatusString": "accept", "PopupScene": "0"}]


def remaining(door):
    left = messaging.remaining(merchant_id=door.merchant.id, member_id=door.member_id())
    db.session.rollback()
    return left


def test_one_thing_told_by_many_at_once_happens_once(app, shop, door):
    template_id = a_template(merchant=shop.merchant, appid=door.app.appid)
    letter = door.letter("subscribe_msg_popup_event", List=yes(template_id))
    hear = hearing_of(door, letter)

    results = storm(app, [hear] * SESSIONS)

    assert sorted(results) == [False] * (SESSIONS - 1) + [True]
    assert remaining(door) == {template_id: 1}
    assert count(shop, "inbox") == 1


def test_many_things_of_one_new_person_make_one_member(app, shop, door):
    template_id = a_template(merchant=shop.merchant, appid=door.app.appid)
    at = clock.now()
    letters = [
        door.letter(
            "subscribe_msg_popup_event",
            at=at + timedelta(seconds=number),
            List=yes(template_id),
        )
        for number in range(SESSIONS)
    ]

    before = count(shop, "members")
    results = storm(app, [hearing_of(door, letter) for letter in letters])

    assert results == [True] * SESSIONS
    assert remaining(door) == {template_id: SESSIONS}
    assert count(shop, "members") == before + 1
