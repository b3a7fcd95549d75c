"""WeChat tells late, twice and in any order; where it ends is the same."""

import secrets
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain import following, merchants, messaging
from app.domain.following import SceneKind
from app.gateways.pushes import understand
from app.kernel.db import transaction
from app.web import hearing
from tests.builders.doors import Door
from tests.builders.merchants import a_merchant
from tests.builders.messaging import a_template
from tests.builders.moments import NOON

ANSWERS = ("accept", "reject")


@pytest.fixture
def door(database):
    return Door(None, a_merchant())


@pytest.fixture
def codes(door):
    with transaction():
        return [
            following.add_scene(
                merchant_id=door.merchant.id,
                app_id=door.app_id,
                kind=SceneKind.CHANNEL,
                title="传单",
                is_permanent=True,
                actor="system",
                at=NOON,
            )
            for _ in range(2)
        ]


@pytest.fixture
def template_ids(door):
    return [
        a_template(merchant=door.merchant, appid=door.app.appid, message=message)
        for message in ("order_paid", "voucher_redeemed")
    ]


SECONDS = st.integers(min_value=0, max_value=6)
EVENTS = st.one_of(
    st.tuples(st.just("subscribe"), SECONDS, st.integers(0, 2)),
    st.tuples(st.just("unsubscribe"), SECONDS, st.just(0)),
    st.tuples(st.just("SCAN"), SECONDS, st.integers(0, 2)),
    st.tuples(st.just("CLICK"), SECONDS, st.just(0)),
    st.tuples(st.just("text"), SECONDS, st.integers(0, 2)),
    st.tuples(st.just("popup"), SECONDS, st.integers(0, 3)),
    st.tuples(st.just("change"), SECONDS, st.integers(0, 1)),
)


@st.composite
def tellings(draw):
    """What happened, and two ways in which it may be told: every thing at least once."""
    happened = draw(st.lists(EVENTS, min_size=1, max_size=8, unique=True))
    again = st.lists(st.sampled_from(happened), max_size=4)
    return tuple(draw(st.permutations(happened + draw(again))) for _ in range(2))


@given(told=tellings())
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_order_and_the_number_of_tellings_do_not_matter(door, codes, template_ids, told):
    ends = [state_after(door, telling, codes, template_ids) for telling in told]
    assert ends[0] == ends[1]


def state_after(door, telling, codes, template_ids):
    """What we know of a new person in the end."""
    openid = f"o-{secrets.token_hex(8)}"
    ours = merchants.get_message_door(merchant_id=door.merchant.id, number=door.number)
    for name, second, which in telling:
        fields = {
            "ToUserName": door.app.original_id,
            "FromUserName": openid,
            "CreateTime": int((NOON + timedelta(seconds=second)).timestamp()),
            **said(name, which, codes, template_ids),
        }
        with transaction():
            hearing.hear(ours, understand(fields, is_sealed=True), at=NOON)
    follower, member_id = door.follower(openid), door.member_id(openid)
    seen = {
        name: getattr(follower, name)
        for name in ("first_at", "followed_at", "left_at", "first_scene", "last_scene", "heard_at")
        if follower
    }
    return seen, member_id is not None, grants(door, member_id), window(door, member_id)


def said(name, which, codes, template_ids):
    event = {"MsgType": "event", "Event": name}
    if name == "subscribe":
        return event | {"EventKey": f"qrscene_{codes[which]}" if which < 2 else ""}
    if name == "SCAN":
        return event | {"EventKey": codes[which] if which < 2 else "no code of ours"}
    if name == "text":
        return {"MsgType": "text", "Content": "你好", "MsgId": str(which)}
    if name == "popup":
        entry = {
            "TemplateId": template_ids[which % 2],
            "SubscribeStatusString": ANSWERS[which // 2],
        }
        return {"MsgType": "event", "Event": "subscribe_msg_popup_event", "List": [entry]}
    if name == "change":
        entry = {"TemplateId": template_ids[which], "SubscribeStatusString": "reject"}
        return {"MsgType": "event", "Event": "subscribe_msg_change_event", "List": entry}
    return event


def grants(door, member_id):
    if member_id is None:
        return {}
    return messaging.remaining(merchant_id=door.merchant.id, member_id=member_id)


def window(door, member_id):
    if member_id is None:
        return None
    found = following.kf_window(merchant_id=door.merchant.id, member_id=member_id, at=NOON)
    return (found.left, found.closes_at) if found else None
