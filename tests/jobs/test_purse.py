"""Members hear what happened to their stored value, each thing once."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from app.domain import messaging, stored_value
from app.domain.stored_value import LotKind
from app.kernel import clock
from app.kernel.db import db, transaction
from tests.builders.stored_value import a_gift_card, a_top_up, claimed_card, spent
from tests.simulator.world import APP, MERCHANT, TEMPLATE


class Builders:
    """The shop as the builders of orders know one."""

    def __init__(self, shop):
        self.id, self.merchant = shop.merchant.id, shop.merchant
        self.app, self.appid = SimpleNamespace(app_id=shop.app_id), APP.appid
        self.channel = SimpleNamespace(id=shop.channel_id, mchid=MERCHANT.mchid)
        self.offer = shop.offer


def allow(shop, message, fields):
    with transaction():
        messaging.add_template(
            merchant_id=shop.merchant.id,
            appid=APP.appid,
            message=message,
            template_id=TEMPLATE,
            fields=fields,
            page="pages/index/index",
            at=clock.now(),
        )
    shop.allow_message()


def told_once(shop, job, message):
    shop.run(job)
    shop.run(job)
    (sent,) = shop.rows(messaging.SentMessage, message=message)
    assert sent.state.value == "sent"
    return str(shop.messages())


@pytest.fixture
def world(shop):
    with shop.house.app.app_context():
        yield Builders(shop)
        db.session.rollback()


def test_a_top_up_is_told_with_what_can_be_spent_now(shop, world):
    allow(shop, "value_topped_up", {"thing1": "balance", "amount2": "amount", "time3": "at"})
    a_top_up(world, shop.buyer, at=clock.now())

    said = told_once(shop, "purse.tell_came_in", "value_topped_up")

    assert "1200.00元" in said
    assert "1000.00元" in said


def test_a_claimed_gift_card_is_told_like_a_top_up(shop, world):
    allow(shop, "value_topped_up", {"thing1": "balance", "amount2": "amount", "time3": "at"})
    _, token, _ = a_gift_card(world, shop.buyer, at=clock.now())
    claimed_card(world, shop.buyer, token, at=clock.now())

    assert "500.00元" in told_once(shop, "purse.tell_came_in", "value_topped_up")


def test_a_spending_is_told_when_it_is_paid(shop, world):
    allow(shop, "value_spent", {"thing1": "hint", "amount2": "amount", "time3": "at"})
    a_top_up(world, shop.buyer, at=clock.now())
    spent(world, shop.buyer, 12_000, at=clock.now())

    said = told_once(shop, "purse.tell_spent", "value_spent")

    assert "120.00元" in said
    assert "赠送金额20.00元" in said


def test_a_freeze_is_told_once_and_without_its_reason(shop, world):
    allow(shop, "value_frozen", {"thing1": "hint", "amount2": "=1元", "time3": "at"})
    who = {"merchant_id": world.id, "member_id": shop.buyer.id, "actor": "system"}
    for minutes in (0, 1):
        with transaction():
            at = clock.now() + timedelta(minutes=minutes)
            stored_value.freeze(**who, reason="疑似盗刷", at=at)

    said = told_once(shop, "purse.tell_freeze", "value_frozen")

    assert "联系商家" in said
    assert "盗刷" not in said


def test_a_correction_is_told_with_its_reason(shop, world):
    allow(shop, "value_adjusted", {"thing1": "hint", "amount2": "balance", "time3": "at"})
    who = {"merchant_id": world.id, "member_id": shop.buyer.id, "at": clock.now()}
    with transaction():
        stored_value.propose_adjustment(
            **who, kind=LotKind.BONUS, change_fen=500, reason="系统故障补偿", by="staff:1"
        )
        stored_value.approve_adjustment(**who, by="cli:李")

    said = told_once(shop, "purse.tell_adjusted", "value_adjusted")

    assert "系统故障补偿" in said
    assert "5.00元" in said
